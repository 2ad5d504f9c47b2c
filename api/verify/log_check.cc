// The check of a published log: one pass over the entries, everything else recomputed from them.
//
// Two threads: while one bundle of entries is checked, the next is read, hashed and parsed.
#include <future>
#include <memory>

#include "bytes.h"
#include "checks.h"
#include "replay.h"
#include "tiles.h"

namespace verify {
namespace {

constexpr std::string_view kFirstType = "constancia.event.v1.LedgerCreated";
constexpr uint32_t kRowBytesMax = 512;

// Follows the commit groups beside the entries.
class Groups {
 public:
  Groups(const Policy& policy, const std::string& origin, bool every_seal)
      : policy_(policy), origin_(origin), every_seal_(every_seal) {}

  Status Open(Archive& archive) {
    VERIFY_ASSIGN(stream_, archive.Open("seals"));
    return {};
  }

  // The entry at `position` is an event.
  Status AddEvent(uint64_t position, const Hash& leaf_hash) {
    if (members_.size() == 0) {
      VERIFY_ASSIGN(const bool more, Next());
      if (!more) return Fault("no group holds this event", position);
      if (row_.first != position) {
        return Fault("the next group begins at " + std::to_string(row_.first), position);
      }
    }
    members_.Append(leaf_hash);
    if (members_.size() < row_.count) return {};
    if (members_.Root() != row_.root) return Fault("the root of this group is wrong", row_.first);
    members_ = Frontier();
    ++groups_;
    if (every_seal_) return CheckSignature();
    return {};
  }

  Status AddMapRoot(uint64_t position) {
    if (members_.size() == 0) return {};
    return Fault("a group covers this map root", position);
  }

  // After the last entry: no group is open, and rows behind the checkpoint continue the chain.
  Status Finish(uint64_t size) {
    if (members_.size() != 0) return Fault("the last group reaches behind the checkpoint", size);
    uint64_t next = size;
    while (true) {
      VERIFY_ASSIGN(const bool more, Next());
      if (!more) break;
      if (row_.first < next || row_.first > UINT64_MAX - row_.count) {
        return Fault("this group overlaps the one before", row_.first);
      }
      next = row_.first + row_.count;
      ++beyond_;
    }
    if (groups_ + beyond_ == 0) return {};
    // The row that no later row names.
    return CheckSignature();
  }

  void Report(verify::Report* report) const {
    report->Proven(Say::kGroupsCover, {std::to_string(groups_)});
    if (every_seal_) {
      report->Proven(Say::kSealsVerified, {std::to_string(groups_)});
    } else if (groups_ > 1) {
      report->Unproven(Say::kNotSealed, {std::to_string(groups_ - 1)});
    }
    if (beyond_ > 0) report->Unproven(Say::kNotRowsBeyond, {std::to_string(beyond_)});
  }

 private:
  static Failure Fault(const std::string& what, uint64_t position) {
    return At(NotProven(what), Step::kSeals, "seals", position);
  }

  // Reads the next row and follows the chain. False at the end of the file.
  Result<bool> Next() {
    char length_bytes[4];
    VERIFY_ASSIGN(const size_t got, stream_->Read(length_bytes, 4));
    if (got == 0) return false;
    const uint32_t length = got == 4 ? ReadU32(length_bytes) : 0;
    if (length == 0 || length > kRowBytesMax) {
      return Fault("the row behind this position is malformed", row_.first);
    }
    bytes_.resize(length);
    VERIFY_ASSIGN(const size_t row_got, stream_->Read(bytes_.data(), length));
    if (row_got != length) return Fault("the row behind this position is cut", row_.first);
    VERIFY_ASSIGN(row_, ParseGroupRow(bytes_), Step::kSeals, "seals", row_.first);
    if (row_.previous != previous_) {
      return Fault("this group does not name the group before it", row_.first);
    }
    previous_ = Sha256({"\x22", bytes_});
    return true;
  }

