// Whether the log still accepts appends. The first failed write ends that until it is opened again,
// because nobody knows what reached the disk.
//
// Threads: any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_HEALTH_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_HEALTH_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/base/log.h"
#include "core/base/status.h"

namespace constancia::eventstore {

class Health {
 public:
  absl::Status status() const {
    absl::ReaderMutexLock lock(&mutex_);
    return status_;
  }
  bool halted() const { return !status().ok(); }

  // The first cause stays.
  void Halt(const absl::Status& cause) {
    absl::MutexLock lock(&mutex_);
    if (!status_.ok()) return;
    status_ =
        Error(error::v1::LOG_HALTED,
              absl::StrCat("the log accepts nothing until it is opened again: ", cause.message()));
    Log(LogLevel::kError, "the log halted", {{"cause", std::string(cause.message())}});
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_HEALTH_H_
