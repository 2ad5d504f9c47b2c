// How results are written: data on stdout in one of four forms, words on stderr.
//
// Used by: every command.
// Threads: one.
#ifndef CONSTANCIA_API_CLI_OUTPUT_H_
#define CONSTANCIA_API_CLI_OUTPUT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace constancia::api {

enum class Format {
  kTable,  // For people: aligned columns; one record as lines of name and value.
  kJson,   // One JSON value: an array of records, or the one record.
  kJsonl,  // One JSON object a line.
  kCsv,    // RFC 4180 with a header.
};

// Whether a command answers with records or with one.
enum class Shape { kMany, kOne };

struct Column {
  std::string name;
  bool right = false;  // Numbers: aligned to the right.
};

// Writes records as they come; only a table waits for the last, because it must know the widths.
class RecordWriter {
 public:
  // `out` outlives the writer.
  RecordWriter(Format format, Shape shape, std::vector<Column> columns, std::ostream* out);

  // Adds one record: a cell for each column, and all of it as one JSON object.
  void Add(std::vector<std::string> cells, std::string_view json);

  // The same with the cells alone, as a JSON object of texts.
  void Add(std::vector<std::string> cells);

  // Writes what is left. Call it once, after the last record.
  void Finish();

 private:
  void WriteTable();

  const Format format_;
  const Shape shape_;
  const std::vector<Column> columns_;
  std::ostream* const out_;
  std::vector<std::vector<std::string>> rows_;
  bool any_ = false;
};

// Writes `message` as protobuf JSON in one line, with the field names of the schema.
std::string ToJson(const google::protobuf::Message& message);

// Writes `text` as a JSON string, quotes included.
std::string JsonString(std::string_view text);

// Number of characters that `text`, UTF-8, takes in a terminal: one each.
size_t WidthOf(std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_OUTPUT_H_
