#include "core/base/civil_date.h"

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(CivilDate, RefusesEveryOtherSpelling) {
  for (const char* text :
       {"", "2026-1-9", "2026-01-9", "26-01-09", "2026/01/09", "20260109", "2026-01-09T00:00",
        " 2026-01-09", "2026-01-0x", "-026-01-09", "09-01-2026", "+026-01-09"}) {
    EXPECT_EQ(ReasonOf(CivilDate::Parse(text).status()), error::v1::SCHEMA_INVALID) << text;
  }
}

TEST(CivilDate, RefusesDaysThatTheCalendarLacks) {
  for (const char* text : {"2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10",
                           "2026-01-00", "2026-01-32", "0000-01-01"}) {
    EXPECT_FALSE(CivilDate::Parse(text).ok()) << text;
  }
}

TEST(CivilDate, ReadsAndWritesEveryDayOfFourYears) {
  const int64_t first = CivilDate::Parse("2023-12-31")->DaysSinceEpoch();
  int64_t days = 0;
  for (int year = 2024; year < 2028; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= 31; ++day) {
        const std::string text = CivilDate{year, month, day}.ToText();
        const auto date = CivilDate::Parse(text);
        if (!date.ok()) continue;
        EXPECT_EQ(date->ToText(), text);
        EXPECT_EQ(date->DaysSinceEpoch(), first + ++days) << text;
      }
    }
  }
  EXPECT_EQ(days, 4 * 365 + 1);
}

TEST(CivilDate, IsOrderedAsDaysAre) {
  EXPECT_LT(*CivilDate::Parse("2025-12-31"), *CivilDate::Parse("2026-01-01"));
  EXPECT_EQ(CivilDate::Parse("1970-01-01")->DaysSinceEpoch(), 0);
  EXPECT_EQ(CivilDate::Parse("1969-12-31")->DaysSinceEpoch(), -1);
}

}  // namespace
}  // namespace constancia
