#include "eventstore/proof/group_seal.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/proof/internal/lines.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {
namespace {

constexpr std::string_view kHeading = "constancia-seal/v1";
constexpr uint64_t kPathHashesMax = 12;  // of a group of 4,096

bool Holds(const Seal& seal, uint64_t position) {
  return seal.count >= 1 && seal.count <= kGroupEventsMax && position >= seal.first &&
         position - seal.first < seal.count;
}

absl::Status Invalid(std::string_view what) {
  return Error(error::v1::PROOF_INVALID, absl::StrCat("seal: ", ToAbsl(what)));
}

}  // namespace

std::string GroupMessage(uint64_t first, uint32_t count, const Hash& root) {
  std::string message("constancia/seal/v1\0", 19);
  AppendU64(&message, first);
  AppendU32(&message, count);
  message += root.view();
  return message;
}

Hash GroupRowHash(std::string_view row) { return Sha256Joined({"\x22", row}); }

absl::Status VerifySeal(const Seal& seal, uint64_t position, const Hash& leaf_hash,
                        const VerifierKey& key) {
  if (!Holds(seal, position)) return Invalid("the position does not lie in the group");
  if (key.type != KeyType::kEd25519 || seal.key_id != key.id()) {
    return Invalid("it names another key");
  }
  ASSIGN_OR_RETURN(const Hash root,
                   RootFromInclusion(position - seal.first, seal.count, leaf_hash, seal.path));
  if (!Ed25519Verify(key.key, GroupMessage(seal.first, seal.count, root), seal.signature)) {
    return Invalid("the signature does not verify");
  }
  return absl::OkStatus();
}

std::string ToText(const SealFile& file) {
  const Seal& seal = file.seal;
  std::string text =
      absl::StrCat(ToAbsl(kHeading), "\norigin ", file.origin, "\nfirst ", seal.first, "\ncount ",
                   seal.count, "\nindex ", file.position, "\npath ", seal.path.size(), "\n");
  proof_internal::AppendHashLines(&text, seal.path);
  return text + SignatureLine(file.origin, seal.key_id, seal.signature.view());
}

absl::StatusOr<SealFile> ParseSealFile(std::string_view text) {
  proof_internal::LineReader lines("seal", text);
  SealFile file;
  RETURN_IF_ERROR(lines.Expect(kHeading));
  ASSIGN_OR_RETURN(const std::string_view origin, lines.Value("origin"));
  if (!IsKeyName(origin)) return lines.Malformed("an origin without spaces or +");
  file.origin = origin;
  ASSIGN_OR_RETURN(file.seal.first, lines.Number("first"));
  ASSIGN_OR_RETURN(const uint64_t count, lines.Number("count"));
  if (count > kGroupEventsMax) return lines.Malformed("count of at most 4096");
  file.seal.count = static_cast<uint32_t>(count);
  ASSIGN_OR_RETURN(file.position, lines.Number("index"));
  if (!Holds(file.seal, file.position)) return lines.Malformed("index in the group");
  ASSIGN_OR_RETURN(file.seal.path, lines.Hashes("path", kPathHashesMax));
  ASSIGN_OR_RETURN(const std::string_view line, lines.Line());
  ASSIGN_OR_RETURN(const NoteSignature signed_line, ParseSignatureLine(line));
  const std::optional<Signature> signature = Signature::From(signed_line.signature);
  if (signed_line.name != file.origin || !signature) {
    return lines.Malformed("an Ed25519 signature by the origin");
  }
  file.seal.key_id = signed_line.id;
  file.seal.signature = *signature;
  RETURN_IF_ERROR(lines.End());
  return file;
}

}  // namespace constancia::eventstore
