#include "eventstore/log/internal/notarizer.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/proof/tile.h"

namespace constancia::eventstore {
namespace {

absl::Status DamagedState(std::string_view what) {
  return Error(error::v1::DAMAGED,
               absl::StrCat("`state` is damaged: ", ToAbsl(what),
                            ". Delete its folder: it is made again from the log"));
}

}  // namespace

std::string EncodeHead(const StreamHead& head) {
  std::string row;
  AppendU64(&row, head.last);
  return row.append(head.range.Encode());
}

absl::StatusOr<StreamHead> DecodeHead(std::string_view row) {
  ByteReader reader(row);
  const std::optional<uint64_t> last = reader.TakeU64();
  if (!last.has_value()) return DamagedState("a stream head is cut short");
  ASSIGN_OR_RETURN(CompactRange range, CompactRange::Decode(reader.rest()));
  return StreamHead{*last, std::move(range)};
}

absl::StatusOr<uint64_t> VersionOfHead(std::string_view row) {
  ByteReader reader(row);
  if (reader.TakeU64().has_value()) {
    if (const std::optional<uint64_t> version = reader.TakeU64()) return *version;
  }
  return DamagedState("a stream head is cut short");
}

absl::StatusOr<TileBuilder> TileBuilder::Load(const StateTables& state, uint64_t size) {
  TileBuilder builder;
  for (int level = 0; level * kTileHeight < 64; ++level) {
    const uint64_t hashes = size >> (level * kTileHeight);
    const uint64_t width = hashes % kTileWidth;
    if (width == 0) continue;
    const uint64_t index = hashes / kTileWidth;
    ASSIGN_OR_RETURN(std::optional<std::string> tile, state.ReadTile(level, index));
    if (!tile.has_value() || tile->size() != width * Hash::kSize) {
      return DamagedState(absl::StrCat("tile ", index, " of level ", level, " is missing or cut"));
    }
    builder.open_[level] = {index, *std::move(tile)};
  }
  return builder;
}

void TileBuilder::Take(NodeId node, const Hash& hash) {
  if (node.level % kTileHeight != 0) return;
  const int level = node.level / kTileHeight;
  const uint64_t index = node.index / kTileWidth;
  auto& [open_index, hashes] = open_[level];
  open_index = index;
  CHECK(hashes.size() == node.index % kTileWidth * Hash::kSize);
  hashes.append(hash.view());
  if (hashes.size() == kTileWidth * Hash::kSize) {
    full_[{level, index}] = std::move(hashes);
    open_.erase(level);
  }
}

std::map<TileBuilder::Key, std::string> TileBuilder::TakeChanged() {
  std::map<Key, std::string> changed = std::move(full_);
  full_.clear();
  for (const auto& [level, tile] : open_) changed[{level, tile.first}] = tile.second;
  return changed;
}

absl::StatusOr<Notarizer> Notarizer::Load(const StateTables* state, uint64_t size) {
  Notarizer notarizer(state);
  ASSIGN_OR_RETURN(notarizer.tiles_, TileBuilder::Load(*state, size));
  if (size == 0) {
    notarizer.previous_map_root_ = MapRootLeaf::kNoPrevious;
    return notarizer;
  }
  notarizer.previous_map_root_ = size - 1;

  TileNodes nodes(size, [&](TileId tile) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::optional<std::string> row, state->ReadTile(tile.level, tile.index));
    if (!row.has_value()) return DamagedState("a tile is missing");
    return *std::move(row);
  });
  for (const NodeId node : CoverRange(0, size)) {
    ASSIGN_OR_RETURN(const Hash hash, nodes.ReadNode(node));
    notarizer.log_.AppendNode(node.level, hash);
  }

  std::vector<StreamMap::Entry> entries;
  RETURN_IF_ERROR(state->ScanHeads([&](const Hash& stream, std::string_view row) -> absl::Status {
    ASSIGN_OR_RETURN(const StreamHead head, DecodeHead(row));
    entries.push_back(
        {stream, MapValueHash(EncodeMapValue(head.range.size(), head.last, head.range.Root()))});
    return absl::OkStatus();
  }));
  notarizer.map_ = StreamMap::Build(std::move(entries));
  return notarizer;
}

