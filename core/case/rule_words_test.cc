#include "core/case/rule_words.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace constancia {
namespace {

using namespace event::v1;  // NOLINT: the codes are what this test is about

TEST(RuleChannel, EveryOutboundChannelButPortalAndOfficeIsJudged) {
  for (int channel = CHANNEL_VOICE_CALL; channel <= Channel_MAX; ++channel) {
    const bool judged =
        !RuleChannel(static_cast<Channel>(channel), PLACE_PERSONAL, false, DIRECTION_OUTBOUND)
             .empty();
    EXPECT_EQ(judged, channel != CHANNEL_PORTAL && channel != CHANNEL_OFFICE)
        << Channel_Name(channel);
  }
}

TEST(RuleChannel, WorkplaceAndPrerecordingAreTold) {
  EXPECT_EQ(RuleChannel(CHANNEL_VOICE_CALL, PLACE_PERSONAL, false, DIRECTION_OUTBOUND), "call");
  EXPECT_EQ(RuleChannel(CHANNEL_IVR, PLACE_WORK, false, DIRECTION_OUTBOUND), "call_work");
  EXPECT_EQ(RuleChannel(CHANNEL_VOICE_BOT, PLACE_WORK, true, DIRECTION_OUTBOUND), "voicemail_drop");
  EXPECT_EQ(RuleChannel(CHANNEL_VISIT, PLACE_WORK, false, DIRECTION_OUTBOUND), "visit_work");
  EXPECT_EQ(RuleChannel(CHANNEL_EMAIL, PLACE_WORK, false, DIRECTION_OUTBOUND), "email_work");
}

TEST(RuleChannel, AWebChatThatThePersonBeganIsNotJudged) {
  EXPECT_EQ(RuleChannel(CHANNEL_CHATBOT_WEB, PLACE_PERSONAL, false, DIRECTION_OUTBOUND), "im");
  EXPECT_EQ(RuleChannel(CHANNEL_CHATBOT_WEB, PLACE_PERSONAL, false, DIRECTION_INBOUND), "");
}

TEST(RuleFamily, WorkplaceAndMachineBelongToTheirChannel) {
  EXPECT_EQ(RuleFamily("voicemail_drop"), RuleFamily("call_work"));
  EXPECT_EQ(RuleFamily("visit_work"), "visit");
  EXPECT_EQ(RuleFamily("email_work"), "email");
  EXPECT_EQ(RuleFamily("sms"), "sms");
}

TEST(RuleParty, WhoeverIsNotKnownIsAThirdParty) {
  EXPECT_EQ(RuleParty(PARTY_ROLE_UNSPECIFIED), "third_party");
  EXPECT_EQ(RuleParty(PARTY_ROLE_UNKNOWN_PERSON), "third_party");
  EXPECT_EQ(RuleParty(PARTY_ROLE_OTHER_THIRD), "third_party");
  EXPECT_EQ(RuleParty(PARTY_ROLE_HEIR), "debtor");
  EXPECT_EQ(RuleParty(PARTY_ROLE_LEGAL_REPRESENTATIVE), "attorney");
}

TEST(RuleOutcome, AnAttemptCountsAsMadeUntilItsEndIsKnown) {
  EXPECT_EQ(RuleOutcome(REACH_UNSPECIFIED, "call"), "no_answer");
  EXPECT_EQ(RuleOutcome(REACH_UNSPECIFIED, "visit"), "no_one_home");
  EXPECT_EQ(RuleOutcome(REACH_UNSPECIFIED, "sms"), "sent");
}

TEST(RuleOutcome, SomebodyElseOnTheLineIsAnAttemptNotAConversation) {
  EXPECT_EQ(RuleOutcome(REACH_THIRD_PARTY, "call"), "no_answer");
  EXPECT_EQ(RuleOutcome(REACH_WRONG_PARTY, "visit"), "no_one_home");
  EXPECT_EQ(RuleOutcome(REACH_RIGHT_PARTY, "call"), "answered");
  EXPECT_EQ(RuleOutcome(REACH_RIGHT_PARTY, "visit"), "spoke");
  EXPECT_EQ(RuleOutcome(REACH_RIGHT_PARTY, "im"), "spoke");
}

TEST(RuleOutcome, EveryReachHasAnOutcomeThatRulesKnow) {
  const std::set<std::string_view> known = {"answered",  "spoke", "no_answer",      "no_one_home",
                                            "voicemail", "sent",  "read",           "delivered",
                                            "bounced",   "busy",  "not_in_service", "failed"};
  for (int reach = 0; reach <= Reach_MAX; ++reach) {
    for (const char* channel : {"call", "visit", "sms", "letter"}) {
      EXPECT_TRUE(known.contains(RuleOutcome(static_cast<Reach>(reach), channel)))
          << Reach_Name(reach) << channel;
    }
  }
}

TEST(RuleInitiator, AnInboundContactIsTheDebtors) {
  EXPECT_EQ(RuleInitiator(INITIATOR_UNSPECIFIED, DIRECTION_INBOUND), "debtor");
  EXPECT_EQ(RuleInitiator(INITIATOR_UNSPECIFIED, DIRECTION_OUTBOUND), "collector");
  EXPECT_EQ(RuleInitiator(INITIATOR_COURT, DIRECTION_OUTBOUND), "court");
}

TEST(RulePurpose, IsTheCodeWithoutItsPrefixAndCollectionByDefault) {
  EXPECT_EQ(RulePurpose(PURPOSE_UNSPECIFIED), "COLLECTION");
  for (int purpose = PURPOSE_COLLECTION; purpose <= Purpose_MAX; ++purpose) {
    EXPECT_EQ("PURPOSE_" + std::string(RulePurpose(static_cast<Purpose>(purpose))),
              Purpose_Name(purpose));
  }
}

}  // namespace
}  // namespace constancia
