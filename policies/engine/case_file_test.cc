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
