// Wakes one thread that waits.
//
// It waits by the monotonic clock. A wait on an absl::Mutex goes by the wall clock, and a step back
// of that would prolong it by as much: hence the standard library's mutex here, and here alone.
//
// Threads: Wake from any; Wait from one.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_WAKER_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_WAKER_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace constancia::eventstore {

class Waker {
 public:
  void Wake() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  // Returns when Wake was called since the last return, and at the latest after `timeout` or an
  // hour.
  void Wait(absl::Duration timeout) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(1))),
                      [this] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;  // guarded by mutex_
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_WAKER_H_
