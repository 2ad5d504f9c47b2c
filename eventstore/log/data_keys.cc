#include "eventstore/log/data_keys.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/crypto/key_wrap.h"
#include "core/event/sealing.h"
#include "eventstore/tables/key_tables.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kCachedMax = 8'192;  // of each map of each shard

std::string RandomBytes(Random& random, size_t size) {
  std::string bytes(size, '\0');
  random.Fill({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

std::string NameOf(const Hash& subject, std::string_view id) { return subject.str().append(id); }

const MasterKey* FindMaster(const std::vector<MasterKey>& masters, uint32_t generation) {
  for (const MasterKey& master : masters) {
    if (master.generation == generation) return &master;
  }
  return nullptr;
}

absl::Status CheckMasters(std::vector<MasterKey>& masters) {
  std::sort(masters.begin(), masters.end(),
            [](const MasterKey& a, const MasterKey& b) { return a.generation < b.generation; });
  if (masters.empty()) return Error(error::v1::SETUP_INVALID, "no master key is given");
  for (size_t i = 0; i < masters.size(); ++i) {
    if (masters[i].key.size() != kSecretBytes) {
      return Error(error::v1::SETUP_INVALID, "a master key is 32 bytes");
    }
    if (i > 0 && masters[i].generation == masters[i - 1].generation) {
      return Error(error::v1::SETUP_INVALID, "two master keys have the same generation");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> UnwrapSecret(const std::vector<MasterKey>& masters, uint32_t generation,
                                         std::string_view wrapped) {
  const MasterKey* master = FindMaster(masters, generation);
  if (master == nullptr) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("the master key of generation ", generation, " is missing"), "",
                 {{"generation", absl::StrCat(generation)}});
  }
  return UnwrapKey(master->key, wrapped);
}

}  // namespace

DataKeys::DataKeys(KeyTables* tables, std::vector<MasterKey> masters, Random* random,
                   std::string stream_secret)
    : tables_(tables),
      random_(random),
      stream_secret_(std::move(stream_secret)),
      masters_(std::move(masters)) {}

absl::Status DataKeys::Create(KeyTables& tables, const std::vector<MasterKey>& masters,
                              Random& random) {
  std::vector<MasterKey> sorted = masters;
  RETURN_IF_ERROR(CheckMasters(sorted));
  const std::string secret = RandomBytes(random, kSecretBytes);
  Batch batch = tables.NewBatch();
  tables.PutStreamSecret(batch, {sorted.back().generation, WrapKey(sorted.back().key, secret)});
  return tables.Write(std::move(batch));
}

absl::StatusOr<std::unique_ptr<DataKeys>> DataKeys::Open(KeyTables* tables,
                                                         std::vector<MasterKey> masters,
                                                         Random* random) {
  RETURN_IF_ERROR(CheckMasters(masters));
  ASSIGN_OR_RETURN(const std::optional<WrappedSecret> wrapped, tables->ReadStreamSecret());
  if (!wrapped.has_value()) {
    return Error(error::v1::SETUP_INVALID,
                 "the folder `keys` holds no keys of this ledger. Restore it from its own backup");
  }
  absl::StatusOr<std::string> secret = UnwrapSecret(masters, wrapped->generation, wrapped->wrapped);
  if (ReasonOf(secret.status()) == error::v1::DAMAGED) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("the master key of generation ", wrapped->generation,
                              " is not the one that wraps the keys of this ledger"));
  }
  RETURN_IF_ERROR(secret.status());
  std::unique_ptr<DataKeys> keys(
      new DataKeys(tables, std::move(masters), random, *std::move(secret)));
  RETURN_IF_ERROR(keys->LoadRetired());
  return keys;
}

absl::Status DataKeys::LoadRetired() {
  return tables_->ScanRetired([this](const Hash& subject, std::string_view id) {
    Shard& shard = ShardOf(subject);
    absl::MutexLock lock(&shard.mutex);
    shard.retired.insert(NameOf(subject, id));
    return absl::OkStatus();
  });
}

DataKeys::Shard& DataKeys::ShardOf(const Hash& subject) {
  return shards_[subject.bytes[0] % kShards];
}

absl::StatusOr<DataKey> DataKeys::Unwrap(std::string_view id, uint32_t generation,
                                         std::string_view wrapped) const {
  ASSIGN_OR_RETURN(std::string key, UnwrapSecret(masters_, generation, wrapped));
  return DataKey{std::string(id), std::move(key)};
}

KeyLease::~KeyLease() {
  if (keys_ != nullptr) keys_->Release(subject_, id_);
}

void DataKeys::Release(const Hash& subject, std::string_view id) {
  Shard& shard = ShardOf(subject);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.leases.find(NameOf(subject, id));
  if (--found->second == 0) shard.leases.erase(found);
}

absl::StatusOr<LeasedKey> DataKeys::KeyFor(const DataKeyScope& scope) {
  Shard& shard = ShardOf(scope.subject);
  absl::MutexLock lock(&shard.mutex);
  auto found = shard.by_scope.find(scope);
  if (found == shard.by_scope.end()) {
    absl::ReaderMutexLock masters_lock(&masters_mutex_);
    std::optional<DataKey> key;
    RETURN_IF_ERROR(tables_->ScanKeys(
        scope.subject,
        [&](const Hash& subject, std::string_view id, const KeyRow& row) ABSL_SHARED_LOCKS_REQUIRED(
            masters_mutex_) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) -> absl::Status {
          if (key.has_value() || shard.retired.contains(NameOf(subject, id)) ||
              scope != DataKeyScope{subject, row.case_key, row.retention_class, row.year}) {
            return absl::OkStatus();
          }
          ASSIGN_OR_RETURN(key, Unwrap(id, row.secret.generation, row.secret.wrapped));
          return absl::OkStatus();
        }));
    if (!key.has_value()) {
      key = DataKey{RandomBytes(*random_, kDataKeyIdBytes), RandomBytes(*random_, kDataKeyBytes)};
      RETURN_IF_ERROR(Store(scope, *key));
    }
    if (shard.by_scope.size() >= kCachedMax) shard.by_scope.clear();
    found = shard.by_scope.emplace(scope, *std::move(key)).first;
  }
  const DataKey& key = found->second;
  ++shard.leases[NameOf(scope.subject, key.id)];
  return LeasedKey{key, KeyLease(this, scope.subject, key.id)};
}

