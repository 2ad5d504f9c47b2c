// Bank holidays of the United Kingdom: those of England and Wales where no region is given, with
// what differs in Scotland (UK-SCT) and Northern Ireland (UK-NIR).

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

constexpr std::string_view kScotland = "UK-SCT";
constexpr std::string_view kNorthernIreland = "UK-NIR";

// The two days of Christmas: past the weekend, the second behind the first.
constexpr Moves kPastTheWeekend = {0, 0, 0, 0, 0, 2, 2};
// The second day of the year in Scotland: behind the first, which a Sunday pushes to Monday 2nd.
constexpr Moves kSecondOfJanuary = {1, 0, 0, 0, 0, 2, 2};

constexpr YearlyHoliday kYearly[] = {
    {"New Year's Day", 1, 1, kWeekendToMonday},
    {"2nd January", 1, 2, kSecondOfJanuary, kScotland},
    {"St Patrick's Day", 3, 17, kWeekendToMonday, kNorthernIreland},
    {"Good Friday", kEaster, -2},
    {"Easter Monday", kEaster, 1, kStays, "", 0, kNoLastYear, kScotland},
    {"Early May bank holiday", 5, 1, kMondayFrom, "", 0, 2019},
    {"Early May bank holiday", 5, 1, kMondayFrom, "", 2021},
    {"Spring bank holiday", 5, 25, kMondayFrom, "", 0, 2021},
    {"Spring bank holiday", 5, 25, kMondayFrom, "", 2023},
    {"Battle of the Boyne", 7, 12, kWeekendToMonday, kNorthernIreland},
    {"Summer bank holiday", 8, 1, kMondayFrom, kScotland},
    {"Summer bank holiday", 8, 25, kMondayFrom, "", 0, kNoLastYear, kScotland},
    {"St Andrew's Day", 11, 30, kWeekendToMonday, kScotland},
    {"Christmas Day", 12, 25, kPastTheWeekend},
    {"Boxing Day", 12, 26, kPastTheWeekend},
};

constexpr SingleHoliday kSingle[] = {
    {"Early May bank holiday (VE day)", 2020, 5, 8},
    {"Spring bank holiday", 2022, 6, 2},
    {"Platinum Jubilee bank holiday", 2022, 6, 3},
    {"State Funeral of Queen Elizabeth II", 2022, 9, 19},
    {"Coronation of King Charles III", 2023, 5, 8},
};

}  // namespace

constexpr HolidayCalendar kUnitedKingdom(
    "UK", "UK-2026.1", "Banking and Financial Dealings Act 1971 s. 1 and Sch. 1; proclamations",
    2019, 2030, kYearly, kSingle);

}  // namespace constancia::policies
