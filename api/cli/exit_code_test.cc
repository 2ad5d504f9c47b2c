#include "api/cli/exit_code.h"

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

TEST(ExitCodeOf, FollowsTheReason) {
  EXPECT_EQ(ExitCodeOf(Error(error::v1::NOT_FOUND, "")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::SCOPE_NOT_GRANTED, "")), ExitCode::kPermission);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::CALLER_UNKNOWN, "")), ExitCode::kPermission);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::STREAM_MOVED, "")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::IDEMPOTENCY_CONFLICT, "")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::PROOF_INVALID, "")), ExitCode::kNotProven);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::DAMAGED, "")), ExitCode::kNotProven);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::GUARD_FAILED, "")), ExitCode::kDenied);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::SECOND_PERSON_REQUIRED, "")), ExitCode::kPermission);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::SCHEMA_INVALID, "")), ExitCode::kFailure);
  EXPECT_EQ(ExitCodeOf(Error(error::v1::QUEUE_FULL, "")), ExitCode::kFailure);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
}

}  // namespace
}  // namespace constancia::api
