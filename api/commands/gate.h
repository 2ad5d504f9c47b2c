// The gate: puts an intended contact to counsel over the facts of the ledger, and records the
// answer.
//
// The desk's part of ContactService. It reads the case file and the person's contact ledger, asks
// counsel, and for a reservation appends PermitGranted or ContactDenied with the expectation that
// the debtor's stream and the case's have not moved since; when one has, it reads and asks again.
// So of several requests racing for the last unit one is granted, and no lock is held around a
// decision.
//
// Permits end by the clock: one whose time is over counts no more, and the next decision on the
// person records that it expired.
//
// Used by: ask_gate, read_contact_ledger.
// Threads: any. Reserve and Cancel call back on a thread of the log, or on the caller's.

#ifndef CONSTANCIA_API_COMMANDS_GATE_H_
#define CONSTANCIA_API_COMMANDS_GATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/commands/contact_facts.h"
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
// How often a decision is taken again when a stream that it rests on moved meanwhile.
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

  // Gives a permit back, as from `source`; its unit returns. A repeated request id gets the first
  // receipt again. Fails with NOT_FOUND, with PERMIT_USED when it was used or given back, with
  // PERMIT_EXPIRED when its time is over, with SCHEMA_INVALID when what was named is no code, and
  // like Reserve.
  void Cancel(const v1::CancelPermitRequest& request, std::string source,
              absl::AnyInvocable<void(absl::StatusOr<eventstore::Receipt>)> done) const;

  // A contact as it is put to counsel.
  struct Question {
    counsel::v1::Proposal proposal;
    event::v1::PartyRole role = event::v1::PARTY_ROLE_UNSPECIFIED;
  };
  // Puts `contact`, begun at `at`, in the words of rules. Fails like Check.
  absl::StatusOr<Question> MakeQuestion(const v1::IntendedContact& contact, Instant at,
                                        ContactFacts& facts) const;

 private:
  absl::StatusOr<std::optional<Decision>> FirstDecision(
      const std::string& source, const v1::ReserveContactRequest& request) const;
  void Attempt(const v1::ReserveContactRequest& request, const std::string& source,
               int attempts_left, absl::AnyInvocable<void(absl::StatusOr<Decision>)> done) const;
  absl::StatusOr<std::optional<eventstore::Receipt>> FirstCancel(
      const std::string& source, const v1::CancelPermitRequest& request) const;
  absl::StatusOr<eventstore::AppendRequest> MakeCancel(const v1::CancelPermitRequest& request,
                                                       const std::string& source) const;
  void TryCancel(const v1::CancelPermitRequest& request, const std::string& source,
                 int attempts_left,
                 absl::AnyInvocable<void(absl::StatusOr<eventstore::Receipt>)> done) const;

  eventstore::EventLog* const log_;
  const policies::PackSet* const packs_;
  const Zones* const zones_;
  Clock* const clock_;
  Random* const random_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_GATE_H_
