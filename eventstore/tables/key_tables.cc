#include "eventstore/tables/key_tables.h"

#include "core/base/bytes.h"
#include "core/base/log.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kIdBytes = 16;
constexpr char kStreamSecret[] = "stream_secret";
constexpr char kErasedThrough[] = "erased_through";

const std::vector<TableSpec>& Specs() {
  static const auto* const specs = new std::vector<TableSpec>{
      {"data_keys", TableShape::kOrdered},
      {"meta", TableShape::kOrdered},
      {"destroyed", TableShape::kOrdered},
      {"retired", TableShape::kOrdered},
  };
  return *specs;
}

std::string RowKey(const Hash& subject, std::string_view id) { return subject.str().append(id); }

absl::StatusOr<std::pair<Hash, std::string_view>> SplitRowKey(std::string_view key) {
  if (key.size() != Hash::kSize + kIdBytes) {
    return Error(error::v1::DAMAGED, "a row of `keys` has a name of the wrong length");
  }
  return std::pair(*Hash::From(key.substr(0, Hash::kSize)), key.substr(Hash::kSize));
}

std::string Encode(const KeyRow& row) {
  std::string bytes;
  AppendU8(&bytes, row.case_key.has_value() ? 1 : 0);
  bytes.append(row.case_key.value_or(Hash()).view());
  AppendU16(&bytes, static_cast<uint16_t>(row.year));
  AppendU32(&bytes, row.secret.generation);
  AppendU8(&bytes, static_cast<uint8_t>(row.retention_class.size()));
  return bytes.append(row.retention_class).append(row.secret.wrapped);
}

absl::StatusOr<KeyRow> Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::optional<uint8_t> has_case = reader.TakeU8();
  const std::optional<std::string_view> case_key = reader.Take(Hash::kSize);
  const std::optional<uint16_t> year = reader.TakeU16();
  const std::optional<uint32_t> generation = reader.TakeU32();
  const std::optional<uint8_t> length = reader.TakeU8();
  const std::optional<std::string_view> retention_class = reader.Take(length.value_or(0));
  if (!has_case || !case_key || !year || !generation || !length || !retention_class) {
    return Error(error::v1::DAMAGED, "a row of `keys` is cut short");
  }
  KeyRow row;
  if (*has_case != 0) row.case_key = Hash::From(*case_key);
  row.retention_class = *retention_class;
  row.year = *year;
  row.secret = {*generation, std::string(reader.rest())};
  return row;
}

}  // namespace

KeyTables::KeyTables(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      data_keys_(*database_->Find("data_keys")),
      meta_(*database_->Find("meta")),
      destroyed_(database_->Find("destroyed")),
      retired_(database_->Find("retired")) {}

absl::StatusOr<std::unique_ptr<KeyTables>> KeyTables::Open(const Options& options) {
  DatabaseOptions database_options;
  database_options.path = options.path;
  database_options.tables = Specs();
  database_options.create = options.create;
  database_options.read_only = options.read_only;
  database_options.write_buffer_bytes = 8 << 20;
  database_options.env = options.env;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(database_options);
  if (!database.ok() && ReasonOf(database.status()) == error::v1::DAMAGED) {
    database_options.log_tail = LogTail::kSkipBad;
    const absl::Status refused = database.status();
    database = Database::Open(database_options);
    if (database.ok()) {
      Log(LogLevel::kWarning, "dropped the unreadable records of the write-ahead log of keys",
          {{"cause", std::string(refused.message())}});
    }
  }
  RETURN_IF_ERROR(database.status());
  return std::unique_ptr<KeyTables>(new KeyTables(*std::move(database)));
}

void KeyTables::PutKey(Batch& batch, const Hash& subject, std::string_view id,
                       const KeyRow& row) const {
  batch.Put(data_keys_, RowKey(subject, id), Encode(row));
}

void KeyTables::PutRetired(Batch& batch, const Hash& subject, std::string_view id) const {
  batch.Put(*retired_, RowKey(subject, id), "");
}

void KeyTables::DeleteKey(Batch& batch, const Hash& subject, std::string_view id) const {
  batch.Delete(data_keys_, RowKey(subject, id));
  batch.Delete(*retired_, RowKey(subject, id));
  batch.Put(*destroyed_, id, "");
}

void KeyTables::PutStreamSecret(Batch& batch, const WrappedSecret& secret) const {
  std::string value;
  AppendU32(&value, secret.generation);
  batch.Put(meta_, kStreamSecret, value.append(secret.wrapped));
}

void KeyTables::PutErasedThrough(Batch& batch, Position position) const {
  std::string value;
  AppendU64(&value, position.value);
  batch.Put(meta_, kErasedThrough, value);
}

absl::StatusOr<std::optional<KeyRow>> KeyTables::ReadKey(const Hash& subject,
                                                         std::string_view id) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value,
                   database_->Get(data_keys_, RowKey(subject, id)));
  if (!value.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(KeyRow row, Decode(*value));
  return row;
}

