#include "eventstore/tables/database.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/base/status.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/memtablerep.h"
#include "rocksdb/options.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kStreamPrefixBytes = 32;
constexpr double kFilterBitsPerKey = 10;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Texts of RocksDB name files and offsets, never rows.
absl::Status FromRead(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsCorruption()) {
    return Error(error::v1::DAMAGED, absl::StrCat("stored bytes are damaged: ", status.ToString()));
  }
  return Error(error::v1::INTERNAL, absl::StrCat("reading failed: ", status.ToString()));
}

absl::Status FromWrite(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return Error(error::v1::LOG_HALTED, absl::StrCat("writing failed: ", status.ToString(),
                                                   ". Free or repair the disk, then restart"));
}

absl::Status FromOpen(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsCorruption()) {
    return Error(error::v1::DAMAGED, absl::StrCat(path, " is damaged: ", status.ToString()));
  }
  return Error(error::v1::SETUP_INVALID,
               absl::StrCat("cannot open ", path, ": ", status.ToString()));
}

rocksdb::ColumnFamilyOptions TuneTable(TableShape shape, const DatabaseOptions& options,
                                       const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = shape == TableShape::kSequential ? 16 << 10 : 8 << 10;
  table.format_version = 5;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = options.write_buffer_bytes;
  family.compression = rocksdb::kLZ4Compression;
  // Each insert begins its search where the last one ended: writers bring keys in order.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(0));
  switch (shape) {
    case TableShape::kSequential:
      break;
    case TableShape::kPoint:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
      family.memtable_whole_key_filtering = true;
      family.memtable_prefix_bloom_size_ratio = 0.05;
      break;
    case TableShape::kStreams:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
      table.whole_key_filtering = false;
      family.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kStreamPrefixBytes));
      family.memtable_prefix_bloom_size_ratio = 0.05;
      break;
    case TableShape::kBulk:
      family.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
      family.memtable_insert_with_hint_prefix_extractor.reset();
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
      break;
    case TableShape::kOrdered:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
      family.memtable_whole_key_filtering = true;
      family.memtable_prefix_bloom_size_ratio = 0.05;
      break;
  }
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

rocksdb::WALRecoveryMode RecoveryOf(LogTail tail) {
  switch (tail) {
    case LogTail::kTolerateUnfinished:
      return rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    case LogTail::kCutAtFirstBad:
      return rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    case LogTail::kSkipBad:
      break;
  }
  return rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
}

rocksdb::DBOptions TuneDatabase(const DatabaseOptions& options) {
  rocksdb::DBOptions tuned;
  if (options.env != nullptr) tuned.env = options.env;
  tuned.create_if_missing = options.create;
  tuned.create_missing_column_families = true;
  tuned.atomic_flush = options.atomic_flush;
  tuned.wal_recovery_mode = RecoveryOf(options.log_tail);
  tuned.max_total_wal_size = 4 * options.write_buffer_bytes;
  tuned.max_background_jobs = 2;
  // One thread writes a database; hints for inserts in order need this.
  tuned.allow_concurrent_memtable_write = false;
  // A failed write stays failed until the operator restarts.
  tuned.max_bgerror_resume_count = 0;
  tuned.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  tuned.max_log_file_size = 4 << 20;
  tuned.keep_log_file_num = 4;
  tuned.stats_dump_period_sec = 0;
  tuned.stats_persist_period_sec = 0;
  return tuned;
}

}  // namespace

struct Batch::Impl {
  const Database* database;
  rocksdb::WriteBatch batch;
};

struct Cursor::Impl {
  std::unique_ptr<rocksdb::Iterator> iterator;
};

struct Database::Impl {
  DatabaseOptions options;
  std::shared_ptr<rocksdb::Cache> cache;
  std::unique_ptr<rocksdb::DB> db;

  // Tables only ever join at the end, so a TableId stays good; a dropped one leaves its place
  // empty.
  mutable absl::Mutex mutex;
  // Shared with a flush that goes on while its table is dropped.
  std::vector<std::shared_ptr<rocksdb::ColumnFamilyHandle>> tables ABSL_GUARDED_BY(mutex);

  rocksdb::ColumnFamilyHandle* Of(TableId table) const {
    absl::ReaderMutexLock lock(&mutex);
    return tables[table.index].get();
  }

