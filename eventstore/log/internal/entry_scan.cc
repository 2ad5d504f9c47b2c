#include "eventstore/log/internal/entry_scan.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {
namespace {

constexpr uint64_t kChunkEntries = 2'048;

ScannedEntry Scan(Position position, std::string_view row) {
  ScannedEntry scanned;
  scanned.position = position;
  const auto unreadable = [&](const absl::Status& status) {
    scanned.kind = ScannedEntry::Kind::kUnreadable;
    scanned.unreadable = status;
    return scanned;
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
  scanned.event = *std::move(event);
  scanned.event.leaf.clear();
  scanned.event.sealed.clear();
  return scanned;
}

// One by one, for a stretch in which a block cannot be read.
ScannedEntry ReadSingly(const LogTables& log, Position position) {
  const absl::StatusOr<std::optional<std::string>> row = log.ReadEntry(position);
  if (row.ok() && row->has_value()) return Scan(position, **row);
  ScannedEntry scanned;
  scanned.position = position;
  if (row.ok()) return scanned;
  scanned.kind = ScannedEntry::Kind::kUnreadable;
  scanned.unreadable = row.status();
  return scanned;
}

std::vector<ScannedEntry> ReadChunk(const LogTables* log, uint64_t from, uint64_t to) {
  std::vector<ScannedEntry> chunk;
  chunk.reserve(to - from);
  NumberedCursor cursor = log->Entries(/*fill_cache=*/false);
  cursor.Seek(from);
  for (uint64_t next = from; next < to; ++next) {
    if (cursor.valid() && cursor.number() == next) {
      chunk.push_back(Scan(Position{next}, cursor.row()));
      cursor.Next();
    } else if (cursor.status().ok()) {
      chunk.emplace_back().position = Position{next};
    } else {
      chunk.push_back(ReadSingly(*log, Position{next}));
    }
  }
  return chunk;
}

}  // namespace

EntryScan::EntryScan(const LogTables* log, Position end)
    : log_(log), end_(end), depth_(std::thread::hardware_concurrency() + 1) {}

EntryScan::~EntryScan() = default;

void EntryScan::Order() {
  while (ahead_.size() < depth_ && ordered_ < end_.value) {
    const uint64_t from = ordered_;
    ordered_ = std::min(end_.value, from + kChunkEntries);
    ahead_.push_back(std::async(std::launch::async, ReadChunk, log_, from, ordered_));
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
