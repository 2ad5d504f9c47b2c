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

void SumRows(const RecordedEvent& event, ScannedEntry& scanned) {
  const ledger::v1::EventHeader& header = event.header;
  const std::string position = Encode(event.position.value);
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

EntryScan::EntryScan(const LogTables* log, Position from, Position end, Sums sums, Keep keep)
    : log_(log),
      end_(end),
      sums_(sums),
      keep_(std::move(keep)),
      depth_(std::thread::hardware_concurrency() + 1),
      ordered_(from.value) {}

EntryScan::~EntryScan() = default;

void EntryScan::Order() {
  while (ahead_.size() < depth_ && ordered_ < end_.value) {
    const uint64_t from = ordered_;
    ordered_ = std::min(end_.value, from + kChunkEntries);
    ahead_.push_back(std::async(std::launch::async, &EntryScan::Read, this, from, ordered_));
  }
}

EntryScan::Chunk EntryScan::Read(uint64_t from, uint64_t to) const {
  Chunk chunk;
  chunk.reserve(to - from);
  NumberedCursor cursor = log_->Entries(/*fill_cache=*/false);
  cursor.Seek(from);
  for (uint64_t next = from; next < to; ++next) {
    if (cursor.valid() && cursor.number() == next) {
      chunk.push_back(Scan(Position{next}, cursor.row()));
      cursor.Next();
    } else if (cursor.status().ok()) {
      chunk.emplace_back().position = Position{next};
    } else {
      chunk.push_back(ReadSingly(Position{next}));
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
  absl::StatusOr<RecordedEvent> event = ParseEvent(position, row);
  if (!event.ok()) return unreadable(event.status());
  scanned.kind = ScannedEntry::Kind::kEvent;
  scanned.recorded_at = event->header.recorded_at();
  for (const auto& place : event->header.streams()) {
    scanned.places.emplace_back(*Hash::From(place.key()), place.sequence());
  }
  if (sums_ == Sums::kOfRows) SumRows(*event, scanned);
  if (keep_(event->header)) {
    scanned.event = std::make_unique<RecordedEvent>(*std::move(event));
    scanned.event->leaf.clear();
    scanned.event->sealed.clear();
  }
  return scanned;
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