absl::Status DataKeys::Retire(const Hash& subject, const std::vector<std::string>& ids) {
  Batch batch = tables_->NewBatch();
  for (const std::string& id : ids) tables_->PutRetired(batch, subject, id);
  RETURN_IF_ERROR(tables_->Write(std::move(batch)));
  Shard& shard = ShardOf(subject);
  absl::MutexLock lock(&shard.mutex);
  for (const std::string& id : ids) shard.retired.insert(NameOf(subject, id));
  shard.by_scope.clear();
  const auto unused = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    return std::none_of(ids.begin(), ids.end(),
                        [&](const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
                          return shard.leases.contains(NameOf(subject, id));
                        });
  };
  shard.mutex.Await(absl::Condition(&unused));
  return absl::OkStatus();
}

absl::Status DataKeys::Store(const DataKeyScope& scope, const DataKey& key) {
  const MasterKey& master = masters_.back();
  Batch batch = tables_->NewBatch();
  tables_->PutKey(batch, scope.subject, key.id,
                  {scope.case_key,
                   scope.retention_class,
                   scope.year,
                   {master.generation, WrapKey(master.key, key.key)}});
  RETURN_IF_ERROR(tables_->WriteUnsynced(std::move(batch)));
  ++made_;
  return absl::OkStatus();
}

