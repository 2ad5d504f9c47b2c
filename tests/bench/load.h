// A load generator: keeps a number of operations in flight, or begins them at a fixed rate, and
// keeps their latencies.

#ifndef CONSTANCIA_TESTS_BENCH_LOAD_H_
#define CONSTANCIA_TESTS_BENCH_LOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace constancia::bench {

// What a run came to. Operations that began before the warm-up ended are not in it.
struct Measured {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  uint64_t operations = 0;
  uint64_t failures = 0;
  std::string first_failure;
  // Processor time of this process an operation, warm-up included: what both sides of the call and
  // all that follows from it cost. Holds better than the rate when the machine has other work.
  double processor_us = 0;
};

// Processor time that this process has used.
absl::Duration ProcessorTime();

// Begins one operation in slot `slot` and calls `done` when it has ended. `done` may be called on
// any thread.
using Operation = std::function<void(size_t slot, std::function<void(absl::Status)> done)>;

// Closed loop: `slots` operations are in flight all the time, for `warm_up` and then `duration`.
Measured RunClosed(size_t slots, absl::Duration warm_up, absl::Duration duration,
                   const Operation& operation);

// Open loop: one operation begins every 1 / `rate` seconds whether or not earlier ones have ended;
// latency counts from the instant it was due. Slots are reused when free; an operation for which
// none is free fails.
Measured RunOpen(double rate, size_t slots, absl::Duration warm_up, absl::Duration duration,
                 const Operation& operation);

// Percentiles of latencies in milliseconds; sorts them.
Measured Summarise(std::vector<double>& latencies_ms, absl::Duration duration, uint64_t failures);

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_LOAD_H_
