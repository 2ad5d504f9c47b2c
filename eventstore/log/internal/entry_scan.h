// Reads the log in order for verification: rows are read, parsed and hashed by several threads, and
// handed on one by one. What cannot be read is handed on as such, and reading goes on behind it.
//
// Used by: verification.
// Threads: one calls Next.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_

#include <cstdint>
#include <deque>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/log/recorded_event.h"
#include "eventstore/tables/log_tables.h"

namespace constancia::eventstore {

struct ScannedEntry {
  enum class Kind { kEvent, kMapRoot, kMissing, kUnreadable };

  Position position;
  Kind kind = Kind::kMissing;
  Hash leaf_hash;           // kEvent, kMapRoot
  std::string leaf;         // kMapRoot
  RecordedEvent event;      // kEvent; without leaf and sealed part
  absl::Status unreadable;  // kUnreadable
};

class EntryScan {
 public:
  // Reads positions [0, end).
  EntryScan(const LogTables* log, Position end);
  ~EntryScan();

  // Nothing behind the last one.
  std::optional<ScannedEntry> Next();

 private:
  using Chunk = std::vector<ScannedEntry>;

  void Order();

  const LogTables* const log_;
  const Position end_;
  const size_t depth_;
  uint64_t ordered_ = 0;
  std::deque<std::future<Chunk>> ahead_;
  Chunk chunk_;
  size_t at_ = 0;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_SCAN_H_
