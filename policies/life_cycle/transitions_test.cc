#include "policies/life_cycle/transitions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "policies/life_cycle/guards.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;

TEST(Transitions, AreT00ToT11InOrder) {
  ASSERT_EQ(Transitions().size(), 12u);
  for (size_t i = 0; i < Transitions().size(); ++i) {
    const std::string id = (i < 10 ? "T0" : "T") + std::to_string(i);
    EXPECT_EQ(Transitions()[i].id, id);
  }
}

TEST(Transitions, AskOnlyForConditionsThatAreDescribed) {
  std::set<std::string_view> asked = {"skip_allowed"};
  for (const Transition& transition : Transitions()) {
    for (const std::string_view guard : transition.guards) {
      EXPECT_NE(FindGuard(guard), nullptr) << transition.id << " " << guard;
      asked.insert(guard);
    }
  }
  for (const Guard& guard : Guards()) EXPECT_TRUE(asked.contains(guard.id)) << guard.id;
  for (const GuardLaw& law : GuardLaws()) {
    EXPECT_NE(FindGuard(law.guard_id), nullptr) << law.guard_id;
    EXPECT_FALSE(law.citation.empty() || law.mark.empty());
  }
}

TEST(Transitions, LeadNowhereElseInOneStep) {
  const std::set<std::string> allowed = {"1>2", "2>3", "3>4", "2>5", "3>5", "4>5",
                                         "5>4", "2>1", "3>2", "4>3", "5>2"};
  for (int from = ev::STAGE_PERSUASIVE; from <= ev::STAGE_WRITTEN_OFF; ++from) {
    for (int to = ev::STAGE_PERSUASIVE; to <= ev::STAGE_WRITTEN_OFF; ++to) {
      const bool step =
          FindStep(static_cast<ev::Stage>(from), static_cast<ev::Stage>(to)) != nullptr;
      EXPECT_EQ(step, allowed.contains(std::to_string(from) + ">" + std::to_string(to)))
          << from << " to " << to;
    }
  }
}

TEST(Transitions, AreJumpedOverTwoByTwoAndNeverTheGates) {
  EXPECT_EQ(FindJump(ev::STAGE_PERSUASIVE, ev::STAGE_PRELEGAL).back()->id, "T02");
  EXPECT_EQ(FindJump(ev::STAGE_ADMINISTRATIVE, ev::STAGE_LEGAL).back()->id, "T03");
  EXPECT_TRUE(FindJump(ev::STAGE_PERSUASIVE, ev::STAGE_LEGAL).empty());
  EXPECT_TRUE(FindJump(ev::STAGE_PERSUASIVE, ev::STAGE_WRITTEN_OFF).empty());
}

TEST(Transitions, ToCourtAndOffTheBooksNeedTwoPersons) {
  for (const std::string_view id : {"T02", "T03", "T04", "T05", "T09"}) {
    EXPECT_FALSE(FindTransition(id)->approvers.empty()) << id;
    EXPECT_FALSE(FindTransition(id)->proposers.empty()) << id;
  }
  for (const std::string_view id : {"T01", "T06", "T07", "T08", "T11"}) {
    EXPECT_TRUE(FindTransition(id)->approvers.empty()) << id;
  }
}

TEST(ClosingRows, HaveOneRowForEveryReason) {
  for (int reason = ev::ClosingReason_MIN + 1; reason <= ev::ClosingReason_MAX; ++reason) {
    const ClosingRow* row = FindClosing(static_cast<ev::ClosingReason>(reason));
    ASSERT_NE(row, nullptr) << reason;
    EXPECT_FALSE(row->proposers.empty());
    EXPECT_FALSE(row->evidence.es.empty());
  }
  EXPECT_EQ(FindClosing(ev::CLOSING_REASON_UNSPECIFIED), nullptr);
  EXPECT_EQ(FindClosing(ev::CLOSING_REASON_UNECONOMIC)->approvers.front(), "FINANCE");
}

}  // namespace
}  // namespace constancia::policies
