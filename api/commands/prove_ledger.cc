#include "api/commands/prove_ledger.h"

#include <algorithm>
#include <vector>

#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/stream.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/tlog_proof.h"

namespace constancia::api {

absl::Status ProveLedger::Check(const Caller& caller, std::string_view parent) const {
  RETURN_IF_ERROR(access_->Check(caller, Method::kReadProofs));
  return CheckTenant(caller, log_->tenant(), parent);
}

absl::StatusOr<eventstore::SignedCheckpoint> ProveLedger::CheckpointOf(uint64_t size) const {
  if (size == 0) return log_->reader().LatestCheckpoint();
  return log_->reader().CheckpointAt(size);
}

absl::StatusOr<v1::Checkpoint> ProveLedger::GetCheckpoint(
    const Caller& caller, const v1::GetCheckpointRequest& request) const {
  RETURN_IF_ERROR(Check(caller, request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  v1::Checkpoint message;
  SetCheckpoint(checkpoint, &message);
  return message;
}

absl::StatusOr<v1::InclusionProof> ProveLedger::GetInclusionProof(
    const Caller& caller, const v1::GetInclusionProofRequest& request) const {
  RETURN_IF_ERROR(Check(caller, request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  const Position position{request.position()};
  ASSIGN_OR_RETURN(const std::string leaf, log_->reader().ReadLeaf(position));
  if (position.value >= checkpoint.checkpoint.size) {
    return Error(error::v1::NOT_PUBLISHED,
                 "the checkpoint does not cover this position yet; retry in a second", "position");
  }
  eventstore::TlogProof proof;
  proof.index = position.value;
  ASSIGN_OR_RETURN(proof.proof,
                   log_->reader().InclusionProof(position, checkpoint.checkpoint.size));
  proof.checkpoint = checkpoint.note;
  v1::InclusionProof message;
  message.set_position(position.value);
  message.set_leaf_hash(eventstore::LeafHash(leaf).str());
  for (const Hash& hash : proof.proof) message.add_path(hash.str());
  SetCheckpoint(checkpoint, message.mutable_checkpoint());
  message.set_file(eventstore::ToText(proof));
  return message;
}

absl::StatusOr<v1::ConsistencyProof> ProveLedger::GetConsistencyProof(
    const Caller& caller, const v1::GetConsistencyProofRequest& request) const {
  RETURN_IF_ERROR(Check(caller, request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.new_size()));
  const uint64_t new_size = checkpoint.checkpoint.size;
  if (request.old_size() == 0 || request.old_size() > new_size) {
    return Error(error::v1::SCHEMA_INVALID, "from 1 to the size of the later checkpoint",
                 "old_size");
  }
  ASSIGN_OR_RETURN(const std::vector<Hash> path,
                   log_->reader().ConsistencyProof(request.old_size(), new_size));
  v1::ConsistencyProof message;
  message.set_old_size(request.old_size());
  for (const Hash& hash : path) message.add_path(hash.str());
  SetCheckpoint(checkpoint, message.mutable_checkpoint());
  return message;
}

absl::StatusOr<v1::CompletenessProof> ProveLedger::GetCompletenessProof(
    const Caller& caller, const v1::GetCompletenessProofRequest& request) const {
  RETURN_IF_ERROR(Check(caller, request.parent()));
  const absl::StatusOr<Stream> stream = ParseStream(request.stream());
  if (!stream.ok()) return InField(stream.status(), "stream");
  ASSIGN_OR_RETURN(const eventstore::CompletenessProof proof,
                   log_->reader().ProveCompleteness(*stream));
  v1::CompletenessProof message;
  message.set_stream_key(proof.key.str());
  message.set_count(proof.count);
  message.set_file(eventstore::ToText(proof));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(proof.index + 1));
  SetCheckpoint(checkpoint, message.mutable_checkpoint());
  return message;
}

absl::StatusOr<ProveLedger::FeedRange> ProveLedger::PrepareFeed(
    const Caller& caller, const v1::GetAuditFeedRequest& request) const {
  RETURN_IF_ERROR(Check(caller, request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  return FeedRange{.from = Position{request.from_position()},
                   .to = Position{checkpoint.checkpoint.size}};
}

absl::Status ProveLedger::ReadFeed(FeedRange* range, v1::AuditFeedChunk* chunk) const {
  if (range->from >= range->to) return absl::OkStatus();
  std::string* lines = chunk->mutable_lines();
  return log_->reader().ReadAuditFeed(range->from, range->to, [&](std::string_view line) {
    lines->append(line);
    ++range->from.value;
    return lines->size() < kAuditFeedChunkBytes;
  });
}

}  // namespace constancia::api
