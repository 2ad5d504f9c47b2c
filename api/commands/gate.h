// The gate: puts an intended contact to counsel over the facts of the ledger, and records the
// answer.
//
// The desk's part of ContactService. It reads the case file and the person's contact ledger, asks
// counsel, and for a reservation appends PermitGranted or ContactDenied with the expectation that
// the debtor's stream has not moved since; when it has, it reads and asks again. So of several
// requests racing for the last unit one is granted, and no lock is held around a decision.
//
// It also judges contacts that are recorded without a fitting permit: the violation commits with
// the contact.
//
// Used by: api/service (ContactService), api/commands/record_events.
// Threads: any. Reserve calls back on a thread of the log, or on the caller's.

#ifndef CONSTANCIA_API_COMMANDS_GATE_H_
#define CONSTANCIA_API_COMMANDS_GATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/v1/contact_service.pb.h"
#include "core/base/clock.h"
#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/zone.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

// How long a permit lives unless the caller says less.
inline constexpr int64_t kPermitSecondsMax = 900;
// How often a decision is taken again when the debtor's stream moved meanwhile.
inline constexpr int kDecisionAttemptsMax = 8;

struct Advice {
  counsel::v1::Verdict verdict;
  Position as_of;
};

struct Decision {
  counsel::v1::Verdict verdict;
  eventstore::Receipt receipt;
  // Set when the contact is allowed.
  std::optional<Instant> expires_at;
};

// What judging the contacts of an append adds to it.
struct Judgement {
  // ViolationDetected, one for each rule that a contact broke; they stand behind all other drafts.
  std::vector<eventstore::EventDraft> violations;
  // The debtors' streams are where the facts were read. When one has moved, judge again.
  std::vector<eventstore::Expectation> expectations;
};

class Gate {
 public:
  // All outlive the gate. `packs` holds what is in force.
  Gate(eventstore::EventLog* log, const policies::PackSet* packs, const Zones* zones, Clock* clock,
       Random* random)
      : log_(log), packs_(packs), zones_(zones), clock_(clock), random_(random) {}

  // Asks counsel about a contact that would begin at `at`. Fails with SCHEMA_INVALID (with the
  // field), NOT_FOUND for a case without events, SETUP_INVALID when no pack is loaded for the
  // case's regimes.
  absl::StatusOr<Advice> Check(const v1::IntendedContact& contact, Instant at) const;

  // Decides and records, as from `source`. A repeated request id gets the first decision again.
  // Fails like Check, like EventLog::Append, with STREAM_MOVED after kDecisionAttemptsMax attempts,
  // with IDEMPOTENCY_CONFLICT when the request id was used for another question, and with
  // SCHEMA_INVALID or PERSONAL_DATA_MISPLACED when what was named is no id. Who acts was checked by
  // the caller.
  void Reserve(const v1::ReserveContactRequest& request, std::string source,
               absl::AnyInvocable<void(absl::StatusOr<Decision>)> done) const;

  // Judges the contacts among `drafts`, which are about to be recorded, whoever made them. Drafts
  // that need it get an event id. Contacts under a permit that fits are judged as well; of cases
  // whose regimes have no pack, none.
  absl::StatusOr<Judgement> Judge(std::vector<eventstore::EventDraft>& drafts) const;

 private:
  struct Question;

  absl::StatusOr<Question> MakeQuestion(const v1::IntendedContact& contact, Instant at) const;
  absl::StatusOr<counsel::v1::Verdict> Ask(const Question& question) const;
  absl::StatusOr<std::optional<Decision>> FirstDecision(
      const std::string& source, const v1::ReserveContactRequest& request) const;
  void Attempt(const v1::ReserveContactRequest& request, const std::string& source,
               int attempts_left, absl::AnyInvocable<void(absl::StatusOr<Decision>)> done) const;
  std::vector<std::string> PacksFor(
      const google::protobuf::RepeatedPtrField<std::string>& regimes) const;

  eventstore::EventLog* const log_;
  const policies::PackSet* const packs_;
  const Zones* const zones_;
  Clock* const clock_;
  Random* const random_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_GATE_H_
