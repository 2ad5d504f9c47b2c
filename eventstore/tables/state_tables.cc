#include "eventstore/tables/state_tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kWriteBufferBytes = 32 << 20;

std::vector<TableSpec> Specs(bool bulk) {
  return {
      {"streams", bulk ? TableShape::kBulk : TableShape::kStreams},
      {"heads", TableShape::kPoint},
      {"idempotency", bulk ? TableShape::kBulk : TableShape::kPoint},
      {"events", bulk ? TableShape::kBulk : TableShape::kPoint},
      {"tiles", TableShape::kPoint},
      {"applied", TableShape::kOrdered},
  };
}

std::string Encode(Position position) {
  std::string value;
  AppendU64(&value, position.value);
  return value;
}

absl::StatusOr<Position> Decode(std::string_view value) {
  ByteReader reader(value);
  const std::optional<uint64_t> position = reader.TakeU64();
  if (!position.has_value() || !reader.done()) {
    return Error(error::v1::DAMAGED, "a row of `state` does not hold a position");
  }
  return Position{*position};
}

absl::StatusOr<std::optional<Position>> DecodeOptional(const std::optional<std::string>& value) {
  if (!value.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const Position position, Decode(*value));
  return position;
}

std::string StreamPlaceKey(const Hash& stream, Sequence sequence) {
  std::string key = stream.str();
  AppendU64(&key, sequence.value);
  return key;
}

std::string TileKey(int level, uint64_t index) {
  std::string key;
  AppendU8(&key, static_cast<uint8_t>(level));
  AppendU64(&key, index);
  return key;
}

std::string IdempotencyKey(std::string_view source, char kind, std::string_view id) {
  std::string key;
  key.reserve(source.size() + 2 + id.size());
  key.append(source).push_back('\0');
  key.push_back(kind);
  return key.append(id);
}

std::vector<std::string_view> Views(std::span<const std::string> keys) {
  return {keys.begin(), keys.end()};
}

absl::StatusOr<std::vector<std::optional<Position>>> DecodeAll(
    const absl::StatusOr<std::vector<std::optional<std::string>>>& values) {
  RETURN_IF_ERROR(values.status());
  std::vector<std::optional<Position>> positions;
  positions.reserve(values->size());
  for (const std::optional<std::string>& value : *values) {
    ASSIGN_OR_RETURN(positions.emplace_back(), DecodeOptional(value));
  }
  return positions;
}

}  // namespace

std::string RequestKey(std::string_view source, std::string_view request_id) {
  return IdempotencyKey(source, 'r', request_id);
}

std::string ExternalKey(std::string_view source, std::string_view external_id) {
  return IdempotencyKey(source, 'x', external_id);
}

StateTables::StateTables(Options options, std::unique_ptr<Database> database)
    : options_(std::move(options)), database_(std::move(database)) {
  FindTables();
}

void StateTables::FindTables() {
  streams_ = *database_->Find("streams");
  heads_ = *database_->Find("heads");
  idempotency_ = *database_->Find("idempotency");
  events_ = *database_->Find("events");
  tiles_ = *database_->Find("tiles");
  applied_ = *database_->Find("applied");
}

absl::StatusOr<std::unique_ptr<Database>> StateTables::OpenDatabase(const Options& options,
                                                                    bool bulk) {
  DatabaseOptions database_options;
  database_options.path = options.path;
  database_options.tables = Specs(bulk);
  database_options.create = options.create;
  database_options.read_only = options.read_only;
  database_options.atomic_flush = true;
  database_options.cache_bytes = options.cache_bytes;
  database_options.write_buffer_bytes = kWriteBufferBytes;
  database_options.env = options.env;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(database_options);
  if (!database.ok() && ReasonOf(database.status()) == error::v1::DAMAGED) {
    return Error(error::v1::DAMAGED,
                 absl::StrCat(database.status().message(), ". Delete the folder ", options.path,
                              ": it is made again from the log"));
  }
  return database;
}

absl::StatusOr<std::unique_ptr<StateTables>> StateTables::Open(const Options& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, OpenDatabase(options, /*bulk=*/false));
  return std::unique_ptr<StateTables>(new StateTables(options, std::move(database)));
}

absl::Status StateTables::Reopen(bool bulk) {
  RETURN_IF_ERROR(Flush(/*wait=*/true));
  database_.reset();
  ASSIGN_OR_RETURN(database_, OpenDatabase(options_, bulk));
  FindTables();
  return absl::OkStatus();
}

void StateTables::PutStreamPlace(Batch& batch, const Hash& stream, Sequence sequence,
                                 Position position) const {
  batch.Put(streams_, StreamPlaceKey(stream, sequence), Encode(position));
}

void StateTables::PutHead(Batch& batch, const Hash& stream, std::string_view row) const {
  batch.Put(heads_, stream.view(), row);
}

void StateTables::PutIdempotency(Batch& batch, std::string_view key, Position position) const {
  batch.Put(idempotency_, key, Encode(position));
}

void StateTables::PutEvent(Batch& batch, std::string_view event_id, Position position) const {
  batch.Put(events_, event_id, Encode(position));
}

