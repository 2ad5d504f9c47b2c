// The calendars there are, one source file each.

#ifndef CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_
#define CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_

#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {

extern const HolidayCalendar kArgentina;
extern const HolidayCalendar kBrazil;
extern const HolidayCalendar kChile;
extern const HolidayCalendar kColombia;
extern const HolidayCalendar kCostaRica;
extern const HolidayCalendar kEcuador;
extern const HolidayCalendar kMexico;
extern const HolidayCalendar kPeru;
extern const HolidayCalendar kSpain;
extern const HolidayCalendar kUnitedKingdom;
extern const HolidayCalendar kUnitedStates;
extern const HolidayCalendar kUnitedStatesObserved;

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_INTERNAL_COUNTRIES_H_
