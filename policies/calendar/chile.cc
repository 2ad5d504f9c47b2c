// Holidays of Chile. 31 December is a holiday of banks only and none here.

#include "policies/calendar/internal/countries.h"
#include "policies/calendar/internal/moves.h"

namespace constancia::policies {
namespace {

// Ley 19.668: Tuesday, Wednesday and Thursday move to the Monday before, Friday to the next one.
constexpr Moves kToMonday = {0, -1, -2, -3, 3, 0, 0};
// Ley 20.299: Tuesday moves to the Friday before, Wednesday to the Friday after.
constexpr Moves kToFriday = {0, -4, 2, 0, 0, 0, 0};

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Feriado adicional de Año Nuevo (Ley 20.983)", 1, 1, kDayAfterSunday, "", 2017},
    {"Viernes Santo", kEaster, -2},
    {"Sábado Santo", kEaster, -1},
    {"Día del Trabajo", 5, 1},
    {"Glorias Navales", 5, 21},
    {"Asalto y Toma del Morro de Arica", 6, 7, kStays, "CL-AP"},
    // The day of the winter solstice (Ley 21.357), looked up below. Where it is not known yet, both
    // dates it can fall on.
    {"Pueblos Indígenas (20 o 21 de junio)", 6, 20, kStays, "", 2031},
    {"Pueblos Indígenas (20 o 21 de junio)", 6, 21, kStays, "", 2031},
    {"San Pedro y San Pablo", 6, 29, kToMonday},
    {"Virgen del Carmen", 7, 16},
    {"Asunción de la Virgen", 8, 15},
    {"Nacimiento de Bernardo O'Higgins", 8, 20, kStays, "CL-NB-chillan"},
    {"Nacimiento de Bernardo O'Higgins", 8, 20, kStays, "CL-NB-chillan-viejo"},
    {"Feriado adicional de Fiestas Patrias (Ley 20.215)", 9, 18, kDayBeforeTuesday, "", 2007},
    {"Feriado adicional de Fiestas Patrias (Ley 20.983)", 9, 18, kDayBeforeSaturday, "", 2017},
    {"Independencia Nacional", 9, 18},
    {"Glorias del Ejército", 9, 19},
    {"Feriado adicional de Fiestas Patrias (Ley 20.215)", 9, 18, kDayAfterWednesday, "", 2007},
    {"Encuentro de Dos Mundos", 10, 12, kToMonday},
    {"Iglesias Evangélicas y Protestantes", 10, 31, kToFriday},
    {"Todos los Santos", 11, 1},
    {"Inmaculada Concepción", 12, 8},
    {"Navidad", 12, 25},
};

constexpr std::string_view kSolstice = "Pueblos Indígenas";

constexpr SingleHoliday kSingle[] = {
    {"Elecciones (sábado)", 2021, 5, 15},
    {kSolstice, 2021, 6, 21},
    {kSolstice, 2022, 6, 21},
    {"Feriado único de Fiestas Patrias (Ley 21.482)", 2022, 9, 16},
    {kSolstice, 2023, 6, 21},
    {kSolstice, 2024, 6, 20},
    {"Feriado regional (Ley 21.704)", 2024, 9, 21, "CL-MA"},
    {"Feriado regional (Ley 21.704)", 2024, 9, 21, "CL-LL-chiloe"},
    {kSolstice, 2025, 6, 20},
    {kSolstice, 2026, 6, 21},
    {kSolstice, 2027, 6, 21},
    {kSolstice, 2028, 6, 20},
    {kSolstice, 2029, 6, 20},
    {kSolstice, 2030, 6, 21},
};

}  // namespace

constexpr HolidayCalendar kChile(
    "CL", "CL-2026.1",
    "Ley 2.977; Ley 19.668; Ley 20.215; Ley 20.299; Ley 20.983; Ley 21.357; Ley 21.482; Ley 21.704",
    2019, 2030, kYearly, kSingle);

}  // namespace constancia::policies
