// Replaying a log from its first entry: the tree, every stream, and the map of all streams.
//
// Used by: the check of a published log, and of the audit feed in a bundle.
// Threads: one.
// Memory: what is kept for each stream (its key, name, place and frontier) and nothing for an
// entry.
#ifndef CONSTANCIA_VERIFY_REPLAY_H_
#define CONSTANCIA_VERIFY_REPLAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hash.h"
#include "header.h"
#include "merkle.h"
#include "result.h"
#include "stream_map.h"

namespace verify {

class Replay {
 public:
  // `every_map_root`: recompute the map at each map root, not only at the last one.
  explicit Replay(bool every_map_root) : every_map_root_(every_map_root) {}

  // Adds the next entry, an event. Each of its places must be the next of its stream, under the
  // name the stream had before.
  Status AddEvent(const Hash& leaf_hash, const std::vector<StreamPlace>& places);
  // As above for a feed that gives keys alone.
  void AddEvent(const Hash& leaf_hash, const std::vector<Hash>& keys);

  // Adds the next entry, a map root. `is_last`: recompute the map even when not every one is.
  Status AddMapRoot(const Hash& leaf_hash, const MapRoot& map_root, bool is_last);

  const Frontier& log() const { return log_; }
  uint64_t events() const { return events_; }
  uint64_t map_roots() const { return map_roots_; }
  uint64_t map_roots_recomputed() const { return map_roots_recomputed_; }
  uint64_t streams() const { return streams_.size(); }

 private:
  struct Stream {
    StreamKind kind = StreamKind::kCase;
    bool in_touched = false;
    std::string name;
    uint64_t last = 0;
    Frontier tree;
  };
  using Streams = std::unordered_map<Hash, Stream, HashOfHash>;

  void Append(Streams::value_type* entry, const Hash& leaf_hash);

  const bool every_map_root_;
  Frontier log_;
  Streams streams_;
  std::vector<Streams::value_type*> touched_;  // since the map was last brought up to date
  StreamMap map_;
  uint64_t events_ = 0;
  uint64_t map_roots_ = 0;
  uint64_t map_roots_recomputed_ = 0;
  uint64_t last_map_root_ = kNoIndex;
};

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_REPLAY_H_