absl::Status DataKeys::SyncMade() {
  const uint64_t made = made_;
  if (made == synced_) return absl::OkStatus();
  RETURN_IF_ERROR(tables_->Sync());
  synced_ = made;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DataKey>> DataKeys::Find(const Hash& subject, std::string_view id) {
  Shard& shard = ShardOf(subject);
  absl::MutexLock lock(&shard.mutex);
  const std::string name = NameOf(subject, id);
  if (const auto found = shard.by_id.find(name); found != shard.by_id.end()) return found->second;
  absl::ReaderMutexLock masters_lock(&masters_mutex_);
  ASSIGN_OR_RETURN(const std::optional<KeyRow> row, tables_->ReadKey(subject, id));
  if (!row.has_value()) {
    ASSIGN_OR_RETURN(const bool destroyed, tables_->WasDestroyed(id));
    if (destroyed) return std::nullopt;
    return Error(
        error::v1::DAMAGED,
        "a data key is missing and was never destroyed. Restore the folder `keys` from its "
        "own backup");
  }
  ASSIGN_OR_RETURN(DataKey key, Unwrap(id, row->secret.generation, row->secret.wrapped));
  if (shard.by_id.size() >= kCachedMax) shard.by_id.clear();
  shard.by_id.emplace(name, key);
  return key;
}

absl::StatusOr<std::vector<DataKeyInfo>> DataKeys::List(const Hash& subject) const {
  std::vector<DataKeyInfo> keys;
  RETURN_IF_ERROR(
      tables_->ScanKeys(subject, [&](const Hash& owner, std::string_view id, const KeyRow& row) {
        keys.push_back({std::string(id),
                        {owner, row.case_key, row.retention_class, row.year},
                        row.secret.generation});
        return absl::OkStatus();
      }));
  return keys;
}

absl::Status DataKeys::Destroy(const Hash& subject, const std::vector<std::string>& ids) {
  RETURN_IF_ERROR(Retire(subject, ids));
  Batch batch = tables_->NewBatch();
  for (const std::string& id : ids) tables_->DeleteKey(batch, subject, id);
  {
    // A rotation of the master key that is under way would write back what it has read.
    absl::ReaderMutexLock masters(&masters_mutex_);
    RETURN_IF_ERROR(tables_->Write(std::move(batch)));
  }
  {
    // Once the rows are gone: whoever read one before has let go of the shard, and what it cached
    // goes here.
    Shard& shard = ShardOf(subject);
    absl::MutexLock lock(&shard.mutex);
    shard.by_scope.clear();
    shard.by_id.clear();
    for (const std::string& id : ids) shard.retired.erase(NameOf(subject, id));
  }
  return tables_->Purge(subject);
}

absl::StatusOr<Position> DataKeys::erased_through() const {
  ASSIGN_OR_RETURN(const std::optional<Position> position, tables_->ReadErasedThrough());
  return position.value_or(Position{0});
}

absl::Status DataKeys::SetErasedThrough(Position position) {
  Batch batch = tables_->NewBatch();
  tables_->PutErasedThrough(batch, position);
  return tables_->Write(std::move(batch));
}

absl::Status DataKeys::RotateMaster(const MasterKey& master) {
  RETURN_IF_ERROR(Rewrap(master));
  return tables_->Purge(std::nullopt);
}

absl::Status DataKeys::Rewrap(const MasterKey& master) {
  absl::MutexLock lock(&masters_mutex_);
  if (master.key.size() != kSecretBytes || master.generation <= masters_.back().generation) {
    return Error(error::v1::SETUP_INVALID,
                 "the next master key is 32 bytes and its generation is above all others");
  }
  const std::vector<MasterKey>& masters = masters_;
  // One batch: after a crash all keys are under the old master, or all under the new one.
  Batch batch = tables_->NewBatch();
  tables_->PutStreamSecret(batch, {master.generation, WrapKey(master.key, stream_secret_)});
  RETURN_IF_ERROR(tables_->ScanKeys(
      std::nullopt,
      [&](const Hash& subject, std::string_view id, const KeyRow& row)
          ABSL_SHARED_LOCKS_REQUIRED(masters_mutex_) -> absl::Status {
            ASSIGN_OR_RETURN(const std::string key,
                             UnwrapSecret(masters, row.secret.generation, row.secret.wrapped));
            KeyRow rewrapped = row;
            rewrapped.secret = {master.generation, WrapKey(master.key, key)};
            tables_->PutKey(batch, subject, id, rewrapped);
            return absl::OkStatus();
          }));
  RETURN_IF_ERROR(tables_->Write(std::move(batch)));
  masters_ = {master};
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
