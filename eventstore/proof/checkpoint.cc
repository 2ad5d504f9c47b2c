#include "eventstore/proof/checkpoint.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/proof/internal/lines.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

std::string ToText(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      Base64Encode(checkpoint.root.view()), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text) {
  proof_internal::LineReader lines("checkpoint", text);
  Checkpoint checkpoint;
  ASSIGN_OR_RETURN(const std::string_view origin, lines.Line());
  if (!IsKeyName(origin)) return lines.Malformed("an origin without spaces or +");
  checkpoint.origin = origin;
  ASSIGN_OR_RETURN(checkpoint.size, lines.Number(""));
  ASSIGN_OR_RETURN(const std::string_view root, lines.Line());
  const std::optional<Hash> hash = proof_internal::HashFromBase64(root);
  if (!hash) return lines.Malformed("base64 of 32 bytes");
  checkpoint.root = *hash;
  while (lines.Peek()) RETURN_IF_ERROR(lines.Value("").status());
  RETURN_IF_ERROR(lines.End());
  return checkpoint;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer) {
  return SignNote(ToText(checkpoint), checkpoint.origin, signer);
}

}  // namespace constancia::eventstore
