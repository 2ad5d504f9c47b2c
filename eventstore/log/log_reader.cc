#include "eventstore/log/log_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/log_core.h"
#include "eventstore/log/internal/stored_checkpoint.h"
#include "eventstore/proof/audit_feed.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/tile.h"

namespace constancia::eventstore {
namespace {

absl::Status NoEvent(Position position) {
  return Error(error::v1::NOT_FOUND, absl::StrCat("no event stands at position ", position.value));
}

TileNodes NodesOf(const StateTables& state, uint64_t size) {
  return TileNodes(size, [&state](TileId tile) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::optional<std::string> row, state.ReadTile(tile.level, tile.index));
    if (!row.has_value()) {
      return Error(error::v1::DAMAGED, absl::StrCat("`state` lacks ", TilePath(tile),
                                                    ". Delete its folder and restart"));
    }
    return *std::move(row);
  });
}

// A group with the tree over its leaves.
struct OpenedGroup {
  ledger::v1::GroupRow row;
  std::vector<Hash> leaf_hashes;
  MemoryTree tree;
};

absl::StatusOr<OpenedGroup> OpenGroup(const LogTables& log, Position position) {
  NumberedCursor groups = log.Groups();
  groups.SeekBack(position.value);
  RETURN_IF_ERROR(groups.status());
  OpenedGroup group{{}, {}, MemoryTree({})};
  if (!groups.valid() || !group.row.ParseFromString(std::string(groups.row())) ||
      position.value - groups.number() >= group.row.count()) {
    return DamagedAt(position, "it stands in no commit group");
  }
  NumberedCursor entries = log.Entries();
  entries.Seek(group.row.first());
  while (group.leaf_hashes.size() < group.row.count() && entries.valid()) {
    ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(entries.row()));
    group.leaf_hashes.push_back(LeafHash(entry.leaf));
    entries.Next();
  }
  RETURN_IF_ERROR(entries.status());
  group.tree = MemoryTree(group.leaf_hashes);
  ASSIGN_OR_RETURN(const Hash root, MakeRoot(group.tree, group.leaf_hashes.size()));
  if (group.leaf_hashes.size() != group.row.count() || root.view() != group.row.root()) {
    return DamagedAt(Position{group.row.first()},
                     "its commit group is not the one that was signed");
  }
  return group;
}

absl::StatusOr<Receipt> ReceiptIn(const OpenedGroup& group, const RecordedEvent& event) {
  const uint64_t index = event.position.value - group.row.first();
  ASSIGN_OR_RETURN(std::vector<Hash> path,
                   MakeInclusionProof(group.tree, index, group.leaf_hashes.size()));
  Receipt receipt;
  receipt.event_id = *EventId::From(event.header.event_id());
  receipt.position = event.position;
  receipt.leaf_hash = group.leaf_hashes[index];
  receipt.seal.first = group.row.first();
  receipt.seal.count = group.row.count();
  receipt.seal.path = std::move(path);
  std::copy(group.row.key_id().begin(), group.row.key_id().end(),
            receipt.seal.key_id.bytes.begin());
  receipt.seal.signature = *Signature::From(group.row.signature());
  receipt.recorded_at = {event.header.recorded_at()};
  for (const auto& place : event.header.streams()) {
    receipt.sequences.push_back(Sequence{place.sequence()});
  }
  return receipt;
}

}  // namespace

Position LogReader::end() const { return core_->overlay->end(); }

absl::StatusOr<RecordedEvent> LogReader::ReadEvent(Position position) const {
  if (position >= end()) return NoEvent(position);
  ASSIGN_OR_RETURN(const std::optional<std::string> row, core_->log->ReadEntry(position));
  if (!row.has_value()) return NoEvent(position);
  ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(*row));
  if (KindOfLeaf(entry.leaf) == LeafKind::kMapRoot) return NoEvent(position);
  return ParseEvent(position, *row);
}

absl::StatusOr<std::string> LogReader::ReadLeaf(Position position) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, core_->log->ReadEntry(position));
  if (!row.has_value()) return NoEvent(position);
  ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(*row));
  return std::string(entry.leaf);
}

absl::StatusOr<std::vector<RecordedEvent>> LogReader::ReadLog(Position from, size_t limit) const {
  std::vector<RecordedEvent> events;
  const Position until = end();
  const uint64_t covered = LatestCheckpoint().checkpoint.size;
  NumberedCursor cursor = core_->log->Entries(/*fill_cache=*/false);
  cursor.Seek(from.value);
  for (Position at = from; at < until && events.size() < limit; ++at.value) {
    if (!cursor.valid() || cursor.number() != at.value) {
      RETURN_IF_ERROR(cursor.status());
      // Only the place of a map root that is being made may be empty.
      const bool being_made =
          at.value >= covered && cursor.valid() && cursor.number() == at.value + 1;
      if (being_made) continue;
      return DamagedAt(at, "it is missing");
    }
    ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(cursor.row()));
    if (KindOfLeaf(entry.leaf) == LeafKind::kEvent) {
      ASSIGN_OR_RETURN(RecordedEvent event, ParseEvent(at, cursor.row()));
      events.push_back(std::move(event));
    }
    cursor.Next();
  }
  return events;
}

