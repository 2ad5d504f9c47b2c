// Holidays of Brazil, with those of the states of São Paulo and Rio de Janeiro; other states and
// the towns have more, not entered. Carnival and Corpus Christi are free for public offices (ponto
// facultativo) and no national holidays.

#include "policies/calendar/internal/countries.h"

namespace constancia::policies {
namespace {

constexpr std::string_view kBlackAwareness = "Dia Nacional de Zumbi e da Consciência Negra";

constexpr YearlyHoliday kYearly[] = {
    {"Confraternização Universal", 1, 1},
    {"Carnaval", kEaster, -47, kStays, "BR-RJ"},
    {"Paixão de Cristo", kEaster, -2},
    {"Tiradentes", 4, 21},
    {"Dia de São Jorge", 4, 23, kStays, "BR-RJ"},
    {"Dia do Trabalho", 5, 1},
    {"Revolução Constitucionalista", 7, 9, kStays, "BR-SP"},
    {"Independência do Brasil", 9, 7},
    {"Nossa Senhora Aparecida", 10, 12},
    {"Finados", 11, 2},
    {"Proclamação da República", 11, 15},
    {kBlackAwareness, 11, 20, kStays, "BR-RJ", 0, 2023},
    {kBlackAwareness, 11, 20, kStays, "", 2024},
    {"Natal", 12, 25},
};

constexpr SingleHoliday kSingle[] = {
    {kBlackAwareness, 2023, 11, 20, "BR-SP"},
};

}  // namespace

constexpr HolidayCalendar kBrazil("BR", "BR-2026.1",
                                  "Lei 662/1949; Lei 6.802/1980; Lei 9.093/1995; Lei 14.759/2023; "
                                  "laws of the states",
                                  2019, 2030, kYearly, kSingle);

}  // namespace constancia::policies
