#include "api/cli/latencies.h"

#include "gtest/gtest.h"

namespace constancia::api {
namespace {

TEST(Latencies, OfNoneIsZero) { EXPECT_EQ(Latencies().Percentile(99), 0); }

TEST(Latencies, TakesTheNearestRank) {
  Latencies latencies;
  for (int64_t micros = 100; micros > 0; --micros) latencies.Add(micros);
  EXPECT_EQ(latencies.Percentile(1), 1);
  EXPECT_EQ(latencies.Percentile(50), 50);
  EXPECT_EQ(latencies.Percentile(99), 99);
  EXPECT_EQ(latencies.Percentile(100), 100);
  Latencies one;
  one.Add(7);
  one.Add(Latencies());
  EXPECT_EQ(one.Percentile(50), 7);
}

}  // namespace
}  // namespace constancia::api