  Status CheckSignature() const {
    const VerifierKey* key = policy_.FindLogKey(origin_, row_.key_id, row_.first + row_.count);
    if (key == nullptr) {
      return Fault("the policy has no log key " + HexEncode(row_.key_id) + " for this group",
                   row_.first);
    }
    if (!Ed25519Verify(key->key, SealMessage(row_.first, row_.count, row_.root), row_.signature)) {
      return Fault("the signature of this group is wrong", row_.first);
    }
    return {};
  }

  const Policy& policy_;
  const std::string origin_;
  const bool every_seal_;
  std::unique_ptr<ByteStream> stream_;
  std::string bytes_;
  GroupRow row_;  // views into bytes_
  Hash previous_;
  Frontier members_;
  uint64_t groups_ = 0;
  uint64_t beyond_ = 0;
};

class LogChecker {
 public:
  LogChecker(Archive& archive, const Trust& trust, const LogOptions& options, Report* report)
      : archive_(archive),
        trust_(trust),
        options_(options),
        report_(report),
        replay_(options.every_map_root),
        sources_(trust.source_keys) {}

  Status Check() {
    VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll("checkpoint", kNoteBytesMax),
                  Step::kCheckpoint);
    VERIFY_ASSIGN(checkpoint_, ParseCheckpoint(bytes), Step::kCheckpoint, "checkpoint");
    VERIFY_TRY(CheckCheckpoint(checkpoint_, "checkpoint", trust_, report_));
    if (trust_.old_checkpoint) {
      VERIFY_ASSIGN(old_, CheckOldCheckpoint(*trust_.old_checkpoint, "the earlier checkpoint",
                                             checkpoint_, trust_.policy));
    }
    if (checkpoint_.size < 2) {
      return At(NotProven("a log has a first event and a map root before its first checkpoint"),
                Step::kCheckpoint, "checkpoint");
    }
    if (archive_.Has("seals")) {
      groups_ = std::make_unique<Groups>(trust_.policy, checkpoint_.origin, options_.every_seal);
      VERIFY_TRY(groups_->Open(archive_));
    } else if (options_.every_seal) {
      return At(NotProven("the file is missing"), Step::kSeals, "seals");
    }
    keys_ = std::make_unique<StreamKeyCheck>(checkpoint_.origin, trust_.stream_secret);
    VERIFY_TRY(CheckOldRoot());
    const uint64_t bundles = checkpoint_.size / kTileWidth + (checkpoint_.size % kTileWidth != 0);
    Bundle now, next;
    Status loaded = Load(0, &now);
    for (uint64_t index = 0; index < bundles; ++index) {
      std::future<Status> loading;  // its destructor waits, so `next` outlives the other thread
      if (index + 1 < bundles) {
        loading = std::async(std::launch::async, [&] { return Load(index + 1, &next); });
      }
      VERIFY_TRY(loaded);
      VERIFY_TRY(CheckBundle(now));
      if (loading.valid()) loaded = loading.get();
      std::swap(now, next);
    }
    return Finish();
  }

 private:
  struct TileFile {
    std::string path;
    std::string bytes;
    bool is_longer = false;  // a full file stands in for the partial one
  };

  // One entry of the log, as far as it can be read by itself.
  struct Entry {
    std::string_view leaf;
    Hash hash;
    Event event;      // of an event
    Status is_event;  // or why it is none
  };
  struct Bundle {
    TileFile file;
    uint64_t first = 0;  // position of the first entry
    std::vector<std::string_view> leaves;
    std::vector<Entry> entries;
  };

  // The file at a place, or the full one when the partial one is gone.
  Result<TileFile> Read(TilePlace place, Step step) const {
    TileFile file{TilePath(place), "", false};
    if (!archive_.Has(file.path) && place.width < kTileWidth) {
      place.width = kTileWidth;
      if (archive_.Has(TilePath(place))) file = {TilePath(place), "", true};
    }
    VERIFY_ASSIGN(file.bytes, archive_.ReadAll(file.path), step, file.path);
    return file;
  }

