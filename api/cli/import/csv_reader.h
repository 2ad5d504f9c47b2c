// Reads comma-separated text (RFC 4180): quoted fields, line breaks inside quotes, CRLF or LF, a
// byte-order mark. Every row comes back, also a broken one, so that nothing is lost in silence.
//
// Used by: import csv.
// Threads: one reader belongs to one thread.
#ifndef CONSTANCIA_API_CLI_IMPORT_CSV_READER_H_
#define CONSTANCIA_API_CLI_IMPORT_CSV_READER_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace constancia::api {

// A row above this size is broken: an unclosed quote would otherwise take the rest of the file.
inline constexpr size_t kCsvRowBytesMax = 1 << 20;

struct CsvRow {
  // Line of the file on which the row begins, from 1.
  uint64_t line = 0;
  std::vector<std::string> fields = {};
  // Why the row is not CSV; empty when it is. `fields` then holds what could be read of it.
  std::string fault = {};
};

class CsvReader {
 public:
  // `in` outlives the reader. `delimiter` is a character other than a quote or a line break.
  explicit CsvReader(std::istream* in, char delimiter = ',');

  // Returns the next row, nothing at the end. Empty lines are passed over. After a broken row
  // reading goes on at the next line.
  std::optional<CsvRow> Next();

 private:
  // The next character, -1 at the end; Take passes over it.
  int Take();
  int Peek();

  std::streambuf* const in_;
  const char delimiter_;
  bool begun_ = false;
  uint64_t line_ = 1;
};

// Writes one row: fields that need it are quoted, lines end in CRLF as the RFC says.
std::string WriteCsvRow(const std::vector<std::string>& fields, char delimiter = ',');

// Tells whether `text` is UTF-8 without zero bytes.
bool IsPlainUtf8(std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_CSV_READER_H_