void StateTables::PutTile(Batch& batch, int level, uint64_t index, std::string_view hashes) const {
  batch.Put(tiles_, TileKey(level, index), hashes);
}

void StateTables::PutApplied(Batch& batch, std::string_view table, Position position) const {
  batch.Put(applied_, table, Encode(position));
}

absl::StatusOr<std::vector<Position>> StateTables::ReadStream(const Hash& stream, Sequence from,
                                                              size_t limit) const {
  std::vector<Position> positions;
  Cursor cursor = database_->NewCursor(streams_, /*within_prefix=*/true);
  for (cursor.Seek(StreamPlaceKey(stream, from)); positions.size() < limit && cursor.valid();
       cursor.Next()) {
    if (!cursor.key().starts_with(stream.view())) break;
    ASSIGN_OR_RETURN(const Position position, Decode(cursor.value()));
    positions.push_back(position);
  }
  RETURN_IF_ERROR(cursor.status());
  return positions;
}

absl::StatusOr<std::optional<std::string>> StateTables::ReadHead(const Hash& stream) const {
  return database_->Get(heads_, stream.view());
}

absl::StatusOr<std::vector<std::optional<std::string>>> StateTables::ReadHeads(
    std::span<const Hash> streams) const {
  std::vector<std::string_view> keys;
  keys.reserve(streams.size());
  for (const Hash& stream : streams) keys.push_back(stream.view());
  return database_->MultiGet(heads_, keys);
}

absl::StatusOr<std::vector<std::optional<Position>>> StateTables::ReadIdempotency(
    std::span<const std::string> keys) const {
  return DecodeAll(database_->MultiGet(idempotency_, Views(keys)));
}

absl::StatusOr<std::optional<Position>> StateTables::ReadEvent(std::string_view event_id) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(events_, event_id));
  return DecodeOptional(value);
}

absl::StatusOr<std::vector<std::optional<Position>>> StateTables::ReadEvents(
    std::span<const std::string> event_ids) const {
  return DecodeAll(database_->MultiGet(events_, Views(event_ids)));
}

absl::StatusOr<std::optional<std::string>> StateTables::ReadTile(int level, uint64_t index) const {
  return database_->Get(tiles_, TileKey(level, index));
}

absl::StatusOr<std::optional<Position>> StateTables::ReadApplied(std::string_view table) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(applied_, table));
  return DecodeOptional(value);
}

absl::Status StateTables::ScanHeads(
    const std::function<absl::Status(const Hash& stream, std::string_view row)>& take) const {
  Cursor cursor = database_->NewCursor(heads_, /*within_prefix=*/false, /*fill_cache=*/false);
  for (cursor.SeekToFirst(); cursor.valid(); cursor.Next()) {
    const std::optional<Hash> stream = Hash::From(cursor.key());
    if (!stream.has_value()) {
      return Error(error::v1::DAMAGED, "a head in `state` is not under a stream key");
    }
    RETURN_IF_ERROR(take(*stream, cursor.value()));
  }
  return cursor.status();
}

std::string StateTables::ProjectionTable(std::string_view name, uint32_t version) {
  return absl::StrCat("p.", ToAbsl(name), ".", version);
}

absl::StatusOr<TableId> StateTables::OpenProjection(std::string_view name, uint32_t version) {
  const std::string table = ProjectionTable(name, version);
  if (const std::optional<TableId> found = database_->Find(table)) return *found;
  return database_->CreateTable({table, TableShape::kOrdered});
}

absl::Status StateTables::DropOtherVersions(std::string_view name, uint32_t version) {
  const std::string prefix = absl::StrCat("p.", ToAbsl(name), ".");
  const std::string current = ProjectionTable(name, version);
  for (const std::string& table : database_->TableNames()) {
    if (!table.starts_with(prefix) || table == current) continue;
    // The position goes first, and durably: a table that is gone must not be remembered as up to
    // date.
    Batch batch = NewBatch();
    batch.Delete(applied_, table);
    RETURN_IF_ERROR(Write(std::move(batch)));
    RETURN_IF_ERROR(Flush(/*wait=*/true));
    RETURN_IF_ERROR(database_->DropTable(table));
  }
  return absl::OkStatus();
}

absl::StatusOr<TableRows> StateTables::ScanRows(TableId table, std::string_view prefix,
                                                std::string_view from, size_t limit) const {
  TableRows rows;
  Cursor cursor = database_->NewCursor(table);
  for (cursor.Seek(std::max(prefix, from)); rows.size() < limit && cursor.valid(); cursor.Next()) {
    if (!cursor.key().starts_with(prefix)) break;
    rows.emplace_back(cursor.key(), cursor.value());
  }
  RETURN_IF_ERROR(cursor.status());
  return rows;
}

std::optional<Cursor> StateTables::Walk(std::string_view table) const {
  const std::optional<TableId> found = database_->Find(table);
  if (!found.has_value()) return std::nullopt;
  Cursor cursor = database_->NewCursor(*found, /*within_prefix=*/false, /*fill_cache=*/false);
  cursor.SeekToFirst();
  return cursor;
}

}  // namespace constancia::eventstore
