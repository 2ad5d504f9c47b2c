// Federal holidays of the United States, in two calendars: US has the legal dates, US-OBSERVED the
// legal dates and the Friday or Monday kept for one on a weekend. Neither bears on contact hours;
// deadlines in business days use them.

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

// For a Saturday the Friday before, for a Sunday the Monday after.
constexpr Moves kObserved = {kNo, kNo, kNo, kNo, kNo, -1, 1};

constexpr YearlyHoliday kYearly[] = {
    {"New Year's Day", 1, 1},
    {"Birthday of Martin Luther King, Jr.", 1, 15, kMondayFrom},
    {"Washington's Birthday", 2, 15, kMondayFrom},
    {"Memorial Day", 5, 25, kMondayFrom},
    {"Juneteenth National Independence Day", 6, 19, kStays, "", 2021},
    {"Independence Day", 7, 4},
    {"Labor Day", 9, 1, kMondayFrom},
    {"Columbus Day", 10, 8, kMondayFrom},
    {"Veterans Day", 11, 11},
    {"Thanksgiving Day", 11, 22, kThursdayFrom},
    {"Christmas Day", 12, 25},
    // From here on: the days observed.
    {"New Year's Day (observed)", 1, 1, kDayAfterSunday},
    {"New Year's Day (observed)", 12, 31, kOnlyFriday},
    {"Juneteenth National Independence Day (observed)", 6, 19, kObserved, "", 2021},
    {"Independence Day (observed)", 7, 4, kObserved},
    {"Veterans Day (observed)", 11, 11, kObserved},
    {"Christmas Day (observed)", 12, 25, kObserved},
};
constexpr size_t kLegal = 11;

constexpr std::string_view kSource = "5 U.S.C. 6103";

}  // namespace

constexpr HolidayCalendar kUnitedStates("US", "US-2026.1", kSource, 2019, 2030,
                                        std::span(kYearly).first<kLegal>(), {});
constexpr HolidayCalendar kUnitedStatesObserved("US-OBSERVED", "US-OBSERVED-2026.1", kSource, 2019,
                                                2030, kYearly, {});

}  // namespace constancia::policies
