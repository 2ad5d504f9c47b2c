// Compares `state` with what the log says it must hold, as of the position `state` is true for.
//
// Rows of streams, ids and events are compared by a sum over all rows of each table, which costs
// little and tells that a table differs; heads, tiles and the rows of projections are compared one
// by one.
//
// Used by: verification.
// Threads: one.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STATE_CHECK_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STATE_CHECK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/log/internal/entry_scan.h"
#include "eventstore/log/internal/epoch.h"
#include "eventstore/log/internal/notarizer.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

using Heads = absl::flat_hash_map<Hash, StreamHead>;

class StateCheck {
 public:
  using Report = std::function<void(std::optional<Position>, std::string)>;

  // `state` and `projections` outlive this.
  StateCheck(const StateTables* state, std::vector<const InlineProjection*> projections,
             Report report);

  // The position `state` is true for; 0 when it holds nothing.
  Position applied() const { return applied_; }

  // Sees every event below applied(). With projections the event itself is there.
  void Take(const ScannedEntry& entry);

  // The hash that the tiles hold for a leaf, nothing when they do not reach it.
  std::optional<Hash> LeafHashAt(Position position);

  // Sees tiles as they are completed.
  void TakeTiles(const std::map<TileBuilder::Key, std::string>& tiles);

  // Compares everything: to be called when the log was read up to applied().
  void Finish(const Heads& heads);

 private:
  void CompareSums(std::string_view table, const RowSum& expected);
  void CompareHeads(const Heads& heads);
  void CompareRows(std::string_view table, const RowChanges& expected);

  const StateTables* const state_;
  const std::vector<const InlineProjection*> projections_;
  const Report report_;
  Position applied_;
  RowSum streams_, idempotency_, events_;
  std::optional<uint64_t> last_request_;
  std::vector<RowChanges> rows_;  // by projection
  uint64_t tile_index_ = UINT64_MAX;
  std::string tile_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STATE_CHECK_H_
