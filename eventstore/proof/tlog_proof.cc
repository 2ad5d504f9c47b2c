#include "eventstore/proof/tlog_proof.h"

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/proof/internal/lines.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {
namespace {

constexpr std::string_view kHeading = "c2sp.org/tlog-proof@v1";
constexpr size_t kProofHashesMax = 64;

}  // namespace

std::string ToText(const TlogProof& proof) {
  std::string text = absl::StrCat(ToAbsl(kHeading), "\n");
  if (proof.extra) absl::StrAppend(&text, "extra ", Base64Encode(*proof.extra), "\n");
  absl::StrAppend(&text, "index ", proof.index, "\n");
  proof_internal::AppendHashLines(&text, proof.proof);
  return absl::StrCat(text, "\n", proof.checkpoint);
}

absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text) {
  proof_internal::LineReader lines("tlog-proof", text);
  TlogProof proof;
  RETURN_IF_ERROR(lines.Expect(kHeading));
  if (lines.Peek().value_or("").starts_with("extra ")) {
    ASSIGN_OR_RETURN(const std::string_view line, lines.Line());
    proof.extra = Base64Decode(line.substr(line.find(' ') + 1));
    if (!proof.extra) return lines.Malformed("extra <base64>");
  }
  ASSIGN_OR_RETURN(proof.index, lines.Number("index"));
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view line, lines.Line());
    if (line.empty()) break;
    const std::optional<Hash> hash = proof_internal::HashFromBase64(line);
    if (!hash || proof.proof.size() == kProofHashesMax) {
      return lines.Malformed("base64 of 32 bytes, or the empty line");
    }
    proof.proof.push_back(*hash);
  }
  proof.checkpoint = lines.TakeRest();
  return proof;
}

absl::StatusOr<WitnessPolicy::Accepted> VerifyTlogProof(const TlogProof& proof,
                                                        const Hash& leaf_hash,
                                                        const WitnessPolicy& policy) {
  ASSIGN_OR_RETURN(WitnessPolicy::Accepted accepted, policy.Accept(proof.checkpoint));
  RETURN_IF_ERROR(VerifyInclusion(proof.index, accepted.checkpoint.size, leaf_hash, proof.proof,
                                  accepted.checkpoint.root));
  return accepted;
}

}  // namespace constancia::eventstore
