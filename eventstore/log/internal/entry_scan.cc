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

std::string Encode(uint64_t value) {
  std::string bytes;
  AppendU64(&bytes, value);
  return bytes;
}

void SumRows(Position at, const EventHeader& header, ScannedEntry& scanned) {
  const std::string position = Encode(at.value);
  for (const auto& place : header.streams()) {
    scanned.streams.Add(place.key() + Encode(place.sequence()), position);
  }
  scanned.events.Add(header.event_id(), position);
  scanned.request_hash = RowSum::HashOfKey(RequestKey(header.source(), header.request_id()));
  if (!header.external_id().empty()) {
    scanned.external_ids.Add(ExternalKey(header.source(), header.external_id()), position);
  }
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

EntryScan::EntryScan(const LogTables* log, Position from, Position end, Sums sums, Keep keep,
                     size_t chunk_bytes)
    : log_(log),
      end_(end),
      sums_(sums),
      keep_(std::move(keep)),
      chunk_bytes_(chunk_bytes),
      depth_(std::min<size_t>(kAheadMax, std::thread::hardware_concurrency() + 1)),
      ordered_(from.value) {}

EntryScan::~EntryScan() = default;

void EntryScan::Order() {
  while (ahead_.size() < depth_ && ordered_ < end_.value) {
    const uint64_t from = ordered_;
    ordered_ = std::min(end_.value, from + kChunkEntries);
    ahead_.push_back(ReadAhead(from, ordered_));
  }
}

std::future<EntryScan::Chunk> EntryScan::ReadAhead(uint64_t from, uint64_t to) {
  return std::async(std::launch::async, &EntryScan::Read, this, from, to);
}

EntryScan::Chunk EntryScan::Read(uint64_t from, uint64_t to) const {
  Chunk chunk;
  chunk.entries.reserve(to - from);
  chunk.to = to;
  NumberedCursor cursor = log_->Entries(/*fill_cache=*/false);
  cursor.Seek(from);
  size_t bytes = 0;
  for (chunk.next = from; chunk.next < to && bytes < chunk_bytes_; ++chunk.next) {
    const Position position{chunk.next};
    if (cursor.valid() && cursor.number() == position.value) {
      bytes += cursor.row().size();
      chunk.entries.push_back(Scan(position, cursor.row()));
      cursor.Next();
    } else if (cursor.status().ok()) {
      chunk.entries.emplace_back().position = position;
    } else {
      chunk.entries.push_back(ReadSingly(position));
    }
  }
  return chunk;
}

ScannedEntry EntryScan::ReadSingly(Position position) const {
  const absl::StatusOr<std::optional<std::string>> row = log_->ReadEntry(position);
  if (row.ok() && row->has_value()) return Scan(position, **row);
  ScannedEntry scanned;
  scanned.position = position;
  if (row.ok()) return scanned;
  scanned.kind = ScannedEntry::Kind::kUnreadable;
  scanned.unreadable = row.status();
  return scanned;
}

ScannedEntry EntryScan::Scan(Position position, std::string_view row) const {
  ScannedEntry scanned;
  scanned.position = position;
  const auto unreadable = [&](absl::Status status) {
    scanned.kind = ScannedEntry::Kind::kUnreadable;
    scanned.unreadable = std::move(status);
    return std::move(scanned);
  };
  const absl::StatusOr<EntryView> entry = ParseEntry(row);
  if (!entry.ok()) return unreadable(DamagedAt(position, ToStd(entry.status().message())));
  scanned.leaf_hash = LeafHash(entry->leaf);
  if (KindOfLeaf(entry->leaf) == LeafKind::kMapRoot) {
    scanned.kind = ScannedEntry::Kind::kMapRoot;
    scanned.leaf = entry->leaf;
    return scanned;
  }
  absl::StatusOr<EventHeader> header = ParseHeader(position, *entry);
  if (!header.ok()) return unreadable(header.status());
  scanned.kind = ScannedEntry::Kind::kEvent;
  scanned.recorded_at = header->recorded_at();
  for (const auto& place : header->streams()) {
    scanned.places.emplace_back(*Hash::From(place.key()), place.sequence());
  }
  if (sums_ == Sums::kOfRows) SumRows(position, *header, scanned);
  if (keep_(*header)) {
    scanned.event = std::make_unique<RecordedEvent>();
    scanned.event->position = position;
    scanned.event->header = *std::move(header);
  }
  return scanned;
}

std::optional<ScannedEntry> EntryScan::Next() {
  while (at_ == chunk_.entries.size()) {
    chunk_ = Chunk();
    at_ = 0;
    Order();
    if (ahead_.empty()) return std::nullopt;
    chunk_ = ahead_.front().get();
    ahead_.pop_front();
    if (chunk_.next < chunk_.to) ahead_.push_front(ReadAhead(chunk_.next, chunk_.to));
    Order();
  }
  return std::move(chunk_.entries[at_++]);
}

}  // namespace constancia::eventstore