absl::StatusOr<Notarizer::Step> Notarizer::Begin(const Epoch& epoch) const {
  Step step;
  std::vector<Hash> keys;
  keys.reserve(epoch.streams.size());
  for (const auto& [key, tail] : epoch.streams) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  ASSIGN_OR_RETURN(const std::vector<std::optional<std::string>> rows, state_->ReadHeads(keys));

  step.heads.reserve(keys.size());
  step.map_entries.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    StreamHead head;
    if (rows[i].has_value()) {
      ASSIGN_OR_RETURN(head, DecodeHead(*rows[i]));
    }
    const Epoch::Tail& tail = epoch.streams.at(keys[i]);
    if (head.range.size() != tail.first_sequence) {
      return DamagedState(absl::StrCat("a stream that gains its event number ", tail.first_sequence,
                                       " has ", head.range.size()));
    }
    for (const uint32_t index : tail.events) {
      head.range.Append(epoch.events[index].leaf_hash);
      head.last = epoch.events[index].position.value;
    }
    step.map_entries.push_back(
        {keys[i], MapValueHash(EncodeMapValue(head.range.size(), head.last, head.range.Root()))});
    step.heads.emplace_back(keys[i], EncodeHead(head));
  }
  return step;
}

void Notarizer::Complete(const Epoch& epoch, Position cut, Step& step) {
  map_.Update(step.map_entries);
  const auto append = [&](const Hash& leaf_hash) {
    log_.Append(leaf_hash, [&](NodeId node, const Hash& hash) { tiles_.Take(node, hash); });
  };
  for (const Epoch::Event& event : epoch.events) {
    CHECK(event.position.value == log_.size());
    append(event.leaf_hash);
  }
  CHECK(cut.value == log_.size());
  step.map_root_leaf = EncodeMapRootLeaf({cut.value, map_.size(), map_.root(), previous_map_root_});
  append(LeafHash(step.map_root_leaf));
  previous_map_root_ = cut.value;
  step.size = log_.size();
  step.root = log_.Root();
  step.tiles = tiles_.TakeChanged();
}

void PutRows(Batch& batch, TableId table, const RowChanges& changes) {
  for (const auto& [key, value] : changes) {
    if (value.has_value()) {
      batch.Put(table, key, *value);
    } else {
      batch.Delete(table, key);
    }
  }
}

Batch StateBatch(const StateTables& state, const Epoch& epoch, const Notarizer::Step& step,
                 const std::vector<ProjectionTable>& projections) {
  Batch batch = state.NewBatch();
  const Position applied{step.size};
  for (const auto& [key, row] : step.heads) {
    state.PutHead(batch, key, row);
    const Epoch::Tail& tail = epoch.streams.at(key);
    for (size_t i = 0; i < tail.events.size(); ++i) {
      state.PutStreamPlace(batch, key, Sequence{tail.first_sequence + i},
                           epoch.events[tail.events[i]].position);
    }
  }
  std::vector<std::pair<std::string_view, Position>> ids(epoch.idempotency.begin(),
                                                         epoch.idempotency.end());
  std::sort(ids.begin(), ids.end());  // tables take rows in order several times faster
  for (const auto& [key, position] : ids) state.PutIdempotency(batch, key, position);
  for (const Epoch::Event& event : epoch.events) {
    state.PutEvent(batch, event.id.view(), event.position);
  }
  for (const auto& [tile, hashes] : step.tiles) {
    state.PutTile(batch, tile.first, tile.second, hashes);
  }
  state.PutApplied(batch, "", applied);
  for (size_t i = 0; i < projections.size(); ++i) {
    PutRows(batch, projections[i].table, epoch.rows[i]);
    state.PutApplied(batch, projections[i].name, applied);
  }
  return batch;
}

}  // namespace constancia::eventstore
