#include "api/cli/latencies.h"

#include <algorithm>

namespace constancia::api {

int64_t Latencies::Percentile(int percent) {
  if (micros_.empty()) return 0;
  const size_t rank = (micros_.size() * static_cast<size_t>(percent) + 99) / 100;
  const auto at = micros_.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(micros_.begin(), at, micros_.end());
  return *at;
}

}  // namespace constancia::api
