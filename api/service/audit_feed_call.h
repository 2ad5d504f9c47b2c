// One GetAuditFeed call: the lines of a stretch of the log, chunk by chunk.
//
// Used by: ledger_service.
// Threads: gRPC and workers call in, one after the other; the object deletes itself when done.
#ifndef CONSTANCIA_API_SERVICE_AUDIT_FEED_CALL_H_
#define CONSTANCIA_API_SERVICE_AUDIT_FEED_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "absl/status/statusor.h"
#include "api/commands/prove_ledger.h"
#include "api/service/live_calls.h"
#include "api/service/reason_words.h"
#include "api/service/workers.h"

namespace constancia::api {

class AuditFeedCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Starts. The pointers outlive the call.
  AuditFeedCall(absl::StatusOr<ProveLedger::FeedRange> range, const ProveLedger* prove,
                Workers* workers, LiveCalls<AuditFeedCall>* live, Language language);

  // Ends with SHUTTING_DOWN behind the chunk being made.
  void Drain() { draining_ = true; }

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void ReadOn();

  absl::StatusOr<ProveLedger::FeedRange> range_;
  const ProveLedger* const prove_;
  Workers* const workers_;
  LiveCalls<AuditFeedCall>* const live_;
  const Language language_;
  grpc::ByteBuffer chunk_;
  std::atomic<bool> draining_ = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_AUDIT_FEED_CALL_H_
