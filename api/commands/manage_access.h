// Changes who may do what: callers, roles, grants to outsiders, keys of sources. All of it is
// events of the ledger; what they amount to are the rows of the projection `access`.
//
// Nobody gives anything to himself. What takes two people is proposed by the first and done by the
// second, who names the proposal; both stand in the event.
//
// Used by: api/service.
// Threads: any thread may call any method; each change waits for an append.
// Durability: that of EventLog::Append.
#ifndef CONSTANCIA_API_COMMANDS_MANAGE_ACCESS_H_
#define CONSTANCIA_API_COMMANDS_MANAGE_ACCESS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/source_keys.h"
#include "constancia/v1/access_service.pb.h"
#include "core/base/clock.h"
#include "core/event/catalogue.h"
#include "core/event/uuid.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class ManageAccess {
 public:
  // All outlive the command.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Access* access = nullptr;
    // A key counts from the answer on, and no longer after its revocation.
    SourceKeys* source_keys = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
    eventstore::EventLog* log = nullptr;
  };

  explicit ManageAccess(const Uses& uses) : uses_(uses) {}

  // All fail with SCOPE_NOT_GRANTED, WRONG_TENANT and SCHEMA_INVALID; changes with
  // IDEMPOTENCY_CONFLICT when the request id was used for something else, with STREAM_MOVED when
  // somebody else changed the same thing meanwhile, and as EventLog::Append does.

  absl::StatusOr<v1::AccessChange> RegisterCaller(const Caller& caller,
                                                  const v1::RegisterCallerRequest& request) const;

  // Fail with SECOND_PERSON_REQUIRED when a person gives to himself or approves what he proposed,
  // and with NOT_FOUND when the caller is not registered or the proposal is not open.
  absl::StatusOr<v1::AccessChange> GrantRole(const Caller& caller,
                                             const v1::GrantRoleRequest& request) const;
  absl::StatusOr<v1::AccessChange> IssueGrant(const Caller& caller,
                                              const v1::IssueGrantRequest& request) const;

  // Fail with NOT_FOUND when nothing of it was given here.
  absl::StatusOr<v1::AccessChange> RevokeRole(const Caller& caller,
                                              const v1::RevokeRoleRequest& request) const;
  absl::StatusOr<v1::AccessChange> RevokeGrant(const Caller& caller,
                                               const v1::RevokeGrantRequest& request) const;

  // Fails with EXISTS_ALREADY when the source has the key, and with SCHEMA_INVALID for a key of low
  // order.
  absl::StatusOr<v1::AccessChange> RegisterSourceKey(
      const Caller& caller, const v1::RegisterSourceKeyRequest& request) const;
  // Fails with NOT_FOUND.
  absl::StatusOr<v1::AccessChange> RevokeSourceKey(const Caller& caller,
                                                   const v1::RevokeSourceKeyRequest& request) const;

  // Fail with LIMIT_EXCEEDED.
  absl::StatusOr<v1::ListRolesResponse> ListRoles(const Caller& caller,
                                                  const v1::ListRolesRequest& request) const;
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const Caller& caller,
                                                    const v1::ListGrantsRequest& request) const;

 private:
  // An event to be recorded.
  struct Change {
    const google::protobuf::Message* payload = nullptr;
    // In the stream of whom it concerns; only the ledger's when empty.
    std::string agent;
    std::optional<EventId> event_id;
    std::optional<EventId> cause;
    // The agent's stream when it was decided.
    std::optional<StreamVersion> expected;
  };

  absl::Status Check(const Caller& caller, Method method, std::string_view parent,
                     const std::string& request_id) const;
  // What the request id did before: the event, when it is `caller`'s and `same` says that it is
  // what the request asks. Fails with IDEMPOTENCY_CONFLICT.
  absl::StatusOr<std::optional<v1::AccessChange>> Repeated(
      const Caller& caller, const std::string& request_id,
      const std::function<bool(const eventstore::RecordedEvent&)>& same) const;
  absl::StatusOr<v1::AccessChange> Record(const Caller& caller, const std::string& request_id,
                                          const Change& change) const;
  absl::StatusOr<StreamVersion> VersionOf(const std::string& agent) const;
  // An open proposal of the type. Fails with NOT_FOUND.
  absl::StatusOr<eventstore::RecordedEvent> ReadProposal(const std::string& event_id,
                                                         std::string_view type) const;
  absl::StatusOr<v1::AccessChange> ApproveRole(const Caller& caller,
                                               const v1::GrantRoleRequest& request) const;
  absl::StatusOr<v1::AccessChange> ApproveGrant(const Caller& caller,
                                                const v1::IssueGrantRequest& request) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_MANAGE_ACCESS_H_
