// The calendars there are, one source file each.

#ifndef CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_
#define CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_

#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {

extern const HolidayCalendar kChile;

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_
