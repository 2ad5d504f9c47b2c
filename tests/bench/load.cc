#include "tests/bench/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace constancia::bench {
namespace {

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

// What the slots of one run share.
class Tally {
 public:
  Tally(absl::Time counted_from, absl::Time until) : counted_from_(counted_from), until_(until) {}

  bool over() const { return absl::Now() >= until_; }

  void Began() { in_flight_.fetch_add(1); }

  void Ended(absl::Time began, const absl::Status& status) {
    const absl::Time now = absl::Now();
    {
      const absl::MutexLock lock(&mutex_);
      ++ended_;
      if (!status.ok()) {
        ++failures_;
        if (first_failure_.empty()) first_failure_ = std::string(status.message());
      } else if (began >= counted_from_ && now <= until_) {
        latencies_.push_back(Milliseconds(now - began));
      }
    }
    in_flight_.fetch_sub(1);
  }

  Measured Finish(absl::Duration duration) {
    while (in_flight_.load() > 0) absl::SleepFor(absl::Milliseconds(1));
    const absl::MutexLock lock(&mutex_);
    Measured measured = Summarise(latencies_, duration, failures_);
    measured.first_failure = first_failure_;
    measured.processor_us =
        absl::ToDoubleMicroseconds(ProcessorTime() - used_before_) / static_cast<double>(ended_);
    return measured;
  }

 private:
  const absl::Time counted_from_;
  const absl::Time until_;
  const absl::Duration used_before_ = ProcessorTime();
  std::atomic<int64_t> in_flight_{0};
  absl::Mutex mutex_;
  std::vector<double> latencies_ ABSL_GUARDED_BY(mutex_);
  uint64_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string first_failure_ ABSL_GUARDED_BY(mutex_);
};

void KeepBusy(size_t slot, const Operation& operation, const std::shared_ptr<Tally>& tally) {
  if (tally->over()) return;
  tally->Began();
  const absl::Time began = absl::Now();
  operation(slot, [slot, &operation, tally, began](absl::Status status) {
    // The next one begins before this one is counted out, so that the run never looks finished
    // between two.
    KeepBusy(slot, operation, tally);
    tally->Ended(began, status);
  });
}

}  // namespace

absl::Duration ProcessorTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

Measured Summarise(std::vector<double>& latencies_ms, absl::Duration duration, uint64_t failures) {
  Measured measured;
  measured.operations = latencies_ms.size();
  measured.failures = failures;
  if (latencies_ms.empty()) return measured;
  std::sort(latencies_ms.begin(), latencies_ms.end());
  measured.per_second = static_cast<double>(latencies_ms.size()) / absl::ToDoubleSeconds(duration);
  measured.p50_ms = latencies_ms[latencies_ms.size() / 2];
  measured.p99_ms = latencies_ms[latencies_ms.size() * 99 / 100];
  return measured;
}

Measured RunClosed(size_t slots, absl::Duration warm_up, absl::Duration duration,
                   const Operation& operation) {
  const absl::Time start = absl::Now();
  const auto tally = std::make_shared<Tally>(start + warm_up, start + warm_up + duration);
  for (size_t slot = 0; slot < slots; ++slot) KeepBusy(slot, operation, tally);
  absl::SleepFor(warm_up + duration);
  return tally->Finish(duration);
}

Measured RunOpen(double rate, size_t slots, absl::Duration warm_up, absl::Duration duration,
                 const Operation& operation) {
  const absl::Time start = absl::Now();
  const auto tally = std::make_shared<Tally>(start + warm_up, start + warm_up + duration);
  const auto free = std::make_shared<std::vector<std::atomic<bool>>>(slots);
  for (auto& slot : *free) slot.store(true);
  const absl::Duration period = absl::Seconds(1) / rate;
  size_t next = 0;
  for (absl::Time due = start; !tally->over(); due += period) {
    const absl::Time now = absl::Now();
    if (due > now) absl::SleepFor(due - now);
    size_t tried = 0;
    while (tried < slots && !(*free)[next].exchange(false)) {
      next = (next + 1) % slots;
      ++tried;
    }
    tally->Began();
    if (tried == slots) {
      tally->Ended(
          due, absl::ResourceExhaustedError("no slot is free: the rate is more than it can do"));
      continue;
    }
    const size_t slot = next;
    operation(slot, [slot, free, tally, due](absl::Status status) {
      (*free)[slot].store(true);
      tally->Ended(due, status);
    });
  }
  return tally->Finish(duration);
}

}  // namespace constancia::bench
