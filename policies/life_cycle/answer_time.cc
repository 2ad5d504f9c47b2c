#include "policies/life_cycle/answer_time.h"

#include <iterator>

#include "policies/calendar/business_days.h"
#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {
namespace {

using enum TimeUnit;

// Several rows of one country: the authority's own first, then every other way.
constexpr AnswerTime kTimes[] = {
    {"CL-complaint-sernac", "CL", "SERNAC", 18, kBusinessDays, "SERNAC's practice", "S M"},
    {"CL-complaint", "CL", "", 10, kBusinessDays, "house rule", "P"},
    {"CO-complaint", "CO", "", 15, kBusinessDays, "Ley 1480 de 2011, Ley 1755 de 2015", "K M"},
    {"MX-complaint-redeco", "MX", "REDECO", 10, kBusinessDays, "CONDUSEF registers", "K L"},
    {"MX-complaint-une", "MX", "UNE", 30, kBusinessDays, "LPDUSF art. 50 Bis", "K H"},
    {"MX-complaint", "MX", "", 10, kBusinessDays, "house rule: the shorter of the two", "P"},
    {"PE-complaint", "PE", "", 15, kBusinessDays, "Ley 29571 art. 24, Ley 31435", "K H"},
    {"AR-complaint", "AR", "", 10, kBusinessDays, "BCRA, protection of financial users", "K M"},
    {"BR-complaint-consumidor", "BR", "CONSUMIDOR.GOV.BR", 10, kCalendarDays, "rules of the site",
     "K M"},
    {"BR-complaint", "BR", "", 7, kCalendarDays, "Decreto 11.034/2022", "K M"},
    {"EC-complaint", "EC", "", 15, kCalendarDays, "house rule", "P"},
    {"CR-complaint", "CR", "", 10, kBusinessDays, "house rule", "P"},
    {"ES-complaint", "ES", "", 15, kBusinessDays, "Ley 10/2025", "K L"},
    {"UK-complaint", "UK", "", 8, kWeeks, "DISP 1.6.2 R", "K H"},
    {"US-complaint-cfpb", "US", "CFPB", 15, kCalendarDays, "CFPB practice: the first answer",
     "K H"},
    {"HOUSE-complaint", "", "", 15, kBusinessDays, "house rule", "P"},
};

constexpr AnswerTime kAcknowledgement = {
    "HOUSE-complaint-acknowledge", "", "", 2, kBusinessDays, "house rule", "P"};

}  // namespace

std::span<const AnswerTime> AnswerTimes() { return kTimes; }
const AnswerTime& AcknowledgementTime() { return kAcknowledgement; }

const AnswerTime& FindAnswerTime(std::string_view country, std::string_view authority) {
  for (const AnswerTime& time : kTimes) {
    if (time.country == country && (time.authority.empty() || time.authority == authority)) {
      return time;
    }
  }
  return kTimes[std::size(kTimes) - 1];
}

absl::CivilDay DeadlineOf(const AnswerTime& time, absl::CivilDay received, std::string_view country,
                          std::string_view region) {
  switch (time.unit) {
    case kBusinessDays:
      return AddBusinessDays(received, time.count, HolidayCalendar::Find(country), region);
    case kCalendarDays:
      return received + time.count;
    case kWeeks:
      return received + 7 * time.count;
  }
  return received;
}

}  // namespace constancia::policies
