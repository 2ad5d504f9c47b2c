// Tells a write that a crash cut short from damage, by walking the write-ahead log.
//
// RocksDB refuses to open a log with a bad record and does not say which of the two it is. A crash
// cuts short only the very last write, which nobody was told about; anything bad that stands before
// a whole record is damage to what was acknowledged. The file format: blocks of 32 KiB; a record is
// parted into fragments that never cross a block, each with masked CRC-32C, length and type (full,
// first, middle, last); a record begins with its sequence number and the count of its changes.
//
// Used by: log_tables, when the database refuses to open.
#ifndef CONSTANCIA_EVENTSTORE_TABLES_WAL_SCAN_H_
#define CONSTANCIA_EVENTSTORE_TABLES_WAL_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace constancia::eventstore {

struct WalScan {
  // A whole record stands behind a bad one, or records are missing between two files.
  bool damaged = false;
  // File and offset of the first damage, or of the unfinished write.
  std::string where;
  // The greatest key of the table asked for among the whole records before it.
  std::optional<uint64_t> last_key;
};

// Walks the `*.log` files of `folder` in order of their numbers. `table` is the number, in
// RocksDB's log, of a table with u64be keys. Fails when a file cannot be read.
absl::StatusOr<WalScan> ScanWal(const std::string& folder, uint32_t table, rocksdb::Env* env);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_TABLES_WAL_SCAN_H_
