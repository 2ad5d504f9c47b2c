// Moves cases from stage to stage: asks every condition, records the proposal, the approval and the
// change, or the refusal.
//
// The dry run and the deed are one code: EvaluateTransition shows what TransitionCase rests on. A
// change is appended with the expectation that nothing was recorded of the case or its persons
// since it was read; when something was, everything is asked again. A refusal is recorded with the
// conditions that failed. A change to court commits with its hold and the order for the litigation
// pack, a write-off with its mark and the order for the write-off pack.
//
// Used by: api/service, run_timers.
// Threads: any thread may call any method; TransitionCase waits for an append.
// Durability: that of EventLog::Append.

#ifndef CONSTANCIA_API_COMMANDS_TRANSITION_CASE_H_
#define CONSTANCIA_API_COMMANDS_TRANSITION_CASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/case_desk.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/v1/case_transition.pb.h"
#include "policies/life_cycle/evaluate.h"

namespace constancia::api {

// Under this name a failed Status carries a v1::FailedGuards.
inline constexpr char kFailedGuardsPayload[] = "type.googleapis.com/constancia.v1.FailedGuards";

// Puts what was found about one condition into a message.
v1::GuardFinding ToMessage(const policies::Finding& finding);

// A GUARD_FAILED that names every condition that does not hold.
absl::Status GuardFailed(const std::string& case_id,
                         const std::vector<policies::Finding>& findings);

class TransitionCase {
 public:
  // Both outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const CaseDesk* desk = nullptr;
  };

  explicit TransitionCase(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, NOT_FOUND.
  absl::StatusOr<v1::TransitionEvaluation> Evaluate(
      const Caller& caller, const v1::EvaluateTransitionRequest& request) const;

  // Fails as Evaluate does, with ACTOR_REQUIRED, GUARD_FAILED (recorded), SECOND_PERSON_REQUIRED,
  // IDEMPOTENCY_CONFLICT when the request id was used for something else, STREAM_MOVED after many
  // attempts, and as EventLog::Append does.
  absl::StatusOr<v1::TransitionCaseResponse> Run(const Caller& caller,
                                                 const v1::TransitionCaseRequest& request) const;

  // Moves a case on because time passed, when everything holds that the transition asks for and the
  // table lets the server do it. The event has the instant at which that became true: the date on
  // which the case was past due for long enough, or what happened in it since. Returns the number
  // of events recorded; 0 when it may not go on, which is no refusal. Fails as Evaluate does.
  absl::StatusOr<size_t> RunByServer(const std::string& case_id, const std::string& transition_id,
                                     const std::string& request_id) const;

 private:
  struct Step;

  absl::StatusOr<Step> Read(const v1::EvaluateTransitionRequest& request,
                            const std::string& proposal_event_id) const;
  absl::StatusOr<v1::TransitionCaseResponse> Attempt(
      const Caller& caller, const v1::TransitionCaseRequest& request) const;
  absl::StatusOr<std::vector<eventstore::EventDraft>> Change(
      const Step& step, const ledger::v1::Actor& actor,
      const std::vector<event::v1::Approval>& approvals) const;
  absl::Status AddCourt(const Step& step, const ledger::v1::Actor& actor,
                        std::vector<eventstore::EventDraft>* drafts) const;
  absl::Status AddWriteOff(const Step& step, const ledger::v1::Actor& actor,
                           const std::vector<event::v1::Approval>& approvals,
                           std::vector<eventstore::EventDraft>* drafts) const;
  absl::StatusOr<eventstore::EventDraft> OrderPack(const Step& step, event::v1::ExportKind kind,
                                                   const ledger::v1::Actor& actor,
                                                   const std::string& cause) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_TRANSITION_CASE_H_
