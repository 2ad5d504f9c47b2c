#include "policies/calendar/holiday_calendar.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::policies {
namespace {

using ::testing::SizeIs;

const HolidayCalendar& Chile() { return *HolidayCalendar::Find("CL"); }

std::string Dates(int year, std::string_view region) {
  std::vector<std::string> dates;
  for (const Holiday& holiday : Chile().InYear(year, region)) {
    dates.push_back(absl::FormatCivilTime(holiday.date).substr(5));
  }
  return absl::StrJoin(dates, " ");
}

TEST(HolidayCalendar, UnknownCountriesHaveNone) {
  EXPECT_EQ(HolidayCalendar::Find("XX"), nullptr);
  EXPECT_EQ(HolidayCalendar::Find(""), nullptr);
}

TEST(HolidayCalendar, EasterIsRightFrom2019To2030) {
  const struct {
    int year, month, day;
  } sundays[] = {{2019, 4, 21}, {2020, 4, 12}, {2021, 4, 4},  {2022, 4, 17},
                 {2023, 4, 9},  {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},
                 {2027, 3, 28}, {2028, 4, 16}, {2029, 4, 1},  {2030, 4, 21}};
  for (const auto& [year, month, day] : sundays) {
    EXPECT_EQ(EasterSunday(year), absl::CivilDay(year, month, day));
  }
}

TEST(Chile, HasExactlyItsNationalHolidays) {
  const std::map<int, std::string> printed = {
      {2019,
       "01-01 04-19 04-20 05-01 05-21 06-29 07-16 08-15 09-18 09-19 09-20 10-12 10-31 11-01 12-08 "
       "12-25"},
      {2020,
       "01-01 04-10 04-11 05-01 05-21 06-29 07-16 08-15 09-18 09-19 10-12 10-31 11-01 12-08 12-25"},
      {2021,
       "01-01 04-02 04-03 05-01 05-15 05-21 06-21 06-28 07-16 08-15 09-17 09-18 09-19 10-11 10-31 "
       "11-01 12-08 12-25"},
      {2022,
       "01-01 04-15 04-16 05-01 05-21 06-21 06-27 07-16 08-15 09-16 09-18 09-19 10-10 10-31 11-01 "
       "12-08 12-25"},
      {2023,
       "01-01 01-02 04-07 04-08 05-01 05-21 06-21 06-26 07-16 08-15 09-18 09-19 10-09 10-27 11-01 "
       "12-08 12-25"},
      {2024,
       "01-01 03-29 03-30 05-01 05-21 06-20 06-29 07-16 08-15 09-18 09-19 09-20 10-12 10-31 11-01 "
       "12-08 12-25"},
      {2025,
       "01-01 04-18 04-19 05-01 05-21 06-20 06-29 07-16 08-15 09-18 09-19 10-12 10-31 11-01 12-08 "
       "12-25"},
      {2026,
       "01-01 04-03 04-04 05-01 05-21 06-21 06-29 07-16 08-15 09-18 09-19 10-12 10-31 11-01 12-08 "
       "12-25"},
      {2027,
       "01-01 03-26 03-27 05-01 05-21 06-21 06-28 07-16 08-15 09-17 09-18 09-19 10-11 10-31 11-01 "
       "12-08 12-25"},
      {2028,
       "01-01 04-14 04-15 05-01 05-21 06-20 06-26 07-16 08-15 09-18 09-19 10-09 10-27 11-01 12-08 "
       "12-25"},
      {2029,
       "01-01 03-30 03-31 05-01 05-21 06-20 07-02 07-16 08-15 09-17 09-18 09-19 10-15 11-01 11-02 "
       "12-08 12-25"},
      {2030,
       "01-01 04-19 04-20 05-01 05-21 06-21 06-29 07-16 08-15 09-18 09-19 09-20 10-12 10-31 11-01 "
       "12-08 12-25"}};
  EXPECT_THAT(printed, SizeIs(Chile().last_year() - Chile().first_year() + 1));
  for (const auto& [year, dates] : printed) EXPECT_EQ(Dates(year, ""), dates) << year;
}

TEST(Chile, IsHolidayAgreesWithTheYearlyListOnEveryDate) {
  for (const std::string_view region : {"", "CL-AP", "CL-NB-chillan", "CL-MA"}) {
    for (int year = Chile().first_year(); year <= Chile().last_year(); ++year) {
      const std::vector<Holiday> holidays = Chile().InYear(year, region);
      for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
        bool listed = false;
        for (const Holiday& holiday : holidays) listed = listed || holiday.date == day;
        ASSERT_EQ(Chile().IsHoliday(day, region), listed) << day;
      }
    }
  }
}

TEST(Chile, RegionalDaysHoldInTheirRegionOnly) {
  const absl::CivilDay arica(2025, 6, 7);
  EXPECT_TRUE(Chile().IsHoliday(arica, "CL-AP"));
  EXPECT_TRUE(Chile().IsHoliday(arica, "CL-AP-putre"));
  EXPECT_FALSE(Chile().IsHoliday(arica, "CL-APX"));
  EXPECT_FALSE(Chile().IsHoliday(arica, "CL-MA"));
  EXPECT_FALSE(Chile().IsHoliday(arica, ""));

  const absl::CivilDay chillan(2025, 8, 20);
  EXPECT_TRUE(Chile().IsHoliday(chillan, "CL-NB-chillan"));
  EXPECT_TRUE(Chile().IsHoliday(chillan, "CL-NB-chillan-viejo"));
  EXPECT_FALSE(Chile().IsHoliday(chillan, "CL-NB"));

  const absl::CivilDay south(2024, 9, 21);
  EXPECT_TRUE(Chile().IsHoliday(south, "CL-MA"));
  EXPECT_TRUE(Chile().IsHoliday(south, "CL-LL-chiloe"));
  EXPECT_FALSE(Chile().IsHoliday(south, "CL-LL"));
  EXPECT_FALSE(Chile().IsHoliday(absl::CivilDay(2025, 9, 21), "CL-MA"));
}

TEST(Chile, ARegionWithoutDaysOfItsOwnHasTheNationalOnes) {
  EXPECT_EQ(Dates(2025, "CL-XX"), Dates(2025, ""));
}

TEST(Chile, TheElectionSaturdayOf2024IsAWorkingDay) {
  EXPECT_FALSE(Chile().IsHoliday(absl::CivilDay(2024, 10, 26), ""));
}

TEST(Chile, AnUnknownSolsticeKeepsBothItsDates) {
  EXPECT_TRUE(Chile().IsHoliday(absl::CivilDay(2031, 6, 20), ""));
  EXPECT_TRUE(Chile().IsHoliday(absl::CivilDay(2031, 6, 21), ""));
}

TEST(Chile, NoHolidayOfTheSolsticeBeforeItsLaw) {
  EXPECT_FALSE(Chile().IsHoliday(absl::CivilDay(2020, 6, 20), ""));
  EXPECT_FALSE(Chile().IsHoliday(absl::CivilDay(2020, 6, 21), ""));
}

}  // namespace
}  // namespace constancia::policies
