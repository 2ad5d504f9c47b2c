#include "replay.h"

#include "bytes.h"

namespace verify {

Status Replay::AddEvent(const Hash& leaf_hash, const std::vector<StreamPlace>& places) {
  for (const StreamPlace& place : places) {
    const auto [entry, is_new] = streams_.try_emplace(place.key);
    Stream& stream = entry->second;
    if (is_new) {
      stream.kind = place.kind;
      stream.name = std::string(place.name);
    } else if (stream.kind != place.kind || stream.name != place.name) {
      return At(NotProven("stream " + HexEncode(place.key.view()) + " has two names, one of them " +
                          StreamText(place)),
                Step::kStreams);
    }
    if (place.sequence != stream.tree.size()) {
      return At(NotProven("the sequence number in stream " + StreamText(place) + " is " +
                          std::to_string(place.sequence) + " and should be " +
                          std::to_string(stream.tree.size())),
                Step::kStreams);
    }
    Append(&*entry, leaf_hash);
  }
  log_.Append(leaf_hash);
  ++events_;
  return {};
}

void Replay::AddEvent(const Hash& leaf_hash, const std::vector<Hash>& keys) {
  for (const Hash& key : keys) Append(&*streams_.try_emplace(key).first, leaf_hash);
  log_.Append(leaf_hash);
  ++events_;
}

void Replay::Append(Streams::value_type* entry, const Hash& leaf_hash) {
  Stream& stream = entry->second;
  stream.tree.Append(leaf_hash);
  stream.last = log_.size();
  if (!stream.in_touched) {
    stream.in_touched = true;
    touched_.push_back(entry);
  }
}

Status Replay::AddMapRoot(const Hash& leaf_hash, const MapRoot& map_root, bool is_last) {
  const uint64_t position = log_.size();
  const auto refuse = [](std::string detail) { return At(NotProven(detail), Step::kMap); };
  if (map_root.covered != position) return refuse("the map root covers another position");
  if (map_root.previous != last_map_root_) {
    return refuse("the map root does not name the map root before it");
  }
  if (map_root.key_count != streams_.size()) {
    return refuse("the map root counts " + std::to_string(map_root.key_count) + " streams where " +
                  std::to_string(streams_.size()) + " have events");
  }
  if (every_map_root_ || is_last) {
    for (Streams::value_type* entry : touched_) {
      Stream& stream = entry->second;
      stream.in_touched = false;
      map_.Set(entry->first,
               MapValueHash(MapValue(stream.tree.size(), stream.last, stream.tree.Root())));
    }
    touched_.clear();
    if (map_.Root() != map_root.root) {
      return refuse("the map of all streams, recomputed, has another root");
    }
    ++map_roots_recomputed_;
  }
  last_map_root_ = position;
  ++map_roots_;
  log_.Append(leaf_hash);
  return {};
}

}  // namespace verify
