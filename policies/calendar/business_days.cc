#include "policies/calendar/business_days.h"

namespace constancia::policies {

bool IsBusinessDay(absl::CivilDay date, const HolidayCalendar* calendar, std::string_view region) {
  const absl::Weekday weekday = absl::GetWeekday(date);
  if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) return false;
  return calendar == nullptr || !calendar->IsHoliday(date, region);
}

absl::CivilDay AddBusinessDays(absl::CivilDay from, int days, const HolidayCalendar* calendar,
                               std::string_view region) {
  absl::CivilDay date = from;
  while (days > 0) {
    if (IsBusinessDay(++date, calendar, region)) --days;
  }
  return date;
}

}  // namespace constancia::policies
