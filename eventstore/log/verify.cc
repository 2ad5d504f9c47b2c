#include "eventstore/log/verify.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry_scan.h"
#include "eventstore/log/internal/log_core.h"
#include "eventstore/log/internal/state_check.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/note.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {
namespace {

using Kind = ScannedEntry::Kind;

class Verification {
 public:
  Verification(const VerifyOptions& options, const LogTables* log, const StateTables* state,
               Position end)
      : options_(options), log_(log), end_(end), groups_(log->Groups()) {
    if (state != nullptr) {
      state_.emplace(state, options.projections,
                     [this](std::optional<Position> position, std::string what) {
                       Find(position, std::move(what));
                     });
    }
    groups_.Seek(0);
  }

  VerifyReport Run() && {
    EntryScan scan(log_, Position{0}, end_,
                   state_.has_value() ? EntryScan::Sums::kOfRows : EntryScan::Sums::kNone,
                   [this](const EventHeader& header) {
                     return !options_.projections.empty() || MayNameKey(header);
                   });
    while (std::optional<ScannedEntry> entry = scan.Next()) {
      const uint64_t next = entry->position.value + 1;
      Take(*std::move(entry));
      if (state_.has_value() && state_->applied().value == next) FinishState();
      if (options_.progress && next % (1 << 16) == 0) options_.progress(next, end_.value);
    }
    FinishGroup();
    if (state_.has_value() && state_->applied() > end_) {
      Find(end_, absl::StrCat("the log ends here, and `state` is true for ",
                              state_->applied().value, " entries: what was acknowledged is lost"));
    }
    report_.size = end_.value;
    report_.streams = heads_.size();
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const VerifyFinding& a, const VerifyFinding& b) {
                       return a.position.value_or(Position{UINT64_MAX}) <
                              b.position.value_or(Position{UINT64_MAX});
                     });
    return std::move(report_);
  }

 private:
  void Find(std::optional<Position> position, std::string what) {
    ++report_.findings_total;
    if (report_.findings.size() < VerifyReport::kFindingsMax) {
      report_.findings.push_back({position, std::move(what)});
    }
  }

  void Take(ScannedEntry entry) {
    const bool in_group = InGroup(entry.position);
    if (!in_group && entry.kind == Kind::kMapRoot) {
      FinishGroup();
      TakeMapRoot(entry);
      return;
    }
    if (!in_group && entry.kind == Kind::kMissing && IsFree(entry.position)) {
      FinishGroup();
      Append(entry.leaf_hash);
      return;
    }
    if (entry.kind == Kind::kMapRoot) {
      Find(entry.position, "a map root stands inside a commit group");
    } else if (entry.kind == Kind::kUnreadable) {
      Find(entry.position, std::string(entry.unreadable.message()));
    } else if (!in_group) {
      Find(entry.position, entry.kind == Kind::kMissing ? "the map root or event is missing"
                                                        : "it stands in no commit group");
    } else if (entry.kind == Kind::kMissing) {
      Find(entry.position, "the entry is missing");
    }
    pending_.push_back(std::move(entry));
    if (!in_group || pending_.back().position.value + 1 == row_.first() + row_.count()) {
      FinishGroup();
    }
  }

  // Whether this is the one position that a crash may leave free for a map root: behind the latest
  // checkpoint. The next opening fills it.
  bool IsFree(Position position) {
    if (position.value < LastCheckpoint() || free_seen_) return false;
    free_seen_ = true;
    return true;
  }

  // Whether a group covers `position`; opens the row of the one that begins there.
  bool InGroup(Position position) {
    if (row_.count() > 0 && position.value < row_.first() + row_.count()) return true;
    while (groups_.valid() && groups_.number() < position.value) NextGroupRow();
    if (!groups_.valid() || groups_.number() != position.value) return false;
    FinishGroup();
    const std::string bytes(groups_.row());
    NextGroupRow();
    if (!row_.ParseFromString(bytes) || row_.first() != position.value || row_.count() == 0 ||
        row_.count() > kGroupEventsMax) {
      Find(position, "the row of its commit group cannot be read");
      row_.Clear();
      return false;
    }
    if (row_.previous() != previous_group_.view()) {
      Find(position, "its commit group does not continue the one before");
    }
    previous_group_ = GroupRowHash(bytes);
    return true;
  }

  void NextGroupRow() {
    groups_.Next();
    if (!groups_.status().ok()) Find(std::nullopt, std::string(groups_.status().message()));
  }

  // Decides, entry by entry, which leaf hash holds: the one computed from the row when the group
  // was signed over it, else the one that the tiles kept.
  void FinishGroup() {
    if (pending_.empty()) return;
    const bool whole = row_.count() == pending_.size();
    bool all_read = true;
    CompactRange computed;
    for (const ScannedEntry& entry : pending_) {
      all_read &= entry.kind == Kind::kEvent;
      computed.Append(entry.leaf_hash);
    }
    const bool holds = whole && all_read && computed.Root().view() == row_.root();
    if (whole) CheckGroup(holds || NameAltered());
    for (ScannedEntry& entry : pending_) TakeEvent(entry, holds);
    pending_.clear();
    row_.Clear();
  }

  // Names the entries that differ from the tiles. False when the tiles are not what was signed
  // either.
  bool NameAltered() {
    if (!state_.has_value()) return false;
    CompactRange kept;
    std::vector<Position> altered;
    for (const ScannedEntry& entry : pending_) {
      const std::optional<Hash> hash = state_->LeafHashAt(entry.position);
      if (!hash.has_value()) return false;
      kept.Append(*hash);
      if (entry.kind == Kind::kEvent && *hash != entry.leaf_hash) altered.push_back(entry.position);
    }
    if (kept.Root().view() != row_.root()) return false;
    for (const Position position : altered)
      Find(position, "its bytes are not those that were signed");
    return true;
  }

  void CheckGroup(bool root_holds) {
    ++report_.groups;
    const Position first{row_.first()};
    if (!root_holds) {
      Find(first, absl::StrCat("it and the ", row_.count() - 1,
                               " behind it are not the ones their commit group signed"));
    }
    if (keys_.empty()) LearnKeys(pending_.front());
    const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const VerifierKey& candidate) {
      return candidate.id().view() == row_.key_id();
    });
    if (key == keys_.end() || key + 1 != keys_.end()) {
      Find(first, "its commit group is not sealed by the key of its time");
    } else if (options_.every_seal) {
      const std::optional<Signature> signature = Signature::From(row_.signature());
      const std::optional<Hash> root = Hash::From(row_.root());
      if (!signature.has_value() || !root.has_value() ||
          !Ed25519Verify(key->key, GroupMessage(row_.first(), row_.count(), *root), *signature)) {
        Find(first, "the seal of its commit group does not verify");
      }
    }
  }

  void TakeEvent(ScannedEntry& entry, bool holds) {
    Hash leaf_hash = entry.leaf_hash;
    if (!holds && state_.has_value()) {
      leaf_hash = state_->LeafHashAt(entry.position).value_or(leaf_hash);
    }
    Append(leaf_hash);
    if (entry.kind != Kind::kEvent) {
      streams_known_ = false;
      return;
    }
    ++report_.events;
    if (entry.recorded_at < recorded_at_) {
      Find(entry.position, "it was recorded before the entry before it");
    }
    recorded_at_ = std::max(recorded_at_, entry.recorded_at);
    for (const auto& [key, sequence] : entry.places) {
      StreamHead& head = heads_[key];
      if (head.range.size() != sequence && streams_known_) {
        Find(entry.position, absl::StrCat("its sequence number is ", sequence,
                                          ", and its stream has ", head.range.size(), " events"));
        streams_known_ = false;
      }
      head.range.Append(leaf_hash);
      head.last = entry.position.value;
      if (options_.every_map_root) touched_.insert(key);
    }
    LearnKeys(entry);
    if (state_.has_value() && entry.position < state_->applied()) state_->Take(entry);
  }

  static bool MayNameKey(const EventHeader& header) {
    return header.type() == event::v1::LedgerCreated::descriptor()->full_name() ||
           header.type() == event::v1::KeyRotated::descriptor()->full_name();
  }

  void LearnKeys(const ScannedEntry& entry) {
    if (entry.event == nullptr) return;
    const RecordedEvent& event = *entry.event;
    event::v1::LedgerCreated created;
    std::string public_key;
    if (keys_.empty() && event.header.type() == created.GetTypeName() &&
        created.ParseFromString(event.header.public_payload())) {
      origin_ = created.origin();
      public_key = created.log_public_key();
    } else if (const auto rotated = LogKeyRotation(event)) {
      public_key = rotated->new_public_key();
    } else {
      return;
    }
    const std::optional<PublicKey> key = PublicKey::From(public_key);
    if (!key.has_value()) {
      Find(event.position, "it names a key that is none");
      return;
    }
    const VerifierKey learnt{origin_, KeyType::kEd25519, *key};
    if (std::find(keys_.begin(), keys_.end(), learnt) == keys_.end()) keys_.push_back(learnt);
  }

  void Append(const Hash& leaf_hash) {
    tree_.Append(leaf_hash, [&](NodeId node, const Hash& hash) { tiles_.Take(node, hash); });
  }

  void TakeMapRoot(const ScannedEntry& entry) {
    const absl::StatusOr<MapRootLeaf> leaf = ParseMapRootLeaf(entry.leaf);
    const uint64_t size = entry.position.value + 1;
    if (!leaf.ok() || leaf->covered != entry.position.value || leaf->previous != last_map_root_) {
      Find(entry.position, "the map root is not one of this place");
    } else if (streams_known_ &&
               (options_.every_map_root || size == end_.value || size == LastCheckpoint())) {
      const StreamMap& map = BringMapUp();
      if (map.root() != leaf->root || map.size() != leaf->key_count) {
        Find(entry.position, "the map root is not that of the entries before it");
      }
    }
    last_map_root_ = entry.position.value;
    Append(entry.leaf_hash);
    CheckCheckpoint(entry.position, size);
    if (state_.has_value() && size <= state_->applied().value) {
      state_->TakeTiles(tiles_.TakeChanged());
    }
  }

  const StreamMap& BringMapUp() {
    std::vector<StreamMap::Entry> entries;
    const auto add = [&](const Hash& key, const StreamHead& head) {
      entries.push_back(
          {key, MapValueHash(EncodeMapValue(head.range.size(), head.last, head.range.Root()))});
    };
    if (options_.every_map_root) {
      for (const Hash& key : touched_) add(key, heads_.at(key));
      touched_.clear();
      map_.Update(std::move(entries));
    } else {
      for (const auto& [key, head] : heads_) add(key, head);
      std::sort(entries.begin(), entries.end(),
                [](const auto& a, const auto& b) { return a.key < b.key; });
      map_ = StreamMap::Build(std::move(entries));
    }
    return map_;
  }

  uint64_t LastCheckpoint() {
    if (!last_checkpoint_.has_value()) {
      NumberedCursor cursor = log_->Checkpoints();
      cursor.SeekToLast();
      last_checkpoint_ = cursor.valid() ? cursor.number() : 0;
    }
    return *last_checkpoint_;
  }

  void CheckCheckpoint(Position position, uint64_t size) {
    const absl::StatusOr<std::optional<std::string>> note = log_->ReadCheckpoint(size);
    if (!note.ok() || !note->has_value()) {
      Find(position, "its checkpoint is missing");
      return;
    }
    ++report_.checkpoints;
    const bool verify = options_.every_seal || size == LastCheckpoint();
    const absl::StatusOr<Note> parsed = verify ? OpenNote(**note, keys_) : ParseNote(**note);
    const absl::StatusOr<Checkpoint> checkpoint =
        parsed.ok() ? ParseCheckpoint(parsed->text) : parsed.status();
    if (!checkpoint.ok()) {
      Find(position, absl::StrCat("its checkpoint: ", checkpoint.status().message()));
    } else if (*checkpoint != Checkpoint{origin_, size, tree_.Root()}) {
      Find(position, "its checkpoint is not that of the entries up to it");
    } else {
      report_.checkpoint_size = size;
    }
    CheckCosignatures(position, size);
  }

  // Whose they are is for a reader with a policy to judge; here they must be lines of the note.
  void CheckCosignatures(Position position, uint64_t size) {
    const absl::StatusOr<std::vector<std::string>> lines = log_->ReadCosignatures(size);
    if (!lines.ok()) {
      Find(position, absl::StrCat("its cosignatures: ", lines.status().message()));
      return;
    }
    for (std::string_view line : *lines) {
      if (!line.ends_with('\n') || !ParseSignatureLine(line.substr(0, line.size() - 1)).ok()) {
        Find(position, "a cosignature of its checkpoint cannot be read");
      }
    }
  }

  void FinishState() {
    if (streams_known_) state_->Finish(heads_);
  }

  const VerifyOptions& options_;
  const LogTables* const log_;
  const Position end_;
  std::optional<StateCheck> state_;
  VerifyReport report_;

  NumberedCursor groups_;
  ledger::v1::GroupRow row_;  // of the group being read; no count when there is none
  Hash previous_group_;
  std::vector<ScannedEntry> pending_;  // entries of that group

  CompactRange tree_;
  TileBuilder tiles_;
  Heads heads_;
  absl::flat_hash_set<Hash> touched_;  // streams, since the last map root
  StreamMap map_;
  uint64_t last_map_root_ = MapRootLeaf::kNoPrevious;
  int64_t recorded_at_ = 0;
  // False once an event could not be read: what streams hold is not known from there on.
  bool streams_known_ = true;
  std::string origin_;
  std::vector<VerifierKey> keys_;
  std::optional<uint64_t> last_checkpoint_;
  bool free_seen_ = false;
};

}  // namespace

absl::StatusOr<VerifyReport> VerifyLog(const VerifyOptions& options) {
  LogTables::Options log_options;
  log_options.path = options.folder + "/log";
  log_options.read_only = true;
  log_options.env = options.env;
  ASSIGN_OR_RETURN(const std::unique_ptr<LogTables> log, LogTables::Open(log_options));

  std::unique_ptr<StateTables> state;
  if (options.state) {
    StateTables::Options state_options;
    state_options.path = options.folder + "/state";
    state_options.read_only = true;
    state_options.env = options.env;
    absl::StatusOr<std::unique_ptr<StateTables>> opened = StateTables::Open(state_options);
    // Without `state` there is nothing to compare.
    if (opened.ok())
      state = *std::move(opened);
    else if (ReasonOf(opened.status()) == error::v1::DAMAGED)
      return opened.status();
  }

  NumberedCursor last = log->Entries();
  last.SeekToLast();
  RETURN_IF_ERROR(last.status());
  const Position end{last.valid() ? last.number() + 1 : 0};
  return Verification(options, log.get(), state.get(), end).Run();
}

}  // namespace constancia::eventstore
