#include "api/commands/prove_ledger.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/stream.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/tlog_proof.h"
#include "eventstore/proof/witness_policy.h"

namespace constancia::api {

absl::Status ProveLedger::Check(const Caller& caller, Method method,
                                std::string_view parent) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  return CheckTenant(caller, uses_.log->tenant(), parent);
}

absl::StatusOr<eventstore::SignedCheckpoint> ProveLedger::CheckpointOf(uint64_t size) const {
  if (size == 0) return reader().LatestCheckpoint();
  return reader().CheckpointAt(size);
}

absl::StatusOr<v1::Checkpoint> ProveLedger::GetCheckpoint(
    const Caller& caller, const v1::GetCheckpointRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "LedgerService.GetCheckpoint", request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  v1::Checkpoint message;
  SetCheckpoint(checkpoint, &message);
  return message;
}

absl::StatusOr<v1::Checkpoint> ProveLedger::AddCosignature(
    const Caller& caller, const v1::AddCosignatureRequest& request) const {
  // Whoever brings a cosignature: it is the witness's key that counts.
  RETURN_IF_ERROR(Check(caller, "LedgerService.AddCosignature", request.parent()));
  std::optional<Hash> root;
  if (!request.root().empty()) {
    root = Hash::From(request.root());
    if (!root.has_value()) return Error(error::v1::SCHEMA_INVALID, "a root is 32 bytes", "root");
  }
  const std::vector<std::string> lines(request.cosignatures().begin(),
                                       request.cosignatures().end());
  if (lines.empty() || lines.size() > kCosignaturesOfACallMax) {
    return Error(error::v1::SCHEMA_INVALID,
                 absl::StrCat("1 to ", kCosignaturesOfACallMax, " cosignatures"), "cosignatures");
  }
  ASSIGN_OR_RETURN(const std::string text, uses_.read_policy());
  const absl::StatusOr<eventstore::WitnessPolicy> policy = eventstore::WitnessPolicy::Parse(text);
  if (!policy.ok()) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("the ledger's policy.txt: ", policy.status().message()));
  }
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint,
                   uses_.log->AddCosignatures(*policy, request.size(), root, lines));
  v1::Checkpoint message;
  SetCheckpoint(checkpoint, &message);
  return message;
}

absl::StatusOr<v1::InclusionProof> ProveLedger::GetInclusionProof(
    const Caller& caller, const v1::GetInclusionProofRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "LedgerService.GetInclusionProof", request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  const Position position{request.position()};
  ASSIGN_OR_RETURN(const std::string leaf, reader().ReadLeaf(position));
  if (position.value >= checkpoint.checkpoint.size) {
    return Error(error::v1::NOT_PUBLISHED,
                 "the checkpoint does not cover this position yet; retry in a second", "position");
  }
  eventstore::TlogProof proof;
  proof.index = position.value;
  ASSIGN_OR_RETURN(proof.proof, reader().InclusionProof(position, checkpoint.checkpoint.size));
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
  RETURN_IF_ERROR(Check(caller, "LedgerService.GetConsistencyProof", request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.new_size()));
  const uint64_t new_size = checkpoint.checkpoint.size;
  if (request.old_size() == 0 || request.old_size() > new_size) {
    return Error(error::v1::SCHEMA_INVALID, "from 1 to the size of the later checkpoint",
                 "old_size");
  }
  ASSIGN_OR_RETURN(const std::vector<Hash> path,
                   reader().ConsistencyProof(request.old_size(), new_size));
  v1::ConsistencyProof message;
  message.set_old_size(request.old_size());
  for (const Hash& hash : path) message.add_path(hash.str());
  SetCheckpoint(checkpoint, message.mutable_checkpoint());
  return message;
}

absl::StatusOr<v1::CompletenessProof> ProveLedger::GetCompletenessProof(
    const Caller& caller, const v1::GetCompletenessProofRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "LedgerService.GetCompletenessProof", request.parent()));
  const absl::StatusOr<Stream> stream = ParseStream(request.stream());
  if (!stream.ok()) return InField(stream.status(), "stream");
  ASSIGN_OR_RETURN(const eventstore::CompletenessProof proof, reader().ProveCompleteness(*stream));
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
  RETURN_IF_ERROR(Check(caller, "LedgerService.GetAuditFeed", request.parent()));
  ASSIGN_OR_RETURN(const eventstore::SignedCheckpoint checkpoint, CheckpointOf(request.size()));
  return FeedRange{.from = Position{request.from_position()},
                   .to = Position{checkpoint.checkpoint.size}};
}

absl::Status ProveLedger::ReadFeed(FeedRange* range, v1::AuditFeedChunk* chunk) const {
  if (range->from >= range->to) return absl::OkStatus();
  std::string* lines = chunk->mutable_lines();
  return reader().ReadAuditFeed(range->from, range->to, [&](std::string_view line) {
    lines->append(line);
    ++range->from.value;
    return lines->size() < kAuditFeedChunkBytes;
  });
}

}  // namespace constancia::api
