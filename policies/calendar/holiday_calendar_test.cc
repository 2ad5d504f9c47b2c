#include "policies/calendar/holiday_calendar.h"

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/base/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::policies {
namespace {

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

// The dates of a year as holiday_dates.txt writes them.
std::string Dates(const HolidayCalendar& calendar, int year, std::string_view region) {
  std::vector<std::string> dates;
  for (const Holiday& holiday : calendar.InYear(year, region)) {
    const std::string date = absl::FormatCivilTime(holiday.date).substr(5);
    if (dates.empty() || dates.back() != date) dates.push_back(date);
  }
  return absl::StrJoin(dates, " ");
}

std::string Dates(std::string_view country, int year, std::string_view region = "") {
  return Dates(*HolidayCalendar::Find(country), year, region);
}

bool IsHoliday(std::string_view country, int year, int month, int day,
               std::string_view region = "") {
  return HolidayCalendar::Find(country)->IsHoliday(absl::CivilDay(year, month, day), region);
}

TEST(HolidayCalendar, EveryCountryHasExactlyTheDatesWrittenDownForIt) {
  std::istringstream file(
      ReadTestFile(CONSTANCIA_SOURCE_DIR "/policies/calendar/holiday_dates.txt"));
  std::map<std::string, std::set<int>> years;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string country;
    int year = 0;
    std::string dates;
    words >> country >> year >> std::ws;
    std::getline(words, dates);
    ASSERT_NE(HolidayCalendar::Find(country), nullptr) << line;
    EXPECT_EQ(Dates(country, year), dates) << country << " " << year;
    years[country].insert(year);
  }
  for (const HolidayCalendar* calendar : HolidayCalendar::All()) {
    if (calendar->id() == "US-OBSERVED") continue;
    std::set<int> checked;
    for (int year = calendar->first_year(); year <= calendar->last_year(); ++year) {
      checked.insert(year);
    }
    EXPECT_EQ(years[std::string(calendar->id())], checked) << calendar->id();
  }
}

TEST(HolidayCalendar, AgreesWithItsYearlyListOnEveryDateAndInEveryRegion) {
  for (const HolidayCalendar* calendar : HolidayCalendar::All()) {
    for (const std::string_view region :
         {"", "CL-AP", "CL-NB-chillan", "CL-MA", "BR-SP", "BR-RJ", "UK-SCT", "UK-NIR", "XX"}) {
      for (int year = calendar->first_year(); year <= calendar->last_year(); ++year) {
        std::set<absl::CivilDay> listed;
        for (const Holiday& holiday : calendar->InYear(year, region)) listed.insert(holiday.date);
        for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
          ASSERT_EQ(calendar->IsHoliday(day, region), listed.contains(day))
              << calendar->id() << " " << region << " " << day;
        }
      }
    }
  }
}

TEST(HolidayCalendar, EveryCalendarIsFoundByItsIdAndNamesVersionSourceAndDays) {
  std::string_view before;
  for (const HolidayCalendar* calendar : HolidayCalendar::All()) {
    EXPECT_LT(before, calendar->id());
    before = calendar->id();
    EXPECT_EQ(HolidayCalendar::Find(calendar->id()), calendar);
    EXPECT_TRUE(calendar->version().starts_with(calendar->id())) << calendar->version();
    EXPECT_NE(calendar->source(), "") << calendar->id();
    for (const Holiday& holiday : calendar->InYear(2025, "")) EXPECT_NE(holiday.name, "");
  }
}

TEST(HolidayCalendar, ARegionWithoutDaysOfItsOwnHasTheNationalOnes) {
  for (const HolidayCalendar* calendar : HolidayCalendar::All()) {
    EXPECT_EQ(Dates(*calendar, 2025, "XX-YY"), Dates(*calendar, 2025, "")) << calendar->id();
  }
}

