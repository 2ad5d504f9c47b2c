#include "api/export/bag/csv.h"

#include "core/base/check.h"

namespace constancia::api {

CsvTable::CsvTable(std::span<const std::string_view> columns) : columns_(columns.size()) {
  for (const std::string_view column : columns) Raw(column);
  EndRow();
}

void CsvTable::Text(std::string_view text) {
  std::string cell;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) {
    cell.push_back('\'');
  }
  bool quoted = false;
  for (const char c : text) {
    quoted |= c == '"' || c == ',' || c == '\n' || c == '\r';
    if (c == '"') cell.push_back('"');
    cell.push_back(c);
  }
  Raw(quoted ? "\"" + cell + "\"" : cell);
}

void CsvTable::EndRow() {
  CHECK(cells_ == columns_);
  text_.append("\r\n");
  cells_ = 0;
}

void CsvTable::Raw(std::string_view cell) {
  if (cells_++ > 0) text_.push_back(',');
  text_.append(cell);
}

}  // namespace constancia::api