absl::StatusOr<bool> KeyTables::WasDestroyed(std::string_view id) const {
  if (!destroyed_.has_value()) return false;
  ASSIGN_OR_RETURN(const std::optional<std::string> row, database_->Get(*destroyed_, id));
  return row.has_value();
}

absl::Status KeyTables::ScanKeys(
    const std::optional<Hash>& subject,
    const std::function<absl::Status(const Hash& subject, std::string_view id, const KeyRow& row)>&
        take) const {
  const std::string prefix = subject.has_value() ? subject->str() : "";
  Cursor cursor = database_->NewCursor(data_keys_);
  for (cursor.Seek(prefix); cursor.valid() && cursor.key().starts_with(prefix); cursor.Next()) {
    ASSIGN_OR_RETURN(const auto name, SplitRowKey(cursor.key()));
    ASSIGN_OR_RETURN(const KeyRow row, Decode(cursor.value()));
    RETURN_IF_ERROR(take(name.first, name.second, row));
  }
  return cursor.status();
}

absl::Status KeyTables::ScanRetired(
    const std::function<absl::Status(const Hash& subject, std::string_view id)>& take) const {
  if (!retired_.has_value()) return absl::OkStatus();
  Cursor cursor = database_->NewCursor(*retired_);
  for (cursor.SeekToFirst(); cursor.valid(); cursor.Next()) {
    ASSIGN_OR_RETURN(const auto name, SplitRowKey(cursor.key()));
    RETURN_IF_ERROR(take(name.first, name.second));
  }
  return cursor.status();
}

absl::StatusOr<std::optional<WrappedSecret>> KeyTables::ReadStreamSecret() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(meta_, kStreamSecret));
  if (!value.has_value()) return std::nullopt;
  ByteReader reader(*value);
  const std::optional<uint32_t> generation = reader.TakeU32();
  if (!generation.has_value()) return Error(error::v1::DAMAGED, "`keys` holds a broken secret");
  return WrappedSecret{*generation, std::string(reader.rest())};
}

absl::StatusOr<std::optional<Position>> KeyTables::ReadErasedThrough() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(meta_, kErasedThrough));
  if (!value.has_value()) return std::nullopt;
  const std::optional<uint64_t> position = ByteReader(*value).TakeU64();
  if (!position.has_value()) return Error(error::v1::DAMAGED, "`keys` holds a broken position");
  return Position{*position};
}

absl::Status KeyTables::Purge(const std::optional<Hash>& subject) {
  RETURN_IF_ERROR(database_->Flush(/*wait=*/true));
  const std::string begin = subject.has_value() ? subject->str() : std::string();
  const std::string end = begin + std::string(Hash::kSize + kIdBytes, '\xff');
  RETURN_IF_ERROR(database_->Compact(data_keys_, begin, end));
  RETURN_IF_ERROR(database_->Compact(*retired_, begin, end));
  return database_->Compact(meta_, "", std::string(1, '\xff'));
}

}  // namespace constancia::eventstore