  std::shared_ptr<rocksdb::ColumnFamilyHandle> Own(rocksdb::ColumnFamilyHandle* handle) const {
    return {handle, [owner = db.get()](rocksdb::ColumnFamilyHandle* table) {
              owner->DestroyColumnFamilyHandle(table).PermitUncheckedError();
            }};
  }
};

Batch::Batch(const Database& database) : impl_(std::make_unique<Impl>()) {
  impl_->database = &database;
}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

// A WriteBatch in memory takes whatever it is given: these statuses are always OK.
void Batch::Put(TableId table, std::string_view key, std::string_view value) {
  impl_->batch.Put(impl_->database->impl_->Of(table), ToSlice(key), ToSlice(value))
      .PermitUncheckedError();
}

void Batch::Delete(TableId table, std::string_view key) {
  impl_->batch.Delete(impl_->database->impl_->Of(table), ToSlice(key)).PermitUncheckedError();
}

bool Batch::empty() const { return impl_->batch.Count() == 0; }

Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

void Cursor::SeekToFirst() { impl_->iterator->SeekToFirst(); }
void Cursor::SeekToLast() { impl_->iterator->SeekToLast(); }
void Cursor::Seek(std::string_view key) { impl_->iterator->Seek(ToSlice(key)); }
void Cursor::SeekForPrev(std::string_view key) { impl_->iterator->SeekForPrev(ToSlice(key)); }
void Cursor::Next() { impl_->iterator->Next(); }
void Cursor::Prev() { impl_->iterator->Prev(); }
bool Cursor::valid() const { return impl_->iterator->Valid(); }
std::string_view Cursor::key() const { return ToView(impl_->iterator->key()); }
std::string_view Cursor::value() const { return ToView(impl_->iterator->value()); }
absl::Status Cursor::status() const { return FromRead(impl_->iterator->status()); }

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Database::~Database() {
  absl::MutexLock lock(&impl_->mutex);
  impl_->tables.clear();
  impl_->db->Close().PermitUncheckedError();
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->cache = rocksdb::NewLRUCache(options.cache_bytes);
  const rocksdb::DBOptions tuned = TuneDatabase(options);

  std::vector<std::string> present;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(tuned, options.path, &present);
  if (!listed.ok()) {
    if (!options.create) return FromOpen(listed, options.path);
    present.clear();
  }
  if (options.create) {
    // Opening says what is wrong when these fail.
    const std::string parent = options.path.substr(0, options.path.find_last_of('/'));
    tuned.env->CreateDirIfMissing(parent).PermitUncheckedError();
    tuned.env->CreateDirIfMissing(options.path).PermitUncheckedError();
  }

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  const auto add = [&](const std::string& name, TableShape shape) {
    descriptors.emplace_back(name, TuneTable(shape, options, impl->cache));
  };
  add(rocksdb::kDefaultColumnFamilyName, TableShape::kOrdered);
  for (const TableSpec& spec : options.tables) {
    const bool there = std::find(present.begin(), present.end(), spec.name) != present.end();
    if (there || !options.read_only) add(spec.name, spec.shape);
  }
  for (const std::string& name : present) {
    const bool named = std::any_of(descriptors.begin(), descriptors.end(),
                                   [&](const auto& other) { return other.name == name; });
    if (!named) add(name, TableShape::kOrdered);
  }

  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status opened =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(tuned, options.path, descriptors, &handles, &db)
          : rocksdb::DB::Open(tuned, options.path, descriptors, &handles, &db);
  RETURN_IF_ERROR(FromOpen(opened, options.path));
  impl->db.reset(db);
  {
    absl::MutexLock lock(&impl->mutex);
    for (rocksdb::ColumnFamilyHandle* handle : handles) impl->tables.push_back(impl->Own(handle));
  }
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

std::optional<TableId> Database::Find(std::string_view name) const {
  absl::ReaderMutexLock lock(&impl_->mutex);
  for (size_t i = 0; i < impl_->tables.size(); ++i) {
    if (impl_->tables[i] != nullptr && impl_->tables[i]->GetName() == name) return TableId{i};
  }
  return std::nullopt;
}

std::vector<std::string> Database::TableNames() const {
  absl::ReaderMutexLock lock(&impl_->mutex);
  std::vector<std::string> names;
  for (const auto& table : impl_->tables) {
    if (table != nullptr && table->GetName() != rocksdb::kDefaultColumnFamilyName) {
      names.push_back(table->GetName());
    }
  }
  return names;
}

absl::StatusOr<TableId> Database::CreateTable(const TableSpec& spec) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  RETURN_IF_ERROR(FromWrite(impl_->db->CreateColumnFamily(
      TuneTable(spec.shape, impl_->options, impl_->cache), spec.name, &handle)));
  absl::MutexLock lock(&impl_->mutex);
  impl_->tables.push_back(impl_->Own(handle));
  return TableId{impl_->tables.size() - 1};
}

