// Turns our errors into what callers see: a canonical code, a text, google.rpc.ErrorInfo with
// reason, domain "constancia" and variables, and google.rpc.BadRequest with the path of the field
// at fault.
//
// Used by: api/service.
// Threads: any.
#ifndef CONSTANCIA_API_SERVICE_STATUS_H_
#define CONSTANCIA_API_SERVICE_STATUS_H_

#include "absl/status/status.h"

namespace google::rpc {
class Status;
}
namespace grpc {
class Status;
}

namespace constancia::api {

// An error that we did not make ourselves is answered as INTERNAL, without its text.
google::rpc::Status ToRpc(const absl::Status& status);
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_STATUS_H_
