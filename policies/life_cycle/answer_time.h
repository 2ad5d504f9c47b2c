// How long there is to answer a complaint or a claim, to acknowledge it, and to resolve a dispute.
//
// A table by country with the basis of each row and how sure we are of it: K general knowledge and
// S secondary text, both to be confirmed by a lawyer before use; P a choice of the house, never
// shown as law. A deadline printed on the authority's own notice wins over the table.
//
// Used by: the door (timers; replies to complaints).
// Threads: any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_ANSWER_TIME_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_ANSWER_TIME_H_

#include <span>
#include <string_view>

#include "absl/time/civil_time.h"

namespace constancia::policies {

enum class TimeUnit { kBusinessDays, kCalendarDays, kWeeks };

struct AnswerTime {
  // The duty's code.
  std::string_view rule_id;
  // ISO 3166; empty: every country without a row.
  std::string_view country;
  // The authority it came through, as ComplaintReceived names it. Empty: every other way.
  std::string_view authority;
  int count;
  TimeUnit unit;
  std::string_view basis;
  std::string_view mark;
};

// All rows, by country.
std::span<const AnswerTime> AnswerTimes();

// The row for a complaint received through `authority` ("" for none). There is always
// one.
const AnswerTime& FindAnswerTime(std::string_view country, std::string_view authority);

// The last date to answer what was received on `received`, in the country's business days; `region`
// is that of its holidays.
absl::CivilDay DeadlineOf(const AnswerTime& time, absl::CivilDay received, std::string_view country,
                          std::string_view region);

// Acknowledgement of receipt, of every complaint (P).
const AnswerTime& AcknowledgementTime();

// Business days between the last of two reminders and the deadline (P); the first stands at half.
inline constexpr int kLastReminderBusinessDays = 2;

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_ANSWER_TIME_H_
