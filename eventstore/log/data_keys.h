// Data keys: what personal parts are sealed under, and what is destroyed when they must go.
//
// One key of 32 random bytes for each subject, case (or none), retention class and calendar year of
// sealing: the smallest thing that is ever destroyed alone. Keys rest in their own database,
// wrapped (AES-256 key wrap with padding, RFC 5649) under a master key of a numbered generation; so
// does K, the secret that hides stream names in stream keys. That database is never part of a
// backup of events.
//
// A key goes in three steps, so that nothing that is recorded later goes with it: Retire, after
// which no append seals with it and none that did is on its way; the event that orders its end;
// Destroy. What was destroyed is remembered: any other key that is missing is damage.
//
// Row: subject stream key || key id -> case stream key, class, year, master generation, wrapped
// key.
//
// Used by: EventLog (sealing), LogReader (opening), eventstore/retention (destroying).
// Threads: any thread.
// Durability: a new key is written when it is handed out and on disk after SyncMade, which the log
// calls before it writes what is sealed under it: one sync for all keys that a commit group brings.
#ifndef CONSTANCIA_EVENTSTORE_LOG_DATA_KEYS_H_
#define CONSTANCIA_EVENTSTORE_LOG_DATA_KEYS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/base/random.h"

namespace constancia::eventstore {

class KeyTables;

struct MasterKey {
  uint32_t generation = 1;
  std::string key;  // 32 bytes
};

// What a data key is for.
struct DataKeyScope {
  Hash subject;                  // stream key of the debtor or agent
  std::optional<Hash> case_key;  // stream key of the case
  std::string retention_class;
  int year = 0;  // of sealing, UTC

  friend bool operator==(const DataKeyScope&, const DataKeyScope&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const DataKeyScope& scope) {
    return H::combine(std::move(state), scope.subject, scope.case_key.has_value(),
                      scope.case_key.value_or(Hash()), scope.retention_class, scope.year);
  }
};

struct DataKey {
  std::string id;   // 16 bytes
  std::string key;  // 32 bytes
};

class DataKeys;

// Keeps a data key in use: while something sealed with it is on its way into the log.
class KeyLease {
 public:
  KeyLease() = default;
  KeyLease(DataKeys* keys, const Hash& subject, std::string id)
      : keys_(keys), subject_(subject), id_(std::move(id)) {}
  KeyLease(KeyLease&& other) noexcept
      : keys_(std::exchange(other.keys_, nullptr)),
        subject_(other.subject_),
        id_(std::move(other.id_)) {}
  KeyLease& operator=(KeyLease&& other) noexcept {
    std::swap(keys_, other.keys_);
    std::swap(subject_, other.subject_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~KeyLease();

 private:
  DataKeys* keys_ = nullptr;
  Hash subject_;
  std::string id_;
};

struct LeasedKey {
  DataKey key;
  KeyLease lease;
};

// A key without its bytes.
struct DataKeyInfo {
  std::string id;
  DataKeyScope scope;
  uint32_t master_generation = 0;
};

class DataKeys {
 public:
  // Makes K and stores it in the empty `tables`, wrapped by the highest generation of `masters`.
  static absl::Status Create(KeyTables& tables, const std::vector<MasterKey>& masters,
                             Random& random);

  // `tables` and `random` outlive this. Fails with SETUP_INVALID when the master key of a
  // generation that wraps K is missing or another one.
  static absl::StatusOr<std::unique_ptr<DataKeys>> Open(KeyTables* tables,
                                                        std::vector<MasterKey> masters,
                                                        Random* random);

  // The ledger's K, 32 bytes.
  const std::string& stream_secret() const { return stream_secret_; }

  // Returns the key for `scope`, making and writing it when there is none that is not retired.
  absl::StatusOr<LeasedKey> KeyFor(const DataKeyScope& scope);

  // Brings every key that KeyFor has made to disk. One thread calls it, the syncer.
  absl::Status SyncMade();

  // Returns the key of this id, nothing when it was destroyed. Fails with DAMAGED when it is
  // missing otherwise.
  absl::StatusOr<std::optional<DataKey>> Find(const Hash& subject, std::string_view id);

  // Lists the keys of a subject.
  absl::StatusOr<std::vector<DataKeyInfo>> List(const Hash& subject) const;

  // From now on, also after a crash, nothing is sealed with these keys; waits until nothing that
  // was is on its way. They open until they are destroyed. Not for a thread of the log.
  absl::Status Retire(const Hash& subject, const std::vector<std::string>& ids);

  // Retires keys and destroys them so that no file of this database keeps them: deletes the rows,
  // flushes, compacts their range and drops the write-ahead log they stood in. Other keys are given
  // out meanwhile. Ids that are gone already are passed over.
  absl::Status Destroy(const Hash& subject, const std::vector<std::string>& ids);

  // The position up to which (exclusive) the erasures that the log orders are carried out.
  absl::StatusOr<Position> erased_through() const;
  absl::Status SetErasedThrough(Position position);

  // Rewraps every data key and K under `master`, whose generation is above all others, and rewrites
  // the files so that the older generations open nothing any more. No key is given out until it is
  // rewrapped.
  absl::Status RotateMaster(const MasterKey& master);

 private:
  static constexpr size_t kShards = 16;

  // Keys of the subjects that hash here. Both caches are bounded.
  struct Shard {
    absl::Mutex mutex;
    absl::flat_hash_map<DataKeyScope, DataKey> by_scope ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, DataKey> by_id ABSL_GUARDED_BY(mutex);
    // By subject and id: how many leases there are, and what is given out no more (as the rows say,
    // until it is destroyed).
    absl::flat_hash_map<std::string, size_t> leases ABSL_GUARDED_BY(mutex);
    absl::flat_hash_set<std::string> retired ABSL_GUARDED_BY(mutex);
  };

  DataKeys(KeyTables* tables, std::vector<MasterKey> masters, Random* random,
           std::string stream_secret);

  friend class KeyLease;

  absl::Status LoadRetired();
  Shard& ShardOf(const Hash& subject);
  void Release(const Hash& subject, std::string_view id);
  absl::Status Rewrap(const MasterKey& master);
  absl::Status Store(const DataKeyScope& scope, const DataKey& key)
      ABSL_SHARED_LOCKS_REQUIRED(masters_mutex_);
  absl::StatusOr<DataKey> Unwrap(std::string_view id, uint32_t generation,
                                 std::string_view wrapped) const
      ABSL_SHARED_LOCKS_REQUIRED(masters_mutex_);

  KeyTables* const tables_;
  Random* const random_;
  const std::string stream_secret_;
  // Taken after a shard's, and held from reading a row until it is unwrapped: a rotation comes
  // before or after, never between.
  mutable absl::Mutex masters_mutex_;
  std::vector<MasterKey> masters_ ABSL_GUARDED_BY(masters_mutex_);  // by rising generation
  std::array<Shard, kShards> shards_;
  std::atomic<uint64_t> made_{0};
  uint64_t synced_ = 0;  // of `made_`; the syncer's own
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_DATA_KEYS_H_
