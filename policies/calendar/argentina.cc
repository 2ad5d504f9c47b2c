// Holidays of Argentina, with the working days declared free (días no laborables) that hold for
// everybody. Days of religious communities bind their members only and are none here.
//
// Bridge days are decreed year by year: known to 2026. Later years lack theirs until they are
// entered, and a holiday on a Saturday or Sunday may still be moved (Decreto 614/2025).

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

// Art. 6: Tuesday and Wednesday move to the Monday before, Thursday and Friday to the next one.
constexpr Moves kMovable = {0, -1, -2, 4, 3, 0, 0};

constexpr YearlyHoliday kYearly[] = {
    {"Año Nuevo", 1, 1},
    {"Carnaval", kEaster, -48},
    {"Carnaval", kEaster, -47},
    {"Día Nacional de la Memoria por la Verdad y la Justicia", 3, 24},
    {"Día del Veterano y de los Caídos en la Guerra de Malvinas", 4, 2, kStays, "", 0, 2019},
    {"Día del Veterano y de los Caídos en la Guerra de Malvinas", 4, 2, kStays, "", 2021},
    {"Jueves Santo (día no laborable)", kEaster, -3},
    {"Viernes Santo", kEaster, -2},
    {"Día del Trabajador", 5, 1},
    {"Día de la Revolución de Mayo", 5, 25},
    {"Paso a la Inmortalidad del General Güemes", 6, 17, kMovable},
    {"Paso a la Inmortalidad del General Belgrano", 6, 20},
    {"Día de la Independencia", 7, 9},
    {"Paso a la Inmortalidad del General San Martín", 8, 17, kMovable},
    {"Día del Respeto a la Diversidad Cultural", 10, 12, kMovable, "", 0, 2024},
    {"Día del Respeto a la Diversidad Cultural", 10, 12, kMovable, "", 2026},
    {"Día de la Soberanía Nacional", 11, 20, kMovable},
    {"Inmaculada Concepción", 12, 8},
    {"Navidad", 12, 25},
};

constexpr std::string_view kBridge = "Día puente con fines turísticos";

constexpr SingleHoliday kSingle[] = {
    {kBridge, 2019, 7, 8},
    {kBridge, 2019, 8, 19},
    {kBridge, 2019, 10, 14},
    {kBridge, 2020, 3, 23},
    {"Día del Veterano y de los Caídos en la Guerra de Malvinas (trasladado)", 2020, 3, 31},
    {kBridge, 2020, 7, 10},
    {kBridge, 2020, 12, 7},
    {kBridge, 2021, 5, 24},
    {kBridge, 2021, 10, 8},
    {kBridge, 2021, 11, 22},
    {"Censo Nacional", 2022, 5, 18},
    {"Feriado nacional (Decreto 573/2022)", 2022, 9, 2},
    {kBridge, 2022, 10, 7},
    {kBridge, 2022, 11, 21},
    {kBridge, 2022, 12, 9},
    {"Feriado nacional (Decreto 842/2022)", 2022, 12, 20},
    {kBridge, 2023, 5, 26},
    {kBridge, 2023, 6, 19},
    {kBridge, 2023, 10, 13},
    {kBridge, 2024, 4, 1},
    {kBridge, 2024, 6, 21},
    {kBridge, 2024, 10, 11},
    {kBridge, 2025, 5, 2},
    {kBridge, 2025, 8, 15},
    {"Día del Respeto a la Diversidad Cultural (trasladado)", 2025, 10, 10},
    {kBridge, 2025, 11, 21},
    {kBridge, 2026, 3, 23},
    {kBridge, 2026, 7, 10},
    {kBridge, 2026, 12, 7},
};

}  // namespace

constexpr HolidayCalendar kArgentina("AR", "AR-2026.1",
                                     "Ley 27.399; Decreto 614/2025; yearly decrees", 2019, 2030,
                                     kYearly, kSingle);

}  // namespace constancia::policies
