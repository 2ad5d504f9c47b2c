#include "eventstore/proof/consistency_file.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "eventstore/proof/internal/lines.h"

namespace constancia::eventstore {
namespace {

constexpr std::string_view kHeading = "constancia-consistency/v1";
constexpr uint64_t kProofHashesMax = 65;

}  // namespace

std::string ToText(const ConsistencyFile& file) {
  std::string text = absl::StrCat(ToAbsl(kHeading), "\nold ", file.old_size, "\nnew ",
                                  file.new_size, "\nproof ", file.proof.size(), "\n");
  proof_internal::AppendHashLines(&text, file.proof);
  return text;
}

absl::StatusOr<ConsistencyFile> ParseConsistencyFile(std::string_view text) {
  proof_internal::LineReader lines("consistency.txt", text);
  ConsistencyFile file;
  RETURN_IF_ERROR(lines.Expect(kHeading));
  ASSIGN_OR_RETURN(file.old_size, lines.Number("old"));
  ASSIGN_OR_RETURN(file.new_size, lines.Number("new"));
  ASSIGN_OR_RETURN(file.proof, lines.Hashes("proof", kProofHashesMax));
  RETURN_IF_ERROR(lines.End());
  return file;
}

}  // namespace constancia::eventstore
