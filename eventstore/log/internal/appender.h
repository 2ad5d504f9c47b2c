// The appender: one thread that puts what has queued into one order.
//
// It takes what waits, checks expectations and ids, gives positions, sequence numbers and
// `recorded_at`, hashes leaves, signs the group and hands it to the syncer. While that group syncs
// it prepares the next. When a checkpoint is due it leaves one position free and goes on behind it.
//
// It knows streams and ids from its own memory of the open and the frozen epoch, which runs ahead
// of what readers see by what is not synced yet; for all others an append brings what `state` said
// when it was prepared, and only when an epoch has moved since is `state` asked again.
//
// Threads: Enqueue, Covered, Close from any; the rest belongs to its own.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_APPENDER_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_APPENDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/internal/group.h"
#include "eventstore/log/internal/health.h"
#include "eventstore/log/internal/prepared.h"
#include "eventstore/log/internal/syncer.h"
#include "eventstore/log/internal/waker.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

class Appender {
 public:
  struct Options {
    EventLog::Limits limits;
    std::string origin;
    const Signer* signer = nullptr;
    Clock* clock = nullptr;
    MonotonicClock* monotonic = nullptr;
    const LogTables* log = nullptr;
    const StateTables* state = nullptr;
    const Health* health = nullptr;
    Syncer* syncer = nullptr;
    // Where the log ends.
    Position next;
    Instant recorded_at;
    Hash previous_group;
    // What is in memory and covered by no checkpoint.
    const Epoch* open = nullptr;
  };

  explicit Appender(const Options& options);
  ~Appender();

  // Starts the thread. Before this nothing is handed on.
  void Start();

  // Fails with QUEUE_FULL, SHUTTING_DOWN or LOG_HALTED, and leaves `append` alone then.
  absl::Status Enqueue(PreparedAppend& append);

  // A checkpoint covers the frozen epoch now, and `state` holds it.
  void Covered();

  // Orders what waits, leaves a last checkpoint due and ends the thread. Idempotent.
  void Close();

  // The log halted: ends all waiting.
  void Wake();

 private:
  // The appender's view of one epoch: versions of its streams, positions of its ids.
  struct Memory {
    absl::flat_hash_map<Hash, uint64_t> versions;
    absl::flat_hash_map<std::string, Position> ids;
    absl::flat_hash_map<EventId, Position> event_ids;
  };

  void Run();

  // Waits for something to do and takes it; false when there will be nothing more.
  bool TakeQueued(std::vector<PreparedAppend>& taken);
  void AwaitWork();
  // How long until the next checkpoint is due, if nothing else happens.
  absl::Duration UntilDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool FrontFits() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CheckpointIsDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Room() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoticeCovered() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Adds `append` to `group`, or says what became of it instead.
  Outcome Order(PreparedAppend& append, Group& group);
  absl::StatusOr<KnownIds> FindKnown(const PreparedAppend& append) const;
  absl::Status CheckChosenIds(const PreparedAppend& append) const;
  absl::Status CheckExpectations(const PreparedAppend& append) const;
  absl::StatusOr<uint64_t> VersionOf(const PreparedAppend& append, const StreamRef& stream) const;
  absl::Status RememberVersions(const PreparedAppend& append);
  bool MustAskState(const PreparedAppend& append) const;
  void Record(PreparedAppend& append, Group& group, Outcome& outcome);
  absl::Status Seal(Group& group);
  void CountAndCut(Group& group);

  // Fixed after construction.
  const Options options_;

  // The thread's own.
  Position next_;
  Instant recorded_at_;
  Hash previous_group_;
  const Signer* signer_;
  Memory open_, frozen_;
  uint64_t moved_ = 0;  // epochs that went over to `state`, as far as the thread has noticed

  mutable absl::Mutex mutex_;
  std::deque<PreparedAppend> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t covered_epochs_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t cut_epochs_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t open_events_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t frozen_events_ ABSL_GUARDED_BY(mutex_) = 0;
  // By the monotonic clock, when the first of the open events came.
  absl::Duration first_open_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Waker waker_;
  std::thread thread_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_APPENDER_H_
