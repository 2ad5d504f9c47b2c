// A few threads for calls that read much or wait, so that appends never stand behind them.
//
// Used by: api/service.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_API_SERVICE_WORKERS_H_
#define CONSTANCIA_API_SERVICE_WORKERS_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace constancia::api {

class Workers {
 public:
  using Task = absl::AnyInvocable<void()>;

  Workers(size_t threads, size_t queue_max);

  // Runs what has queued, then stops.
  ~Workers();

  // Runs `task` soon. Returns false, and does not take it, when the queue is full.
  [[nodiscard]] bool TryPost(Task task);

 private:
  void Run();

  const size_t queue_max_;
  absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_WORKERS_H_
