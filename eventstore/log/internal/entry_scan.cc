#include "eventstore/log/internal/entry_scan.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/hash/hash.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {
namespace {

constexpr uint64_t kChunkEntries = 2'048;

std::string Encode(uint64_t value) {
  std::string bytes;
  AppendU64(&bytes, value);
  return bytes;
}

void Digest(const RecordedEvent& event, ScannedEntry& scanned) {
  const ledger::v1::EventHeader& header = event.header;
  const std::string position = Encode(event.position.value);
  scanned.recorded_at = header.recorded_at();
  for (const auto& place : header.streams()) {
    scanned.places.emplace_back(*Hash::From(place.key()), place.sequence());
    scanned.streams.Add(place.key() + Encode(place.sequence()), position);
  }
  scanned.events.Add(header.event_id(), position);
  scanned.request_hash = RowSum::HashOfKey(RequestKey(header.source(), header.request_id()));
  if (!header.external_id().empty()) {
    scanned.external_ids.Add(ExternalKey(header.source(), header.external_id()), position);
  }
}

ScannedEntry Scan(Position position, std::string_view row, const EntryScan::Keep& keep) {
  ScannedEntry scanned;
  scanned.position = position;
  const auto unreadable = [&](const absl::Status& status) {
    scanned.kind = ScannedEntry::Kind::kUnreadable;
    scanned.unreadable = status;
    return std::move(scanned);
  };
  const absl::StatusOr<EntryView> entry = ParseEntry(row);
  if (!entry.ok()) return unreadable(entry.status());
  scanned.leaf_hash = LeafHash(entry->leaf);
  if (KindOfLeaf(entry->leaf) == LeafKind::kMapRoot) {
    scanned.kind = ScannedEntry::Kind::kMapRoot;
    scanned.leaf = entry->leaf;
    return scanned;
  }
  absl::StatusOr<RecordedEvent> event = ParseEvent(position, row);
  if (!event.ok()) return unreadable(event.status());
  scanned.kind = ScannedEntry::Kind::kEvent;
  Digest(*event, scanned);
  if (keep(event->header)) {
    scanned.event = std::make_unique<RecordedEvent>(*std::move(event));
    scanned.event->leaf.clear();
    scanned.event->sealed.clear();
  }
  return scanned;
}

// One by one, for a stretch in which a block cannot be read.
ScannedEntry ReadSingly(const LogTables& log, Position position, const EntryScan::Keep& keep) {
  const absl::StatusOr<std::optional<std::string>> row = log.ReadEntry(position);
  if (row.ok() && row->has_value()) return Scan(position, **row, keep);
  ScannedEntry scanned;
  scanned.position = position;
  if (row.ok()) return scanned;
  scanned.kind = ScannedEntry::Kind::kUnreadable;
  scanned.unreadable = row.status();
  return scanned;
}

std::vector<ScannedEntry> ReadChunk(const LogTables* log, uint64_t from, uint64_t to,
                                    const EntryScan::Keep* keep) {
  std::vector<ScannedEntry> chunk;
  chunk.reserve(to - from);
  NumberedCursor cursor = log->Entries(/*fill_cache=*/false);
  cursor.Seek(from);
  for (uint64_t next = from; next < to; ++next) {
    if (cursor.valid() && cursor.number() == next) {
      chunk.push_back(Scan(Position{next}, cursor.row(), *keep));
      cursor.Next();
    } else if (cursor.status().ok()) {
      chunk.emplace_back().position = Position{next};
    } else {
      chunk.push_back(ReadSingly(*log, Position{next}, *keep));
    }
  }
  return chunk;
}

}  // namespace

uint64_t RowSum::HashOfKey(std::string_view key) { return absl::HashOf(ToAbsl(key)); }

void RowSum::AddHashed(uint64_t key_hash, std::string_view value) {
  ++rows;
  sum += absl::HashOf(key_hash, ToAbsl(value));
}

void RowSum::Add(const RowSum& other) {
  rows += other.rows;
  sum += other.sum;
}

EntryScan::EntryScan(const LogTables* log, Position end, Keep keep)
    : log_(log),
      end_(end),
      keep_(std::move(keep)),
      depth_(std::thread::hardware_concurrency() + 1) {}

EntryScan::~EntryScan() = default;

void EntryScan::Order() {
  while (ahead_.size() < depth_ && ordered_ < end_.value) {
    const uint64_t from = ordered_;
    ordered_ = std::min(end_.value, from + kChunkEntries);
    ahead_.push_back(std::async(std::launch::async, ReadChunk, log_, from, ordered_, &keep_));
  }
}

std::optional<ScannedEntry> EntryScan::Next() {
  if (at_ == chunk_.size()) {
    Order();
    if (ahead_.empty()) return std::nullopt;
    chunk_ = ahead_.front().get();
    ahead_.pop_front();
    at_ = 0;
    Order();
  }
  return std::move(chunk_[at_++]);
}

}  // namespace constancia::eventstore
