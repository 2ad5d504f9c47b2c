// The answerer: one thread that tells the callers of a finished group what became of their appends,
// so that the next group is written meanwhile.
//
// What a caller does when it is told runs here. At most one group waits while one is answered.
//
// Threads: Push from the syncer; Close from any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ANSWERER_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ANSWERER_H_

#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "eventstore/log/internal/group.h"
#include "eventstore/log/log_reader.h"

namespace constancia::eventstore {

class Answerer {
 public:
  // `reader` outlives the object.
  explicit Answerer(const LogReader* reader);
  ~Answerer();

  // Takes a group whose recorded events can be read. Waits while another group waits.
  void Push(std::unique_ptr<Group> group);

  // Answers what was pushed and ends the thread. Idempotent.
  void Close();

 private:
  void Run();
  std::unique_ptr<Group> Pop();

  const LogReader* const reader_;
  absl::Mutex mutex_;
  std::unique_ptr<Group> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ANSWERER_H_
