// The notary: one thread, at a lower priority than all others, that turns frozen epochs into
// checkpoints and writes what can be recomputed.
//
// For an epoch and the free position behind it: stream trees, map, log tree; the map root into the
// free position together with the signed checkpoint, synced; then rows and tiles into `state`; then
// it publishes.
//
// Threads: Push from the syncer; ProveStream from any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARY_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "eventstore/log/internal/fold.h"
#include "eventstore/log/internal/health.h"
#include "eventstore/log/internal/notarizer.h"
#include "eventstore/log/internal/overlay.h"
#include "eventstore/log/internal/publication.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

// `state` is flushed after so many events: what a restart after a crash replays at most, twice.
inline constexpr uint64_t kFlushEvents = 131'072;

class Notary {
 public:
  struct Options {
    std::string origin;
    LogTables* log = nullptr;
    StateTables* state = nullptr;
    const std::vector<ProjectionTable>* projections = nullptr;
    Overlay* overlay = nullptr;
    Publication* publication = nullptr;
    const Health* health = nullptr;
    std::function<void()> on_covered;
    std::function<void(const absl::Status& cause)> halt;
  };

  Notary(Options options, Notarizer notarizer);
  ~Notary();

  // The epoch before is finished: the appender sees to that.
  void Push(std::shared_ptr<const Epoch> epoch, Position cut);

  // Finishes what was pushed and ends the thread. Idempotent.
  void Close();

  // Calls `read` with the map, while the latest checkpoint and the heads in `state` are those of
  // it.
  void WithMap(absl::FunctionRef<void(const StreamMap&)> read) const;

 private:
  void Run();
  absl::Status Cover(const Epoch& epoch, Position cut);

  const Options options_;

  mutable absl::Mutex map_mutex_;
  Notarizer notarizer_;            // its map changes under map_mutex_; the rest is the thread's own
  uint64_t unflushed_events_ = 0;  // the thread's own

  absl::Mutex mutex_;
  std::shared_ptr<const Epoch> epoch_ ABSL_GUARDED_BY(mutex_);
  Position cut_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// Writes the map root at `cut` and the signed checkpoint, synced.
absl::StatusOr<SignedCheckpoint> WriteCheckpoint(const Notarizer::Step& step, Position cut,
                                                 const std::string& origin,
                                                 const Publication& publication, LogTables& log);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_NOTARY_H_
