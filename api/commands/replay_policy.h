// Judges what was recorded under other packs: what would have been a violation, and what would not.
//
// Contacts are asked about exactly as they are judged after the fact (contact_facts.h), once under
// the packs in force and once with others in their place. Nothing is recorded.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_
#define CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_

#include <deque>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "constancia/v1/policy_service.pb.h"
#include "core/base/hash.h"
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
                                               const v1::ReplayPolicyRequest& request);

 private:
  // The packs in force, those of the request in the place of those with the same ids, under its
  // switches. Those of the latest runs are kept: a run asks page by page.
  absl::StatusOr<std::shared_ptr<const policies::PackSet>> PacksOf(
      const v1::ReplayPolicyRequest& request);

  const Uses uses_;

  absl::Mutex mutex_;
  // By the digest of what the requests gave; the latest in front.
  std::deque<std::pair<Hash, std::shared_ptr<const policies::PackSet>>> kept_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_REPLAY_POLICY_H_
