#include "api/cli/output.h"

#include <sstream>

#include "constancia/v1/event_service.pb.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

std::string Written(Format format, Shape shape, std::vector<std::vector<std::string>> rows) {
  std::ostringstream out;
  RecordWriter writer(format, shape, {{"name"}, {"count", true}}, &out);
  for (auto& row : rows) writer.Add(std::move(row));
  writer.Finish();
  return out.str();
}

TEST(RecordWriter, NoRecordsAreStillWellFormed) {
  EXPECT_EQ(Written(Format::kTable, Shape::kMany, {}), "name  count\n");
  EXPECT_EQ(Written(Format::kJson, Shape::kMany, {}), "[\n]\n");
  EXPECT_EQ(Written(Format::kJsonl, Shape::kMany, {}), "");
  EXPECT_EQ(Written(Format::kCsv, Shape::kMany, {}), "name,count\r\n");
}

TEST(RecordWriter, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(Written(Format::kTable, Shape::kMany, {{"a\x1b[2J\nb", "1"}}),
            "name     count\na [2J b      1\n");
}

TEST(RecordWriter, AlignsByCharactersNotBytes) {
  EXPECT_EQ(Written(Format::kTable, Shape::kMany, {{"gestión", "7"}, {"x", "12345678"}}),
            "name        count\ngestión         7\nx        12345678\n");
}

TEST(RecordWriter, OneRecordIsLinesOfNameAndValue) {
  EXPECT_EQ(Written(Format::kTable, Shape::kOne, {{"x", "3"}}), "name   x\ncount  3\n");
  EXPECT_EQ(Written(Format::kJson, Shape::kOne, {{"x", "3"}}),
            "{\"name\":\"x\",\"count\":\"3\"}\n");
}

TEST(RecordWriter, ManyRecordsAreOneArrayOrOneLineEach) {
  EXPECT_EQ(Written(Format::kJson, Shape::kMany, {{"x", "1"}, {"\"y\"", "2"}}),
            "[\n{\"name\":\"x\",\"count\":\"1\"},\n{\"name\":\"\\\"y\\\"\",\"count\":\"2\"}\n]\n");
  EXPECT_EQ(Written(Format::kJsonl, Shape::kMany, {{"x", "1"}, {"y", "2"}}),
            "{\"name\":\"x\",\"count\":\"1\"}\n{\"name\":\"y\",\"count\":\"2\"}\n");
  EXPECT_EQ(Written(Format::kCsv, Shape::kMany, {{"a,b", "1"}}), "name,count\r\n\"a,b\",1\r\n");
}

TEST(ToJson, UsesTheFieldNamesOfTheSchema) {
  v1::EventDraft draft;
  draft.set_external_id("e-1");
  EXPECT_EQ(ToJson(draft), "{\"external_id\":\"e-1\"}");
}

}  // namespace
}  // namespace constancia::api
