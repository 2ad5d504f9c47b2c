#include "api/cli/log_end.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "constancia/v1/event_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {

absl::StatusOr<uint64_t> EndOfLog(const Client& client) {
  v1::ListEventsRequest request;
  request.set_parent(client.parent());
  request.set_page_size(1);
  const auto stub = v1::EventService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto page, Call(*stub, &v1::EventService::Stub::ListEvents, request));
  return page.as_of();
}

}  // namespace constancia::api