TEST(Chile, RegionalDaysHoldInTheirRegionOnly) {
  EXPECT_TRUE(IsHoliday("CL", 2025, 6, 7, "CL-AP"));
  EXPECT_TRUE(IsHoliday("CL", 2025, 6, 7, "CL-AP-putre"));
  EXPECT_FALSE(IsHoliday("CL", 2025, 6, 7, "CL-APX"));
  EXPECT_FALSE(IsHoliday("CL", 2025, 6, 7, "CL-MA"));
  EXPECT_FALSE(IsHoliday("CL", 2025, 6, 7));

  EXPECT_TRUE(IsHoliday("CL", 2025, 8, 20, "CL-NB-chillan"));
  EXPECT_TRUE(IsHoliday("CL", 2025, 8, 20, "CL-NB-chillan-viejo"));
  EXPECT_FALSE(IsHoliday("CL", 2025, 8, 20, "CL-NB"));

  EXPECT_TRUE(IsHoliday("CL", 2024, 9, 21, "CL-MA"));
  EXPECT_TRUE(IsHoliday("CL", 2024, 9, 21, "CL-LL-chiloe"));
  EXPECT_FALSE(IsHoliday("CL", 2024, 9, 21, "CL-LL"));
  EXPECT_FALSE(IsHoliday("CL", 2025, 9, 21, "CL-MA"));
}

TEST(Chile, TheElectionSaturdayOf2024IsAWorkingDay) { EXPECT_FALSE(IsHoliday("CL", 2024, 10, 26)); }

TEST(Chile, AnUnknownSolsticeKeepsBothItsDates) {
  EXPECT_TRUE(IsHoliday("CL", 2031, 6, 20));
  EXPECT_TRUE(IsHoliday("CL", 2031, 6, 21));
}

TEST(Chile, NoHolidayOfTheSolsticeBeforeItsLaw) {
  EXPECT_FALSE(IsHoliday("CL", 2020, 6, 20));
  EXPECT_FALSE(IsHoliday("CL", 2020, 6, 21));
}

TEST(Chile, TheLastDayOfTheYearIsFreeForBanksOnly) { EXPECT_FALSE(IsHoliday("CL", 2025, 12, 31)); }

TEST(Colombia, HolidaysThatFallOnOneDateAreBothNamed) {
  const struct { int year, month, day; } shared[] = {{2019, 7, 1}, {2025, 6, 30}, {2030, 7, 1}};
  for (const auto& [year, month, day] : shared) {
    int names = 0;
    for (const Holiday& holiday : HolidayCalendar::Find("CO")->InYear(year, "")) {
      if (holiday.date == absl::CivilDay(year, month, day)) ++names;
    }
    EXPECT_EQ(names, 2) << year;
  }
}

TEST(Colombia, AMovedHolidayLeavesItsDateAWorkingDay) {
  EXPECT_FALSE(IsHoliday("CO", 2025, 3, 19));
  EXPECT_TRUE(IsHoliday("CO", 2025, 3, 24));
  EXPECT_FALSE(IsHoliday("CO", 2025, 4, 19)) << "Saturday before Easter";
}

TEST(Colombia, TheDayOfChiquinquiraBeginsIn2026) {
  EXPECT_FALSE(IsHoliday("CO", 2025, 7, 14));
  EXPECT_TRUE(IsHoliday("CO", 2026, 7, 13));
}

TEST(Mexico, DaysOffOfBanksAreNone) {
  EXPECT_FALSE(IsHoliday("MX", 2025, 4, 17));
  EXPECT_FALSE(IsHoliday("MX", 2025, 4, 18));
  EXPECT_FALSE(IsHoliday("MX", 2025, 11, 2));
  EXPECT_FALSE(IsHoliday("MX", 2025, 12, 12));
}

TEST(Mexico, TheHandoverMovedFromDecemberToOctober) {
  EXPECT_TRUE(IsHoliday("MX", 2018, 12, 1));
  EXPECT_TRUE(IsHoliday("MX", 2024, 10, 1));
  EXPECT_FALSE(IsHoliday("MX", 2024, 12, 1));
  EXPECT_FALSE(IsHoliday("MX", 2025, 10, 1));
}

TEST(Peru, ADayThatALawAddedIsNoneBefore) {
  EXPECT_FALSE(IsHoliday("PE", 2021, 8, 6));
  EXPECT_FALSE(IsHoliday("PE", 2021, 12, 9));
  EXPECT_FALSE(IsHoliday("PE", 2022, 7, 23));
  EXPECT_FALSE(IsHoliday("PE", 2023, 6, 7));
}

TEST(Argentina, AHolidayMovedByDecreeLeavesItsDate) {
  EXPECT_FALSE(IsHoliday("AR", 2020, 4, 2));
  EXPECT_TRUE(IsHoliday("AR", 2020, 3, 31));
  EXPECT_FALSE(IsHoliday("AR", 2025, 10, 12));
  EXPECT_TRUE(IsHoliday("AR", 2025, 10, 10));
}

