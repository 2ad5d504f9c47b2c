// Holidays of Costa Rica on their own dates. The moves to Mondays of 2020 to 2024 (Ley 9875) are
// not entered: a house rule and deadlines use this calendar, no statute.

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Jueves Santo", kEaster, -3},
    {"Viernes Santo", kEaster, -2},
    {"Juan Santamaría", 4, 11},
    {"Día del Trabajo", 5, 1},
    {"Anexión del Partido de Nicoya", 7, 25},
    {"Virgen de los Ángeles", 8, 2},
    {"Día de la Madre", 8, 15},
    {"Día de la Persona Negra y la Cultura Afrocostarricense (Ley 10.050)", 8, 31, kStays, "",
     2022},
    {"Independencia", 9, 15},
    {"Día de las Culturas", 10, 12, kStays, "", 0, 2019},
    {"Abolición del Ejército (Ley 9803)", 12, 1, kStays, "", 2020},
    {"Navidad", 12, 25},
};

}  // namespace

constexpr HolidayCalendar kCostaRica("CR", "CR-2026.1",
                                     "Código de Trabajo art. 148; Ley 9803; Ley 10.050", 2019, 2030,
                                     kYearly, {});

}  // namespace constancia::policies
