// The tables of `keys`: data keys, wrapped, apart from the events they open.
//
//   data_keys  subject stream key || key id -> KeyRow
//   destroyed  key id -> nothing: that key is gone because it had to go
//   retired    subject stream key || key id -> nothing: nothing more is sealed under it
//   meta       "stream_secret" -> u32be generation || wrapped K
//              "erased_through" -> u64be position
//
// Used by: eventstore/log/data_keys.
// Threads: any thread may call any method.
// Durability: every write is synced, but for WriteUnsynced.
#ifndef CONSTANCIA_EVENTSTORE_TABLES_KEY_TABLES_H_
#define CONSTANCIA_EVENTSTORE_TABLES_KEY_TABLES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "eventstore/tables/database.h"

namespace constancia::eventstore {

struct WrappedSecret {
  uint32_t generation = 0;
  std::string wrapped;
};

// u8 has case || 32-byte case stream key (zero without one) || u16be year || u32be generation
//   || u8 length || class || wrapped key
struct KeyRow {
  std::optional<Hash> case_key;
  std::string retention_class;
  int year = 0;
  WrappedSecret secret;
};

class KeyTables {
 public:
  struct Options {
    std::string path;
    bool create = false;
    bool read_only = false;  // beside a process that has it open
    rocksdb::Env* env = nullptr;
  };

  // Where the write-ahead log cannot be read, the rest of that block is dropped and the records
  // behind it are kept: no row needs another, and what a crash left bad was not synced, so nothing
  // in the log is sealed under it. Were it damage to a synced key, that key is missed, and named as
  // damage, when it is looked for. Fails with DAMAGED when table files cannot be read.
  static absl::StatusOr<std::unique_ptr<KeyTables>> Open(const Options& options);

  Batch NewBatch() const { return Batch(*database_); }
  void PutKey(Batch& batch, const Hash& subject, std::string_view id, const KeyRow& row) const;
  void PutRetired(Batch& batch, const Hash& subject, std::string_view id) const;
  // Puts it among those that were destroyed.
  void DeleteKey(Batch& batch, const Hash& subject, std::string_view id) const;
  void PutStreamSecret(Batch& batch, const WrappedSecret& secret) const;
  void PutErasedThrough(Batch& batch, Position position) const;
  absl::Status Write(Batch batch) { return database_->Apply(std::move(batch), Write::kSynced); }
  // As Write, but on disk only with the next Write or Sync.
  absl::Status WriteUnsynced(Batch batch) {
    return database_->Apply(std::move(batch), Write::kLogged);
  }
  absl::Status Sync() { return database_->SyncLog(); }

  absl::StatusOr<std::optional<KeyRow>> ReadKey(const Hash& subject, std::string_view id) const;

  absl::StatusOr<bool> WasDestroyed(std::string_view id) const;

  // Gives the keys of `subject`, or of everybody, until `take` fails.
  absl::Status ScanKeys(const std::optional<Hash>& subject,
                        const std::function<absl::Status(const Hash& subject, std::string_view id,
                                                         const KeyRow& row)>& take) const;

  absl::Status ScanRetired(
      const std::function<absl::Status(const Hash& subject, std::string_view id)>& take) const;

  absl::StatusOr<std::optional<WrappedSecret>> ReadStreamSecret() const;
  absl::StatusOr<std::optional<Position>> ReadErasedThrough() const;

  // Writes memory to files and rewrites those that hold keys, of `subject` or of everybody: what
  // was deleted or overwritten is then in no file of this database, nor in its write-ahead log.
  absl::Status Purge(const std::optional<Hash>& subject);

 private:
  explicit KeyTables(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
  TableId data_keys_, meta_;
  // Absent in a folder that was made before these tables, and is open read-only.
  std::optional<TableId> destroyed_, retired_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_TABLES_KEY_TABLES_H_
