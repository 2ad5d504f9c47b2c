// The tables of `log`: what cannot be recomputed. Everything in it is synced when it is written.
//
//   entries      u64be position       -> entry row (eventstore/log/entry.h)
//   groups       u64be first position -> GroupRow
//   checkpoints  u64be size           -> signed note
//   cosignatures u64be size || witness's key id || its name -> signature line of that note
//   meta         "format"             -> version of this layout
//
// Used by: eventstore/log.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_EVENTSTORE_TABLES_LOG_TABLES_H_
#define CONSTANCIA_EVENTSTORE_TABLES_LOG_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/position.h"
#include "eventstore/tables/database.h"

namespace constancia::eventstore {

// Walks rows that are numbered.
class NumberedCursor {
 public:
  explicit NumberedCursor(Cursor cursor) : cursor_(std::move(cursor)) {}

  void Seek(uint64_t number);      // to the first row at or behind it
  void SeekBack(uint64_t number);  // to the last row at or before it
  void SeekToLast() { cursor_.SeekToLast(); }
  void Next() { cursor_.Next(); }

  // False at the end and after an error: see status().
  bool valid() const { return cursor_.valid(); }
  uint64_t number() const;
  std::string_view row() const { return cursor_.value(); }  // until the cursor moves
  absl::Status status() const { return cursor_.status(); }

 private:
  Cursor cursor_;
};

class LogTables {
 public:
  struct Options {
    std::string path;
    bool create = false;  // fails with EXISTS_ALREADY when it is there
    bool read_only = false;
    size_t cache_bytes = 128 << 20;
    rocksdb::Env* env = nullptr;
  };

  // Opens the tables and tells a write cut short by a crash, which is dropped, from damage, which
  // is refused: DAMAGED names the last good position.
  static absl::StatusOr<std::unique_ptr<LogTables>> Open(const Options& options);

  Batch NewBatch() const { return Batch(*database_); }
  void PutEntry(Batch& batch, Position position, std::string_view row) const;
  void PutGroup(Batch& batch, Position first, std::string_view row) const;
  void PutCheckpoint(Batch& batch, uint64_t size, std::string_view note) const;
  // `witness` is 4 bytes of key id and the key's name. One row for each of a checkpoint.
  void PutCosignature(Batch& batch, uint64_t size, std::string_view witness,
                      std::string_view line) const;
  absl::Status Write(Batch batch) { return database_->Apply(std::move(batch), Write::kSynced); }

  absl::StatusOr<std::optional<std::string>> ReadEntry(Position position) const;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadEntries(
      std::span<const Position> positions) const;
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint(uint64_t size) const;

  // The signature lines of a checkpoint's witnesses, in the order of their keys.
  absl::StatusOr<std::vector<std::string>> ReadCosignatures(uint64_t size) const;

  // `fill_cache` is false for long scans.
  NumberedCursor Entries(bool fill_cache = true) const;
  NumberedCursor Groups() const;
  NumberedCursor Checkpoints() const;

  // Rewrites the files that hold entries of [begin, end), so that what was overwritten is gone.
  absl::Status CompactEntries(Position begin, Position end);

 private:
  explicit LogTables(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
  TableId entries_, groups_, checkpoints_;
  // A ledger that was made before there were cosignatures, opened read-only, has none.
  std::optional<TableId> cosignatures_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_TABLES_LOG_TABLES_H_
