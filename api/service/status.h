// Turns our errors into what callers see: a canonical code, a text, google.rpc.ErrorInfo with
// reason, domain "constancia" and variables, google.rpc.LocalizedMessage in the language of the
// caller's `accept-language` metadata, google.rpc.BadRequest with the path of the field at fault,
// and google.rpc.PreconditionFailure with the conditions of a transition that do not hold.
//
// Used by: api/service.
// Threads: any.
#ifndef CONSTANCIA_API_SERVICE_STATUS_H_
#define CONSTANCIA_API_SERVICE_STATUS_H_

#include "absl/status/status.h"
#include "api/service/reason_words.h"

namespace google::rpc {
class Status;
}
namespace grpc {
class Status;
}

namespace constancia::api {

// An error that we did not make ourselves is answered as INTERNAL, without its text.
google::rpc::Status ToRpc(const absl::Status& status, Language language = Language::kEnglish);
grpc::Status ToGrpc(const absl::Status& status, Language language = Language::kEnglish);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_STATUS_H_