absl::StatusOr<std::vector<RecordedEvent>> LogReader::AwaitLog(Position from, size_t limit,
                                                               absl::Duration timeout) const {
  core_->overlay->AwaitBeyond(from, timeout);
  return ReadLog(from, limit);
}

absl::StatusOr<std::vector<Position>> LogReader::ReadStreamPositions(const Hash& stream_key,
                                                                     Sequence from,
                                                                     size_t limit) const {
  // The look into memory comes first: what moves to `state` afterwards is seen twice, never missed.
  const Overlay::StreamPart recent = core_->overlay->ReadStream(stream_key, from, limit);
  std::vector<Position> positions;
  const uint64_t known = recent.first.value_or(UINT64_MAX);
  if (from.value < known) {
    ASSIGN_OR_RETURN(
        positions,
        core_->state->ReadStream(stream_key, from, std::min<uint64_t>(limit, known - from.value)));
  }
  for (const Position position : recent.positions) {
    if (positions.size() == limit) break;
    positions.push_back(position);
  }
  return positions;
}

absl::StatusOr<std::vector<RecordedEvent>> LogReader::ReadStream(const Stream& stream,
                                                                 Sequence from,
                                                                 size_t limit) const {
  ASSIGN_OR_RETURN(const std::vector<Position> positions,
                   ReadStreamPositions(core_->stream_keys->KeyOf(stream), from, limit));
  ASSIGN_OR_RETURN(const auto rows, core_->log->ReadEntries(positions));
  std::vector<RecordedEvent> events;
  events.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].has_value()) return DamagedAt(positions[i], "it is missing");
    ASSIGN_OR_RETURN(RecordedEvent event, ParseEvent(positions[i], *rows[i]));
    events.push_back(std::move(event));
  }
  return events;
}

absl::StatusOr<StreamVersion> LogReader::VersionOf(const Stream& stream) const {
  const Hash key = core_->stream_keys->KeyOf(stream);
  if (const std::optional<uint64_t> version = core_->overlay->VersionOf(key)) {
    return StreamVersion{*version};
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> head, core_->state->ReadHead(key));
  if (!head.has_value()) return StreamVersion{0};
  ASSIGN_OR_RETURN(const uint64_t version, VersionOfHead(*head));
  return StreamVersion{version};
}

absl::StatusOr<std::optional<Position>> LogReader::FindEvent(const EventId& id) const {
  if (const std::optional<Position> position = core_->overlay->FindEvent(id)) return position;
  return core_->state->ReadEvent(id.view());
}

absl::StatusOr<std::optional<AppendResult>> LogReader::FindRequest(
    std::string_view source, std::string_view request_id) const {
  const std::string key = RequestKey(source, request_id);
  std::optional<Position> first = core_->overlay->FindIdempotency(key);
  if (!first.has_value()) {
    ASSIGN_OR_RETURN(const auto found, core_->state->ReadIdempotency({&key, 1}));
    first = found.front();
  }
  if (!first.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::vector<RecordedEvent> append, ReadAppend(*first));
  std::vector<Position> positions;
  for (const RecordedEvent& event : append) positions.push_back(event.position);
  AppendResult result;
  result.repeated = true;
  ASSIGN_OR_RETURN(result.receipts, ReceiptsOf(positions));
  return result;
}

absl::StatusOr<std::vector<RecordedEvent>> LogReader::ReadAppend(Position first) const {
  constexpr size_t kReadAhead = 8;  // most appends are smaller
  std::vector<RecordedEvent> events;
  while (true) {
    ASSIGN_OR_RETURN(std::vector<RecordedEvent> read,
                     ReadLog(Position{first.value + events.size()}, kReadAhead));
    if (read.empty()) return events;
    for (RecordedEvent& event : read) {
      // They stand at consecutive positions.
      const bool belongs =
          event.position.value == first.value + events.size() &&
          (events.empty() || (event.header.source() == events.front().header.source() &&
                              event.header.request_id() == events.front().header.request_id()));
      if (!belongs) return events;
      events.push_back(std::move(event));
    }
  }
}

