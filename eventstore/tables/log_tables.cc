#include "eventstore/tables/log_tables.h"

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "eventstore/tables/wal_scan.h"

namespace constancia::eventstore {
namespace {

// In this order, so that `entries` is number 1 in RocksDB's own log.
constexpr uint32_t kEntriesLogId = 1;
const std::vector<TableSpec>& Specs() {
  static const auto* const specs = new std::vector<TableSpec>{
      {"entries", TableShape::kSequential},     {"groups", TableShape::kSequential},
      {"checkpoints", TableShape::kSequential}, {"meta", TableShape::kOrdered},
      {"cosignatures", TableShape::kOrdered},
  };
  return *specs;
}

constexpr char kFormatKey[] = "format";
constexpr char kFormat[] = "constancia-log/1";

std::string NumberKey(uint64_t number) {
  std::string key;
  AppendU64(&key, number);
  return key;
}

absl::StatusOr<std::unique_ptr<Database>> OpenAfterCrash(DatabaseOptions options,
                                                         const absl::Status& refused) {
  ASSIGN_OR_RETURN(const WalScan scan, ScanWal(options.path, kEntriesLogId, options.env));
  if (scan.damaged || scan.where.empty()) {
    const std::string last =
        scan.last_key.has_value() ? absl::StrCat(*scan.last_key) : "that of the last table file";
    return Error(error::v1::DAMAGED,
                 absl::StrCat("the log is damaged: ", refused.message(), "; ", scan.where,
                              "; the last good position is ", last,
                              ". Keep the folder and restore from a copy"),
                 "", {{"last_good_position", last}});
  }
  Log(LogLevel::kWarning, "dropping an unfinished write", {{"where", scan.where}});
  options.log_tail = LogTail::kCutAtFirstBad;
  return Database::Open(options);
}

}  // namespace

void NumberedCursor::Seek(uint64_t number) { cursor_.Seek(NumberKey(number)); }

void NumberedCursor::SeekBack(uint64_t number) { cursor_.SeekForPrev(NumberKey(number)); }

uint64_t NumberedCursor::number() const { return ByteReader(cursor_.key()).TakeU64().value_or(0); }

LogTables::LogTables(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      entries_(*database_->Find("entries")),
      groups_(*database_->Find("groups")),
      checkpoints_(*database_->Find("checkpoints")),
      cosignatures_(database_->Find("cosignatures")) {}

absl::StatusOr<std::unique_ptr<LogTables>> LogTables::Open(const Options& options) {
  DatabaseOptions database_options;
  database_options.path = options.path;
  database_options.tables = Specs();
  database_options.create = options.create;
  database_options.read_only = options.read_only;
  database_options.cache_bytes = options.cache_bytes;
  database_options.env = options.env;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(database_options);
  if (!database.ok() && ReasonOf(database.status()) == error::v1::DAMAGED) {
    database = OpenAfterCrash(database_options, database.status());
  }
  RETURN_IF_ERROR(database.status());

  const TableId meta = *(*database)->Find("meta");
  ASSIGN_OR_RETURN(const std::optional<std::string> format, (*database)->Get(meta, kFormatKey));
  if (options.create) {
    if (format.has_value()) {
      return Error(error::v1::EXISTS_ALREADY, absl::StrCat(options.path, " holds a log already"));
    }
    Batch batch(**database);
    batch.Put(meta, kFormatKey, kFormat);
    RETURN_IF_ERROR((*database)->Apply(std::move(batch), Write::kSynced));
  } else if (format != kFormat) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(options.path, " is not a log this version can read"));
  }
  return std::unique_ptr<LogTables>(new LogTables(*std::move(database)));
}

void LogTables::PutEntry(Batch& batch, Position position, std::string_view row) const {
  batch.Put(entries_, NumberKey(position.value), row);
}

void LogTables::PutGroup(Batch& batch, Position first, std::string_view row) const {
  batch.Put(groups_, NumberKey(first.value), row);
}

void LogTables::PutCheckpoint(Batch& batch, uint64_t size, std::string_view note) const {
  batch.Put(checkpoints_, NumberKey(size), note);
}

void LogTables::PutCosignature(Batch& batch, uint64_t size, std::string_view witness,
                               std::string_view line) const {
  batch.Put(*cosignatures_, NumberKey(size).append(witness), line);
}

absl::StatusOr<std::optional<std::string>> LogTables::ReadEntry(Position position) const {
  return database_->Get(entries_, NumberKey(position.value));
}

absl::StatusOr<std::vector<std::optional<std::string>>> LogTables::ReadEntries(
    std::span<const Position> positions) const {
  std::vector<std::string> keys;
  keys.reserve(positions.size());
  for (const Position position : positions) keys.push_back(NumberKey(position.value));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  return database_->MultiGet(entries_, views);
}

absl::StatusOr<std::optional<std::string>> LogTables::ReadCheckpoint(uint64_t size) const {
  return database_->Get(checkpoints_, NumberKey(size));
}

absl::StatusOr<std::vector<std::string>> LogTables::ReadCosignatures(uint64_t size) const {
  std::vector<std::string> lines;
  if (!cosignatures_.has_value()) return lines;
  const std::string prefix = NumberKey(size);
  Cursor cursor = database_->NewCursor(*cosignatures_);
  for (cursor.Seek(prefix); cursor.valid() && cursor.key().starts_with(prefix); cursor.Next()) {
    lines.emplace_back(cursor.value());
  }
  RETURN_IF_ERROR(cursor.status());
  return lines;
}

NumberedCursor LogTables::Entries(bool fill_cache) const {
  return NumberedCursor(database_->NewCursor(entries_, /*within_prefix=*/false, fill_cache));
}

NumberedCursor LogTables::Groups() const { return NumberedCursor(database_->NewCursor(groups_)); }

NumberedCursor LogTables::Checkpoints() const {
  return NumberedCursor(database_->NewCursor(checkpoints_));
}

absl::Status LogTables::CompactEntries(Position begin, Position end) {
  RETURN_IF_ERROR(database_->Flush(/*wait=*/true));
  return database_->Compact(entries_, NumberKey(begin.value), NumberKey(end.value));
}

}  // namespace constancia::eventstore
