// The calls of a service that do not end by themselves, so that a stopping server can end them.
//
// Used by: api/service.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_API_SERVICE_LIVE_CALLS_H_
#define CONSTANCIA_API_SERVICE_LIVE_CALLS_H_

#include <cstddef>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/base/status.h"

namespace constancia::api {

// `Call` is any class with a method Drain(), which returns at once and does not end the object
// itself.
template <typename Call>
class LiveCalls {
 public:
  // Fails with SHUTTING_DOWN when the calls are being drained and with QUEUE_FULL when there are
  // `max` already.
  absl::Status Add(Call* call, size_t max) {
    const absl::MutexLock lock(&mutex_);
    if (draining_) return Error(error::v1::SHUTTING_DOWN, "the server is stopping");
    if (calls_.size() >= max) {
      return Error(error::v1::QUEUE_FULL, "too many calls of this kind are open; retry later");
    }
    calls_.insert(call);
    return absl::OkStatus();
  }

  // Afterwards no other method touches `call`.
  void Remove(Call* call) {
    const absl::MutexLock lock(&mutex_);
    calls_.erase(call);
  }

  void ForEach(const std::function<void(Call&)>& visit) {
    const absl::MutexLock lock(&mutex_);
    for (Call* call : calls_) visit(*call);
  }

  void Drain() {
    const absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (Call* call : calls_) call->Drain();
  }

  bool empty() {
    const absl::MutexLock lock(&mutex_);
    return calls_.empty();
  }

 private:
  absl::Mutex mutex_;
  absl::flat_hash_set<Call*> calls_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_LIVE_CALLS_H_
