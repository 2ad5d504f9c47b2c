// Runs constancia-verify, the program a reader runs, on a bundle before it is handed out.
//
// Used by: ExportJobs.
// Threads: any; a call waits until the program ends.
#ifndef CONSTANCIA_API_EXPORT_BAG_VERIFY_BUNDLE_H_
#define CONSTANCIA_API_EXPORT_BAG_VERIFY_BUNDLE_H_

#include <string>

#include "absl/status/status.h"

namespace constancia::api {

// OK when `program` accepts `bundle` under the verifier policy in file `policy`. Fails with
// NOT_FOUND when the program is not there or cannot be run, and with PROOF_INVALID when it does not
// accept. What it says is left in `said`, a file that is made.
absl::Status VerifyBundle(const std::string& program, const std::string& bundle,
                          const std::string& policy, const std::string& said);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_VERIFY_BUNDLE_H_
