// One BatchCheckContacts call: answers a list of people, some at a time.
//
// A chunk is made on the workers when the one before it is sent, so a call holds its request and
// one chunk, and a slow client is worked for no faster than it reads.
//
// Used by: contact_service.
// Threads: gRPC and workers call in, one after the other; the object deletes itself when done.
#ifndef CONSTANCIA_API_SERVICE_BATCH_CHECK_CALL_H_
#define CONSTANCIA_API_SERVICE_BATCH_CHECK_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "absl/status/statusor.h"
#include "api/commands/read_contact_ledger.h"
#include "api/service/live_calls.h"
#include "api/service/reason_words.h"
#include "api/service/workers.h"

namespace constancia::api {

class BatchCheckCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Starts. `request` is one that ReadContactLedger::CheckBatch took, or why it did not. The
  // pointers outlive the call.
  BatchCheckCall(absl::StatusOr<v1::BatchCheckContactsRequest> request,
                 const ReadContactLedger* ledger, Workers* workers, LiveCalls<BatchCheckCall>* live,
                 Language language);

  // Ends with SHUTTING_DOWN behind the chunk being sent.
  void Drain() { draining_ = true; }

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void AnswerSome();

  const absl::StatusOr<v1::BatchCheckContactsRequest> request_;
  const ReadContactLedger* const ledger_;
  Workers* const workers_;
  LiveCalls<BatchCheckCall>* const live_;
  const Language language_;
  int next_ = 0;
  grpc::ByteBuffer chunk_;
  std::atomic<bool> draining_ = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_BATCH_CHECK_CALL_H_
