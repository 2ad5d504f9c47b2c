// Records the contact made under a permit, how a contact ended, or both at once.
//
// A shorter way to what AppendEvents does: the case, the person, the debts and the campaign are
// those of the permit or of the attempt, and everything goes the way of every fact, judged in the
// append that records it.
//
// Used by: api/service.
// Threads: any thread may call any method.
// Durability: that of EventLog::Append.

#ifndef CONSTANCIA_API_COMMANDS_COMPLETE_CONTACT_H_
#define CONSTANCIA_API_COMMANDS_COMPLETE_CONTACT_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/record_events.h"
#include "constancia/v1/contact_service.pb.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class CompleteContact {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const RecordEvents* record = nullptr;
    const eventstore::EventLog* log = nullptr;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::CompleteContactResponse>)>;

  explicit CompleteContact(const Uses& uses) : uses_(uses) {}

  // Calls `done` once, here or on a thread of the log. Fails with SCOPE_NOT_GRANTED, WRONG_TENANT,
  // SCHEMA_INVALID, NOT_FOUND, with PERMIT_USED when another contact under the permit is recorded
  // already, and as RecordEvents::Run does.
  void Run(const Caller& caller, const v1::CompleteContactRequest& request, Done done) const;

 private:
  struct Prepared {
    v1::AppendEventsRequest append;
    std::string attempt_id;
  };

  absl::StatusOr<Prepared> Prepare(const Caller& caller,
                                   const v1::CompleteContactRequest& request) const;
  absl::Status AddAttempt(const Caller& caller, const v1::CompleteContactRequest& request,
                          Prepared* prepared) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_COMPLETE_CONTACT_H_
