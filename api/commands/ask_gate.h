// The gate for callers: who may ask, and the answer as a message.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_ASK_GATE_H_
#define CONSTANCIA_API_COMMANDS_ASK_GATE_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/gate.h"
#include "constancia/v1/contact_service.pb.h"
#include "core/base/clock.h"

namespace constancia::api {

class AskGate {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const Gate* gate = nullptr;
    const eventstore::EventLog* log = nullptr;
    Clock* clock = nullptr;
  };

  explicit AskGate(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, and as Gate::Check does.
  absl::StatusOr<v1::CheckContactResponse> Check(const Caller& caller,
                                                 const v1::CheckContactRequest& request) const;

  // Calls `done` once, here or on a thread of the log. Fails with SCOPE_NOT_GRANTED, WRONG_TENANT,
  // SCHEMA_INVALID, and as Gate::Reserve does.
  void Reserve(const Caller& caller, const v1::ReserveContactRequest& request,
               absl::AnyInvocable<void(absl::StatusOr<v1::ReserveContactResponse>)> done) const;

  // Calls `done` once, here or on a thread of the log. Fails with SCOPE_NOT_GRANTED, WRONG_TENANT,
  // SCHEMA_INVALID, and as Gate::Cancel does.
  void Cancel(const Caller& caller, const v1::CancelPermitRequest& request,
              absl::AnyInvocable<void(absl::StatusOr<v1::CancelPermitResponse>)> done) const;

 private:
  absl::Status MayAsk(const Caller& caller, Method method, std::string_view parent,
                      const v1::IntendedContact& contact) const;
  absl::Status MayCancel(const Caller& caller, const v1::CancelPermitRequest& request) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_ASK_GATE_H_
