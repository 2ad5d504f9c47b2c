// Event drafts as people write them in a file: protobuf JSON, with the type of the payload as in
// "@type": "PaymentConfirmed".
//
// Used by: events append.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_DRAFT_TEXT_H_
#define CONSTANCIA_API_CLI_DRAFT_TEXT_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/v1/event_service.pb.h"
#include "core/event/catalogue.h"

namespace constancia::api {

// Reads JSON values one after another (so also JSON lines). Each is a draft, or an array of drafts
// that belong together, and becomes one append without `parent` and `request_id`.
// Fails with INPUT_MALFORMED, naming the value, and TYPE_UNKNOWN.
absl::StatusOr<std::vector<v1::AppendEventsRequest>> ReadDrafts(std::string_view json,
                                                                const Catalogue& catalogue);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_DRAFT_TEXT_H_
