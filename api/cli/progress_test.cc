#include "api/cli/progress.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::HasSubstr;

TEST(Progress, WritesNothingWithoutATerminal) {
  std::ostringstream out;
  ManualClock clock(Instant{0});
  {
    Progress progress("rows", 10, false, &out, &clock);
    clock.Advance(kMicrosPerSecond);
    progress.Advance(10);
  }
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, DrawsAtMostTenTimesASecond) {
  std::ostringstream out;
  ManualClock clock(Instant{0});
  Progress progress("rows", 10, true, &out, &clock);
  progress.Advance(1);
  EXPECT_EQ(out.str(), "");
  clock.Advance(kMicrosPerSecond / 2);
  progress.Advance(4);
  const std::string first = out.str();
  EXPECT_THAT(first, HasSubstr("[############............] 50%  5  10/s"));
  clock.Advance(1000);
  progress.Advance(1);
  EXPECT_EQ(out.str(), first);
}

TEST(Progress, SaysTheRateAloneWhenTheTotalIsUnknown) {
  std::ostringstream out;
  ManualClock clock(Instant{0});
  Progress progress("events", 0, true, &out, &clock);
  clock.Advance(2 * kMicrosPerSecond);
  progress.Advance(300);
  EXPECT_THAT(out.str(), HasSubstr("events  300  150/s"));
}

}  // namespace
}  // namespace constancia::api
