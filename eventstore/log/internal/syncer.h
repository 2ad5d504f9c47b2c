// The syncer: one thread that writes groups with one sync each, brings the inline projections up to
// date, makes the events visible and hands the group on to be answered.
//
// At most one group waits while one is written, so the appender fills the next group meanwhile.
//
// Threads: Push from the appender; Close from any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_SYNCER_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_SYNCER_H_

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "eventstore/log/data_keys.h"
#include "eventstore/log/internal/answerer.h"
#include "eventstore/log/internal/fold.h"
#include "eventstore/log/internal/group.h"
#include "eventstore/log/internal/health.h"
#include "eventstore/log/internal/notary.h"
#include "eventstore/log/internal/overlay.h"
#include "eventstore/log/internal/publication.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

class Syncer {
 public:
  struct Options {
    LogTables* log = nullptr;
    DataKeys* data_keys = nullptr;
    const StateTables* state = nullptr;
    const std::vector<ProjectionTable>* projections = nullptr;
    Overlay* overlay = nullptr;
    Publication* publication = nullptr;
    Notary* notary = nullptr;
    const Health* health = nullptr;
    Answerer* answerer = nullptr;
    std::function<void(const absl::Status& cause)> halt;
  };

  explicit Syncer(Options options);
  ~Syncer();

  // Waits while another group waits.
  void Push(std::unique_ptr<Group> group);

  // Finishes what was pushed and ends the thread. Idempotent.
  void Close();

 private:
  void Run();
  std::unique_ptr<Group> Pop();
  void Finish(Group& group);
  absl::Status MakeVisible(const Outcome& outcome);

  const Options options_;
  absl::Mutex mutex_;
  std::unique_ptr<Group> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_SYNCER_H_
