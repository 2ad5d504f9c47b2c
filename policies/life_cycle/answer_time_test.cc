#include "policies/life_cycle/answer_time.h"

#include <gtest/gtest.h>

#include <set>

namespace constancia::policies {
namespace {

using absl::CivilDay;

CivilDay Deadline(std::string_view country, std::string_view authority, CivilDay received) {
  return DeadlineOf(FindAnswerTime(country, authority), received, country, "");
}

TEST(AnswerTime, RunsInBusinessDaysAcrossHolidaysAndWeekends) {
  // Chile, received on Monday 2025-09-15: 18 and 19 September are holidays.
  EXPECT_EQ(Deadline("CL", "", CivilDay(2025, 9, 15)), CivilDay(2025, 10, 1));
  EXPECT_EQ(Deadline("CL", "SERNAC", CivilDay(2025, 9, 15)), CivilDay(2025, 10, 13));
}

TEST(AnswerTime, BeginsOnTheBusinessDayAfterAReceiptOnASaturday) {
  EXPECT_EQ(Deadline("CL", "", CivilDay(2025, 3, 8)), CivilDay(2025, 3, 21));
}

TEST(AnswerTime, InCalendarDaysIsNotMovedByAWeekend) {
  // 2025-03-08 is a Saturday.
  EXPECT_EQ(Deadline("BR", "", CivilDay(2025, 3, 1)), CivilDay(2025, 3, 8));
  EXPECT_EQ(Deadline("UK", "", CivilDay(2025, 1, 1)), CivilDay(2025, 2, 26));
}

TEST(AnswerTime, IsThatOfTheHouseWhereTheCountryHasNone) {
  EXPECT_EQ(FindAnswerTime("UY", "").rule_id, "HOUSE-complaint");
  EXPECT_EQ(FindAnswerTime("US", "").rule_id, "HOUSE-complaint");
  EXPECT_EQ(FindAnswerTime("US", "CFPB").rule_id, "US-complaint-cfpb");
}

TEST(AnswerTime, OfEveryRowHasABasisAndNeverShowsAHouseRuleAsLaw) {
  std::set<std::string_view> ids;
  for (const AnswerTime& time : AnswerTimes()) {
    EXPECT_TRUE(ids.insert(time.rule_id).second) << time.rule_id;
    EXPECT_FALSE(time.mark.empty());
    EXPECT_EQ(time.mark == "P", time.basis.substr(0, 10) == "house rule") << time.rule_id;
  }
  EXPECT_EQ(AcknowledgementTime().mark, "P");
}

}  // namespace
}  // namespace constancia::policies
