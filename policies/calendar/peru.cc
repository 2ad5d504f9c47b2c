// Holidays of Peru, each kept on its own date (art. 7). Days that are decreed free for public
// offices are none.

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Jueves Santo", kEaster, -3},
    {"Viernes Santo", kEaster, -2},
    {"Día del Trabajo", 5, 1},
    {"Batalla de Arica y Día de la Bandera (Ley 31788)", 6, 7, kStays, "", 2024},
    {"San Pedro y San Pablo", 6, 29},
    {"Día de la Fuerza Aérea (Ley 31822)", 7, 23, kStays, "", 2023},
    {"Fiestas Patrias", 7, 28},
    {"Fiestas Patrias", 7, 29},
    {"Batalla de Junín", 8, 6, kStays, "", 2022},
    {"Santa Rosa de Lima", 8, 30},
    {"Combate de Angamos", 10, 8},
    {"Todos los Santos", 11, 1},
    {"Inmaculada Concepción", 12, 8},
    {"Batalla de Ayacucho", 12, 9, kStays, "", 2022},
    {"Navidad", 12, 25},
};

}  // namespace

constexpr HolidayCalendar kPeru("PE", "PE-2026.1",
                                "Decreto Legislativo 713 arts. 6 y 7; Ley 31788; Ley 31822", 2019,
                                2030, kYearly, {});

}  // namespace constancia::policies
