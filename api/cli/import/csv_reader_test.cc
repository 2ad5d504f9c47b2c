#include "api/cli/import/csv_reader.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<CsvRow> ReadAll(std::string text, char delimiter = ',') {
  std::istringstream in(std::move(text));
  CsvReader reader(&in, delimiter);
  std::vector<CsvRow> rows;
  while (auto row = reader.Next()) rows.push_back(*std::move(row));
  return rows;
}

TEST(CsvReader, AQuoteThatIsNotClosedIsAFault) {
  const auto rows = ReadAll("a,\"b\nc\n");
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].fault, HasSubstr("not closed"));
}

TEST(CsvReader, ABrokenRowDoesNotSpoilTheNext) {
  const auto rows = ReadAll("a,b\"c\n\"d\"e,f\ng,h\n");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0].fault, HasSubstr("not quoted"));
  EXPECT_THAT(rows[1].fault, HasSubstr("follows a closed quote"));
  EXPECT_THAT(rows[2].fault, IsEmpty());
  EXPECT_THAT(rows[2].fields, ElementsAre("g", "h"));
}

TEST(CsvReader, ARowThatNeverEndsIsGivenUpAtTheLimit) {
  const auto rows = ReadAll("\"" + std::string(kCsvRowBytesMax + 10, 'x') + "\nnext,row\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].fault, HasSubstr("larger"));
  EXPECT_THAT(rows[1].fields, ElementsAre("next", "row"));
}

TEST(CsvReader, RefusesZeroBytesOtherEncodingsAndLoneReturns) {
  EXPECT_THAT(ReadAll(std::string("a\0b\n", 4))[0].fault, HasSubstr("UTF-8"));
  EXPECT_THAT(ReadAll("caf\xe9\n")[0].fault, HasSubstr("UTF-8"));
  EXPECT_THAT(ReadAll("a\rb\n")[0].fault, HasSubstr("carriage return"));
  EXPECT_THAT(ReadAll("\ra\n")[0].fault, HasSubstr("carriage return"));
  EXPECT_THAT(ReadAll("\xef\xbb!,a\nb\n")[0].fault, HasSubstr("UTF-8"));
}

TEST(CsvReader, AnEmptyFileHasNoRows) {
  EXPECT_THAT(ReadAll(""), IsEmpty());
  EXPECT_THAT(ReadAll("\xef\xbb\xbf"), IsEmpty());
  EXPECT_THAT(ReadAll("\n\r\n\n"), IsEmpty());
}

TEST(CsvReader, ReadsQuotesBreaksAndEmptyFields) {
  const auto rows =
      ReadAll("\xef\xbb\xbfid,\"a \"\"b\"\"\",\r\n\r\n1,\"two\r\nlines\",\"\"\r\n2,,x");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0].fields, ElementsAre("id", "a \"b\"", ""));
  EXPECT_THAT(rows[1].fields, ElementsAre("1", "two\r\nlines", ""));
  EXPECT_THAT(rows[2].fields, ElementsAre("2", "", "x"));
  EXPECT_EQ(rows[0].line, 1u);
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].line, 5u);
  for (const CsvRow& row : rows) EXPECT_THAT(row.fault, IsEmpty());
}

TEST(CsvReader, TakesAnotherDelimiter) {
  EXPECT_THAT(ReadAll("a,b;c\n", ';')[0].fields, ElementsAre("a,b", "c"));
}

TEST(WriteCsvRow, WhatIsWrittenIsReadBack) {
  const std::vector<std::string> fields = {"plain", "with,comma", "with \"quote\"", "two\nlines",
                                           ""};
  const auto rows = ReadAll(WriteCsvRow(fields));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].fields, fields);
}

}  // namespace
}  // namespace constancia::api
