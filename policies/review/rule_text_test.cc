#include "policies/review/rule_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

policy::v1::Pack TwoVersions() {
  policy::v1::Pack pack;
  pack.set_effective_from("2000-01-01");
  policy::v1::Rule* first = pack.add_rules();
  first->set_day_id("X-days");
  first->set_hour_id("X-hours");
  first->set_until("2021-04-19");
  policy::v1::Rule* second = pack.add_rules();
  *second = *first;
  second->set_from("2021-04-20");
  second->clear_until();
  return pack;
}

TEST(FindRuleText, FindsNothingOfAnotherIdOrBeforeTheFirstDate) {
  const policy::v1::Pack pack = TwoVersions();
  EXPECT_EQ(FindRuleText(pack, "Y", "2021-01-01"), nullptr);
  EXPECT_EQ(FindRuleText(pack, "X", "2021-01-01"), nullptr);
  EXPECT_EQ(FindRuleText(pack, "", "2021-01-01"), nullptr);
  EXPECT_EQ(FindRuleText(pack, "X-days", "1999-12-31"), nullptr);
}

TEST(FindRuleText, FindsTheVersionInForceToTheDay) {
  const policy::v1::Pack pack = TwoVersions();
  EXPECT_EQ(FindRuleText(pack, "X-days", "2000-01-01"), &pack.rules(0));
  EXPECT_EQ(FindRuleText(pack, "X-days", "2021-04-19"), &pack.rules(0));
  EXPECT_EQ(FindRuleText(pack, "X-hours", "2021-04-20"), &pack.rules(1));
  EXPECT_EQ(FindRuleText(pack, "X-hours", "2999-01-01"), &pack.rules(1));
}

TEST(RuleText, AWindowHasTheIdsOfItsDayAndItsHourRule) {
  EXPECT_THAT(IdsOf(TwoVersions().rules(0)), ElementsAre("X-days", "X-hours"));
}

TEST(RuleText, FieldsAreNamedByPathAndListsJoined) {
  policy::v1::Rule rule;
  rule.set_kind("count");
  rule.set_limit(1);
  rule.add_channels("call");
  rule.add_channels("visit");
  rule.mutable_law()->set_citation("Ley Nº 1");
  rule.mutable_hours()->add_mon("08:00-20:00");
  (*rule.mutable_switch_())["per"] = "cl.week";
  const auto fields = FieldsOf(rule);
  EXPECT_THAT(fields, Contains(Pair("limit", "1")));
  EXPECT_THAT(fields, Contains(Pair("channels", "call, visit")));
  EXPECT_THAT(fields, Contains(Pair("law.citation", "Ley Nº 1")));
  EXPECT_THAT(fields, Contains(Pair("hours.mon", "08:00-20:00")));
  EXPECT_THAT(fields, Contains(Pair("switch", "per: cl.week")));
  EXPECT_THAT(fields, Not(Contains(Key("message"))));
}

}  // namespace
}  // namespace constancia::policies
