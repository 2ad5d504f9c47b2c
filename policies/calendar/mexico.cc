// Holidays of Mexico: the days of compulsory rest. Days off of banks (Thursday and Friday before
// Easter, 2 November, 12 December) are none. Ordinary elections are held on Sundays, which are not
// listed.

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Día de la Constitución", 2, 1, kMondayFrom},
    {"Natalicio de Benito Juárez", 3, 15, kMondayFrom},
    {"Día del Trabajo", 5, 1},
    {"Independencia", 9, 16},
    {"Revolución Mexicana", 11, 15, kMondayFrom},
    {"Navidad", 12, 25},
};

// Every six years: 1 December up to 2018, 1 October since the decree of 2024-09-30.
constexpr std::string_view kHandover = "Transmisión del Poder Ejecutivo Federal";

constexpr SingleHoliday kSingle[] = {
    {kHandover, 2018, 12, 1},
    {kHandover, 2024, 10, 1},
    {kHandover, 2030, 10, 1},
};

}  // namespace

constexpr HolidayCalendar kMexico("MX", "MX-2026.1", "Ley Federal del Trabajo art. 74", 2019, 2030,
                                  kYearly, kSingle);

}  // namespace constancia::policies