  // Reads, hashes and parses one bundle; runs beside the checks and changes nothing but `bundle`.
  Status Load(uint64_t index, Bundle* bundle) const {
    const unsigned width = WidthAt(checkpoint_.size, 0, index);
    bundle->first = index * kTileWidth;
    VERIFY_ASSIGN(bundle->file, Read({true, 0, index, width}, Step::kEntries));
    const TileFile& file = bundle->file;
    VERIFY_ASSIGN(const std::string_view rest, CutBundle(file.bytes, width, &bundle->leaves),
                  Step::kEntries, file.path, bundle->first);
    if (!rest.empty() && !file.is_longer) {
      return At(NotProven("bytes stand behind the last entry"), Step::kEntries, file.path,
                bundle->first);
    }
    bundle->entries.resize(width);
    for (unsigned i = 0; i < width; ++i) {
      Entry& entry = bundle->entries[i];
      entry.leaf = bundle->leaves[i];
      entry.hash = LeafHash(entry.leaf);
      entry.is_event = ParseEvent(entry.leaf, &entry.event);
    }
    return {};
  }

  Status CheckBundle(const Bundle& bundle) {
    for (size_t i = 0; i < bundle.entries.size(); ++i) {
      const uint64_t position = bundle.first + i;
      VERIFY_TRY(CheckEntry(position, bundle.entries[i]), Step::kEntries, bundle.file.path,
                 position);
    }
    for (const TileBuilder::Tile& tile : full_tiles_) VERIFY_TRY(CheckTile(tile));
    full_tiles_.clear();
    return {};
  }

  Status CheckEntry(uint64_t position, const Entry& entry) {
    const Hash& leaf_hash = entry.hash;
    const Event& event = entry.event;
    tiles_.Append(leaf_hash, &full_tiles_);
    const bool is_last = position + 1 == checkpoint_.size;
    if (IsMapRootLeaf(entry.leaf)) {
      if (position == 0) return NotProven("the first entry must be the event LedgerCreated");
      VERIFY_ASSIGN(const MapRoot map_root, ParseMapRoot(entry.leaf), Step::kMap);
      VERIFY_TRY(replay_.AddMapRoot(leaf_hash, map_root, is_last));
      if (groups_) VERIFY_TRY(groups_->AddMapRoot(position));
      return CheckOldRoot();
    }
    if (is_last) return NotProven("the last entry below a checkpoint must be a map root");
    VERIFY_TRY(entry.is_event);
    if ((position == 0) != (event.type == kFirstType)) {
      return NotProven("the event LedgerCreated must stand first, and only there");
    }
    if (position == 1) return NotProven("the second entry must be a map root");
    VERIFY_TRY(keys_->Check(event), Step::kStreams);
    if (event.recorded_at < recorded_at_) {
      return NotProven("the event was recorded before the one before it");
    }
    recorded_at_ = event.recorded_at;
    VERIFY_TRY(sources_.Check(event));
    VERIFY_TRY(replay_.AddEvent(leaf_hash, event.streams));
    if (groups_) VERIFY_TRY(groups_->AddEvent(position, leaf_hash));
    return CheckOldRoot();
  }

  // When the tree has the size of the reader's earlier checkpoint, it has its root.
  Status CheckOldRoot() const {
    if (!old_ || replay_.log().size() != old_->size) return {};
    if (replay_.log().Root() == old_->root) return {};
    return At(NotProven("the log does not extend the earlier checkpoint of " +
                        std::to_string(old_->size) + " entries"),
              Step::kConsistency);
  }

  Status CheckTile(const TileBuilder::Tile& tile) {
    VERIFY_ASSIGN(const TileFile file, Read(tile.place, Step::kTiles));
    ++tiles_checked_;
    const std::string_view held =
        std::string_view(file.bytes).substr(0, file.is_longer ? tile.hashes.size() : SIZE_MAX);
    if (held.size() != tile.hashes.size()) {
      return At(NotProven("the tile has a wrong length"), Step::kTiles, file.path);
    }
    for (size_t i = 0; i < held.size(); i += 32) {
      if (held.substr(i, 32) == std::string_view(tile.hashes).substr(i, 32)) continue;
      const uint64_t leaf = (tile.place.index * kTileWidth + i / 32) << (8 * tile.place.level);
      return At(NotProven("hash " + std::to_string(i / 32) +
                          " of the tile is not that of the entries from this position on"),
                Step::kTiles, file.path, leaf);
    }
    return {};
  }

