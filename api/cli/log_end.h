// Where the log ends at this moment.
#ifndef CONSTANCIA_API_CLI_LOG_END_H_
#define CONSTANCIA_API_CLI_LOG_END_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "api/cli/client.h"

namespace constancia::api {

// Returns the position behind the last event.
absl::StatusOr<uint64_t> EndOfLog(const Client& client);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_LOG_END_H_
