#include "api/cli/output.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/cli/import/csv_reader.h"
#include "core/base/check.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::api {
namespace {

// Cells come from stored events; a terminal must not be told what to do by them.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
  }
  return out;
}

std::string Pad(std::string_view text, size_t width, bool right) {
  const std::string space(width - std::min(width, WidthOf(text)), ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

}  // namespace

RecordWriter::RecordWriter(Format format, Shape shape, std::vector<Column> columns,
                           std::ostream* out)
    : format_(format), shape_(shape), columns_(std::move(columns)), out_(out) {
  if (format_ == Format::kJson && shape_ == Shape::kMany) *out_ << '[';
  if (format_ == Format::kCsv) {
    std::vector<std::string> names;
    for (const Column& column : columns_) names.push_back(column.name);
    *out_ << WriteCsvRow(names);
  }
}

void RecordWriter::Add(std::vector<std::string> cells, std::string_view json) {
  CHECK(cells.size() == columns_.size());
  switch (format_) {
    case Format::kTable:
      rows_.push_back(std::move(cells));
      break;
    case Format::kJson:
      if (shape_ == Shape::kMany) *out_ << (any_ ? ",\n" : "\n");
      *out_ << json;
      break;
    case Format::kJsonl:
      *out_ << json << '\n';
      break;
    case Format::kCsv:
      *out_ << WriteCsvRow(cells);
      break;
  }
  any_ = true;
}

void RecordWriter::Add(std::vector<std::string> cells) {
  CHECK(cells.size() == columns_.size());
  std::string json = "{";
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",", JsonString(columns_[i].name), ":",
                    JsonString(cells[i]));
  }
  json += '}';
  Add(std::move(cells), json);
}

void RecordWriter::Finish() {
  if (format_ == Format::kTable) WriteTable();
  if (format_ == Format::kJson) *out_ << (shape_ == Shape::kMany ? "\n]\n" : "\n");
  out_->flush();
}

void RecordWriter::WriteTable() {
  for (auto& row : rows_) {
    for (std::string& cell : row) cell = Printable(cell);
  }
  if (shape_ == Shape::kOne) {
    size_t width = 0;
    for (const Column& column : columns_) width = std::max(width, WidthOf(column.name));
    for (const auto& row : rows_) {
      for (size_t i = 0; i < row.size(); ++i) {
        *out_ << Pad(columns_[i].name, width, false) << "  " << row[i] << '\n';
      }
    }
    return;
  }
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = WidthOf(columns_[i].name);
    for (const auto& row : rows_) width = std::max(width, WidthOf(row[i]));
    widths.push_back(width);
  }
  const auto write = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      line += Pad(cell_of(i), widths[i], columns_[i].right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    *out_ << line << '\n';
  };
  write([&](size_t i) -> const std::string& { return columns_[i].name; });
  for (const auto& row : rows_) write([&](size_t i) -> const std::string& { return row[i]; });
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  // Only a payload type that is not linked in can fail: it is shown without its fields.
  if (!status.ok()) return absl::StrCat("{\"unreadable\":", JsonString(message.GetTypeName()), "}");
  return json;
}

std::string JsonString(std::string_view text) {
  return boost::json::serialize(boost::json::value(boost::json::string_view(text)));
}

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace constancia::api