  Status Finish() {
    for (const TileBuilder::Tile& tile : tiles_.Partial()) VERIFY_TRY(CheckTile(tile));
    if (replay_.log().Root() != checkpoint_.root) {
      return At(NotProven("the entries do not give the root of the checkpoint"), Step::kEntries,
                "checkpoint");
    }
    if (groups_) VERIFY_TRY(groups_->Finish(checkpoint_.size));
    uint64_t beyond = 0;
    for (const auto& [path, size] : archive_.files()) {
      VERIFY_ASSIGN(const bool covered, CheckLeftover(path));
      beyond += !covered;
    }
    Say(beyond);
    return {};
  }

  // A partial tile of an earlier size holds the beginning of the present one. False when the
  // checkpoint says nothing about this file.
  Result<bool> CheckLeftover(const std::string& path) {
    if (path == "checkpoint" || path == "seals") return true;
    const auto place = ParseTilePath(path);
    const unsigned width = place ? WidthAt(checkpoint_.size, place->level, place->index) : 0;
    if (!place || place->width > width) return false;
    if (place->width == width) return true;  // read already
    TilePlace present = *place;
    present.width = width;
    const Step step = place->entries ? Step::kEntries : Step::kTiles;
    VERIFY_ASSIGN(const TileFile now, Read(present, step));
    VERIFY_ASSIGN(const std::string then, archive_.ReadAll(path), step, path);
    size_t wanted = place->width * 32;
    if (place->entries) {
      VERIFY_ASSIGN(const std::string_view rest, CutBundle(now.bytes, place->width, &entries_),
                    step, now.path);
      wanted = now.bytes.size() - rest.size();
    }
    if (then != std::string_view(now.bytes).substr(0, wanted)) {
      return At(NotProven("the partial file differs from the beginning of " + now.path), step, path,
                (place->index * kTileWidth) << (8 * place->level));
    }
    tiles_checked_ += !place->entries;
    return true;
  }

  void Say(uint64_t files_beyond) {
    using verify::Say;
    report_->Proven(Say::kEntriesHashed, {std::to_string(checkpoint_.size)});
    if (old_) report_->Proven(Say::kOldExtended, {std::to_string(old_->size)});
    report_->Proven(Say::kTilesMatch, {std::to_string(tiles_checked_)});
    report_->Proven(Say::kEventsInOrder,
                    {std::to_string(replay_.events()), std::to_string(replay_.streams())});
    report_->Proven(Say::kLastMapRoot, {std::to_string(replay_.streams())});
    if (options_.every_map_root) {
      report_->Proven(Say::kEveryMapRoot, {std::to_string(replay_.map_roots())});
    } else if (replay_.map_roots() > 1) {
      report_->Unproven(Say::kNotEveryMapRoot, {std::to_string(replay_.map_roots() - 1)});
    }
    if (groups_) {
      groups_->Report(report_);
    } else {
      report_->Unproven(Say::kNotSealsMissing);
    }
    sources_.Report(report_);
    if (files_beyond > 0) {
      report_->Unproven(Say::kNotBeyondCheckpoint, {std::to_string(files_beyond)});
    }
    report_->Assumed(Say::kAssumeClock);
    ReportNames(trust_, report_);
    report_->Unproven(Say::kNotUnsubmitted);
    if (old_ && trust_.policy.has_quorum()) report_->Unproven(Say::kNotOldQuorum);
  }

  Archive& archive_;
  const Trust& trust_;
  const LogOptions options_;
  Report* report_;
  Checkpoint checkpoint_;
  std::optional<Checkpoint> old_;
  Replay replay_;
  TileBuilder tiles_;
  std::vector<TileBuilder::Tile> full_tiles_;
  std::unique_ptr<Groups> groups_;
  std::unique_ptr<StreamKeyCheck> keys_;
  SourceCheck sources_;
  std::vector<std::string_view> entries_;  // reused by CheckLeftover
  int64_t recorded_at_ = INT64_MIN;
  uint64_t tiles_checked_ = 0;
};

}  // namespace

Status CheckLog(Archive& archive, const Trust& trust, const LogOptions& options, Report* report) {
  return LogChecker(archive, trust, options, report).Check();
}

}  // namespace verify
