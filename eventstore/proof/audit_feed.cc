#include "eventstore/proof/audit_feed.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/proof/internal/lines.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kStreamsMax = 8;

std::string ToText(const AuditEvent& event) {
  std::string text = absl::StrCat("event ", event.index, " ", Base64Encode(event.leaf_hash.view()));
  for (const Hash& key : event.stream_keys) {
    absl::StrAppend(&text, " ", Base64Encode(key.view()));
  }
  return text + "\n";
}

std::string ToText(const AuditMapRoot& map) {
  return absl::StrCat("map ", map.index, " ", Base64Encode(map.leaf), "\n");
}

}  // namespace

std::string ToText(const AuditLine& line) {
  return std::visit([](const auto& alternative) { return ToText(alternative); }, line);
}

absl::StatusOr<AuditLine> ParseAuditLine(std::string_view line) {
  const absl::Status malformed = Error(
      error::v1::INPUT_MALFORMED,
      "audit feed: a line is event <index> <leaf hash> <stream key>... or map <index> <leaf>");
  const std::vector<std::string_view> words = proof_internal::SplitWords(line);
  if (words.size() < 3) return malformed;
  const std::optional<uint64_t> index = ParseDecimal(words[1]);
  if (!index) return malformed;

  if (words[0] == "map") {
    std::optional<std::string> leaf = Base64Decode(words[2]);
    if (words.size() != 3 || !leaf || leaf->size() != MapRootLeaf::kSize) return malformed;
    return AuditMapRoot{*index, *std::move(leaf)};
  }
  if (words[0] != "event" || words.size() < 4 || words.size() > 3 + kStreamsMax) return malformed;
  AuditEvent event;
  event.index = *index;
  for (size_t i = 2; i < words.size(); ++i) {
    const std::optional<Hash> hash = proof_internal::HashFromBase64(words[i]);
    if (!hash) return malformed;
    if (i == 2) {
      event.leaf_hash = *hash;
    } else {
      event.stream_keys.push_back(*hash);
    }
  }
  return event;
}

}  // namespace constancia::eventstore
