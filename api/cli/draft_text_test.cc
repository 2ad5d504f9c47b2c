#include "api/cli/draft_text.h"

#include "constancia/event/v1/case.pb.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

absl::StatusOr<std::vector<v1::AppendEventsRequest>> Read(std::string_view json) {
  static const Catalogue* catalogue = new Catalogue;
  return ReadDrafts(json, *catalogue);
}

constexpr char kNote[] =
    R"({"payload": {"@type": "NoteAdded", "text": "á", "case_id": "C-1"}, "streams": ["case/C-1"]})";

TEST(ReadDrafts, RefusesWhatIsNotDrafts) {
  for (const char* text :
       {"", "  \n", "{", "7", "[]", "[7]", "{}", R"({"payload": {}})",
        R"({"payload": {"@type": 7}})", R"({"payload": {"@type": "NoteAdded"}} x)",
        R"({"payload": {"@type": "NoteAdded", "nothing": 1}})",
        R"({"payload": {"@type": "NoteAdded"}, "nothing": 1})"}) {
    EXPECT_EQ(ReasonOf(Read(text).status()), error::v1::INPUT_MALFORMED) << text;
  }
}

TEST(ReadDrafts, NamesTheDraftThatIsWrong) {
  const auto status =
      Read(std::string(kNote) + "[" + kNote + R"(,{"payload": {"@type": "Dreamt"}}])").status();
  EXPECT_EQ(ReasonOf(status), error::v1::TYPE_UNKNOWN);
  EXPECT_EQ(FieldOf(status), "events[1].payload");
  EXPECT_THAT(std::string(status.message()), HasSubstr("append 2"));
}

TEST(ReadDrafts, EachValueIsOneAppend) {
  const auto appends = Read(std::string(kNote) + "\n[" + kNote + "," + kNote + "]\n");
  ASSERT_TRUE(appends.ok()) << appends.status();
  ASSERT_THAT(*appends, SizeIs(2));
  EXPECT_THAT((*appends)[0].events(), SizeIs(1));
  EXPECT_THAT((*appends)[1].events(), SizeIs(2));
  event::v1::NoteAdded note;
  ASSERT_TRUE((*appends)[0].events(0).payload().UnpackTo(&note));
  EXPECT_EQ(note.text(), "á");
}

TEST(ReadDrafts, TakesFullTypeNames) {
  EXPECT_TRUE(Read(R"({"payload": {"@type": "constancia.event.v1.NoteAdded"}})").ok());
  EXPECT_TRUE(
      Read(R"({"payload": {"@type": "type.googleapis.com/constancia.event.v1.NoteAdded"}})").ok());
}

}  // namespace
}  // namespace constancia::api
