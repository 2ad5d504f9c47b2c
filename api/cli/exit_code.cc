#include "api/cli/exit_code.h"

#include "core/base/status.h"

namespace constancia::api {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (ReasonOf(status) == error::v1::PROOF_INVALID) return ExitCode::kNotProven;
  if (ReasonOf(status) == error::v1::GUARD_FAILED) return ExitCode::kDenied;
  if (ReasonOf(status) == error::v1::SECOND_PERSON_REQUIRED) return ExitCode::kPermission;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kPermission;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return ExitCode::kConflict;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kNotProven;
    default:
      return ExitCode::kFailure;
  }
}

}  // namespace constancia::api
