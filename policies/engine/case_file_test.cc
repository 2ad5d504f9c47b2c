#include "policies/engine/case_file.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const PackSet& Chile() {
  static const PackSet* packs = new PackSet(ChileanPacks());
  return *packs;
}

// Runs one line and returns how it differs.
std::string DifferenceOf(const std::string& line) {
  const std::vector<CaseResult> results = RunCases(Chile(), "c.jsonl", line);
  EXPECT_THAT(results, SizeIs(1));
  return results.empty() ? "none" : results[0].difference;
}

std::string ACase(const std::string& rest) {
  return R"({"id":"A","jurisdiction":"CL","tz":"America/Santiago","proposed":{"at":"2025-03-10T20:00:00-03:00","channel":"call"},)" +
         rest + "}";
}

TEST(CaseFile, TellsHowAnAnswerDiffers) {
  EXPECT_EQ(DifferenceOf(ACase(R"("expect":"deny","rule":"CL-19496-37-hours")")), "");
  EXPECT_EQ(DifferenceOf(ACase(R"("expect":"permit","rule":"CL-19496-37-hours")")),
            "expected permit, got deny by CL-19496-37-hours");
  EXPECT_EQ(DifferenceOf(ACase(R"("expect":"deny","rule":"CL-19496-37-days")")),
            "expected deny by CL-19496-37-days, got deny by CL-19496-37-hours");
  EXPECT_EQ(
      DifferenceOf(ACase(
          R"("expect":"deny","rule":"CL-19496-37-hours","next_allowed_at":"2025-03-11T08:00:00-03:00")")),
      "");
  EXPECT_EQ(
      DifferenceOf(ACase(R"("expect":"deny","rule":"CL-19496-37-hours","next_allowed_at":null)")),
      "expected next_allowed_at never, got 2025-03-11T08:00:00-03:00");
  EXPECT_THAT(
      DifferenceOf(ACase(R"("expect":"deny","rule":"CL-19496-37-hours","review":["CL-none"])")),
      HasSubstr("review"));
}

TEST(CaseFile, PointsAtWhatIsMalformed) {
  EXPECT_THAT(DifferenceOf("{"), StartsWith("c.jsonl:1:"));
  EXPECT_THAT(DifferenceOf(ACase(R"("expect":"deny")")), HasSubstr("no such rule"));
  EXPECT_THAT(DifferenceOf(ACase(R"("expect":"deny","rule":"US-1006.6-c-cease")")),
              HasSubstr("no such rule in the packs"));
  EXPECT_THAT(DifferenceOf(ACase(R"("expect":"maybe","rule":"CL-19496-37-hours")")),
              StartsWith("c.jsonl:1:"));
  EXPECT_THAT(DifferenceOf(ACase(
                  R"("expect":"deny","rule":"CL-19496-37-hours","switches":{"cl.week":"month"})")),
              HasSubstr("cannot be month"));
  EXPECT_THAT(
      DifferenceOf(ACase(
          R"("history":[{"at":"2025-03-09","channel":"call","outcome":"answered"}],"expect":"deny","rule":"CL-19496-37-hours")")),
      HasSubstr("an instant is written"));
  EXPECT_NE(
      DifferenceOf(ACase(
          R"("history":[{"at":"2025-03-09T10:00:00Z","channel":"record","outcome":"sued"}],"expect":"deny","rule":"CL-19496-37-hours")")),
      "");
}

