// Limitation (prescripción): until when a debt can be sued for, by country and kind of title.
//
// The periods and what interrupts them are a table with the norm behind each row and how sure we
// are of it: K is general knowledge that a lawyer confirms before use, P a choice of the house; H,
// M and L how sure. Nothing here is read from a disk or a clock.
//
// A period runs from the start that the law names, in calendar months, and ends with the date of
// the same number (the last of a shorter month). An act that interrupts begins a full new period on
// its own date; one that comes when the period is over changes nothing. Where two periods could
// fit, the table holds the shorter (P).
//
// Used by: evaluate.h (the guard not_time_barred); the door, which shows the computation.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_LIMITATION_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_LIMITATION_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/legal.pb.h"

namespace constancia::policies {

// From what a period runs.
enum class LimitationStart {
  kDueDate,  // the due date of the instalment; the maturity of a paper
  kProtest,  // the protest of a cheque; its date while none is recorded
  // When a cheque was presented, or could last be. Neither is recorded: its date, which is earlier.
  kPresentation,
  kFinal,  // the day on which a judgment became final: the date of the title
};

// Against whom: who promised to pay, or who guarantees that another pays.
enum class LimitationAction { kDirect, kRecourse };

struct LimitationPeriod {
  std::string_view country;
  // Unspecified: every kind without a row of its own.
  event::v1::TitleKind kind;
  LimitationAction action;
  int months;
  LimitationStart start;
  std::string_view citation;
  std::string_view mark;  // K H
};

// All rows, by country.
std::span<const LimitationPeriod> LimitationPeriods();

// Something that may interrupt the period.
struct InterruptingAct {
  event::v1::InterruptionAct act = event::v1::INTERRUPTION_ACT_UNSPECIFIED;
  absl::CivilDay date;
  std::string event_id;
};

// What in a country begins the period anew, or holds it up.
struct InterruptionRule {
  std::string_view country;
  event::v1::InterruptionAct act;
  enum class Effect {
    kRestarts,
    kRestartsOnce,        // the first such act alone
    kRestartsBetween,     // only when it falls from `from` to `until`
    kRestartsWhenServed,  // when the claim is served within a year; from the filing
    kSuspendsOnceSixMonths
  } effect;
  std::string_view citation;
  std::string_view mark;
  absl::CivilDay from = absl::CivilDay::min();
  absl::CivilDay until = absl::CivilDay::max();
};

std::span<const InterruptionRule> InterruptionRules();

struct LimitationQuestion {
  // ISO 3166: CL.
  std::string_view country;
  event::v1::TitleKind kind = event::v1::TITLE_KIND_UNSPECIFIED;
  LimitationAction action = LimitationAction::kDirect;
  absl::CivilDay due_date;
  std::optional<absl::CivilDay> title_date;
  std::optional<absl::CivilDay> protest_date;
  // In any order. Those that were taken back or failed are left out by who asks.
  std::vector<InterruptingAct> acts;
};

struct Limitation {
  const LimitationPeriod* period = nullptr;  // of the table, lives for ever
  // The period that runs now began on `from`; on `last` it can be sued for the last time.
  absl::CivilDay from;
  absl::CivilDay last;
  // Events of the acts that counted, by date.
  std::vector<std::string> interruptions;
  // The country has no period for this kind of title: that of its ordinary action is shown, and a
  // lawyer enters the date.
  bool display_only = false;
};

// Nothing when no period of the country is known.
std::optional<Limitation> ComputeLimitation(const LimitationQuestion& question);

// The day of the same number `months` later, or the last of that month.
absl::CivilDay AddMonths(absl::CivilDay date, int months);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_LIMITATION_H_
