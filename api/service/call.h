// What every call has in common: who calls, the bytes of the request, the bytes of the answer.
//
// Services are registered raw, so that a request that cannot be parsed, or is too large, is
// answered with a documented reason and the connection goes on.
//
// Used by: the adapters of api/service.
// Threads: any.
#ifndef CONSTANCIA_API_SERVICE_CALL_H_
#define CONSTANCIA_API_SERVICE_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"
#include "api/service/status.h"
#include "api/service/workers.h"
#include "core/base/status.h"

namespace google::protobuf {
class MessageLite;
}

namespace constancia::api {

// Fails with CALLER_UNKNOWN.
absl::StatusOr<Caller> CallerOf(const grpc::CallbackServerContext& context);

// The language of the caller's `accept-language` metadata.
Language LanguageOf(const grpc::CallbackServerContext& context);

// Fails with SCHEMA_INVALID when `bytes` are not such a message and with EVENT_TOO_LARGE above
// kMessageBytesMax.
absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

inline absl::Status TooBusy() {
  return Error(error::v1::QUEUE_FULL, "too many calls wait; retry later, with back-off");
}

// Answers a call with what `answer(const Caller&, const Request&)`, run on `workers`, returns.
template <typename Request, typename Answer>
grpc::ServerUnaryReactor* AnswerOnWorkers(Workers* workers, grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response, Answer answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool taken = workers->TryPost([=]() mutable {
    // Nobody waits for it any more: cancelled, or its deadline passed in the queue.
    if (context->IsCancelled()) return reactor->Finish(grpc::Status::CANCELLED);
    const absl::Status status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      Request message;
      RETURN_IF_ERROR(Parse(*request, &message));
      ASSIGN_OR_RETURN(const auto result, answer(caller, message));
      *response = Serialize(result);
      return absl::OkStatus();
    }();
    reactor->Finish(ToGrpc(status, LanguageOf(*context)));
  });
  if (!taken) reactor->Finish(ToGrpc(TooBusy(), LanguageOf(*context)));
  return reactor;
}

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_CALL_H_
