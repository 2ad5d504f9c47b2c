// How holidays move: days from the base date to the holiday, by weekday of the base date, Monday
// first. A weekday of a month is a move too: the third Monday of January is the Monday from the
// 15th on, the last Monday of May the Monday from the 25th on.
//
// Used by: the tables of the countries.

#ifndef CONSTANCIA_POLICIES_CALENDAR_INTERNAL_MOVES_H_
#define CONSTANCIA_POLICIES_CALENDAR_INTERNAL_MOVES_H_

#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {

inline constexpr int kNo = kNoHoliday;

// The first Monday, or Thursday, from the base date on.
inline constexpr Moves kMondayFrom = {0, 6, 5, 4, 3, 2, 1};
inline constexpr Moves kThursdayFrom = {3, 2, 1, 0, 6, 5, 4};

// Days that exist only when the base date is such a weekday: the base date itself, the day before
// or after it.
inline constexpr Moves kOnlyFriday = {kNo, kNo, kNo, kNo, 0, kNo, kNo};
inline constexpr Moves kDayBeforeTuesday = {kNo, -1, kNo, kNo, kNo, kNo, kNo};
inline constexpr Moves kDayAfterWednesday = {kNo, kNo, 2, kNo, kNo, kNo, kNo};
inline constexpr Moves kDayBeforeSaturday = {kNo, kNo, kNo, kNo, kNo, -1, kNo};
inline constexpr Moves kDayAfterSunday = {kNo, kNo, kNo, kNo, kNo, kNo, 1};

// From a weekend to the Monday after it.
inline constexpr Moves kWeekendToMonday = {0, 0, 0, 0, 0, 2, 1};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_INTERNAL_MOVES_H_
