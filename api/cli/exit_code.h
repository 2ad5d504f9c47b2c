// The exit codes that scripts may rely on, for ever.
//
// Used by: every command.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_EXIT_CODE_H_
#define CONSTANCIA_API_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace constancia::api {

enum class ExitCode {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kNotFound = 3,
  kPermission = 4,  // also: the caller is not known
  kConflict = 5,    // exists already, or moved meanwhile
  kDenied = 6,      // a rule says no; the command itself worked
  kNotProven = 7,   // verification failed, or stored bytes are damaged
};

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_EXIT_CODE_H_
