// Whether a case may change its stage: every condition, what shows it, and what is missing.
//
// A pure function of the case file, its history, the portfolio's policy and the date on the
// debtor's clock. EvaluateTransition and TransitionCase ask it alike, so the dry run and the deed
// cannot differ; a recorded stage change can be asked again years later.
//
// Used by: api/commands (transitions, timers).
// Threads: any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_EVALUATE_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_EVALUATE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "policies/life_cycle/case_history.h"
#include "policies/life_cycle/collection_policy.h"
#include "policies/life_cycle/guards.h"
#include "policies/life_cycle/limitation.h"
#include "policies/life_cycle/transitions.h"

namespace constancia::policies {

struct TransitionQuestion {
  // All outlive the call.
  const casefile::v1::CaseFile* file = nullptr;
  const CaseHistory* history = nullptr;
  const CollectionPolicy* policy = nullptr;
  // The date on the debtor's clock.
  absl::CivilDay today;
  // T01 to T11. Empty: from the stage of the case to `to_stage`, jumps included.
  std::string transition_id;
  event::v1::Stage to_stage = event::v1::STAGE_UNSPECIFIED;
  // For T10: why, what is given up, and the case it is merged into.
  event::v1::ClosingReason closing_reason = event::v1::CLOSING_REASON_UNSPECIFIED;
  std::vector<event::v1::Money> lost;
  std::string merged_into_case_id;
  // For T11.
  event::v1::ReopeningReason reopening_reason = event::v1::REOPENING_REASON_UNSPECIFIED;
  // Somebody with the right gave a reason to override what may be.
  bool override_given = false;
};

// One condition as it stands.
struct Finding {
  event::v1::GuardResult result;
  std::string_view transition_id;
  const Guard* guard = nullptr;   // of the table
  const GuardLaw* law = nullptr;  // of the first regime that has one; null without
  std::vector<Words> missing;     // empty when it holds
  bool switched_off = false;
  bool may_override = false;

  // Whether the transition may go on, as far as this condition goes.
  bool Lets() const { return result.passed() || result.overridden() || switched_off; }
};

// When what is owed on one date can no longer be sued for.
struct ClaimLimitation {
  std::string obligation_id;
  uint32_t instalment = 0;  // 0: the debt as a whole
  event::v1::TitleKind kind = event::v1::TITLE_KIND_UNSPECIFIED;
  Limitation limitation;
  // Entered by a lawyer, for want of a row.
  bool by_hand = false;
  // Neither a row of its own nor a date by hand: nothing may rest on it.
  bool unknown = false;
  bool barred = false;
  bool within_margin = false;
};

struct TransitionEvaluation {
  // Empty when no transition leads from the stage of the case to the one asked for.
  std::string_view transition_id;
  event::v1::Stage from = event::v1::STAGE_UNSPECIFIED;
  // Unspecified for a closing.
  event::v1::Stage to = event::v1::STAGE_UNSPECIFIED;
  bool passed = false;
  std::vector<Finding> findings;
  std::vector<std::string_view> skipped;
  std::vector<std::string_view> proposers;
  std::vector<std::string_view> approvers;  // empty: no second person
  std::vector<ClaimLimitation> limitations;
};

// Fails with SCHEMA_INVALID, naming the field, when no transition of that id exists, when neither
// it nor a stage is named, and for T00 and for a closing without a reason.
absl::StatusOr<TransitionEvaluation> Evaluate(const TransitionQuestion& question);

// T00: the conditions of opening a case with the debts that come with it or are known.
std::vector<Finding> EvaluateOpening(const event::v1::CaseOpened& opened,
                                     const std::vector<event::v1::ObligationPlaced>& obligations);

// The greatest number of days that any debt of the case is past due on `today`.
int64_t DaysPastDue(const casefile::v1::CaseFile& file, absl::CivilDay today);

// The country of each regime of the case, once: CL of CL, MX of MX-CONDUSEF. HOUSE is none.
std::vector<std::string> CountriesOf(const casefile::v1::CaseFile& file);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_EVALUATE_H_
