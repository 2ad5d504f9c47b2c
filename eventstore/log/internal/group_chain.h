// Follows the group rows through the log: every event stands in exactly one group, each group names
// the hash of the one before and the root over its leaves.
//
// Used by: recovery, verification.
// Threads: one.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_CHAIN_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_CHAIN_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/proof/compact_range.h"
#include "eventstore/tables/log_tables.h"

namespace constancia::eventstore {

class GroupChain {
 public:
  // Begins at position `from`, where no group is open: 0 or right behind a map root.
  static absl::StatusOr<GroupChain> Begin(const LogTables& log, Position from);

  // Takes the event at `position`. Fails with DAMAGED when no group covers it, or the one that ends
  // with it has another root or does not continue the chain.
  absl::Status Take(Position position, const Hash& leaf_hash);

  // Tells whether a group covers `position`, which Take has not seen yet.
  absl::StatusOr<bool> Covers(Position position);

  // Hash of the last group row taken whole, zero when there was none.
  const Hash& previous() const { return previous_; }

  // The group that ended with the last event taken.
  const ledger::v1::GroupRow& last() const { return row_; }
  bool in_group() const { return taken_.size() < row_.count(); }

 private:
  explicit GroupChain(NumberedCursor cursor) : cursor_(std::move(cursor)) {}

  NumberedCursor cursor_;
  Hash previous_;
  ledger::v1::GroupRow row_;
  std::string row_bytes_;
  CompactRange taken_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_CHAIN_H_
