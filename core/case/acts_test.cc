#include "core/case/acts.h"

#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(Acts, AreThoseThatTimesRunFrom) {
  EXPECT_FALSE(IsAct("NoteAdded"));
  EXPECT_FALSE(IsAct(""));
  EXPECT_TRUE(IsAct("PreBureauNoticeSent"));
  EXPECT_TRUE(IsAct(kConversationAct));
}

TEST(Acts, OfContactsOnlyTheEdgesAreKept) {
  EXPECT_EQ(KeptOf("ContactAttempted"), ActsKept::kEdges);
  EXPECT_EQ(KeptOf(kConversationAct), ActsKept::kEdges);
  EXPECT_EQ(KeptOf("ComplaintReceived"), ActsKept::kEvery);
  EXPECT_EQ(KeptOf("StageChanged"), ActsKept::kNone);
}

TEST(Acts, StandInOrderOfDateThenPositionThenType) {
  casefile::v1::DatedAct first;
  first.set_date("2025-03-10");
  first.set_position(7);
  first.set_type("A");
  casefile::v1::DatedAct second = first;
  EXPECT_FALSE(Earlier(first, second));
  second.set_type("B");
  EXPECT_TRUE(Earlier(first, second));
  second.set_position(6);
  EXPECT_TRUE(Earlier(second, first));
  second.set_date("2025-03-11");
  EXPECT_TRUE(Earlier(first, second));
}

}  // namespace
}  // namespace constancia
