#include "policies/calendar/holiday_calendar.h"

#include <algorithm>
#include <optional>

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

constexpr const HolidayCalendar* kCalendars[] = {
    &kArgentina, &kBrazil, &kChile, &kColombia,      &kCostaRica,    &kEcuador,
    &kSpain,     &kMexico, &kPeru,  &kUnitedKingdom, &kUnitedStates, &kUnitedStatesObserved,
};

// The date in `year`; nothing when the holiday does not take place.
std::optional<absl::CivilDay> DateOf(const YearlyHoliday& holiday, absl::civil_year_t year) {
  if (year < holiday.from_year || year > holiday.until_year) return std::nullopt;
  const absl::CivilDay base = holiday.month == kEaster
                                  ? EasterSunday(static_cast<int>(year)) + holiday.day
                                  : absl::CivilDay(year, holiday.month, holiday.day);
  const int move = holiday.moves[static_cast<size_t>(absl::GetWeekday(base))];
  if (move == kNoHoliday) return std::nullopt;
  return base + move;
}

// CL-NB-chillan is in CL-NB; CL-NBX is not.
bool IsIn(std::string_view region, std::string_view larger) {
  if (!region.starts_with(larger)) return false;
  const std::string_view place = region.substr(larger.size());
  return place.empty() || place.front() == '-';
}

// `holiday` is a YearlyHoliday or a Holiday.
template <typename AnyHoliday>
bool AppliesIn(const AnyHoliday& holiday, std::string_view region) {
  if (!holiday.not_in.empty() && IsIn(region, holiday.not_in)) return false;
  return holiday.region.empty() || IsIn(region, holiday.region);
}

}  // namespace

// Anonymous Gregorian algorithm (Meeus, Jones, Butcher).
absl::CivilDay EasterSunday(int year) {
  const int golden = year % 19;
  const int century = year / 100;
  const int in_century = year % 100;
  const int skipped_leap_days = century - century / 4;
  const int lunar_correction = (8 * century + 13) / 25;
  const int epact = (19 * golden + skipped_leap_days - lunar_correction + 15) % 30;
  const int moon = epact - (golden + 11 * epact) / 319;
  const int weekday = (2 * (century % 4) + 2 * (in_century / 4) - in_century % 4 - moon + 32) % 7;
  const int month = (moon + weekday + 90) / 25;
  return absl::CivilDay(year, month, (moon + weekday + month + 19) % 32);
}

std::span<const HolidayCalendar* const> HolidayCalendar::All() { return kCalendars; }

const HolidayCalendar* HolidayCalendar::Find(std::string_view id) {
  const auto* found = std::find_if(std::begin(kCalendars), std::end(kCalendars),
                                   [&](const HolidayCalendar* c) { return c->id() == id; });
  return found == std::end(kCalendars) ? nullptr : *found;
}

bool HolidayCalendar::IsHoliday(absl::CivilDay date, std::string_view region) const {
  const auto yearly = [&](const YearlyHoliday& holiday) {
    return AppliesIn(holiday, region) && DateOf(holiday, date.year()) == date;
  };
  const auto single = [&](const SingleHoliday& holiday) {
    return (holiday.region.empty() || IsIn(region, holiday.region)) &&
           absl::CivilDay(holiday.year, holiday.month, holiday.day) == date;
  };
  return std::any_of(yearly_.begin(), yearly_.end(), yearly) ||
         std::any_of(single_.begin(), single_.end(), single);
}

std::vector<Holiday> HolidayCalendar::InYear(int year, std::string_view region) const {
  std::vector<Holiday> holidays = InYearEverywhere(year);
  std::erase_if(holidays, [&](const Holiday& holiday) { return !AppliesIn(holiday, region); });
  return holidays;
}

std::vector<Holiday> HolidayCalendar::InYearEverywhere(int year) const {
  std::vector<Holiday> holidays;
  for (const YearlyHoliday& holiday : yearly_) {
    const std::optional<absl::CivilDay> date = DateOf(holiday, year);
    if (date) holidays.push_back({*date, holiday.name, holiday.region, holiday.not_in});
  }
  for (const SingleHoliday& holiday : single_) {
    if (holiday.year != year) continue;
    holidays.push_back({absl::CivilDay(holiday.year, holiday.month, holiday.day), holiday.name,
                        holiday.region, ""});
  }
  std::stable_sort(holidays.begin(), holidays.end(),
                   [](const Holiday& a, const Holiday& b) { return a.date < b.date; });
  return holidays;
}

}  // namespace constancia::policies
