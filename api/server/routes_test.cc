#include "api/server/routes.h"

#include <string>
#include <vector>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

class RoutesTest : public testing::Test {
 protected:
  int Status(const std::string& path, std::vector<std::string> names = {},
             const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.caller_names = std::move(names);
    const Routes routes{.access = &access_,
                        .tenant = "t-1",
                        .ready = [this] { return ready_; },
                        .metrics = [] { return "m 1\n"; }};
    return routes.Answer(request).status;
  }

  const Access access_{{{"operator/olga", *Roles::Parse("OPERATOR")}}};
  absl::Status ready_;
};

TEST_F(RoutesTest, OnlyHealthAnswersWithoutACertificate) {
  EXPECT_EQ(Status("/healthz"), 200);
  EXPECT_EQ(Status("/readyz"), 200);
  EXPECT_EQ(Status("/metrics"), 401);
  EXPECT_EQ(Status("/../secrets/ca.key"), 401);
  EXPECT_EQ(Status("/healthz/"), 401);
}

TEST_F(RoutesTest, MetricsAreForOperatorsOfTheTenant) {
  EXPECT_EQ(Status("/metrics", {"spiffe://constancia/t-1/operator/olga"}), 200);
  EXPECT_EQ(Status("/metrics", {"spiffe://constancia/t-2/operator/olga"}), 403);
  EXPECT_EQ(Status("/metrics", {"spiffe://constancia/t-1/source/dialler-1"}), 403);
  EXPECT_EQ(Status("/other", {"spiffe://constancia/t-1/operator/olga"}), 404);
}

TEST_F(RoutesTest, AServerThatTakesNoCallsIsAliveAndNotReady) {
  ready_ = Error(error::v1::LOG_HALTED, "a write failed");
  EXPECT_EQ(Status("/healthz"), 200);
  EXPECT_EQ(Status("/readyz"), 503);
}

TEST_F(RoutesTest, NothingIsChangedOverHttp) {
  EXPECT_EQ(Status("/healthz", {}, "POST"), 405);
  EXPECT_EQ(Status("/healthz", {}, "HEAD"), 200);
}

}  // namespace
}  // namespace constancia::api
