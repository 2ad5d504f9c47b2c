#include "eventstore/log/internal/recovery.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/group_chain.h"
#include "eventstore/log/internal/notary.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {
namespace {

absl::StatusOr<SignedCheckpoint> ReadCheckpoint(const LogTables& log, uint64_t size) {
  ASSIGN_OR_RETURN(std::optional<std::string> note, log.ReadCheckpoint(size));
  if (!note.has_value()) return DamagedAt(Position{size - 1}, "its checkpoint is missing");
  const absl::StatusOr<Note> parsed = ParseNote(*note);
  const absl::StatusOr<Checkpoint> checkpoint =
      parsed.ok() ? ParseCheckpoint(parsed->text) : parsed.status();
  if (!checkpoint.ok() || checkpoint->size != size) {
    return DamagedAt(Position{size - 1}, "its checkpoint cannot be read");
  }
  return SignedCheckpoint{*checkpoint, *std::move(note)};
}

// Brings one projection whose rows are behind the other tables up to `until`.
absl::Status CatchUp(const LogTables& log, StateTables& state, const ProjectionTable& projection,
                     Position from, Position until) {
  if (from == until) return absl::OkStatus();
  Log(LogLevel::kInfo, "rebuilding a projection",
      {{"projection", projection.name}, {"from", absl::StrCat(from.value)}});
  RowChanges changes;
  uint64_t pending = 0;
  const auto write = [&](Position applied) {
    Batch batch = state.NewBatch();
    PutRows(batch, projection.table, changes);
    state.PutApplied(batch, projection.name, applied);
    changes.clear();
    pending = 0;
    return state.Write(std::move(batch));
  };
  NumberedCursor cursor = log.Entries(/*fill_cache=*/false);
  cursor.Seek(from.value);
  for (Position position = from; position < until; cursor.Next(), ++position.value) {
    RETURN_IF_ERROR(cursor.status());
    if (!cursor.valid() || cursor.number() != position.value) {
      return DamagedAt(position, "it is missing");
    }
    ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(cursor.row()));
    if (KindOfLeaf(entry.leaf) == LeafKind::kMapRoot) continue;
    ASSIGN_OR_RETURN(RecordedEvent event, ParseEvent(position, cursor.row()));
    event.sealed.clear();
    RETURN_IF_ERROR(ApplyEvent(event, projection, 0, state, {}, changes));
    if (++pending == 4'096) RETURN_IF_ERROR(write(Position{position.value + 1}));
  }
  return write(until);
}

class Replay {
 public:
  Replay(const std::string& origin, LogTables& log, StateTables& state,
         const std::vector<ProjectionTable>& projections, Publication& publication,
         Notarizer notarizer, GroupChain chain, Instant recorded_at)
      : origin_(origin),
        log_(log),
        state_(state),
        projections_(projections),
        publication_(publication),
        notarizer_(std::move(notarizer)),
        chain_(std::move(chain)),
        open_(std::make_shared<Epoch>(projections.size())),
        recorded_at_(recorded_at) {}

  absl::Status Run() {
    uint64_t next = notarizer_.size();
    NumberedCursor cursor = log_.Entries(/*fill_cache=*/false);
    for (cursor.Seek(next); cursor.valid(); cursor.Next(), ++next) {
      if (cursor.number() != next) {
        RETURN_IF_ERROR(FillMapRoot(Position{next}, cursor.number()));
        ++next;
      }
      RETURN_IF_ERROR(Take(Position{next}, cursor.row()));
    }
    RETURN_IF_ERROR(cursor.status());
    // From behind, the log must end at the same place.
    cursor.SeekToLast();
    RETURN_IF_ERROR(cursor.status());
    if (cursor.valid() && cursor.number() >= next)
      return DamagedAt(Position{next}, "it is missing");
    if (chain_.in_group()) return DamagedAt(Position{next}, "it is missing from its commit group");
    end_ = Position{next};
    // Also the sequence numbers of what no checkpoint covers follow the heads.
    return notarizer_.Begin(*open_).status();
  }

  Recovered Result() && {
    return {std::move(open_), std::move(notarizer_), end_, recorded_at_, chain_.previous()};
  }

 private:
  absl::Status Take(Position position, std::string_view row) {
    const absl::StatusOr<EntryView> entry = ParseEntry(row);
    if (!entry.ok()) return DamagedAt(position, ToStd(entry.status().message()));
    if (KindOfLeaf(entry->leaf) == LeafKind::kMapRoot) return TakeMapRoot(position, entry->leaf);
    ASSIGN_OR_RETURN(RecordedEvent event, ParseEvent(position, row));
    return TakeEvent(event);
  }

  absl::Status TakeEvent(RecordedEvent& event) {
    const Hash leaf_hash = LeafHash(event.leaf);
    RETURN_IF_ERROR(chain_.Take(event.position, leaf_hash));
    if (event.header.recorded_at() < recorded_at_.micros) {
      return DamagedAt(event.position, "it was recorded before the entry before it");
    }
    recorded_at_ = {event.header.recorded_at()};
    for (const auto& place : event.header.streams()) {
      const auto tail = open_->streams.find(*Hash::From(place.key()));
      if (tail != open_->streams.end() && tail->second.version() != place.sequence()) {
        return DamagedAt(event.position, "its sequence number does not follow");
      }
    }
    event.sealed.clear();
    for (size_t i = 0; i < projections_.size(); ++i) {
      RETURN_IF_ERROR(ApplyEvent(event, projections_[i], i, state_, {open_.get()}, open_->rows[i]));
    }
    open_->Add(event, leaf_hash);
    return absl::OkStatus();
  }

