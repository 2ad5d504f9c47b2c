#include "eventstore/projections/case_file/case_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "eventstore/projections/test_story.h"

namespace constancia::eventstore {
namespace {

using casefile::v1::AgreementFile;
using casefile::v1::CaseFile;
using casefile::v1::ComplaintFile;
using casefile::v1::DisputeFile;
using casefile::v1::Flag;
using casefile::v1::PersonFile;
using casefile::v1::Preference;
using casefile::v1::PromiseFile;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CaseFile FileOf(const Story& story) {
  const MapRows rows = story.Fold(CaseFiles());
  return ReadCaseFile(rows, "C-1")->value_or(CaseFile());
}

PersonFile PersonOf(const Story& story) { return *ReadPerson(story.Fold(CaseFiles()), "P-1"); }

// Flags of a kind that stand.
template <typename File>
int Standing(const File& file, Flag::Kind kind) {
  return static_cast<int>(std::count_if(
      file.flags().begin(), file.flags().end(),
      [&](const Flag& flag) { return flag.kind() == kind && flag.ended_event_id().empty(); }));
}

template <typename Payload>
Payload OfPerson(Payload payload) {
  payload.set_party_id("P-1");
  return payload;
}

ev::StageChanged To(ev::Stage stage, const std::string& transition) {
  ev::StageChanged changed;
  changed.set_to_stage(stage);
  changed.set_transition_id(transition);
  return changed;
}

ev::CaseSuspended Suspended(ev::SuspensionReason reason) {
  ev::CaseSuspended suspended;
  suspended.set_reason(reason);
  return suspended;
}

ev::CaseResumed Resumed(ev::SuspensionReason reason) {
  ev::CaseResumed resumed;
  resumed.set_reason(reason);
  return resumed;
}

ev::DisputeOpened Disputed(const std::string& id, const std::string& debt) {
  ev::DisputeOpened opened;
  opened.set_dispute_id(id);
  opened.add_obligation_ids(debt);
  return opened;
}

ev::ContactPointAdded PointAdded() {
  ev::ContactPointAdded added;
  added.set_party_id("P-1");
  added.set_contact_point_id("CP-1");
  added.set_kind(ev::CONTACT_POINT_KIND_PHONE);
  added.set_provenance_source("core");
  added.set_provenance_date("2025-01-01");
  return added;
}

// Every concern, with corrections and annulments in each, at instants apart.
void TellOfEveryConcern(Story& story) {
  int64_t at = kMonday;
  const auto next = [&] { return at += kDay; };
  story.Add(Opened(), next());
  story.Add(Placed(100'000), next());
  const std::string wrong_debt = story.Add(Placed(9), next());
  story.Add(Annulled(wrong_debt), next());
  story.Add(Paid("PAY-1", 30'000, "2025-03-01"), next());
  const std::string paid = story.Add(Paid("PAY-2", 5'000, "2025-02-20"), next());
  story.Add(Corrected(paid, Paid("PAY-2", 6'000, "2025-02-21")), next());
  ev::PaymentReversed reversed;
  reversed.set_payment_id("PAY-1");
  story.Add(reversed, next());
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  *promise.mutable_amount() = Clp(1'000);
  story.Add(promise, next());
  ev::PromiseBroken broken;
  broken.set_promise_id("PR-1");
  story.Add(Annulled(story.Add(broken, next())), next());
  ev::AgreementSigned signed_one;
  signed_one.set_agreement_id("A-1");
  story.Add(signed_one, next());
  ev::AgreementInForce in_force;
  in_force.set_agreement_id("A-1");
  story.Add(in_force, next());
  story.Add(Disputed("D-1", "O-1"), next());
  ev::DisputeResolved resolved;
  resolved.set_dispute_id("D-1");
  resolved.set_outcome(ev::DISPUTE_OUTCOME_REJECTED);
  story.Add(resolved, next());
  ev::ComplaintReceived complaint;
  complaint.set_complaint_id("K-1");
  story.Add(complaint, next());
  ev::FormalDemandSent demand;
  const std::string sent = story.Add(demand, next());
  story.Add(Corrected(sent, demand, kMonday), next());
  ev::ServiceOfProcess served;
  served.set_docket_id("DK-1");
  served.set_result(ev::SERVICE_RESULT_SERVED);
  story.Add(served, next());
  story.Add(PointAdded(), next());
  const std::string verified = story.Add(OfPerson([] {
                                           ev::ContactPointVerified point;
                                           point.set_contact_point_id("CP-1");
                                           point.set_result(ev::VERIFICATION_RESULT_CONFIRMED);
                                           return point;
                                         }()),
                                         next());
  story.Add(Annulled(verified), next());
  story.Add(OfPerson(ev::InsolvencyRecorded()), next());
  for (int i = 0; i < 6; ++i) {
    const std::string call = story.Add(Call(), next());
    story.Add(Completed(call, ev::REACH_RIGHT_PARTY), next());
    if (i % 2 == 0) story.Add(Annulled(call), next());
    if (i == 3) story.Add(Corrected(call, Call(), kMonday - 9 * kDay), next());
  }
}

TEST(CaseFile, EventsGiveTheSameRowsInWhateverOrderTheyAreApplied) {
  Story shuffled;
  TellOfEveryConcern(shuffled);
  const auto in_order = shuffled.Fold(CaseFiles()).rows;
  SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    for (size_t i = shuffled.events.size(); i > 1; --i) {
      std::swap(shuffled.events[i - 1], shuffled.events[random.Below(i)]);
    }
    ASSERT_EQ(shuffled.Fold(CaseFiles()).rows, in_order) << "round " << round;
  }
}

// What a file says besides where its events stand in the log.
std::string WithoutPositions(CaseFile file) {
  for (auto& act : *file.mutable_acts()) act.clear_position();
  for (auto& act : *file.mutable_evidence()) act.clear_position();
  for (auto& debt : *file.mutable_obligations()) debt.clear_reported_position();
  return file.SerializeAsString();
}

TEST(CaseFile, EventsGiveTheSameFileInWhateverOrderTheyAreRecorded) {
  // Two corrections of one event would follow one another; there are none, so all may move.
  Story recorded;
  TellOfEveryConcern(recorded);
  const std::string in_order = WithoutPositions(FileOf(recorded));
  SeededRandom random(12);
  for (int round = 0; round < 200; ++round) {
    for (size_t i = recorded.events.size(); i > 1; --i) {
      std::swap(recorded.events[i - 1], recorded.events[random.Below(i)]);
    }
    for (size_t i = 0; i < recorded.events.size(); ++i) recorded.events[i].position = {i + 1};
    ASSERT_EQ(WithoutPositions(FileOf(recorded)), in_order) << "round " << round;
  }
}

TEST(CaseFile, WhatNeverHappenedLeavesNoRowButItsPlace) {
  Story story;
  story.Add(Annulled(story.Add(Opened(), kMonday)), kMonday);
  story.Add(Annulled(story.Add(Placed(100), kMonday)), kMonday);
  story.Add(Annulled(story.Add(Call(), kMonday)), kMonday);
  story.Add(Annulled(story.Add(PointAdded(), kMonday)), kMonday);
  for (const auto& [key, value] : story.Fold(CaseFiles()).rows) {
    EXPECT_TRUE(key == "aC-1" || key[0] == 'e') << key;
  }
  EXPECT_EQ(FileOf(story).events(), 8u);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::CASE_STATE_UNSPECIFIED);
}

TEST(CaseFile, AContactCostsRowsThatDoNotGrowWithTheirNumber) {
  Story story;
  story.Add(Opened(), kMonday);
  for (int i = 0; i < 2'000; ++i) story.Add(Call(), kMonday + i * 60 * kMicrosPerSecond);
  const CaseFile file = FileOf(story);
  EXPECT_EQ(file.attempts(), 2'000u);
  for (const auto& [key, value] : story.Fold(CaseFiles()).rows) {
    if (key[0] == 'd') continue;
    EXPECT_LT(value.size(), 1'000u) << key[0];
  }
}

TEST(CaseFile, AnnulledContactsAreNotCountedAndTheFirstAndLastAreFoundAgain) {
  Story story;
  std::vector<std::string> calls;
  for (int day = 0; day < 4; ++day) calls.push_back(story.Add(Call(), kMonday + day * kDay));
  ev::ContactAttempted mail = Call();
  mail.set_channel(ev::CHANNEL_EMAIL);
  story.Add(mail, kMonday + 2 * kDay);
  ev::ContactAttempted inbound = Call();
  inbound.set_direction(ev::DIRECTION_INBOUND);
  story.Add(inbound, kMonday + 9 * kDay);
  CaseFile file = FileOf(story);
  EXPECT_EQ(file.attempts(), 5u);
  ASSERT_EQ(file.attempt_tallies_size(), 2);
  EXPECT_EQ(file.attempt_tallies(0).family(), "call");
  EXPECT_EQ(file.attempt_tallies(0).attempts(), 4u);
  EXPECT_EQ(file.attempt_tallies(0).first_date(), "2025-03-10");
  EXPECT_EQ(file.attempt_tallies(0).last_date(), "2025-03-13");
  EXPECT_EQ(file.attempt_tallies(1).family(), "email");
  story.Add(Annulled(calls[0]), kMonday + 9 * kDay);
  story.Add(Corrected(calls[3], Call(), kMonday - 5 * kDay), kMonday + 9 * kDay);
  file = FileOf(story);
  EXPECT_EQ(file.attempts(), 4u);
  EXPECT_EQ(file.attempt_tallies(0).first_date(), "2025-03-05");
  EXPECT_EQ(file.attempt_tallies(0).last_date(), "2025-03-12");
  EXPECT_EQ(file.acts(0).event_id(), calls[3]);
}

TEST(CaseFile, TheStageOnAnyDateIsInItsHistory) {
  Story story;
  story.Add(Opened(), kMonday);
  story.Add(To(ev::STAGE_ADMINISTRATIVE, "T01"), kMonday + kDay);
  const std::string last = story.Add(To(ev::STAGE_PRELEGAL, "T02"), kMonday + 2 * kDay);
  const CaseFile file = FileOf(story);
  ASSERT_EQ(file.stages_size(), 3);
  EXPECT_EQ(file.stages(0).stage(), ev::STAGE_PERSUASIVE);
  EXPECT_EQ(file.stages(1).transition_id(), "T01");
  EXPECT_EQ(file.stages(2).event_id(), last);
  EXPECT_EQ(file.stage(), ev::STAGE_PRELEGAL);
  EXPECT_EQ(file.stage_since_micros(), kMonday + 2 * kDay);
}

TEST(CaseFile, TwoSuspensionsAreResumedEachByItself) {
  Story story;
  story.Add(Opened(), kMonday);
  const std::string dispute = story.Add(Suspended(ev::SUSPENSION_REASON_DISPUTE), kMonday);
  story.Add(Suspended(ev::SUSPENSION_REASON_COURT_ORDER), kMonday);
  EXPECT_EQ(FileOf(story).suspensions(0).event_id(), dispute);
  story.Add(Resumed(ev::SUSPENSION_REASON_DISPUTE), kMonday);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::SUSPENDED);
  EXPECT_THAT(FileOf(story).suspensions(), SizeIs(1));
  story.Add(Resumed(ev::SUSPENSION_REASON_COURT_ORDER), kMonday);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::OPEN);
}

TEST(CaseFile, AClosedCaseKnowsTheStageItWasClosedIn) {
  Story story;
  story.Add(Opened(), kMonday);
  story.Add(To(ev::STAGE_ADMINISTRATIVE, "T01"), kMonday);
  ev::CaseClosed closed;
  closed.set_reason(ev::CLOSING_REASON_PAID_IN_FULL);
  story.Add(closed, kMonday + kDay);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::CLOSED);
  EXPECT_EQ(FileOf(story).closings(0).stage_before(), ev::STAGE_ADMINISTRATIVE);
  EXPECT_EQ(FileOf(story).closing_reason(), ev::CLOSING_REASON_PAID_IN_FULL);
  ev::CaseReopened reopened;
  reopened.set_stage(ev::STAGE_PRELEGAL);
  reopened.set_reason(ev::REOPENING_REASON_PAYMENT_REVERSED);
  story.Add(reopened, kMonday + 2 * kDay);
  const CaseFile file = FileOf(story);
  EXPECT_EQ(file.state(), casefile::v1::OPEN);
  EXPECT_EQ(file.stage(), ev::STAGE_PRELEGAL);
  EXPECT_EQ(file.closing_reason(), ev::CLOSING_REASON_UNSPECIFIED);
  EXPECT_EQ(file.closings(0).reopening_reason(), ev::REOPENING_REASON_PAYMENT_REVERSED);
}

TEST(CaseFile, TheHandOverToTheLawyersIsDated) {
  Story story;
  story.Add(Opened(), kMonday);
  story.Add(ev::LawFirmAssigned(), kMonday + kDay);
  EXPECT_EQ(FileOf(story).handed_over_at_micros(), kMonday + kDay);
}

TEST(CaseFile, ACorrectedOpeningIsTheOpening) {
  Story story;
  const std::string opened = story.Add(Opened(), kMonday);
  ev::CaseOpened right = Opened();
  right.set_creditor_id("OTHER");
  right.clear_obligation_ids();
  right.add_obligation_ids("O-7");
  story.Add(Corrected(opened, right), kMonday);
  EXPECT_EQ(FileOf(story).creditor_id(), "OTHER");
  ASSERT_EQ(FileOf(story).obligations_size(), 1);
  EXPECT_EQ(FileOf(story).obligations(0).obligation_id(), "O-7");
}

TEST(CaseFile, ADisputeOfOneDebtMarksThatDebtAlone) {
  Story story;
  story.Add(Disputed("D-1", "O-1"), kMonday);
  story.Add(Disputed("D-2", "O-2"), kMonday);
  EXPECT_EQ(Standing(FileOf(story), Flag::DISPUTED), 2);
  ev::DisputeResolved resolved;
  resolved.set_dispute_id("D-1");
  resolved.set_outcome(ev::DISPUTE_OUTCOME_UPHELD);
  const std::string wrong = story.Add(resolved, kMonday + kDay);
  const CaseFile file = FileOf(story);
  EXPECT_EQ(file.disputes(0).state(), DisputeFile::UPHELD);
  EXPECT_EQ(Standing(file, Flag::DISPUTED), 1);
  for (const Flag& flag : file.flags()) {
    if (!flag.ended_event_id().empty()) continue;
    EXPECT_THAT(flag.obligation_ids(), ElementsAre("O-2"));
  }
  story.Add(Annulled(wrong), kMonday + 2 * kDay);
  EXPECT_EQ(Standing(FileOf(story), Flag::DISPUTED), 2);
}

TEST(CaseFile, AComplaintIsOpenUntilItIsClosed) {
  Story story;
  ev::ComplaintReceived received;
  received.set_complaint_id("K-1");
  received.set_authority("SERNAC");
  received.set_deadline("2025-03-20");
  story.Add(received, kMonday);
  ev::ComplaintAnswered answered;
  answered.set_complaint_id("K-1");
  answered.set_outcome(ev::COMPLAINT_OUTCOME_REJECTED);
  story.Add(answered, kMonday + kDay);
  EXPECT_EQ(FileOf(story).complaints(0).state(), ComplaintFile::REJECTED);
  EXPECT_EQ(Standing(FileOf(story), Flag::COMPLAINT_OPEN), 1);
  ev::ComplaintClosed closed;
  closed.set_complaint_id("K-1");
  story.Add(closed, kMonday + 2 * kDay);
  EXPECT_EQ(FileOf(story).complaints(0).state(), ComplaintFile::CLOSED);
  EXPECT_EQ(FileOf(story).complaints(0).outcome(), ev::COMPLAINT_OUTCOME_REJECTED);
  EXPECT_EQ(Standing(FileOf(story), Flag::COMPLAINT_OPEN), 0);
}

TEST(CaseFile, PromisesAndAgreementsStandUntilTheyEnd) {
  Story story;
  ev::PromiseMade made;
  made.set_promise_id("PR-1");
  *made.mutable_amount() = Clp(100);
  story.Add(made, kMonday);
  ev::AgreementDrafted drafted;
  drafted.set_agreement_id("A-1");
  story.Add(drafted, kMonday);
  EXPECT_EQ(Standing(FileOf(story), Flag::PROMISE_ACTIVE), 1);
  EXPECT_EQ(Standing(FileOf(story), Flag::AGREEMENT_ACTIVE), 0);
  ev::AgreementSigned signed_one;
  signed_one.set_agreement_id("A-1");
  story.Add(signed_one, kMonday + kDay);
  EXPECT_EQ(Standing(FileOf(story), Flag::AGREEMENT_ACTIVE), 1);
  ev::PromiseBroken broken;
  broken.set_promise_id("PR-1");
  story.Add(broken, kMonday + 2 * kDay);
  ev::AgreementDefaulted defaulted;
  defaulted.set_agreement_id("A-1");
  defaulted.set_missed_instalments(2);
  story.Add(defaulted, kMonday + 2 * kDay);
  const CaseFile file = FileOf(story);
  EXPECT_EQ(Standing(file, Flag::PROMISE_ACTIVE) + Standing(file, Flag::AGREEMENT_ACTIVE), 0);
  EXPECT_EQ(file.promises(0).state(), PromiseFile::BROKEN);
  EXPECT_EQ(file.agreements(0).state(), AgreementFile::DEFAULTED);
  EXPECT_EQ(file.agreements(0).missed_instalments(), 2u);
}

TEST(CaseFile, ServiceNotifiesUntilTheDocketEnds) {
  Story story;
  ev::ServiceOfProcess served;
  served.set_docket_id("DK-1");
  served.set_result(ev::SERVICE_RESULT_NOT_FOUND);
  story.Add(served, kMonday);
  EXPECT_EQ(Standing(FileOf(story), Flag::LEGAL_NOTIFIED), 0);
  served.set_result(ev::SERVICE_RESULT_SERVED);
  story.Add(served, kMonday + kDay);
  EXPECT_EQ(Standing(FileOf(story), Flag::LEGAL_NOTIFIED), 1);
  ev::DocketActRecorded act;
  act.set_docket_id("DK-1");
  act.set_act(ev::DOCKET_ACT_DISMISSED);
  act.set_effect(ev::DOCKET_EFFECT_ENDS);
  story.Add(act, kMonday + 2 * kDay);
  EXPECT_EQ(Standing(FileOf(story), Flag::LEGAL_NOTIFIED), 0);
  EXPECT_EQ(FileOf(story).dockets(0).last_act(), ev::DOCKET_ACT_DISMISSED);
  EXPECT_THAT(FileOf(story).evidence(), SizeIs(3));
}

TEST(CaseFile, OneOfTwoHoldsReleasedLeavesTheOther) {
  Story story;
  ev::HoldPlaced hold;
  for (const char* id : {"H-1", "H-2"}) {
    hold.set_hold_id(id);
    story.Add(hold, kMonday);
  }
  ev::HoldReleased released;
  released.set_hold_id("H-1");
  story.Add(released, kMonday + kDay);
  EXPECT_EQ(Standing(FileOf(story), Flag::HOLD), 1);
}

TEST(CasePerson, ContactPointsKeepWhereTheyComeFromAndNoValue) {
  Story story;
  story.Add(PointAdded(), kMonday);
  ev::ContactPointInvalidated invalid;
  invalid.set_party_id("P-1");
  invalid.set_contact_point_id("CP-1");
  invalid.set_reason(ev::INVALIDATION_REASON_OUT_OF_SERVICE);
  const std::string wrong = story.Add(invalid, kMonday + kDay);
  ASSERT_THAT(PersonOf(story).contact_points(), SizeIs(1));
  EXPECT_EQ(PersonOf(story).contact_points(0).provenance_source(), "core");
  EXPECT_EQ(PersonOf(story).contact_points(0).invalid_reason(),
            ev::INVALIDATION_REASON_OUT_OF_SERVICE);
  story.Add(Annulled(wrong), kMonday + 2 * kDay);
  EXPECT_EQ(PersonOf(story).contact_points(0).invalid_reason(),
            ev::INVALIDATION_REASON_UNSPECIFIED);
}

TEST(CasePerson, ACorrectionMovesAFactToAnotherPerson) {
  Story story;
  const std::string added = story.Add(PointAdded(), kMonday);
  ev::ContactPointAdded right = PointAdded();
  right.set_party_id("P-2");
  story.Add(Corrected(added, right), kMonday);
  EXPECT_THAT(PersonOf(story).contact_points(), IsEmpty());
  EXPECT_THAT(ReadPerson(story.Fold(CaseFiles()), "P-2")->contact_points(), SizeIs(1));
}

TEST(CasePerson, AConsentStandsUntilItIsRevoked) {
  Story story;
  ev::ConsentGranted granted;
  granted.set_party_id("P-1");
  granted.set_channel(ev::CHANNEL_EMAIL);
  story.Add(granted, kMonday);
  granted.set_channel(ev::CHANNEL_SMS);
  story.Add(granted, kMonday);
  ev::ConsentRevoked revoked;
  revoked.set_party_id("P-1");
  revoked.set_channel(ev::CHANNEL_EMAIL);
  story.Add(revoked, kMonday + kDay);
  const PersonFile person = PersonOf(story);
  ASSERT_THAT(person.preferences(), SizeIs(2));
  EXPECT_EQ(person.preferences(0).kind(), Preference::CONSENT);
  EXPECT_EQ(person.preferences(0).channel(), ev::CHANNEL_SMS);
  EXPECT_EQ(person.preferences(1).kind(), Preference::CONSENT_REVOKED);
}

TEST(CasePerson, FlagsAreEndedByWhatAnswersThem) {
  Story story;
  ev::InsolvencyRecorded insolvency;
  insolvency.set_stay(true);
  const std::string recorded = story.Add(OfPerson(insolvency), kMonday);
  story.Add(OfPerson(ev::DeathReported()), kMonday);
  EXPECT_EQ(Standing(PersonOf(story), Flag::INSOLVENCY), 1);
  ev::InsolvencyEnded ended;
  ended.set_recorded_event_id(recorded);
  story.Add(OfPerson(ended), kMonday + kDay);
  const PersonFile person = PersonOf(story);
  EXPECT_EQ(Standing(person, Flag::INSOLVENCY), 0);
  EXPECT_EQ(Standing(person, Flag::DECEASED), 1);
  EXPECT_EQ(person.flags(0).party_id(), "P-1");
}

}  // namespace
}  // namespace constancia::eventstore
