// Business days: Monday to Friday less the holidays of a calendar, whatever a contact rule says of
// Saturdays.
//
// `calendar` may be null: then only weekends are free. `region` is that of HolidayCalendar.
//
// Used by: policies/engine (duties); the door (deadlines of disputes and claims).
// Threads: any.

#ifndef CONSTANCIA_POLICIES_CALENDAR_BUSINESS_DAYS_H_
#define CONSTANCIA_POLICIES_CALENDAR_BUSINESS_DAYS_H_

#include <string_view>

#include "absl/time/civil_time.h"
#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {

bool IsBusinessDay(absl::CivilDay date, const HolidayCalendar* calendar, std::string_view region);

// Returns the date on which `days` business days after `from` have passed: the deadline ends with
// it. `from` is day 0 and need not be a business day; with `days` 0 or less it is the answer.
absl::CivilDay AddBusinessDays(absl::CivilDay from, int days, const HolidayCalendar* calendar,
                               std::string_view region);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_BUSINESS_DAYS_H_
