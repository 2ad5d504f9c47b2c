#include "eventstore/proof/internal/lines.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

namespace constancia::eventstore::proof_internal {

std::optional<Hash> HashFromBase64(std::string_view text) {
  const std::optional<std::string> bytes = Base64Decode(text);
  if (!bytes) return std::nullopt;
  return Hash::From(*bytes);
}

std::optional<Hash> HashFromHex(std::string_view text) {
  const std::optional<std::string> bytes = HexDecode(text);
  if (!bytes || HexEncode(*bytes) != text) return std::nullopt;
  return Hash::From(*bytes);
}

void AppendHashLines(std::string* text, const std::vector<Hash>& hashes) {
  for (const Hash& hash : hashes) absl::StrAppend(text, Base64Encode(hash.view()), "\n");
}

std::vector<std::string_view> SplitWords(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t space; (space = line.find(' ')) != line.npos; line.remove_prefix(space + 1)) {
    words.push_back(line.substr(0, space));
  }
  words.push_back(line);
  return words;
}

std::optional<std::string_view> LineReader::Peek() const {
  const size_t end = rest_.find('\n');
  if (end == rest_.npos) return std::nullopt;
  return rest_.substr(0, end);
}

absl::StatusOr<std::string_view> LineReader::Line() {
  ++line_;
  const std::optional<std::string_view> line = Peek();
  if (!line) return Malformed("a line that ends in a line feed");
  rest_.remove_prefix(line->size() + 1);
  return *line;
}

absl::Status LineReader::Expect(std::string_view line) {
  ASSIGN_OR_RETURN(const std::string_view taken, Line());
  return taken == line ? absl::OkStatus() : Malformed(line);
}

absl::StatusOr<std::string_view> LineReader::Value(std::string_view label) {
  ASSIGN_OR_RETURN(std::string_view value, Line());
  if (!label.empty()) {
    if (!value.starts_with(label) || value.substr(label.size(), 1) != " ") return Malformed(label);
    value.remove_prefix(label.size() + 1);
  }
  if (value.empty()) return Malformed(label);
  return value;
}

absl::StatusOr<uint64_t> LineReader::Number(std::string_view label) {
  ASSIGN_OR_RETURN(const std::string_view value, Value(label));
  const std::optional<uint64_t> number = ParseDecimal(value);
  if (!number) return Malformed(label.empty() ? "<decimal>" : label);
  return *number;
}

absl::StatusOr<uint64_t> LineReader::Count(std::string_view label) {
  ASSIGN_OR_RETURN(const uint64_t count, Number(label));
  const auto lines = static_cast<uint64_t>(std::count(rest_.begin(), rest_.end(), '\n'));
  if (count > lines) return Malformed("a number of lines that follow");
  return count;
}

absl::StatusOr<std::vector<std::string_view>> LineReader::Words(size_t count) {
  ASSIGN_OR_RETURN(const std::string_view line, Line());
  std::vector<std::string_view> words = SplitWords(line);
  if (words.size() != count) return Malformed(absl::StrCat(count, " words"));
  return words;
}

absl::StatusOr<std::vector<Hash>> LineReader::Hashes(std::string_view label, uint64_t count_max) {
  ASSIGN_OR_RETURN(const uint64_t count, Number(label));
  if (count > count_max) return Malformed(absl::StrCat("at most ", count_max, " hashes"));
  std::vector<Hash> hashes;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::string_view line, Line());
    const std::optional<Hash> hash = HashFromBase64(line);
    if (!hash) return Malformed("base64 of 32 bytes");
    hashes.push_back(*hash);
  }
  return hashes;
}

std::string_view LineReader::TakeRest() {
  const std::string_view rest = rest_;
  rest_ = {};
  return rest;
}

absl::Status LineReader::End() const {
  if (!rest_.empty()) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat(ToAbsl(file_), ": something follows line ", line_));
  }
  return absl::OkStatus();
}

absl::Status LineReader::Malformed(std::string_view wanted) const {
  return Error(error::v1::INPUT_MALFORMED,
               absl::StrCat(ToAbsl(file_), " line ", line_, ": expected \"", ToAbsl(wanted), "\""));
}

}  // namespace constancia::eventstore::proof_internal
