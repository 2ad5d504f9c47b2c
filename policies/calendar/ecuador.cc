// Holidays of Ecuador. The original date of a moved holiday is an ordinary day; a 1 January on a
// Saturday is kept on 31 December of the year before.

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

// Tuesday to the Monday before, Wednesday and Thursday to the Friday of that week, Saturday to the
// Friday before, Sunday to the Monday after.
constexpr Moves kMoved = {0, -1, 2, 1, 0, -1, 1};
// 1 January and 25 December move from a weekend only.
constexpr Moves kNewYear = {0, 0, 0, 0, 0, kNo, 1};
constexpr Moves kChristmas = {0, 0, 0, 0, 0, -1, 1};
// 2 and 3 November stay together: each by the weekday of its own date.
constexpr Moves kAllSouls = {0, -1, 1, 0, -1, -1, 1};
constexpr Moves kCuenca = {1, 0, -1, 1, 0, -1, 1};

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1, kNewYear},
    {"Carnaval", kEaster, -48},
    {"Carnaval", kEaster, -47},
    {"Viernes Santo", kEaster, -2},
    {"Día del Trabajo", 5, 1, kMoved},
    {"Batalla de Pichincha", 5, 24, kMoved},
    {"Primer Grito de Independencia", 8, 10, kMoved},
    {"Independencia de Guayaquil", 10, 9, kMoved},
    {"Día de los Difuntos", 11, 2, kAllSouls},
    {"Independencia de Cuenca", 11, 3, kCuenca},
    {"Navidad", 12, 25, kChristmas},
    {"Año Nuevo (trasladado)", 12, 31, kOnlyFriday},
};

}  // namespace

constexpr HolidayCalendar kEcuador("EC", "EC-2026.1", "Ley de Feriados (diciembre de 2016)", 2019,
                                   2030, kYearly, {});

}  // namespace constancia::policies
