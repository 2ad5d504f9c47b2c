// Reads the line formats of this folder: every line ends in LF, every number and hash has one
// spelling, nothing is skipped.
//
// Used by: eventstore/proof only.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_LINES_H_
#define CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"

namespace constancia::eventstore::proof_internal {

// The hash that `text` spells in base64, if it is one of 32 bytes.
std::optional<Hash> HashFromBase64(std::string_view text);

// The hash that `text` spells in lower case hex, if it is one of 32 bytes.
std::optional<Hash> HashFromHex(std::string_view text);

// Writes each hash in base64 on a line of its own.
void AppendHashLines(std::string* text, const std::vector<Hash>& hashes);

// Parts `line` at single spaces. Two spaces in a row leave an empty word, which nothing accepts.
std::vector<std::string_view> SplitWords(std::string_view line);

// Walks a file line by line. Every method fails with INPUT_MALFORMED, naming `file` and the line.
class LineReader {
 public:
  // `file` and `text` outlive the reader and the views it gives.
  LineReader(std::string_view file, std::string_view text) : file_(file), rest_(text) {}

  absl::StatusOr<std::string_view> Line();

  // Takes a line that is exactly `line`.
  absl::Status Expect(std::string_view line);

  // Takes `<label> <value>` and returns the value, which is not empty; with an empty label the
  // whole line.
  absl::StatusOr<std::string_view> Value(std::string_view label);

  // Takes `<label> <decimal>`.
  absl::StatusOr<uint64_t> Number(std::string_view label);

  // Takes `<label> <decimal>`, the number of lines that follow: never more than there are.
  absl::StatusOr<uint64_t> Count(std::string_view label);

  // Takes a line of `count` words.
  absl::StatusOr<std::vector<std::string_view>> Words(size_t count);

  // Takes `<label> <count>` and so many lines of base64, at most `count_max`.
  absl::StatusOr<std::vector<Hash>> Hashes(std::string_view label, uint64_t count_max);

  // The next line, without taking it; nothing at the end.
  std::optional<std::string_view> Peek() const;

  // Takes everything that is left.
  std::string_view TakeRest();

  absl::Status End() const;

  // The error for the line taken last, which should have been `wanted`.
  absl::Status Malformed(std::string_view wanted) const;

 private:
  std::string_view file_;
  std::string_view rest_;
  uint64_t line_ = 0;  // number of the line taken last
};

}  // namespace constancia::eventstore::proof_internal

#endif  // CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_LINES_H_
