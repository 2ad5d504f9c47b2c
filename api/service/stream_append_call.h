// One StreamAppend call: requests come in, each is an append of its own, results go out in order.
//
// At most kStreamInFlightMax requests are unanswered; then the server reads no further until one
// is, and HTTP/2 makes the client wait. The call ends when the client has said all and every result
// is written, or when it is drained and everything read is answered.
//
// Used by: event_service.
// Threads: gRPC and the log call in; the object deletes itself when the call is done.
#ifndef CONSTANCIA_API_SERVICE_STREAM_APPEND_CALL_H_
#define CONSTANCIA_API_SERVICE_STREAM_APPEND_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "api/auth/caller.h"
#include "api/commands/record_events.h"
#include "api/service/live_calls.h"
#include "api/service/reason_words.h"

namespace constancia::api {

class StreamAppendCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // Starts. `record` and `live` outlive the call.
  StreamAppendCall(absl::StatusOr<Caller> caller, const RecordEvents* record,
                   LiveCalls<StreamAppendCall>* live, Language language);

  // Reads no further and ends with SHUTTING_DOWN once everything read is answered.
  void Drain();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  // What to do once the lock is released: whatever ends the call may end this object.
  struct Step {
    bool read = false;
    const grpc::ByteBuffer* write = nullptr;
    std::optional<grpc::Status> finish;
  };

  Step NextStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(Step step);
  void Handle(uint64_t number);
  void SetResult(uint64_t number, const absl::StatusOr<v1::AppendEventsResponse>& result);

  const absl::StatusOr<Caller> caller_;
  const RecordEvents* const record_;
  LiveCalls<StreamAppendCall>* const live_;
  const Language language_;
  grpc::ByteBuffer request_;  // Belongs to the read in progress.

  absl::Mutex mutex_;
  // Results not yet written, in order; the first is number `first_`. Empty ones are on their way.
  std::deque<std::optional<grpc::ByteBuffer>> results_ ABSL_GUARDED_BY(mutex_);
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_STREAM_APPEND_CALL_H_