absl::Status Database::DropTable(std::string_view name) {
  const std::optional<TableId> table = Find(name);
  if (!table.has_value()) return absl::OkStatus();
  absl::MutexLock lock(&impl_->mutex);
  std::shared_ptr<rocksdb::ColumnFamilyHandle>& handle = impl_->tables[table->index];
  RETURN_IF_ERROR(FromWrite(impl_->db->DropColumnFamily(handle.get())));
  handle.reset();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> Database::Get(TableId table,
                                                         std::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      impl_->db->Get(rocksdb::ReadOptions(), impl_->Of(table), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  RETURN_IF_ERROR(FromRead(status));
  return value;
}

absl::StatusOr<std::vector<std::optional<std::string>>> Database::MultiGet(
    TableId table, std::span<const std::string_view> keys) const {
  std::vector<std::optional<std::string>> values(keys.size());
  std::vector<rocksdb::Slice> slices(keys.size());
  std::transform(keys.begin(), keys.end(), slices.begin(), ToSlice);
  std::vector<rocksdb::PinnableSlice> pinned(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  impl_->db->MultiGet(rocksdb::ReadOptions(), impl_->Of(table), keys.size(), slices.data(),
                      pinned.data(), statuses.data());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    RETURN_IF_ERROR(FromRead(statuses[i]));
    values[i].emplace(ToView(pinned[i]));
  }
  return values;
}

Cursor Database::NewCursor(TableId table, bool within_prefix, bool fill_cache) const {
  rocksdb::ReadOptions read;
  read.total_order_seek = !within_prefix;
  read.prefix_same_as_start = within_prefix;
  read.fill_cache = fill_cache;
  // RocksDB 7.8 looks for range deletions between the files of a level, and when the first block of
  // the next file is damaged it then ends with status OK. There are none here to look for.
  read.ignore_range_deletions = true;
  auto impl = std::make_unique<Cursor::Impl>();
  impl->iterator.reset(impl_->db->NewIterator(read, impl_->Of(table)));
  return Cursor(std::move(impl));
}

absl::Status Database::Apply(Batch batch, Write how) {
  rocksdb::WriteOptions write;
  write.sync = how == Write::kSynced;
  write.disableWAL = how == Write::kUnlogged;
  return FromWrite(impl_->db->Write(write, &batch.impl_->batch));
}

absl::Status Database::SyncLog() { return FromWrite(impl_->db->FlushWAL(/*sync=*/true)); }

absl::Status Database::Flush(bool wait) {
  std::vector<std::shared_ptr<rocksdb::ColumnFamilyHandle>> held;
  {
    absl::ReaderMutexLock lock(&impl_->mutex);
    std::copy_if(impl_->tables.begin(), impl_->tables.end(), std::back_inserter(held),
                 [](const auto& table) { return table != nullptr; });
  }
  std::vector<rocksdb::ColumnFamilyHandle*> tables;
  for (const auto& table : held) tables.push_back(table.get());
  rocksdb::FlushOptions flush;
  flush.wait = wait;
  flush.allow_write_stall = true;
  return FromWrite(impl_->db->Flush(flush, tables));
}

absl::Status Database::Compact(TableId table, std::string_view begin, std::string_view end) {
  const rocksdb::Slice from = ToSlice(begin);
  const rocksdb::Slice to = ToSlice(end);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  return FromWrite(impl_->db->CompactRange(options, impl_->Of(table), &from, &to));
}

uint32_t Database::LogIdOf(TableId table) const { return impl_->Of(table)->GetID(); }

}  // namespace constancia::eventstore
