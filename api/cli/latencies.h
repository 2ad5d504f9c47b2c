// Percentiles of what calls took.
//
// Used by: bench.
// Threads: one.
#ifndef CONSTANCIA_API_CLI_LATENCIES_H_
#define CONSTANCIA_API_CLI_LATENCIES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace constancia::api {

class Latencies {
 public:
  void Add(int64_t micros) { micros_.push_back(micros); }
  void Add(const Latencies& other) {
    micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
  }
  size_t count() const { return micros_.size(); }

  // The least value that `percent` of all do not exceed (nearest rank), 0 of none. `percent` is 1
  // to 100.
  int64_t Percentile(int percent);

 private:
  std::vector<int64_t> micros_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_LATENCIES_H_
