// Judges what was recorded under other packs: what would have been a violation, and what would not.
//
// Contacts are asked about exactly as they are judged after the fact (contact_facts.h), once under
// the packs in force and once with others in their place. Nothing is recorded.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_
#define CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_

#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "constancia/v1/policy_service.pb.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

class ReplayPolicy {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const policies::PackSet* packs = nullptr;
    const eventstore::EventLog* log = nullptr;
  };

  explicit ReplayPolicy(const Uses& uses) : uses_(uses) {}

  // Judges the contacts of one page. Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, LIMIT_EXCEEDED,
  // PACK_INVALID, and SCHEMA_INVALID.
  absl::StatusOr<v1::ReplayPolicyResponse> Run(const Caller& caller,
                                               const v1::ReplayPolicyRequest& request) const;

 private:
  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_
