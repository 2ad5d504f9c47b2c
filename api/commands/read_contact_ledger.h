// Shows where people stand with the gate: their permits, what counts against them channel by
// channel, and whole lists of people at once. Advises; changes nothing.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_READ_CONTACT_LEDGER_H_
#define CONSTANCIA_API_COMMANDS_READ_CONTACT_LEDGER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/access_log.h"
#include "api/commands/gate.h"
#include "constancia/v1/contact_service.pb.h"
#include "core/base/clock.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

class ReadContactLedger {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const AccessLog* access_log = nullptr;
    const Gate* gate = nullptr;
    const policies::PackSet* packs = nullptr;
    const eventstore::EventLog* log = nullptr;
    Clock* clock = nullptr;
  };

  explicit ReadContactLedger(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, LIMIT_EXCEEDED.
  absl::StatusOr<v1::ListPermitsResponse> ListPermits(const Caller& caller,
                                                      const v1::ListPermitsRequest& request) const;

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, and as Gate::Check does.
  absl::StatusOr<v1::GetContactLedgerResponse> Get(
      const Caller& caller, const v1::GetContactLedgerRequest& request) const;

  // Whether a batch may be asked: fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID,
  // LIMIT_EXCEEDED.
  absl::Status CheckBatch(const Caller& caller, const v1::BatchCheckContactsRequest& request) const;

  // Answers some of a batch that CheckBatch took, from the contact with index `from` on: at least
  // one, until `results_max` or the end. Fails only as reading the log does.
  absl::StatusOr<v1::BatchCheckContactsResponse> AnswerSome(
      const v1::BatchCheckContactsRequest& request, int from, int results_max) const;

 private:
  // What the caller sees, when the case and the person are of it; empty ones are not asked.
  absl::StatusOr<View> MayRead(const Caller& caller, Method method, std::string_view parent,
                               const std::string& case_id, const std::string& party_id) const;
  absl::Status RecordViewing(const Caller& caller, const View& view, std::string_view case_id,
                             std::string_view party_id) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_READ_CONTACT_LEDGER_H_