TEST(CaseFile, PointsAtTheWordThatRulesDoNotKnow) {
  const auto with = [](const std::string& history) {
    return DifferenceOf(
        ACase(R"("expect":"deny","rule":"CL-19496-37-hours","history":[)" + history + "]"));
  };
  const std::string at = R"({"at":"2025-03-03T10:00:00Z",)";
  EXPECT_THAT(with(at + R"("channel":"record","outcome":"sued"})"),
              HasSubstr("\"sued\": no such record"));
  EXPECT_THAT(with(at + R"("channel":"record","outcome":"inconvenient_time"})"),
              HasSubstr("needs a window"));
  EXPECT_THAT(
      with(at +
           R"("channel":"record","outcome":"cease_written","window":{"mon":["08:00-09:00"]}})"),
      HasSubstr("only inconvenient_time and hours_waiver"));
  EXPECT_THAT(
      with(at + R"("channel":"record","outcome":"hours_waiver","window":{"mon":["9-10"]}})"),
      HasSubstr("hours are written"));
  EXPECT_THAT(with(at + R"("channel":"phone","outcome":"answered"})"), HasSubstr("\"phone\""));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"rang"})"), HasSubstr("\"rang\""));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"answered","party":"uncle"})"),
              HasSubstr("\"uncle\""));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"answered","initiated_by":"bank"})"),
              HasSubstr("\"bank\""));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"answered","debt":"D1","debts":["D2"]})"),
              HasSubstr("not both"));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"answered","ended_at":"later"})"),
              HasSubstr("an instant is written"));
  EXPECT_THAT(with(at + R"("channel":"call","outcome":"answered","colour":"red"})"),
              HasSubstr("no such field"));
  const std::string columned = with(at + R"("channel":"call","outcome":"rang"})");
  EXPECT_THAT(columned, StartsWith("c.jsonl:1:"));
  EXPECT_THAT(columned, ::testing::Not(StartsWith("c.jsonl:1:1:")));
}

TEST(CaseFile, RefusesAProposalThatCannotBe) {
  const auto proposed = [](const std::string& rest) {
    return DifferenceOf(
        R"({"id":"A","jurisdiction":"CL","tz":"America/Santiago","expect":"permit","rule":"CL-19496-37-hours","proposed":{"at":"2025-03-10T10:00:00-03:00",)" +
        rest + "}}");
  };
  EXPECT_EQ(proposed(R"("channel":"call")"), "");
  EXPECT_EQ(proposed(R"("channel":"call","ended_at":"2025-03-10T10:05:00-03:00")"), "");
  EXPECT_THAT(proposed(R"("channel":"call","ended_at":"2025-03-10T09:05:00-03:00")"),
              HasSubstr("ends before it begins"));
  EXPECT_THAT(proposed(R"("channel":"call","outcome":"answered")"), HasSubstr("has none"));
  EXPECT_THAT(proposed(R"("channel":"record")"), HasSubstr("\"record\""));
  EXPECT_THAT(proposed(R"("channel":"call","missing":["luck"])"),
              HasSubstr("no precondition here asks for it"));
  EXPECT_THAT(proposed(R"("channel":"call","window":{"mon":["08:00-09:00"]})"),
              HasSubstr("has no window"));
}

TEST(CaseFile, PassesOverEmptyLinesAndRemarksAndCountsLines) {
  const std::vector<CaseResult> results =
      RunCases(Chile(), "c.jsonl",
               "# remark\n\n" + ACase(R"("expect":"deny","rule":"CL-19496-37-hours")") + "\n");
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].line, 3);
  EXPECT_TRUE(results[0].passed());
  EXPECT_EQ(results[0].verdict.rule(), "CL-19496-37-hours");
  EXPECT_THAT(RunCases(Chile(), "c.jsonl", ""), IsEmpty());
}

TEST(CaseFile, NamesTheRulesThatNoCaseTests) {
  const std::vector<CaseResult> results =
      RunCases(Chile(), "c.jsonl", ACase(R"("expect":"deny","rule":"CL-19496-37-hours")"));
  const std::vector<std::string> untested = FindUntestedRules(Chile(), results);
  EXPECT_THAT(untested, Contains("CL-19496-37-hours: no permit case"));
  EXPECT_THAT(untested, Contains("CL-19496-37-days: no deny case"));
  EXPECT_THAT(untested, Contains("CL-INBOUND-reply: no permit case"));
  EXPECT_THAT(untested, ::testing::Not(Contains("CL-19496-37-hours: no deny case")));
}

}  // namespace
}  // namespace constancia::policies
