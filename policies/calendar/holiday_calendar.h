// Public holidays: a table of rules and single dates per country, with a version.
//
// A country is one source file with one table (chile.cc), so adding one is adding a table. Tables
// are constants of the program and no files: pure code needs no disk, and the compiler reads them.
// Sundays are not listed: the weekday rule of a window handles them. Before the first and after the
// last year that its dates were checked for, a calendar gives what its rules give, and where a day
// has to be looked up every year, all dates it can fall on.
//
// Used by: policies/engine; business_days.h; the door, to list holidays.
// Threads: calendars are constants; any.

#ifndef CONSTANCIA_POLICIES_CALENDAR_HOLIDAY_CALENDAR_H_
#define CONSTANCIA_POLICIES_CALENDAR_HOLIDAY_CALENDAR_H_

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"

namespace constancia::policies {

// Where the date of a yearly holiday is on Easter Sunday plus `day`, instead of month and day.
inline constexpr int kEaster = 0;

// Days from the base date to the holiday, by weekday of the base date, Monday first.
inline constexpr int kNoHoliday = 127;
using Moves = std::array<int, 7>;
inline constexpr Moves kStays = {0, 0, 0, 0, 0, 0, 0};

inline constexpr int kNoLastYear = 9999;

// A holiday of every year from `from_year` to `until_year`: its base date, moved by weekday. A move
// stays within the year.
struct YearlyHoliday {
  std::string_view name;
  int month;  // 1 to 12, or kEaster
  int day;
  Moves moves = kStays;
  std::string_view region = "";  // "": the whole country
  int from_year = 0;
  int until_year = kNoLastYear;
  std::string_view not_in = "";  // the region that does not keep it
};

// A holiday of one date.
struct SingleHoliday {
  std::string_view name;
  int year;
  int month;
  int day;
  std::string_view region = "";
};

struct Holiday {
  absl::CivilDay date;
  std::string_view name;    // in the language of the country
  std::string_view region;  // "": the whole country,
  std::string_view not_in;  // but for this region
};

// The holidays of one country. UK is England and Wales where no region is given; US-OBSERVED adds
// to US the days observed for a holiday on a weekend.
class HolidayCalendar {
 public:
  constexpr HolidayCalendar(std::string_view id, std::string_view version, std::string_view source,
                            int first_year, int last_year, std::span<const YearlyHoliday> yearly,
                            std::span<const SingleHoliday> single)
      : id_(id),
        version_(version),
        source_(source),
        first_year_(first_year),
        last_year_(last_year),
        yearly_(yearly),
        single_(single) {}

  // All calendars, in order of id.
  static std::span<const HolidayCalendar* const> All();

  // Null when there is no calendar of that id.
  static const HolidayCalendar* Find(std::string_view id);

  // The country, and the version that a verdict names. A change of any date is a new version.
  std::string_view id() const { return id_; }
  std::string_view version() const { return version_; }
  // The laws its days come from.
  std::string_view source() const { return source_; }
  // The years its dates were checked for.
  int first_year() const { return first_year_; }
  int last_year() const { return last_year_; }

  // Tells whether `date` is a holiday of the whole country or of `region` (CL-NB-chillan; a day of
  // CL-MA is also one of every place in it). "" and regions without days of their own have the
  // national days.
  bool IsHoliday(absl::CivilDay date, std::string_view region) const;

  // Returns the holidays of a year in `region` in order of date, the national ones included.
  std::vector<Holiday> InYear(int year, std::string_view region) const;

  // Returns the holidays of a year in every region, in order of date.
  std::vector<Holiday> InYearEverywhere(int year) const;

 private:
  std::string_view id_;
  std::string_view version_;
  std::string_view source_;
  int first_year_;
  int last_year_;
  std::span<const YearlyHoliday> yearly_;
  std::span<const SingleHoliday> single_;
};

// Returns Easter Sunday in the Gregorian calendar.
absl::CivilDay EasterSunday(int year);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_HOLIDAY_CALENDAR_H_
