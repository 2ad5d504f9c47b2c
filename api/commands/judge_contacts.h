// Judges contacts after the fact: in the append that records them, and again whenever something is
// recorded, late or corrected, that bears on them.
//
// The drafts of an append are applied to the rows of the ledger ahead of it, and everything judged
// is read from there: what is about to be recorded is seen exactly as it will stand. What an append
// touches is judged: the contacts it brings or changes, every later contact of the same person up
// to the longest window in force, and, when a record is new or gone, all later ones. A rule that
// denies a contact is a violation, raised once; when it no longer fails the violation is cleared.
// Nothing is rewritten. A contact that nobody can judge yet is judged when its case is opened.
//
// Used by: record_events, through the gate.
// Threads: any.

#ifndef CONSTANCIA_API_COMMANDS_JUDGE_CONTACTS_H_
#define CONSTANCIA_API_COMMANDS_JUDGE_CONTACTS_H_

#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/base/zone.h"
#include "core/event/uuid.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

// What judging the contacts of an append adds to it.
struct Judgement {
  // ViolationDetected and ViolationCleared; they stand behind all other drafts.
  std::vector<eventstore::EventDraft> consequences;
  // The streams of the persons and cases whose facts were read, all of them. When one has moved,
  // judge again.
  std::vector<eventstore::Expectation> expectations;
  // Events that the drafts speak of and that are not there: one of them may be on its way.
  std::set<EventId> missing;
};

class JudgeContacts {
 public:
  // All outlive the object.
  struct Uses {
    eventstore::EventLog* log = nullptr;
    const policies::PackSet* packs = nullptr;
    const Zones* zones = nullptr;
    Random* random = nullptr;
  };

  explicit JudgeContacts(const Uses& uses) : uses_(uses) {}

  // Tells whether a judgement can follow from `drafts`.
  static bool Concerns(const std::vector<eventstore::EventDraft>& drafts);

  // Judges what `drafts` touch. Drafts that need it get an event id. Fails only as reading the log
  // does: a fact that cannot be judged is recorded all the same.
  absl::StatusOr<Judgement> Run(std::vector<eventstore::EventDraft>& drafts) const;

 private:
  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_JUDGE_CONTACTS_H_
