#include "eventstore/proof/cosignature.h"

#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

std::string SignedMessage(std::string_view checkpoint_text, uint64_t seconds) {
  return absl::StrCat("cosignature/v1\ntime ", seconds, "\n", ToAbsl(checkpoint_text));
}

}  // namespace

absl::StatusOr<int64_t> VerifyCosignature(const PublicKey& key, std::string_view checkpoint_text,
                                          std::string_view cosignature) {
  ByteReader reader(cosignature);
  const std::optional<uint64_t> seconds = reader.TakeU64();
  const std::optional<Signature> signature = Signature::From(reader.rest());
  if (!seconds || !signature || *seconds > std::numeric_limits<int64_t>::max() ||
      !Ed25519Verify(key, SignedMessage(checkpoint_text, *seconds), *signature)) {
    return Error(error::v1::PROOF_INVALID, "a cosignature does not verify");
  }
  return static_cast<int64_t>(*seconds);
}

absl::StatusOr<std::string> MakeCosignature(const Signer& signer, std::string_view checkpoint_text,
                                            int64_t seconds) {
  CHECK(seconds >= 0);
  const auto time = static_cast<uint64_t>(seconds);
  ASSIGN_OR_RETURN(const Signature signature, signer.Sign(SignedMessage(checkpoint_text, time)));
  std::string cosignature;
  AppendU64(&cosignature, time);
  cosignature += signature.view();
  return cosignature;
}

}  // namespace constancia::eventstore
