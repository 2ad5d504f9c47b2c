// What commands report about themselves, for metrics.
//
// Used by: api/commands (reports), api/server (counts).
#ifndef CONSTANCIA_API_COMMANDS_OBSERVER_H_
#define CONSTANCIA_API_COMMANDS_OBSERVER_H_

#include <string_view>

#include "absl/time/time.h"
#include "core/base/status.h"

namespace constancia::api {

// Threads: any thread may call any method; none may wait.
class Observer {
 public:
  virtual ~Observer() = default;

  // One event of `family` was recorded for `source`.
  virtual void Appended(std::string_view family, std::string_view source) = 0;

  // An append request was answered with receipts, so long after it arrived.
  virtual void AppendTook(absl::Duration time) = 0;

  virtual void AppendRejected(Reason reason) = 0;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_OBSERVER_H_
