// Holidays of Colombia. Two of them can fall on one date (2019-07-01, 2025-06-30, 2030-07-01).

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

// Ley 51 de 1983 (Ley Emiliani): on the Monday that follows, unless it is one.
constexpr Moves kEmiliani = kMondayFrom;

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Reyes Magos", 1, 6, kEmiliani},
    {"San José", 3, 19, kEmiliani},
    {"Jueves Santo", kEaster, -3},
    {"Viernes Santo", kEaster, -2},
    {"Día del Trabajo", 5, 1},
    {"Ascensión del Señor", kEaster, 43},
    {"Corpus Christi", kEaster, 64},
    {"Sagrado Corazón de Jesús", kEaster, 71},
    {"San Pedro y San Pablo", 6, 29, kEmiliani},
    // A challenge before the constitutional court was reported pending. Should it succeed, this row
    // gets its last year, and the calendar a new version.
    {"Virgen de Chiquinquirá (Ley 2578 de 2026)", 7, 9, kEmiliani, "", 2026},
    {"Independencia", 7, 20},
    {"Batalla de Boyacá", 8, 7},
    {"Asunción de la Virgen", 8, 15, kEmiliani},
    {"Día de la Raza", 10, 12, kEmiliani},
    {"Todos los Santos", 11, 1, kEmiliani},
    {"Independencia de Cartagena", 11, 11, kEmiliani},
    {"Inmaculada Concepción", 12, 8},
    {"Navidad", 12, 25},
};

}  // namespace

constexpr HolidayCalendar kColombia("CO", "CO-2026.1", "Ley 51 de 1983; Ley 2578 de 2026", 2019,
                                    2030, kYearly, {});

}  // namespace constancia::policies
