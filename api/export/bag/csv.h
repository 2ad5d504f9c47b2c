// CSV for spreadsheets and programs: RFC 4180, UTF-8, no byte-order mark.
//
// Text that begins with = + - @, a tab or a carriage return gets an apostrophe in front, so that no
// spreadsheet runs what a debtor, an agent or a system wrote.
//
// Used by: the kinds of export.
// Threads: one.
#ifndef CONSTANCIA_API_EXPORT_BAG_CSV_H_
#define CONSTANCIA_API_EXPORT_BAG_CSV_H_

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {

class CsvTable {
 public:
  // Begins with a row of the columns' names.
  explicit CsvTable(std::span<const std::string_view> columns);

  // Add the next cell of the row.
  void Text(std::string_view text);
  void Bool(bool value) { Raw(value ? "true" : "false"); }
  void Empty() { Raw(""); }
  template <std::integral T>
  void Number(T value) {
    Raw(ToStd(absl::AlphaNum(value).Piece()));
  }

  // Ends the row, which has a cell for every column.
  void EndRow();

  // Nothing is added afterwards.
  std::string Take() { return std::move(text_); }

 private:
  void Raw(std::string_view cell);

  const size_t columns_;
  size_t cells_ = 0;
  std::string text_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_CSV_H_