TEST(Brazil, CarnivalAndCorpusChristiAreNoNationalHolidays) {
  EXPECT_FALSE(IsHoliday("BR", 2025, 3, 3));
  EXPECT_FALSE(IsHoliday("BR", 2025, 3, 4));
  EXPECT_FALSE(IsHoliday("BR", 2025, 6, 19));
}

TEST(Brazil, StatesKeepTheirOwnDays) {
  EXPECT_EQ(Dates("BR", 2025, "BR-SP"),
            "01-01 04-18 04-21 05-01 07-09 09-07 10-12 11-02 11-15 11-20 12-25");
  EXPECT_EQ(Dates("BR", 2025, "BR-RJ"),
            "01-01 03-04 04-18 04-21 04-23 05-01 09-07 10-12 11-02 11-15 11-20 12-25");
  EXPECT_EQ(Dates("BR", 2025, "BR-SP-sao-paulo"), Dates("BR", 2025, "BR-SP"));
  EXPECT_FALSE(IsHoliday("BR", 2023, 11, 20));
  EXPECT_TRUE(IsHoliday("BR", 2023, 11, 20, "BR-SP"));
  EXPECT_FALSE(IsHoliday("BR", 2022, 11, 20, "BR-SP"));
  EXPECT_TRUE(IsHoliday("BR", 2022, 11, 20, "BR-RJ"));
  EXPECT_FALSE(IsHoliday("BR", 2022, 11, 20, "BR-AM"));
}

TEST(Ecuador, TheOriginalDateOfAMovedHolidayIsAnOrdinaryDay) {
  EXPECT_FALSE(IsHoliday("EC", 2025, 5, 1));
  EXPECT_TRUE(IsHoliday("EC", 2025, 5, 2));
  EXPECT_FALSE(IsHoliday("EC", 2022, 1, 1));
  EXPECT_TRUE(IsHoliday("EC", 2021, 12, 31));
}

TEST(CostaRica, TheMovesToMondaysAreNotEntered) {
  EXPECT_TRUE(IsHoliday("CR", 2021, 7, 25));
  EXPECT_FALSE(IsHoliday("CR", 2021, 7, 26));
}

TEST(Spain, MaundyThursdayIsNotKeptEverywhere) { EXPECT_FALSE(IsHoliday("ES", 2025, 4, 17)); }

TEST(UnitedKingdom, ScotlandAndNorthernIrelandDiffer) {
  EXPECT_EQ(Dates("UK", 2025, "UK-SCT"), "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26");
  EXPECT_EQ(Dates("UK", 2025, "UK-NIR"),
            "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26");
}

TEST(UnitedKingdom, TheSecondOfJanuaryInScotlandComesAfterTheFirst) {
  const std::map<int, std::string> firsts = {
      {2021, "01-01 01-04"}, {2022, "01-03 01-04"}, {2023, "01-02 01-03"}, {2024, "01-01 01-02"}};
  for (const auto& [year, dates] : firsts) {
    EXPECT_EQ(Dates("UK", year, "UK-SCT").substr(0, 11), dates);
  }
}

TEST(UnitedStates, ADayIsObservedBesideItsLegalDateInTheCalendarForItOnly) {
  EXPECT_EQ(Dates("US-OBSERVED", 2021),
            "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 "
            "12-31");
  EXPECT_EQ(Dates("US-OBSERVED", 2023).substr(0, 11), "01-01 01-02");
  EXPECT_FALSE(IsHoliday("US", 2021, 12, 31));
  for (int year = 2019; year <= 2030; ++year) {
    for (const Holiday& holiday : HolidayCalendar::Find("US")->InYear(year, "")) {
      EXPECT_TRUE(HolidayCalendar::Find("US-OBSERVED")->IsHoliday(holiday.date, ""));
    }
  }
}

TEST(HolidayCalendar, ListsTheDaysOfAllRegionsWithTheRegion) {
  int arica = 0;
  for (const Holiday& holiday : HolidayCalendar::Find("CL")->InYearEverywhere(2025)) {
    if (holiday.region == "CL-AP" && holiday.date == absl::CivilDay(2025, 6, 7)) ++arica;
  }
  EXPECT_EQ(arica, 1);
  int easter_monday = 0;
  for (const Holiday& holiday : HolidayCalendar::Find("UK")->InYearEverywhere(2025)) {
    if (holiday.date == absl::CivilDay(2025, 4, 21) && holiday.not_in == "UK-SCT") ++easter_monday;
  }
  EXPECT_EQ(easter_monday, 1);
}

}  // namespace
}  // namespace constancia::policies
