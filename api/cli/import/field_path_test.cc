#include "api/cli/import/field_path.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using event::v1::CaseOpened;
using event::v1::ContactCompleted;
using event::v1::ObligationPlaced;

TEST(FieldPath, RefusesFieldsThatAreNot) {
  for (const char* path :
       {"", "nothing", "case_id.more", "parties.nothing", "parties[x].role", "parties[-1].role",
        "parties[64].role", "case_id[0]", "parties[", ".", "parties[0]x.role"}) {
    EXPECT_EQ(ReasonOf(FieldPath::Parse(*CaseOpened::descriptor(), path).status()),
              error::v1::INPUT_MALFORMED)
        << path;
  }
}

TEST(FieldPath, RefusesTextThatIsNotOfTheKind) {
  ContactCompleted completed;
  const auto set = [&](const char* path, const char* text) {
    return FieldPath::Parse(*ContactCompleted::descriptor(), path)->SetText(text, &completed);
  };
  EXPECT_FALSE(set("duration_seconds", "-1").ok());
  EXPECT_FALSE(set("duration_seconds", "12.5").ok());
  EXPECT_FALSE(set("duration_seconds", "").ok());
  EXPECT_FALSE(set("reason_asked", "yes").ok());
  EXPECT_FALSE(set("reach", "RIGHT_PARTY").ok());
  EXPECT_FALSE(set("transcript_digest", "00").ok());
  EXPECT_FALSE(set("recording", "x").ok());
}

TEST(FieldPath, SetsScalarsOfEveryKind) {
  ContactCompleted completed;
  const auto set = [&](const char* path, const char* text) {
    EXPECT_TRUE(
        FieldPath::Parse(*ContactCompleted::descriptor(), path)->SetText(text, &completed).ok());
  };
  set("duration_seconds", "42");
  set("reason_asked", "true");
  set("reach", "REACH_VOICEMAIL");
  set("recording.recording_id", "R-1");
  set("disclosures_made[1]", "DISCLOSURE_RIGHTS");
  set("disclosures_made", "DISCLOSURE_CREDITOR");
  EXPECT_EQ(completed.duration_seconds(), 42u);
  EXPECT_TRUE(completed.reason_asked());
  EXPECT_EQ(completed.reach(), event::v1::REACH_VOICEMAIL);
  EXPECT_EQ(completed.recording().recording_id(), "R-1");
  ASSERT_EQ(completed.disclosures_made_size(), 2);
  EXPECT_EQ(completed.disclosures_made(0), event::v1::DISCLOSURE_CREDITOR);
  EXPECT_EQ(completed.disclosures_made(1), event::v1::DISCLOSURE_RIGHTS);
}

TEST(FieldPath, ReachesIntoRepeatedMessages) {
  CaseOpened opened;
  EXPECT_TRUE(FieldPath::Parse(*CaseOpened::descriptor(), "parties[1].party_id")
                  ->SetText("P-2", &opened)
                  .ok());
  EXPECT_TRUE(FieldPath::Parse(*CaseOpened::descriptor(), "parties.obligation_ids")
                  ->SetText("O-1", &opened)
                  .ok());
  ASSERT_EQ(opened.parties_size(), 2);
  EXPECT_EQ(opened.parties(1).party_id(), "P-2");
  EXPECT_EQ(opened.parties(0).obligation_ids(0), "O-1");
}

TEST(FieldPath, SetsNumbers) {
  ObligationPlaced placed;
  FieldPath::Parse(*ObligationPlaced::descriptor(), "components.principal_minor")
      ->SetNumber(3500, &placed);
  EXPECT_EQ(placed.components().principal_minor(), 3500);
}

}  // namespace
}  // namespace constancia::api
