// Proofs of what the ledger says, for every caller of the tenant; and what witnesses say of it.
//
// Used by: api/service.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_API_COMMANDS_PROVE_LEDGER_H_
#define CONSTANCIA_API_COMMANDS_PROVE_LEDGER_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "constancia/v1/ledger_service.pb.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class ProveLedger {
 public:
  struct Uses {
    const Access* access = nullptr;       // outlives the command
    eventstore::EventLog* log = nullptr;  // likewise
    // Reads the policy that says whose cosignatures are taken, as it stands now.
    std::function<absl::StatusOr<std::string>()> read_policy;
  };

  explicit ProveLedger(Uses uses) : uses_(std::move(uses)) {}

  // All fail with SCOPE_NOT_GRANTED and WRONG_TENANT, and with NOT_FOUND when there is no
  // checkpoint of the size asked for.

  absl::StatusOr<v1::Checkpoint> GetCheckpoint(const Caller& caller,
                                               const v1::GetCheckpointRequest& request) const;

  // Also SCHEMA_INVALID, SETUP_INVALID when the policy cannot be read, and as
  // EventLog::AddCosignatures does.
  absl::StatusOr<v1::Checkpoint> AddCosignature(const Caller& caller,
                                                const v1::AddCosignatureRequest& request) const;

  // Also NOT_PUBLISHED when the checkpoint does not cover the position yet, and NOT_FOUND when
  // nothing stands there.
  absl::StatusOr<v1::InclusionProof> GetInclusionProof(
      const Caller& caller, const v1::GetInclusionProofRequest& request) const;

  // Also SCHEMA_INVALID when `old_size` is 0 or above the new size.
  absl::StatusOr<v1::ConsistencyProof> GetConsistencyProof(
      const Caller& caller, const v1::GetConsistencyProofRequest& request) const;

  // Also STREAM_INVALID.
  absl::StatusOr<v1::CompletenessProof> GetCompletenessProof(
      const Caller& caller, const v1::GetCompletenessProofRequest& request) const;

  // What a feed covers.
  struct FeedRange {
    Position from;
    Position to;
  };
  absl::StatusOr<FeedRange> PrepareFeed(const Caller& caller,
                                        const v1::GetAuditFeedRequest& request) const;

  // Reads lines from `range->from` on into `chunk`, up to kAuditFeedChunkBytes, and moves `from`
  // behind them. An empty chunk is the end.
  absl::Status ReadFeed(FeedRange* range, v1::AuditFeedChunk* chunk) const;

 private:
  absl::Status Check(const Caller& caller, Method method, std::string_view parent) const;
  const eventstore::LogReader& reader() const { return uses_.log->reader(); }
  // The latest checkpoint for size 0.
  absl::StatusOr<eventstore::SignedCheckpoint> CheckpointOf(uint64_t size) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_PROVE_LEDGER_H_
