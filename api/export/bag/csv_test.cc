#include "api/export/bag/csv.h"

#include <array>

#include "gtest/gtest.h"

namespace constancia::api {
namespace {

constexpr std::array<std::string_view, 2> kColumns = {"a", "b"};

std::string RowOf(std::string_view a, std::string_view b) {
  CsvTable table(kColumns);
  table.Text(a);
  table.Text(b);
  table.EndRow();
  return table.Take().substr(5);
}

TEST(CsvTable, NeverHandsASpreadsheetAFormula) {
  EXPECT_EQ(RowOf("=1+1", "+56"), "'=1+1,'+56\r\n");
  EXPECT_EQ(RowOf("-1", "@x"), "'-1,'@x\r\n");
  EXPECT_EQ(RowOf("\tx", "=a,b"), "'\tx,\"'=a,b\"\r\n");
  EXPECT_EQ(RowOf("\r", "1-1"), "\"'\r\",1-1\r\n");
}

TEST(CsvTable, QuotesWhatWouldBreakARow) {
  EXPECT_EQ(RowOf("a,b", "say \"no\""), "\"a,b\",\"say \"\"no\"\"\"\r\n");
  EXPECT_EQ(RowOf("two\nlines", ""), "\"two\nlines\",\r\n");
}

TEST(CsvTable, WritesNumbersAsTheyAre) {
  CsvTable table(kColumns);
  table.Number(-3);
  table.Bool(true);
  table.EndRow();
  EXPECT_EQ(table.Take(), "a,b\r\n-3,true\r\n");
}

}  // namespace
}  // namespace constancia::api
