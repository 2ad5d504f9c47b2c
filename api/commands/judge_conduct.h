// Judges conduct in the append that records it: what a finished contact said and left on record, a
// charge above its cap or too early, a report to a bureau before its time, an agreement without its
// terms. A rule that is broken is a ViolationDetected behind the fact; nothing is refused. Debts
// that are placed are not judged.
//
// A regime of the case in lower case is no jurisdiction but a circumstance: small_debt,
// creditor_not_financial. A cap that a charge names in lower case is what allows it: agreement;
// any other is a rule of law.
//
// The facts are the case file, the event itself, those of the same append before it, and the few
// events that it names by id (the attempt, the notice of the arrears). Nothing reads history.
//
// Used by: record_events.
// Threads: any.

#ifndef CONSTANCIA_API_COMMANDS_JUDGE_CONDUCT_H_
#define CONSTANCIA_API_COMMANDS_JUDGE_CONDUCT_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "core/base/random.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/conduct.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

// What judging the conduct of an append adds to it.
struct ConductJudgement {
  // ViolationDetected, one for each rule broken, and ViolationCleared for those of an act that is
  // annulled; they stand behind all other drafts.
  std::vector<eventstore::EventDraft> consequences;
  // The cases' streams are where the facts were read. When one has moved, judge again.
  std::vector<eventstore::Expectation> expectations;
};

class JudgeConduct {
 public:
  // All outlive the object.
  JudgeConduct(const eventstore::EventLog* log, const policies::PackSet* packs, Random* random);

  // Judges what `drafts` record, with as many consequences as `room` allows. Drafts that broke a
  // rule get an event id. Fails only as reading the log does: a fact that cannot be judged is
  // recorded all the same.
  absl::StatusOr<ConductJudgement> Run(std::vector<eventstore::EventDraft>& drafts,
                                       size_t room) const;

 private:
  const eventstore::EventLog* const log_;
  const policies::PackSet* const packs_;
  Random* const random_;
  // Short names of the event types that some rule asks about.
  std::set<std::string, std::less<>> asked_;
};

// The jurisdictions of a case whose packs are loaded, the house's own behind them.
std::vector<std::string> JurisdictionsOf(const policies::PackSet& packs,
                                         const casefile::v1::CaseFile& file);

// Lists the duties of a case, open, fulfilled and missed, as they stand at the end of `now`, a date
// on the clock of the debtor. Fails as policies::ListDuties does.
absl::StatusOr<std::vector<policies::DutyStanding>> DutiesOf(const policies::PackSet& packs,
                                                             const casefile::v1::CaseFile& file,
                                                             absl::CivilDay now);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_JUDGE_CONDUCT_H_
