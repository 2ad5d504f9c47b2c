// One WatchEvents call: follows the log from a position until the client leaves.
//
// It rests until woken because the log grew, reads what is new on the workers, and writes it out
// event by event; a slow client is read for no faster than it takes. While nothing comes it says
// now and then how far the log was followed.
//
// Used by: event_service.
// Threads: gRPC, workers and the service's follower call in; the object deletes itself when done.
#ifndef CONSTANCIA_API_SERVICE_WATCH_EVENTS_CALL_H_
#define CONSTANCIA_API_SERVICE_WATCH_EVENTS_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "api/commands/read_events.h"
#include "api/service/live_calls.h"
#include "api/service/reason_words.h"
#include "api/service/workers.h"
#include "core/base/position.h"

namespace constancia::api {

class WatchEventsCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Starts. The pointers outlive the call.
  WatchEventsCall(absl::StatusOr<EventQuery> query, Position from, const ReadEvents* read,
                  Workers* workers, LiveCalls<WatchEventsCall>* live, Language language);

  // The log ends at `end` now.
  void Wake(Position end);

  // Ends with SHUTTING_DOWN once what is being written is written.
  void Drain();

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
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
  void Read();

  const absl::StatusOr<EventQuery> query_;
  const ReadEvents* const read_;
  Workers* const workers_;
  LiveCalls<WatchEventsCall>* const live_;
  const Language language_;

  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> answers_ ABSL_GUARDED_BY(mutex_);  // The first is being written.
  Position next_ ABSL_GUARDED_BY(mutex_);
  absl::Time said_ ABSL_GUARDED_BY(mutex_);     // When an answer was last made.
  bool behind_ ABSL_GUARDED_BY(mutex_) = true;  // There may be more to read.
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);  // Not OK: why the call is to end.
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_WATCH_EVENTS_CALL_H_