  absl::Status TakeMapRoot(Position position, std::string_view leaf) {
    if (chain_.in_group()) return DamagedAt(position, "a map root stands inside a commit group");
    ASSIGN_OR_RETURN(Notarizer::Step step, notarizer_.Begin(*open_));
    notarizer_.Complete(*open_, position, step);
    if (step.map_root_leaf != leaf) {
      return DamagedAt(position, "the map root is not that of the entries before it");
    }
    ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint, ReadCheckpoint(log_, step.size));
    if (checkpoint.checkpoint.root != step.root) {
      return DamagedAt(position, "its checkpoint is not that of the entries up to it");
    }
    return Finish(step);
  }

  // A crash came between the entries behind a free position and the map root that belongs there.
  absl::Status FillMapRoot(Position position, uint64_t found) {
    ASSIGN_OR_RETURN(const bool covered, chain_.Covers(position));
    if (covered || filled_ || found != position.value + 1 || open_->events.empty()) {
      return DamagedAt(position, "it is missing");
    }
    filled_ = true;
    ASSIGN_OR_RETURN(Notarizer::Step step, notarizer_.Begin(*open_));
    notarizer_.Complete(*open_, position, step);
    RETURN_IF_ERROR(WriteCheckpoint(step, position, origin_, publication_, log_).status());
    return Finish(step);
  }

  absl::Status Finish(const Notarizer::Step& step) {
    RETURN_IF_ERROR(state_.Write(StateBatch(state_, *open_, step, projections_)));
    unflushed_events_ += open_->events.size();
    if (unflushed_events_ >= kFlushEvents) {
      unflushed_events_ = 0;
      RETURN_IF_ERROR(state_.Flush(/*wait=*/false));
    }
    open_ = std::make_shared<Epoch>(projections_.size());
    return absl::OkStatus();
  }

  const std::string& origin_;
  LogTables& log_;
  StateTables& state_;
  const std::vector<ProjectionTable>& projections_;
  Publication& publication_;
  Notarizer notarizer_;
  GroupChain chain_;
  std::shared_ptr<Epoch> open_;
  Position end_;
  Instant recorded_at_;
  bool filled_ = false;
  uint64_t unflushed_events_ = 0;
};

// The map that the heads make is the one that the map root at the end of the covered entries names,
// and the log tree the one of its checkpoint.
absl::Status CompareWithMapRoot(const LogTables& log, const Notarizer& notarizer) {
  const Position position{notarizer.size() - 1};
  ASSIGN_OR_RETURN(const std::optional<std::string> row, log.ReadEntry(position));
  if (!row.has_value()) {
    return Error(error::v1::DAMAGED,
                 absl::StrCat("the log ends before position ", position.value,
                              ", which was acknowledged. Restore it from a copy"),
                 "", {{"position", absl::StrCat(position.value)}});
  }
  ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(*row));
  const absl::StatusOr<MapRootLeaf> leaf = ParseMapRootLeaf(entry.leaf);
  if (!leaf.ok()) return DamagedAt(position, ToStd(leaf.status().message()));
  ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint, ReadCheckpoint(log, notarizer.size()));
  if (leaf->covered != position.value || leaf->root != notarizer.map().root() ||
      leaf->key_count != notarizer.map().size() || checkpoint.checkpoint.root != notarizer.root()) {
    return DamagedAt(position,
                     "`state` is not what the map root and checkpoint there say. Delete the folder "
                     "`state`: it is made again from the log");
  }
  return absl::OkStatus();
}

// When the last event below a checkpoint of `size` was recorded: it stands right before the map
// root.
absl::StatusOr<Instant> LastRecordedAt(const LogTables& log, uint64_t size) {
  if (size == 0) return Instant{};
  const Position position{size - 2};
  ASSIGN_OR_RETURN(const std::optional<std::string> row, log.ReadEntry(position));
  if (!row.has_value()) return DamagedAt(position, "it is missing");
  ASSIGN_OR_RETURN(const RecordedEvent event, ParseEvent(position, *row));
  return Instant{event.header.recorded_at()};
}

}  // namespace

absl::StatusOr<Recovered> Recover(const std::string& origin, LogTables& log, StateTables& state,
                                  const std::vector<ProjectionTable>& projections,
                                  Publication& publication) {
  ASSIGN_OR_RETURN(const std::optional<Position> stored, state.ReadApplied(""));
  const Position applied = stored.value_or(Position{0});
  ASSIGN_OR_RETURN(Notarizer notarizer, Notarizer::Load(&state, applied.value));
  if (applied.value > 0) RETURN_IF_ERROR(CompareWithMapRoot(log, notarizer));

  for (const ProjectionTable& projection : projections) {
    ASSIGN_OR_RETURN(const std::optional<Position> behind, state.ReadApplied(projection.name));
    RETURN_IF_ERROR(CatchUp(log, state, projection, behind.value_or(Position{0}), applied));
  }
  ASSIGN_OR_RETURN(const Instant recorded_at, LastRecordedAt(log, applied.value));
  ASSIGN_OR_RETURN(GroupChain chain, GroupChain::Begin(log, applied));
  Replay replay(origin, log, state, projections, publication, std::move(notarizer),
                std::move(chain), recorded_at);
  RETURN_IF_ERROR(replay.Run());
  Recovered recovered = std::move(replay).Result();
  if (recovered.notarizer.size() > 0) {
    ASSIGN_OR_RETURN(SignedCheckpoint latest, ReadCheckpoint(log, recovered.notarizer.size()));
    publication.Publish(std::move(latest));
  }
  return recovered;
}

}  // namespace constancia::eventstore
