// The tables of `state`: everything that is recomputed from the log. No write-ahead log; all tables
// are flushed together, so after a crash they are true for the positions that `applied` names.
//
//   streams      stream key || u64be sequence -> u64be position
//   heads        stream key                   -> u64be last position || compact range of its leaves
//   idempotency  source || 0x00 || 'r' || request id, source || 0x00 || 'x' || external id
//                                             -> u64be position of the (first) event
//   events       event id                     -> u64be position
//   tiles        u8 level || u64be index      -> hashes, 256 or fewer
//   applied      "" (all of the above) or a projection's table -> u64be position
//   p.<name>.<version>                        one for each projection
//
// Used by: eventstore/log.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_EVENTSTORE_TABLES_STATE_TABLES_H_
#define CONSTANCIA_EVENTSTORE_TABLES_STATE_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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

// The keys of `idempotency`.
std::string RequestKey(std::string_view source, std::string_view request_id);
std::string ExternalKey(std::string_view source, std::string_view external_id);

using TableRows = std::vector<std::pair<std::string, std::string>>;

class StateTables {
 public:
  struct Options {
    std::string path;
    bool create = false;
    bool read_only = false;
    size_t cache_bytes = 120 << 20;
    rocksdb::Env* env = nullptr;
  };

  static absl::StatusOr<std::unique_ptr<StateTables>> Open(const Options& options);

  // Closes and opens again; every TableId given out before is void. With `bulk` the tables
  // `streams`, `idempotency` and `events` take rows several times faster, and are not read: for a
  // rebuild.
  absl::Status Reopen(bool bulk);

  Batch NewBatch() const { return Batch(*database_); }
  void PutStreamPlace(Batch& batch, const Hash& stream, Sequence sequence, Position position) const;
  void PutHead(Batch& batch, const Hash& stream, std::string_view row) const;
  void PutIdempotency(Batch& batch, std::string_view key, Position position) const;
  void PutEvent(Batch& batch, std::string_view event_id, Position position) const;
  void PutTile(Batch& batch, int level, uint64_t index, std::string_view hashes) const;
  void PutApplied(Batch& batch, std::string_view table, Position position) const;
  absl::Status Write(Batch batch) { return database_->Apply(std::move(batch), Write::kUnlogged); }

  // Without `wait` it only begins to.
  absl::Status Flush(bool wait) { return database_->Flush(wait); }

  // Positions of at most `limit` events of a stream, from `from` on.
  absl::StatusOr<std::vector<Position>> ReadStream(const Hash& stream, Sequence from,
                                                   size_t limit) const;
  absl::StatusOr<std::optional<std::string>> ReadHead(const Hash& stream) const;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadHeads(
      std::span<const Hash> streams) const;
  absl::StatusOr<std::vector<std::optional<Position>>> ReadIdempotency(
      std::span<const std::string> keys) const;
  absl::StatusOr<std::optional<Position>> ReadEvent(std::string_view event_id) const;
  absl::StatusOr<std::vector<std::optional<Position>>> ReadEvents(
      std::span<const std::string> event_ids) const;
  absl::StatusOr<std::optional<std::string>> ReadTile(int level, uint64_t index) const;

  // Nothing when nothing was applied.
  absl::StatusOr<std::optional<Position>> ReadApplied(std::string_view table) const;

  // Gives every head in order of stream keys, until `take` fails.
  absl::Status ScanHeads(
      const std::function<absl::Status(const Hash& stream, std::string_view row)>& take) const;

  // Name of a projection's table.
  static std::string ProjectionTable(std::string_view name, uint32_t version);

  // Opens the table of a projection, made when it is missing, and drops those of other versions
  // once `DropOtherVersions` says so.
  absl::StatusOr<TableId> OpenProjection(std::string_view name, uint32_t version);
  absl::Status DropOtherVersions(std::string_view name, uint32_t version);

  absl::StatusOr<std::optional<std::string>> ReadRow(TableId table, std::string_view key) const {
    return database_->Get(table, key);
  }

  // At most `limit` rows whose keys begin with `prefix`, from key `from` on.
  absl::StatusOr<TableRows> ScanRows(TableId table, std::string_view prefix, std::string_view from,
                                     size_t limit) const;

  // Walks any table from its first row; nothing when there is no such table. For comparing.
  std::optional<Cursor> Walk(std::string_view table) const;

 private:
  StateTables(Options options, std::unique_ptr<Database> database);

  static absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Options& options, bool bulk);
  void FindTables();

  const Options options_;
  std::unique_ptr<Database> database_;
  TableId streams_, heads_, idempotency_, events_, tiles_, applied_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_TABLES_STATE_TABLES_H_
