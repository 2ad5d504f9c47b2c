// Plays every story, and asks for one line of every event type there is.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/event/catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scenario/stage.h"
#include "tests/scenario/story.h"

namespace constancia::scenario {
namespace {

const std::string& Source() {
  static const std::string* const source = new std::string(CONSTANCIA_SOURCE_DIR);
  return *source;
}

std::vector<std::string> Stories() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(Source() + "/tests/scenario/stories")) {
    names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::vector<Line>> Read(const std::string& name) {
  return ReadStory(ReadTestFile(Source() + "/tests/scenario/stories/" + name + ".txt"));
}

class Story : public ::testing::TestWithParam<std::string> {};

TEST_P(Story, IsAnsweredAsItTells) {
  const auto lines = Read(GetParam());
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_FALSE(lines->empty());
  auto stage = Stage::Build(Source() + "/policies/packs");
  ASSERT_TRUE(stage.ok()) << stage.status();
  for (const Line& line : *lines) {
    const absl::Status played = (*stage)->Play(line);
    EXPECT_TRUE(played.ok()) << GetParam() << ".txt:" << line.number << ": " << played;
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, Story, ::testing::ValuesIn(Stories()),
                         [](const auto& story) { return story.param; });

TEST(Stories, HoldALineOfEveryEventType) {
  std::set<std::string> told;
  for (const std::string& name : Stories()) {
    const auto lines = Read(name);
    ASSERT_TRUE(lines.ok()) << name << ": " << lines.status();
    for (const Line& line : *lines) {
      if (line.outcome.starts_with("recorded")) told.insert(line.verb);
    }
  }
  std::vector<std::string> missing;
  const Catalogue catalogue;
  for (const EventType& type : catalogue.All()) {
    const std::string name = type.name.substr(type.name.rfind('.') + 1);
    if (!told.contains(name)) missing.push_back(name);
  }
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

TEST(ReadStory, RefusesALineThatSaysNothing) {
  EXPECT_EQ(ReasonOf(ReadStory("zone America/Santiago\nhello\n").status()),
            error::v1::INPUT_MALFORMED);
  EXPECT_FALSE(ReadStory("zone America/Santiago\n2025-03-01 10:00 CaseOpened\n").ok());
  EXPECT_FALSE(ReadStory("2025-03-01 10:00 CaseOpened -> recorded\n").ok());
  EXPECT_FALSE(ReadStory("zone UTC\n2025-03-01 10:00 NoteAdded text=\"open -> recorded\n").ok());
}

TEST(Stage, NoticesAnAnswerThatTheStoryDoesNotTell) {
  auto stage = Stage::Build(Source() + "/policies/packs");
  ASSERT_TRUE(stage.ok()) << stage.status();
  const auto lines = ReadStory(
      "zone America/Santiago\nabout case C-1 debtor P-1\n"
      "2025-03-10 10:00 NoteAdded text=hello -> refused TYPE_UNKNOWN\n"
      "2025-03-10 10:00 NoteAdded txt=hello -> recorded\n"
      "2025-03-10 10:00 NothingHappened -> recorded\n"
      "2025-03-10 10:00 case case_id=C-2\n");
  ASSERT_TRUE(lines.ok()) << lines.status();
  for (const Line& line : *lines) EXPECT_FALSE((*stage)->Play(line).ok()) << line.number;
}

}  // namespace
}  // namespace constancia::scenario