absl::StatusOr<std::vector<Receipt>> LogReader::ReceiptsOf(
    const std::vector<Position>& positions) const {
  std::vector<Receipt> receipts;
  std::optional<OpenedGroup> group;
  for (const Position position : positions) {
    ASSIGN_OR_RETURN(const RecordedEvent event, ReadEvent(position));
    if (!group.has_value() || position.value < group->row.first() ||
        position.value - group->row.first() >= group->row.count()) {
      ASSIGN_OR_RETURN(group, OpenGroup(*core_->log, position));
    }
    ASSIGN_OR_RETURN(Receipt receipt, ReceiptIn(*group, event));
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

absl::StatusOr<OpenedPersonal> LogReader::OpenPersonal(const RecordedEvent& event) const {
  if (!event.header.has_sealed()) {
    return Error(error::v1::NOT_FOUND, "the event has no personal part");
  }
  const ledger::v1::Sealed& sealed = event.header.sealed();
  const std::optional<Hash> subject = Hash::From(event.header.streams(sealed.subject()).key());
  const std::optional<Hash> commitment = Hash::From(sealed.commitment());
  ASSIGN_OR_RETURN(const std::optional<DataKey> key,
                   core_->data_keys->Find(*subject, sealed.key_id()));
  if (!key.has_value()) {
    return Error(
        error::v1::PERSONAL_PART_ERASED,
        absl::StrCat("the personal part at position ", event.position.value, " was erased"), "",
        {{"position", absl::StrCat(event.position.value)}});
  }
  if (event.sealed.empty()) {
    return DamagedAt(event.position, "its personal part is missing and was never erased");
  }
  absl::StatusOr<OpenedPersonal> opened = constancia::OpenPersonal(
      key->key, *EventId::From(event.header.event_id()), *commitment, event.sealed);
  if (!opened.ok()) return DamagedAt(event.position, ToStd(opened.status().message()));
  return opened;
}

SignedCheckpoint LogReader::LatestCheckpoint() const { return core_->publication->latest(); }

absl::StatusOr<SignedCheckpoint> LogReader::CheckpointAt(uint64_t size) const {
  ASSIGN_OR_RETURN(SignedCheckpoint checkpoint, CheckpointAtOrBefore(size));
  if (checkpoint.checkpoint.size != size) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("there is no checkpoint of size ", size));
  }
  return checkpoint;
}

absl::StatusOr<SignedCheckpoint> LogReader::CheckpointAtOrBefore(uint64_t size) const {
  NumberedCursor cursor = core_->log->Checkpoints();
  cursor.SeekBack(std::min(size, LatestCheckpoint().checkpoint.size));
  RETURN_IF_ERROR(cursor.status());
  if (!cursor.valid()) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("there is no checkpoint of size ", size));
  }
  return ReadStoredCheckpoint(*core_->log, cursor.number());
}

absl::Status LogReader::CheckPublished(uint64_t size) const {
  if (size <= LatestCheckpoint().checkpoint.size) return absl::OkStatus();
  return Error(error::v1::NOT_PUBLISHED, absl::StrCat("no checkpoint is of size ", size, " yet"));
}

absl::StatusOr<std::vector<Hash>> LogReader::InclusionProof(Position position,
                                                            uint64_t size) const {
  RETURN_IF_ERROR(CheckPublished(size));
  if (position.value >= size) {
    return Error(error::v1::INPUT_MALFORMED, "the position lies beyond the tree", "position");
  }
  return MakeInclusionProof(NodesOf(*core_->state, size), position.value, size);
}

absl::StatusOr<std::vector<Hash>> LogReader::ConsistencyProof(uint64_t old_size,
                                                              uint64_t size) const {
  RETURN_IF_ERROR(CheckPublished(size));
  if (old_size == 0 || old_size > size) {
    return Error(error::v1::INPUT_MALFORMED, "the older tree has 1 to as many leaves as the newer",
                 "old_size");
  }
  return MakeConsistencyProof(NodesOf(*core_->state, size), old_size, size);
}

absl::StatusOr<MultiProof> LogReader::InclusionProofs(std::vector<uint64_t> positions,
                                                      uint64_t size) const {
  RETURN_IF_ERROR(CheckPublished(size));
  const bool rising = std::adjacent_find(positions.begin(), positions.end(),
                                         std::greater_equal<>()) == positions.end();
  if (!rising || (!positions.empty() && positions.back() >= size)) {
    return Error(error::v1::INPUT_MALFORMED, "positions rise and lie within the tree", "positions");
  }
  return MakeMultiProof(NodesOf(*core_->state, size), std::move(positions), size);
}

absl::StatusOr<CompletenessProof> LogReader::ProveCompleteness(const Stream& stream) const {
  ASSIGN_OR_RETURN(std::vector<CompletenessProof> proofs,
                   ProveCompleteness({core_->stream_keys->KeyOf(stream)}));
  return std::move(proofs.front());
}

