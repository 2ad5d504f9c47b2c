#include "eventstore/log/internal/recovery.h"

#include <algorithm>
#include <future>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/entry_scan.h"
#include "eventstore/log/internal/group_chain.h"
#include "eventstore/log/internal/notary.h"
#include "eventstore/log/internal/stored_checkpoint.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {
namespace {

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

// Brings everything to the end of the log. Three stages run beside each other, as they do when the
// log is live: entries are read ahead and parsed; one epoch is folded; the one before it is covered
// (trees, map, comparison with the map root, rows into `state`).
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
    const absl::Status folded = Fold();
    // What is still being covered stands before whatever folding found.
    RETURN_IF_ERROR(AwaitCovered());
    RETURN_IF_ERROR(folded);
    // Also the sequence numbers of what no checkpoint covers follow the heads.
    return notarizer_.Begin(*open_).status();
  }

  Recovered Result() && {
    return {std::move(open_), std::move(notarizer_), end_, recorded_at_, chain_.previous()};
  }

 private:
  using Kind = ScannedEntry::Kind;

  absl::Status Fold() {
    const Position begin{notarizer_.size()};
    NumberedCursor last = log_.Entries(/*fill_cache=*/false);
    last.SeekToLast();
    RETURN_IF_ERROR(last.status());
    end_ = last.valid() ? std::max(begin, Position{last.number() + 1}) : begin;
    EntryScan scan(&log_, begin, end_, EntryScan::Sums::kNone,
                   [](const EventHeader&) { return true; });
    std::optional<ScannedEntry> next = scan.Next();
    while (next.has_value()) {
      ScannedEntry entry = *std::move(next);
      next = scan.Next();
      if (entry.kind == Kind::kMissing) {
        if (next.has_value() && next->kind == Kind::kUnreadable) return next->unreadable;
        if (!next.has_value() || next->kind == Kind::kMissing) {
          return DamagedAt(entry.position, "it is missing");
        }
        RETURN_IF_ERROR(FillMapRoot(entry.position));
      } else {
        RETURN_IF_ERROR(Take(entry));
      }
    }
    if (chain_.in_group()) return DamagedAt(end_, "it is missing from its commit group");
    return absl::OkStatus();
  }

  absl::Status Take(ScannedEntry& entry) {
    if (entry.kind == Kind::kUnreadable) return entry.unreadable;
    if (entry.kind == Kind::kMapRoot) return TakeMapRoot(entry.position, std::move(entry.leaf));
    return TakeEvent(*entry.event, entry);
  }

  absl::Status TakeEvent(const RecordedEvent& event, const ScannedEntry& entry) {
    RETURN_IF_ERROR(chain_.Take(event.position, entry.leaf_hash));
    if (entry.recorded_at < recorded_at_.micros) {
      return DamagedAt(event.position, "it was recorded before the entry before it");
    }
    recorded_at_ = {entry.recorded_at};
    for (const auto& [stream, sequence] : entry.places) {
      const auto tail = open_->streams.find(stream);
      if (tail != open_->streams.end() && tail->second.version() != sequence) {
        return DamagedAt(event.position, "its sequence number does not follow");
      }
    }
    for (size_t i = 0; i < projections_.size(); ++i) {
      RETURN_IF_ERROR(ApplyEvent(event, projections_[i], i, state_, {open_.get(), frozen_.get()},
                                 open_->rows[i]));
    }
    open_->Add(event, entry.leaf_hash);
    return absl::OkStatus();
  }

  absl::Status TakeMapRoot(Position position, std::string leaf) {
    if (chain_.in_group()) return DamagedAt(position, "a map root stands inside a commit group");
    RETURN_IF_ERROR(AwaitCovered());
    frozen_ = std::exchange(open_, std::make_shared<Epoch>(projections_.size()));
    covering_ = std::async(std::launch::async, [this, position, leaf = std::move(leaf)] {
      return Cover(position, leaf);
    });
    return absl::OkStatus();
  }

  absl::Status AwaitCovered() {
    if (!covering_.valid()) return absl::OkStatus();
    absl::Status covered = covering_.get();
    frozen_ = nullptr;
    return covered;
  }

  absl::Status Cover(Position position, std::string_view leaf) {
    ASSIGN_OR_RETURN(Notarizer::Step step, notarizer_.Begin(*frozen_));
    notarizer_.Complete(*frozen_, position, step);
    if (step.map_root_leaf != leaf) {
      return DamagedAt(position, "the map root is not that of the entries before it");
    }
    ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint, ReadStoredCheckpoint(log_, step.size));
    if (checkpoint.checkpoint.root != step.root) {
      return DamagedAt(position, "its checkpoint is not that of the entries up to it");
    }
    return WriteState(*frozen_, step);
  }

  // A crash came between the entries behind a free position and the map root that belongs there.
  absl::Status FillMapRoot(Position position) {
    RETURN_IF_ERROR(AwaitCovered());
    ASSIGN_OR_RETURN(const bool covered, chain_.Covers(position));
    if (covered || filled_ || open_->events.empty()) return DamagedAt(position, "it is missing");
    filled_ = true;
    ASSIGN_OR_RETURN(Notarizer::Step step, notarizer_.Begin(*open_));
    notarizer_.Complete(*open_, position, step);
    RETURN_IF_ERROR(WriteCheckpoint(step, position, origin_, publication_, log_).status());
    RETURN_IF_ERROR(WriteState(*open_, step));
    open_ = std::make_shared<Epoch>(projections_.size());
    return absl::OkStatus();
  }

  absl::Status WriteState(const Epoch& epoch, const Notarizer::Step& step) {
    RETURN_IF_ERROR(state_.Write(StateBatch(state_, epoch, step, projections_)));
    unflushed_events_ += epoch.events.size();
    if (unflushed_events_ < kFlushEvents) return absl::OkStatus();
    unflushed_events_ = 0;
    return state_.Flush(/*wait=*/false);
  }

  const std::string& origin_;
  LogTables& log_;
  StateTables& state_;
  const std::vector<ProjectionTable>& projections_;
  Publication& publication_;

  // Belong to the thread that covers while there is one.
  Notarizer notarizer_;
  uint64_t unflushed_events_ = 0;

  GroupChain chain_;
  std::shared_ptr<Epoch> open_;
  std::shared_ptr<const Epoch> frozen_;  // being covered
  Position end_;
  Instant recorded_at_;
  bool filled_ = false;
  std::future<absl::Status> covering_;  // the last member: it ends before what it uses
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
  ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint, ReadStoredCheckpoint(log, notarizer.size()));
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
    ASSIGN_OR_RETURN(SignedCheckpoint latest,
                     ReadStoredCheckpoint(log, recovered.notarizer.size()));
    publication.Publish(std::move(latest));
  }
  return recovered;
}

}  // namespace constancia::eventstore
