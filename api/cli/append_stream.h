// Sends many appends over one call and takes the answers as they come.
//
// Used by: import csv, sandbox seed, bench.
// Threads: Send and Finish from one thread; results come from another, one at a time.
#ifndef CONSTANCIA_API_CLI_APPEND_STREAM_H_
#define CONSTANCIA_API_CLI_APPEND_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/cli/client.h"
#include "constancia/v1/event_service.pb.h"

namespace constancia::api {

class AppendStream {
 public:
  // `ordinal` counts what was sent, from 0. Results come in that order.
  using OnResult =
      std::function<void(uint64_t ordinal, const absl::StatusOr<v1::AppendEventsResponse>& result)>;

  // Begins the call. At most `window` appends wait for their answers.
  AppendStream(const Client& client, size_t window, OnResult on_result);
  // Ends the call without waiting, when Finish was not called.
  ~AppendStream();

  // Waits for room in the window and sends; `parent` is filled in. False when the call has ended:
  // Finish tells why.
  bool Send(v1::AppendEventsRequest request);

  // Waits for all answers. Fails as the call does; what was sent and not answered may be in.
  absl::Status Finish();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_APPEND_STREAM_H_
