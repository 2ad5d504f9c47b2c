// Where the time comes from. A constructor parameter of whatever needs it, so that tests and the
// simulation own it.

#ifndef CONSTANCIA_CORE_BASE_CLOCK_H_
#define CONSTANCIA_CORE_BASE_CLOCK_H_

#include <atomic>
#include <chrono>

#include "core/base/time.h"

namespace constancia {

// Threads: any thread may call Now.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock. It may step back; who needs order keeps the greatest instant seen.
  virtual Instant Now() = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() override {
    return {std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
};

// Stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant now) : micros_(now.micros) {}

  Instant Now() override { return {micros_.load()}; }
  void Set(Instant now) { micros_.store(now.micros); }
  void Advance(int64_t micros) { micros_.fetch_add(micros); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_CLOCK_H_
