// Reads the log in order: rows are read, parsed and hashed by several threads, and handed on one by
// one. What cannot be read is handed on as such, and reading goes on behind it.
//
// Memory: at most kAheadMax + 1 chunks are held, each of at most kChunkEntries entries and, but for
// its last entry, kChunkBytes of rows.
//
// Used by: recovery, verification.
// Threads: one calls Next.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/log/recorded_event.h"
#include "eventstore/tables/log_tables.h"

namespace constancia::eventstore {

// A sum over rows, from which two tables are told apart without sorting either.
struct RowSum {
  uint64_t rows = 0;
  uint64_t sum = 0;

  static uint64_t HashOfKey(std::string_view key);
  void Add(std::string_view key, std::string_view value) { AddHashed(HashOfKey(key), value); }
  void AddHashed(uint64_t key_hash, std::string_view value);
  void Add(const RowSum& other);
  bool operator==(const RowSum&) const = default;
};

struct ScannedEntry {
  enum class Kind { kEvent, kMapRoot, kMissing, kUnreadable };

  Position position;
  Kind kind = Kind::kMissing;
  Hash leaf_hash;           // kEvent, kMapRoot
  std::string leaf;         // kMapRoot
  absl::Status unreadable;  // kUnreadable

  // kEvent. What verification needs of every event; the header itself is large and kept where it is
  // wanted.
  int64_t recorded_at = 0;
  absl::InlinedVector<std::pair<Hash, uint64_t>, 4> places;  // stream key, sequence
  RowSum streams, events, external_ids;                      // rows of `state` it makes, if summed
  uint64_t request_hash = 0;                                 // of its key in `idempotency`, too
  std::unique_ptr<RecordedEvent> event;                      // without leaf and sealed part
};

class EntryScan {
 public:
  // Says whether the header of an event is wanted.
  using Keep = std::function<bool(const ledger::v1::EventHeader&)>;

  enum class Sums { kNone, kOfRows };

  static constexpr size_t kAheadMax = 9;  // chunks; one more than there are processors, if fewer
  static constexpr uint64_t kChunkEntries = 2'048;
  static constexpr size_t kChunkBytes = 4 << 20;

  // Reads positions [from, end). `keep` is called from several threads.
  EntryScan(const LogTables* log, Position from, Position end, Sums sums, Keep keep,
            size_t chunk_bytes = kChunkBytes);
  ~EntryScan();

  // Nothing behind the last one.
  std::optional<ScannedEntry> Next();

 private:
  struct Chunk {
    std::vector<ScannedEntry> entries;
    // What was ordered and is left, when the bytes were enough before.
    uint64_t next = 0;
    uint64_t to = 0;
  };

  void Order();
  std::future<Chunk> ReadAhead(uint64_t from, uint64_t to);
  Chunk Read(uint64_t from, uint64_t to) const;
  // One by one, for a stretch in which a block cannot be read.
  ScannedEntry ReadSingly(Position position) const;
  ScannedEntry Scan(Position position, std::string_view row) const;

  const LogTables* const log_;
  const Position end_;
  const Sums sums_;
  const Keep keep_;
  const size_t chunk_bytes_;
  const size_t depth_;
  uint64_t ordered_;
  std::deque<std::future<Chunk>> ahead_;
  Chunk chunk_;
  size_t at_ = 0;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_
