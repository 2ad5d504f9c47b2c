// Holidays of Spain that hold everywhere. Jueves Santo, the Monday after a holiday on a Sunday and
// the two local days are fixed by each community and town every year, and are not entered.

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Epifanía del Señor", 1, 6},
    {"Viernes Santo", kEaster, -2},
    {"Fiesta del Trabajo", 5, 1},
    {"Asunción de la Virgen", 8, 15},
    {"Fiesta Nacional de España", 10, 12},
    {"Todos los Santos", 11, 1},
    {"Día de la Constitución Española", 12, 6},
    {"Inmaculada Concepción", 12, 8},
    {"Natividad del Señor", 12, 25},
};

}  // namespace

constexpr HolidayCalendar kSpain("ES", "ES-2026.1", "Real Decreto 2001/1983 art. 45", 2019, 2030,
                                 kYearly, {});

}  // namespace constancia::policies
