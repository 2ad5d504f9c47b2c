#include "policies/life_cycle/collection_policy.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace constancia::policies {
namespace {

TEST(CollectionPolicy, TakesNothingThatIsNoNumberOfItsRange) {
  CollectionPolicy policy;
  EXPECT_FALSE(policy.Set("t02.min_dpd", "sixty"));
  EXPECT_FALSE(policy.Set("t02.min_dpd", "-1"));
  EXPECT_FALSE(policy.Set("promise.tolerance_bps", "10001"));
  EXPECT_FALSE(policy.Set("allow_skip", "1"));
  EXPECT_FALSE(policy.Set("t02.min_dppd", "30"));
  EXPECT_FALSE(policy.Set("t02.title_present", "false"));
  EXPECT_EQ(policy.Number("t02.min_dpd"), 60);
  EXPECT_EQ(policy.Number("promise.tolerance_bps"), 9'500);
  EXPECT_FALSE(policy.True("allow_skip"));
}

TEST(CollectionPolicy, HasTheDefaultsOfTheHouse) {
  const CollectionPolicy policy;
  const std::pair<std::string_view, int64_t> defaults[] = {{"t01.min_dpd", 1},
                                                           {"t02.min_dpd", 60},
                                                           {"t02.min_attempts", 4},
                                                           {"t02.min_channels", 2},
                                                           {"demand.days", 10},
                                                           {"t03.statement_days", 30},
                                                           {"allow_skip", 0},
                                                           {"t03.prescription_margin_days", 90},
                                                           {"promise.grace_days", 3},
                                                           {"promise.tolerance_bps", 9'500},
                                                           {"agreement.grace_days", 5},
                                                           {"agreement.max_missed", 2},
                                                           {"dispute.business_days", 15},
                                                           {"permit.minutes", 15},
                                                           {"hold.cooling_days", 30}};
  for (const auto& [name, value] : defaults) EXPECT_EQ(policy.Number(name), value) << name;
}

TEST(CollectionPolicy, SetsTheEntryOfAStageAndLeavesConditionsOut) {
  CollectionPolicy policy;
  EXPECT_TRUE(policy.Set("t02.min_dpd", "30"));
  EXPECT_TRUE(policy.Set("allow_skip", "true"));
  EXPECT_TRUE(policy.Set("t02.demand_delivered", "false"));
  EXPECT_EQ(policy.Number("t02.min_dpd"), 30);
  EXPECT_TRUE(policy.True("allow_skip"));
  EXPECT_TRUE(policy.SwitchedOff("T02", "demand_delivered"));
  EXPECT_FALSE(policy.SwitchedOff("T02", "min_dpd"));
  EXPECT_TRUE(policy.Set("t02.demand_delivered", "true"));
  EXPECT_FALSE(policy.SwitchedOff("T02", "demand_delivered"));
}

TEST(PolicyParameters, EachHasWordsAndADefaultWithinItsRange) {
  std::set<std::string_view> names;
  for (const ParameterRow& row : PolicyParameters()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_LE(row.min, row.value) << row.name;
    EXPECT_LE(row.value, row.max) << row.name;
    EXPECT_FALSE(row.means.es.empty() || row.means.pt.empty() || row.means.en.empty()) << row.name;
  }
}

}  // namespace
}  // namespace constancia::policies
