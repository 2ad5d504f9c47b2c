// One RocksDB database as a set of tables of byte strings. The only file that knows RocksDB.
//
// Used by: log_tables, state_tables, key_tables.
// Threads: any thread may call any method; a Batch or Cursor belongs to one thread at a time.
#ifndef CONSTANCIA_EVENTSTORE_TABLES_DATABASE_H_
#define CONSTANCIA_EVENTSTORE_TABLES_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace constancia::eventstore {

// How a table is used, which is what its memory and files are laid out for.
enum class TableShape {
  kSequential,  // keys rise; read one by one or in order
  kPoint,       // looked up by whole key, mostly in vain
  kStreams,     // keys of one 32-byte prefix are read in order
  kOrdered,     // both
  kBulk,        // written in any order and not read before the next flush, as while rebuilding
};

struct TableSpec {
  std::string name;
  TableShape shape = TableShape::kOrdered;
};

// A table of an open database.
struct TableId {
  size_t index = 0;
};

enum class Write {
  kSynced,    // on disk, through the write-ahead log, when the call returns
  kLogged,    // in the write-ahead log, on disk with the next SyncLog
  kUnlogged,  // in memory until the next flush, never in the write-ahead log
};

// What to make of the end of the write-ahead log when a database is opened.
enum class LogTail {
  kTolerateUnfinished,  // an incomplete last record is dropped; anything else wrong is refused
  kCutAtFirstBad,       // everything from the first bad record on is dropped
  kSkipBad,             // bad records are dropped, with the rest of their 32 KiB block
};

struct DatabaseOptions {
  std::string path;
  // Every table there is gets opened, also one that is not named here, as kOrdered. Missing ones
  // are made, in this order, unless read_only.
  std::vector<TableSpec> tables;
  // False: the database must exist.
  bool create = false;
  bool read_only = false;
  // All tables are flushed together, so what is on disk is true for one moment.
  bool atomic_flush = false;
  LogTail log_tail = LogTail::kTolerateUnfinished;
  size_t cache_bytes = 8 << 20;
  size_t write_buffer_bytes = 64 << 20;  // of each table
  // nullptr is the operating system.
  rocksdb::Env* env = nullptr;
};

class Database;

// Changes that take effect together.
class Batch {
 public:
  explicit Batch(const Database& database);
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  ~Batch();

  void Put(TableId table, std::string_view key, std::string_view value);
  void Delete(TableId table, std::string_view key);
  bool empty() const;

 private:
  friend class Database;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Walks a table in order of its keys, as the table was when the cursor was made.
class Cursor {
 public:
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();

  void SeekToFirst();
  void SeekToLast();
  void Seek(std::string_view key);         // to the first row at or behind `key`
  void SeekForPrev(std::string_view key);  // to the last row at or before `key`
  void Next();
  void Prev();

  // False at the end and after an error: see status().
  bool valid() const;
  std::string_view key() const;    // until the cursor moves
  std::string_view value() const;  // until the cursor moves
  absl::Status status() const;

 private:
  friend class Database;
  struct Impl;
  explicit Cursor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Database {
 public:
  // Fails with SETUP_INVALID when the database is absent or open elsewhere, and with DAMAGED when
  // its bytes are not what was written.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);

  // Closes without flushing.
  ~Database();

  std::optional<TableId> Find(std::string_view name) const;
  std::vector<std::string> TableNames() const;
  absl::StatusOr<TableId> CreateTable(const TableSpec& spec);
  absl::Status DropTable(std::string_view name);

  absl::StatusOr<std::optional<std::string>> Get(TableId table, std::string_view key) const;

  // One result for each key, in their order.
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, std::span<const std::string_view> keys) const;

  // With `within_prefix` the cursor may stop at the end of the 32-byte prefix it was sought to
  // (tables of shape kStreams). `fill_cache` is false for long scans.
  Cursor NewCursor(TableId table, bool within_prefix = false, bool fill_cache = true) const;

  // Fails with LOG_HALTED: whether the changes are on disk is then unknown.
  absl::Status Apply(Batch batch, Write how);

  // Brings to disk what the write-ahead log holds. Fails as Apply does.
  absl::Status SyncLog();

  // Writes every table's memory to files; without `wait` it only begins to.
  absl::Status Flush(bool wait);

  // Rewrites the files that hold rows of [begin, end), so that deleted rows are gone from them.
  absl::Status Compact(TableId table, std::string_view begin, std::string_view end);

  // Number of the table within RocksDB's own log.
  uint32_t LogIdOf(TableId table) const;

 private:
  friend class Batch;
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_TABLES_DATABASE_H_
