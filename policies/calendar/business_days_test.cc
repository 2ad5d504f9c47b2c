#include "policies/calendar/business_days.h"

#include "gtest/gtest.h"

namespace constancia::policies {
namespace {

const HolidayCalendar* Calendar(std::string_view id) { return HolidayCalendar::Find(id); }

TEST(BusinessDays, WithoutDaysTheDayOfTheActIsTheAnswerEvenOnASunday) {
  const absl::CivilDay sunday(2025, 3, 9);
  EXPECT_EQ(AddBusinessDays(sunday, 0, Calendar("CL"), ""), sunday);
  EXPECT_EQ(AddBusinessDays(sunday, -3, Calendar("CL"), ""), sunday);
}

TEST(BusinessDays, SaturdaysAreNone) {
  EXPECT_FALSE(IsBusinessDay(absl::CivilDay(2025, 3, 8), Calendar("CL"), ""));
  EXPECT_TRUE(IsBusinessDay(absl::CivilDay(2025, 3, 10), Calendar("CL"), ""));
}

TEST(BusinessDays, WithoutACalendarOnlyWeekendsAreFree) {
  EXPECT_TRUE(IsBusinessDay(absl::CivilDay(2025, 12, 25), nullptr, ""));
  EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 12, 24), 2, nullptr, ""),
            absl::CivilDay(2025, 12, 26));
}

TEST(BusinessDays, TheDayOfTheActIsDayZero) {
  EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 3, 3), 5, Calendar("CL"), ""),
            absl::CivilDay(2025, 3, 10));
  // From a Friday, a Saturday and a Sunday, the first business day is the same Monday.
  for (int day = 7; day <= 9; ++day) {
    EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 3, day), 1, Calendar("CL"), ""),
              absl::CivilDay(2025, 3, 10));
  }
}

TEST(BusinessDays, HolidaysOfTheCountryAndTheRegionAreSkipped) {
  // Thursday and Friday of the national days, then a weekend.
  EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 9, 17), 1, Calendar("CL"), ""),
            absl::CivilDay(2025, 9, 22));
  EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 7, 8), 1, Calendar("BR"), ""),
            absl::CivilDay(2025, 7, 9));
  EXPECT_EQ(AddBusinessDays(absl::CivilDay(2025, 7, 8), 1, Calendar("BR"), "BR-SP"),
            absl::CivilDay(2025, 7, 10));
}

TEST(BusinessDays, ADayObservedCountsOnlyInTheCalendarThatHasIt) {
  // Independence Day 2026 is a Saturday.
  const absl::CivilDay thursday(2026, 7, 2);
  EXPECT_EQ(AddBusinessDays(thursday, 1, Calendar("US"), ""), absl::CivilDay(2026, 7, 3));
  EXPECT_EQ(AddBusinessDays(thursday, 1, Calendar("US-OBSERVED"), ""), absl::CivilDay(2026, 7, 6));
}

}  // namespace
}  // namespace constancia::policies
