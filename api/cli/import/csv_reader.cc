#include "api/cli/import/csv_reader.h"

#include "google/protobuf/stubs/common.h"

namespace constancia::api {

CsvReader::CsvReader(std::istream* in, char delimiter) : in_(in->rdbuf()), delimiter_(delimiter) {}

int CsvReader::Take() {
  const int c = in_->sbumpc();
  if (c == '\n') ++line_;
  return c;
}

int CsvReader::Peek() { return in_->sgetc(); }

std::optional<CsvRow> CsvReader::Next() {
  constexpr int kEnd = std::streambuf::traits_type::eof();
  if (!begun_) {
    begun_ = true;
    if (Peek() == 0xEF) {
      // Only the UTF-8 mark begins so; anything else that does is not UTF-8 and is reported below.
      std::string mark;
      for (int i = 0; i < 3 && Peek() != kEnd; ++i) mark.push_back(static_cast<char>(Take()));
      if (mark != "\xEF\xBB\xBF") {
        CsvRow row{.line = line_, .fault = "the file does not begin with UTF-8 text"};
        for (int c = Take(); c != kEnd && c != '\n';) c = Take();
        return row;
      }
    }
  }
  bool lone_return = false;
  while (!lone_return && (Peek() == '\n' || Peek() == '\r')) {
    lone_return = Take() == '\r' && Peek() != '\n' && Peek() != kEnd;
  }
  if (Peek() == kEnd) return std::nullopt;

  CsvRow row{.line = line_};
  if (lone_return) row.fault = "a carriage return stands alone";
  std::string field;
  size_t bytes = 0;
  enum { kFieldStart, kPlain, kQuoted, kAfterQuote } state = kFieldStart;
  const auto fail = [&](std::string_view fault) {
    if (row.fault.empty()) row.fault = fault;
  };
  for (;;) {
    const int c = Take();
    if (c == kEnd) {
      if (state == kQuoted) fail("a quote is not closed");
      break;
    }
    if (++bytes > kCsvRowBytesMax) {
      fail("the row is larger than 1 MiB; a quote may not be closed");
      if (c == '\n') break;
      continue;  // Nothing more is kept; the next line is tried.
    }
    if (state == kQuoted) {
      if (c != '"') {
        field.push_back(static_cast<char>(c));
      } else if (Peek() == '"') {
        field.push_back(static_cast<char>(Take()));
      } else {
        state = kAfterQuote;
      }
      continue;
    }
    if (c == '\n') break;
    if (c == '\r' && (Peek() == '\n' || Peek() == kEnd)) continue;
    if (c == static_cast<unsigned char>(delimiter_)) {
      row.fields.push_back(std::move(field));
      field.clear();
      state = kFieldStart;
      continue;
    }
    if (c == '"' && state == kFieldStart) {
      state = kQuoted;
      continue;
    }
    if (c == '"') fail("a quote stands inside a field that is not quoted");
    if (c == '\r') fail("a carriage return stands alone");
    if (state == kAfterQuote) fail("text follows a closed quote");
    field.push_back(static_cast<char>(c));
    if (state == kFieldStart) state = kPlain;
  }
  row.fields.push_back(std::move(field));
  for (const std::string& text : row.fields) {
    if (!IsPlainUtf8(text)) fail("the row is not UTF-8 text");
  }
  return row;
}

std::string WriteCsvRow(const std::vector<std::string>& fields, char delimiter) {
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.push_back(delimiter);
    const std::string& field = fields[i];
    if (field.find_first_of(std::string("\"\r\n") + delimiter) == std::string::npos) {
      out += field;
      continue;
    }
    out.push_back('"');
    for (const char c : field) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    out.push_back('"');
  }
  return out + "\r\n";
}

bool IsPlainUtf8(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                             static_cast<int>(text.size()));
}

}  // namespace constancia::api
