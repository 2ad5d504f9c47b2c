// The arithmetic of the notary: log tree, stream trees, map and tiles, brought forward by one epoch
// to the next checkpoint. Decides nothing and writes nothing by itself.
//
// Used by: the notary thread, recovery (which compares instead of writing).
// Threads: one thread steps; map() may be read by others while Complete does not run.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARIZER_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARIZER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/log/internal/epoch.h"
#include "eventstore/log/internal/fold.h"
#include "eventstore/proof/compact_range.h"
#include "eventstore/proof/stream_map.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

// The head of a stream: u64be position of its last event || compact range of its leaf hashes.
struct StreamHead {
  uint64_t last = 0;
  CompactRange range;
};
std::string EncodeHead(const StreamHead& head);
absl::StatusOr<StreamHead> DecodeHead(std::string_view row);

// The number of events in the row of a head, without reading the rest.
absl::StatusOr<uint64_t> VersionOfHead(std::string_view row);

// Keeps the tiles of a growing tree: full ones are given out once, partial ones whenever asked.
class TileBuilder {
 public:
  using Key = std::pair<int, uint64_t>;  // level, index

  // Takes up the partial tiles of a tree of `size` leaves.
  static absl::StatusOr<TileBuilder> Load(const StateTables& state, uint64_t size);

  // Sees every perfect node as it is formed.
  void Take(NodeId node, const Hash& hash);

  // Returns the tiles that changed since the last call, the partial ones as they are now.
  std::map<Key, std::string> TakeChanged();

 private:
  std::map<int, std::pair<uint64_t, std::string>> open_;  // level -> index, hashes so far
  std::map<Key, std::string> full_;
};

class Notarizer {
 public:
  // What an epoch adds up to.
  struct Step {
    uint64_t size = 0;  // of the tree, map root included
    Hash root;          // of that tree
    std::string map_root_leaf;
    std::vector<std::pair<Hash, std::string>> heads;  // by stream key
    std::map<TileBuilder::Key, std::string> tiles;
    std::vector<StreamMap::Entry> map_entries;
  };

  // Takes up where `state` ends: a tree of `size` leaves, the last of them the map root at
  // `size` - 1; or nothing at all. Reads every head and builds the map.
  static absl::StatusOr<Notarizer> Load(const StateTables* state, uint64_t size);

  // Begins the step that covers `epoch`: the heads of the streams it touched, and what the map
  // gets. Changes nothing. Fails with DAMAGED when sequence numbers do not follow the heads in
  // `state`.
  absl::StatusOr<Step> Begin(const Epoch& epoch) const;

  // Completes it: updates map and log tree and puts the map root at `cut`.
  void Complete(const Epoch& epoch, Position cut, Step& step);

  const StreamMap& map() const { return map_; }
  uint64_t size() const { return log_.size(); }
  Hash root() const { return log_.Root(); }

 private:
  explicit Notarizer(const StateTables* state) : state_(state) {}

  const StateTables* state_;
  CompactRange log_;
  TileBuilder tiles_;
  StreamMap map_;
  uint64_t previous_map_root_ = 0;
};

// Puts everything of an epoch and its step into one batch of `state`, true for `step.size`.
Batch StateBatch(const StateTables& state, const Epoch& epoch, const Notarizer::Step& step,
                 const std::vector<ProjectionTable>& projections);

// Puts changed rows of one projection.
void PutRows(Batch& batch, TableId table, const RowChanges& changes);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARIZER_H_