absl::StatusOr<std::vector<CompletenessProof>> LogReader::ProveCompleteness(
    const std::vector<Hash>& stream_keys) const {
  std::vector<CompletenessProof> proofs;
  absl::Status status;
  core_->notary->WithMap([&](const StreamMap& map) {
    const SignedCheckpoint latest = LatestCheckpoint();
    CompletenessProof common;
    common.index = latest.checkpoint.size - 1;
    common.checkpoint = latest.note;
    absl::StatusOr<std::string> map_root = ReadLeaf(Position{common.index});
    absl::StatusOr<std::vector<Hash>> path =
        InclusionProof(Position{common.index}, latest.checkpoint.size);
    const auto heads = core_->state->ReadHeads(stream_keys);
    status.Update(map_root.status());
    status.Update(path.status());
    status.Update(heads.status());
    if (!status.ok()) return;
    common.map_root_leaf = *std::move(map_root);
    common.proof = *std::move(path);
    for (size_t i = 0; i < stream_keys.size(); ++i) {
      CompletenessProof& proof = proofs.emplace_back(common);
      proof.key = stream_keys[i];
      proof.map = map.Prove(stream_keys[i]);
      if (!(*heads)[i].has_value()) continue;
      const absl::StatusOr<StreamHead> head = DecodeHead(*(*heads)[i]);
      status.Update(head.status());
      if (!status.ok()) return;
      proof.count = head->range.size();
      proof.last = head->last;
    }
  });
  RETURN_IF_ERROR(status);
  return proofs;
}

absl::StatusOr<std::vector<std::string>> LogReader::ReadLeaves(Position from,
                                                               uint64_t count) const {
  std::vector<std::string> leaves;
  leaves.reserve(count);
  NumberedCursor cursor = core_->log->Entries(/*fill_cache=*/false);
  for (cursor.Seek(from.value); leaves.size() < count && cursor.valid(); cursor.Next()) {
    const Position position{from.value + leaves.size()};
    if (cursor.number() != position.value) return DamagedAt(position, "it is missing");
    const absl::StatusOr<EntryView> entry = ParseEntry(cursor.row());
    if (!entry.ok()) return DamagedAt(position, ToStd(entry.status().message()));
    leaves.emplace_back(entry->leaf);
  }
  RETURN_IF_ERROR(cursor.status());
  if (leaves.size() < count) {
    return DamagedAt(Position{from.value + leaves.size()}, "it is missing");
  }
  return leaves;
}

absl::StatusOr<std::string> LogReader::ReadTile(TileId tile) const {
  ASSIGN_OR_RETURN(std::optional<std::string> row, core_->state->ReadTile(tile.level, tile.index));
  const size_t size = tile.width * Hash::kSize;
  if (!row.has_value() || row->size() < size) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("there is no ", TilePath(tile)));
  }
  row->resize(size);
  return *std::move(row);
}

absl::Status LogReader::ReadGroupRows(
    Position from, Position to, absl::FunctionRef<absl::Status(std::string_view)> take) const {
  NumberedCursor cursor = core_->log->Groups();
  for (cursor.Seek(from.value); cursor.valid() && cursor.number() < to.value; cursor.Next()) {
    RETURN_IF_ERROR(take(cursor.row()));
  }
  return cursor.status();
}

absl::Status LogReader::ReadAuditFeed(Position from, Position to,
                                      absl::FunctionRef<bool(std::string_view)> take) const {
  RETURN_IF_ERROR(CheckPublished(to.value));
  NumberedCursor cursor = core_->log->Entries(/*fill_cache=*/false);
  uint64_t next = from.value;
  for (cursor.Seek(next); next < to.value && cursor.valid(); cursor.Next(), ++next) {
    const Position position{next};
    if (cursor.number() != next) return DamagedAt(position, "it is missing");
    ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(cursor.row()));
    AuditLine line = AuditMapRoot{next, std::string(entry.leaf)};
    if (KindOfLeaf(entry.leaf) != LeafKind::kMapRoot) {
      ASSIGN_OR_RETURN(const RecordedEvent event, ParseEvent(position, cursor.row()));
      AuditEvent audit{next, LeafHash(entry.leaf), {}};
      for (const auto& place : event.header.streams()) {
        audit.stream_keys.push_back(*Hash::From(place.key()));
      }
      line = std::move(audit);
    }
    if (!take(ToText(line))) return absl::OkStatus();
  }
  RETURN_IF_ERROR(cursor.status());
  if (next < to.value) return DamagedAt(Position{next}, "it is missing");
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
