// Where the time comes from. A constructor parameter of whatever needs it, so that tests and the
// simulation own it.

#ifndef CONSTANCIA_CORE_BASE_CLOCK_H_
#define CONSTANCIA_CORE_BASE_CLOCK_H_

#include <atomic>
#include <chrono>

#include "absl/time/time.h"
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

// Measures intervals: it only goes forward, whatever happens to the wall clock.
//
// Threads: any thread may call Elapsed.
class MonotonicClock {
 public:
  virtual ~MonotonicClock() = default;

  // The time since a moment of its own.
  virtual absl::Duration Elapsed() = 0;
};

class SystemMonotonicClock final : public MonotonicClock {
 public:
  absl::Duration Elapsed() override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

// Stands still until it is told to move.
class ManualMonotonicClock final : public MonotonicClock {
 public:
  absl::Duration Elapsed() override { return absl::Microseconds(micros_.load()); }
  void Advance(absl::Duration by) { micros_.fetch_add(absl::ToInt64Microseconds(by)); }

 private:
  std::atomic<int64_t> micros_ = 0;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_CLOCK_H_
