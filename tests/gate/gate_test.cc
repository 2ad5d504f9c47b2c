// The gate over a real ledger and the Chilean pack: what a dialler sees.

#include "api/commands/gate.h"
#include "api/commands/drafts.h"
#include "api/commands/judge_contacts.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "eventstore/projections/projections.h"
#include "eventstore/projections/row_source.h"
#include "policies/engine/evaluate.h"
#include "policies/engine/testing.h"
#include "tests/support/test_ledger.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using counsel::v1::Finding;
using counsel::v1::Verdict;
using policies::At;

// A Monday in Santiago, in hours.
constexpr char kMondayMorning[] = "2025-03-10T10:00:00-03:00";

class GateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().projections = eventstore::InlineProjections();
    ledger_.clock().Set(At(kMondayMorning));
    ASSERT_TRUE(ledger_.Create().ok());
    zones_ = *Zones::Load();
    gate_.emplace(&ledger_.log(), &packs_, &*zones_, &ledger_.clock(), &random_);
    judge_.emplace(JudgeContacts::Uses{
        .log = &ledger_.log(), .packs = &packs_, .zones = &*zones_, .random = &random_});
    ev::CaseOpened opened;
    opened.set_case_id("C-1");
    opened.set_party_id("P-1");
    opened.set_zone("America/Santiago");
    opened.add_obligation_ids("O-1");
    opened.add_regimes("CL");
    Record(opened, "2025-03-01T10:00:00-03:00");
  }

  template <typename Payload>
  eventstore::EventDraft Draft(const Payload& payload, const std::string& at) {
    eventstore::EventDraft draft;
    draft.type = std::string(payload.GetDescriptor()->full_name());
    draft.public_part = payload.SerializeAsString();
    draft.occurred_at = At(at);
    draft.zone = "America/Santiago";
    draft.offset_minutes = -180;
    draft.actor.set_kind(ledger::v1::SYSTEM);
    draft.actor.set_id("dialler");
    draft.streams = {testing::CaseStream("C-1"), testing::DebtorStream("1")};
    draft.retention_class = "contact";
    return draft;
  }

  // Records a fact with whatever follows from it; returns the rules of the violations raised.
  template <typename Payload>
  std::vector<std::string> Record(const Payload& payload, const std::string& at) {
    std::vector<eventstore::EventDraft> drafts;
    drafts.push_back(Draft(payload, at));
    return RecordAll(std::move(drafts));
  }

  std::vector<std::string> RecordAll(std::vector<eventstore::EventDraft> drafts) {
    eventstore::AppendRequest request;
    request.source = "dialler-1";
    request.request_id = "r-" + std::to_string(++requests_);
    request.drafts = std::move(drafts);
    auto judgement = judge_->Run(request.drafts);
    EXPECT_TRUE(judgement.ok()) << judgement.status();
    std::vector<std::string> rules;
    cleared_.clear();
    for (eventstore::EventDraft& consequence : judgement->consequences) {
      ev::ViolationDetected detected;
      ev::ViolationCleared cleared;
      if (consequence.type == detected.GetDescriptor()->full_name()) {
        EXPECT_TRUE(detected.ParseFromString(consequence.public_part));
        rules.push_back(detected.rule_id());
        last_violation_ = detected;
      } else {
        EXPECT_TRUE(cleared.ParseFromString(consequence.public_part));
        cleared_.push_back(cleared);
      }
      request.drafts.push_back(std::move(consequence));
    }
    request.expectations = std::move(judgement->expectations);
    const auto appended = ledger_.log().AppendAndWait(std::move(request));
    EXPECT_TRUE(appended.ok()) << appended.status();
    if (appended.ok()) last_id_ = ToText(appended->receipts.front().event_id);
    return rules;
  }

  static v1::IntendedContact Intended(ev::Channel channel) {
    v1::IntendedContact contact;
    contact.set_case_id("C-1");
    contact.set_channel(channel);
    return contact;
  }

  v1::ReserveContactRequest Request(ev::Channel channel) {
    v1::ReserveContactRequest request;
    request.set_request_id("ask-" + std::to_string(++requests_));
    *request.mutable_contact() = Intended(channel);
    request.mutable_actor()->set_kind(ledger::v1::SYSTEM);
    request.mutable_actor()->set_id("dialler");
    return request;
  }

  absl::StatusOr<Decision> Reserve(const v1::ReserveContactRequest& request) {
    absl::Notification answered;
    absl::StatusOr<Decision> decision = absl::UnknownError("not answered");
    gate_->Reserve(request, "dialler-1", [&](absl::StatusOr<Decision> answer) {
      decision = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    return decision;
  }

  ev::ContactAttempted Attempt(ev::Channel channel, const std::string& permit_id = "") {
    ev::ContactAttempted attempt;
    attempt.set_permit_id(permit_id);
    attempt.set_channel(channel);
    attempt.set_direction(ev::DIRECTION_OUTBOUND);
    attempt.set_case_id("C-1");
    attempt.set_party_id("P-1");
    attempt.set_party_role(ev::PARTY_ROLE_DEBTOR);
    attempt.add_obligation_ids("O-1");
    return attempt;
  }

  testing::TestLedger ledger_;
  SeededRandom random_{3};
  policies::PackSet packs_ = policies::ChileanPacks();
  std::optional<Zones> zones_;
  std::optional<Gate> gate_;
  std::optional<JudgeContacts> judge_;
  std::string last_id_;  // of the first event recorded last
  ev::ViolationDetected last_violation_;
  std::vector<ev::ViolationCleared> cleared_;  // by what was recorded last
  int requests_ = 0;
};

TEST_F(GateTest, NamesTheFieldThatAQuestionLacks) {
  v1::IntendedContact contact = Intended(ev::CHANNEL_VOICE_CALL);
  contact.clear_case_id();
  EXPECT_EQ(FieldOf(gate_->Check(contact, At(kMondayMorning)).status()), "contact.case_id");
  contact = Intended(ev::CHANNEL_PORTAL);
  EXPECT_EQ(FieldOf(gate_->Check(contact, At(kMondayMorning)).status()), "contact.channel");
  contact = Intended(ev::CHANNEL_VOICE_CALL);
  contact.add_zones("America/Nowhere");
  EXPECT_EQ(FieldOf(gate_->Check(contact, At(kMondayMorning)).status()), "contact.zones");
  contact = Intended(ev::CHANNEL_VOICE_CALL);
  contact.set_case_id("C-unknown");
  EXPECT_EQ(ReasonOf(gate_->Check(contact, At(kMondayMorning)).status()), error::v1::NOT_FOUND);
}

TEST_F(GateTest, RefusesAPermitThatLivesTooLong) {
  v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  request.set_permit_seconds(901);
  EXPECT_EQ(FieldOf(Reserve(request).status()), "permit_seconds");
}

TEST_F(GateTest, NothingPersonalAndNothingUnknownGetsIntoADecision) {
  const Position before = ledger_.reader().end();
  v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  request.mutable_contact()->set_contact_point_id("+56 9 8765 4321");
  EXPECT_EQ(FieldOf(Reserve(request).status()), "contact.contact_point_id");
  request = Request(ev::CHANNEL_VOICE_CALL);
  request.mutable_contact()->set_agent_id("12.345.678-5");
  EXPECT_EQ(ReasonOf(Reserve(request).status()), error::v1::PERSONAL_DATA_MISPLACED);
  request = Request(ev::CHANNEL_VOICE_CALL);
  request.mutable_actor()
      ->GetReflection()
      ->MutableUnknownFields(request.mutable_actor())
      ->AddVarint(99, 1);
  EXPECT_EQ(ReasonOf(Reserve(request).status()), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(ledger_.reader().end(), before);
}

TEST_F(GateTest, ARequestIdThatWasUsedForAnotherQuestionIsAConflict) {
  v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  ASSERT_TRUE(Reserve(request).ok());
  request.mutable_contact()->set_channel(ev::CHANNEL_SMS);
  EXPECT_EQ(ReasonOf(Reserve(request).status()), error::v1::IDEMPOTENCY_CONFLICT);
}

TEST_F(GateTest, ACheckLeavesNoTrace) {
  const Position before = ledger_.reader().end();
  const auto advice = gate_->Check(Intended(ev::CHANNEL_VOICE_CALL), At(kMondayMorning));
  ASSERT_TRUE(advice.ok()) << advice.status();
  EXPECT_EQ(advice->verdict.outcome(), Verdict::ALLOW);
  EXPECT_EQ(ledger_.reader().end(), before);
}

TEST_F(GateTest, OutOfHoursIsDeniedWithTheNextOpening) {
  const auto advice =
      gate_->Check(Intended(ev::CHANNEL_VOICE_CALL), At("2025-03-10T20:00:00-03:00"));
  ASSERT_TRUE(advice.ok()) << advice.status();
  EXPECT_EQ(advice->verdict.outcome(), Verdict::DENY);
  EXPECT_EQ(advice->verdict.rule(), "CL-19496-37-hours");
  EXPECT_EQ(advice->verdict.next_allowed_at_micros(), At("2025-03-11T08:00:00-03:00").micros);
}

TEST_F(GateTest, ASecondCallInTheWeekIsDeniedAndTheDenialIsRecorded) {
  const auto first = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->verdict.outcome(), Verdict::ALLOW);
  ASSERT_TRUE(first->expires_at.has_value());
  EXPECT_EQ(first->expires_at->micros, At("2025-03-10T10:15:00-03:00").micros);
  EXPECT_TRUE(
      Record(Attempt(ev::CHANNEL_VOICE_CALL, ToText(first->receipt.event_id)), kMondayMorning)
          .empty());

  const auto second = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->verdict.rule(), "CL-19496-37-freq-phone");
  EXPECT_FALSE(second->expires_at.has_value());
  EXPECT_EQ(second->verdict.next_allowed_at_micros(), At("2025-03-17T08:00:00-03:00").micros);
  const auto denied = ledger_.reader().ReadEvent(second->receipt.position);
  ASSERT_TRUE(denied.ok());
  EXPECT_EQ(denied->header.type(), "constancia.event.v1.ContactDenied");
}

TEST_F(GateTest, ALivePermitCountsAndAnExpiredOneDoesNot) {
  ASSERT_TRUE(Reserve(Request(ev::CHANNEL_VOICE_CALL)).ok());
  auto denied = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(denied.ok());
  EXPECT_EQ(denied->verdict.outcome(), Verdict::DENY);
  ledger_.clock().Advance(900 * kMicrosPerSecond);
  auto allowed = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(allowed.ok());
  EXPECT_EQ(allowed->verdict.outcome(), Verdict::ALLOW);
}

TEST_F(GateTest, ARepeatedRequestGetsTheFirstDecisionAgain) {
  const v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  const auto first = Reserve(request);
  const auto again = Reserve(request);
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(again->receipt, first->receipt);
  EXPECT_EQ(again->verdict.SerializeAsString(), first->verdict.SerializeAsString());
  EXPECT_EQ(again->expires_at, first->expires_at);
}

TEST_F(GateTest, ACallThatWasMadeAnywayIsRecordedWithItsViolation) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  EXPECT_THAT(Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:30:00-03:00"),
              ::testing::ElementsAre("CL-19496-37-freq-phone"));
  EXPECT_EQ(last_violation_.ungoverned(), ev::UNGOVERNED_REASON_NO_PERMIT);
  EXPECT_EQ(last_violation_.severity(), ev::SEVERITY_MAJOR);
}

TEST_F(GateTest, EveryBrokenRuleIsAViolationOfItsOwn) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-08T12:00:00-03:00");
  EXPECT_THAT(Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-09T12:00:00-03:00"),
              ::testing::UnorderedElementsAre("CL-19496-37-days", "CL-19496-37-freq-phone"));
}

TEST_F(GateTest, AnExpiredPermitDoesNotCoverTheCall) {
  const auto permit = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(permit.ok());
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T08:30:00-03:00");
  ledger_.clock().Advance(1'000 * kMicrosPerSecond);
  Record(Attempt(ev::CHANNEL_VOICE_CALL, ToText(permit->receipt.event_id)),
         "2025-03-10T10:16:00-03:00");
  EXPECT_EQ(last_violation_.ungoverned(), ev::UNGOVERNED_REASON_PERMIT_EXPIRED);
}

TEST_F(GateTest, TwoCallsInOneAppendAreJudgedOneAfterTheOther) {
  std::vector<eventstore::EventDraft> drafts = {
      Draft(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00"),
      Draft(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:01:00-03:00")};
  const auto judgement = judge_->Run(drafts);
  ASSERT_TRUE(judgement.ok()) << judgement.status();
  ASSERT_EQ(judgement->consequences.size(), 1u);
  EXPECT_EQ(judgement->consequences[0].causation_id, drafts[1].event_id);
  EXPECT_EQ(judgement->expectations.size(), 2u);  // of the person and of the case
}

TEST_F(GateTest, AVisitThatNoAttemptAnnouncedIsJudgedByItself) {
  ev::VisitPerformed visit;
  visit.set_case_id("C-1");
  visit.set_party_id("P-1");
  visit.set_party_role(ev::PARTY_ROLE_DEBTOR);
  visit.add_obligation_ids("O-1");
  EXPECT_THAT(Record(visit, "2025-03-09T12:00:00-03:00"),
              ::testing::ElementsAre("CL-19496-37-days"));
  visit.set_attempt_id("019f7f2e-c780-755d-9ebf-cb382b97122e");
  EXPECT_TRUE(Record(visit, "2025-03-09T12:00:00-03:00").empty());
}

TEST_F(GateTest, ATimeThatIsNoneDoesNotStandInTheWayOfLaterQuestions) {
  ev::InconvenientTimeOrPlaceReported report;
  report.set_case_id("C-1");
  report.set_party_id("P-1");
  ev::TimeWindow* window = report.add_windows();
  window->add_weekdays(31);
  window->set_from_minute(1'320);
  window->set_to_minute(480);
  Record(report, "2025-03-08T12:00:00-03:00");
  const auto advice = gate_->Check(Request(ev::CHANNEL_VOICE_CALL).contact(), At(kMondayMorning));
  ASSERT_TRUE(advice.ok()) << advice.status();
  EXPECT_EQ(advice->verdict.outcome(), Verdict::ALLOW);
}

TEST_F(GateTest, AContactAboutVeryManyDebtsIsJudgedAsWell) {
  ev::ContactAttempted attempt = Attempt(ev::CHANNEL_VOICE_CALL);
  for (int i = 2; i <= 400; ++i) attempt.add_obligation_ids("O-" + std::to_string(i));
  Record(attempt, "2025-03-10T09:00:00-03:00");
  EXPECT_THAT(Record(attempt, "2025-03-10T09:30:00-03:00"),
              ::testing::Contains("CL-19496-37-freq-phone"));
}

TEST_F(GateTest, AReservationAboutVeryManyDebtsIsDecidedAndRepeatedAlike) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  for (int i = 1; i <= 400; ++i)
    request.mutable_contact()->add_obligation_ids("O-" + std::to_string(i));
  const auto first = Reserve(request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->verdict.rule(), "CL-19496-37-freq-phone");
  ASSERT_FALSE(first->verdict.findings().empty());
  EXPECT_EQ(first->verdict.findings(0).result(), Finding::FAIL);
  const auto again = Reserve(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->verdict.SerializeAsString(), first->verdict.SerializeAsString());
}

TEST_F(GateTest, ARepetitionThatAsksForAnotherPlaceZoneOrTimeIsAConflict) {
  const v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  ASSERT_TRUE(Reserve(request).ok());
  v1::ReserveContactRequest other = request;
  other.mutable_contact()->set_place(ev::PLACE_WORK);
  EXPECT_EQ(ReasonOf(Reserve(other).status()), error::v1::IDEMPOTENCY_CONFLICT);
  other = request;
  other.mutable_contact()->add_zones("America/Punta_Arenas");
  EXPECT_EQ(ReasonOf(Reserve(other).status()), error::v1::IDEMPOTENCY_CONFLICT);
  other = request;
  other.set_permit_seconds(60);
  EXPECT_EQ(ReasonOf(Reserve(other).status()), error::v1::IDEMPOTENCY_CONFLICT);
  other.set_permit_seconds(900);  // what nothing means
  EXPECT_TRUE(Reserve(other).ok());
}

TEST_F(GateTest, AContactThatNamesNoRoleIsOneWithWhomTheCaseOrThePermitKnows) {
  ev::ContactAttempted attempt = Attempt(ev::CHANNEL_VOICE_CALL);
  attempt.clear_party_role();
  EXPECT_TRUE(Record(attempt, "2025-03-10T09:00:00-03:00").empty());
  EXPECT_THAT(Record(attempt, "2025-03-10T09:30:00-03:00"),
              ::testing::ElementsAre("CL-19496-37-freq-phone"));
  EXPECT_EQ(last_violation_.party_role(), ev::PARTY_ROLE_DEBTOR);
  // A guarantor whom only the permit names.
  v1::ReserveContactRequest request = Request(ev::CHANNEL_VOICE_CALL);
  request.mutable_contact()->set_party_id("P-7");
  request.mutable_contact()->set_party_role(ev::PARTY_ROLE_GUARANTOR);
  const auto permit = Reserve(request);
  ASSERT_TRUE(permit.ok() && permit->expires_at.has_value()) << permit.status();
  attempt.set_party_id("P-7");
  attempt.set_permit_id(ToText(permit->receipt.event_id));
  EXPECT_TRUE(Record(attempt, kMondayMorning).empty());
}

TEST_F(GateTest, AContactOfAPersonWhoseIdIsNoStreamIsRecordedUnjudged) {
  ev::ContactAttempted attempt = Attempt(ev::CHANNEL_VOICE_CALL);
  attempt.set_party_id("core:person:9");
  EXPECT_TRUE(Record(attempt, "2025-03-09T12:00:00-03:00").empty());
}

TEST_F(GateTest, WhatTheDebtorBeganIsNotJudged) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  ev::ContactAttempted inbound = Attempt(ev::CHANNEL_VOICE_CALL);
  inbound.set_direction(ev::DIRECTION_INBOUND);
  EXPECT_TRUE(Record(inbound, "2025-03-09T23:00:00-03:00").empty());
}

TEST_F(GateTest, OfManyRacingReservationsForTheLastUnitOneIsGranted) {
  constexpr int kRacers = 16;
  std::vector<v1::ReserveContactRequest> requests;
  for (int i = 0; i < kRacers; ++i) requests.push_back(Request(ev::CHANNEL_VOICE_CALL));
  std::atomic<int> granted{0};
  std::atomic<int> denied{0};
  std::vector<std::thread> threads;
  for (const v1::ReserveContactRequest& request : requests) {
    threads.emplace_back([&, request] {
      while (true) {
        const auto decision = Reserve(request);
        if (ReasonOf(decision.status()) == error::v1::STREAM_MOVED) continue;
        ASSERT_TRUE(decision.ok()) << decision.status();
        (decision->expires_at.has_value() ? granted : denied).fetch_add(1);
        return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted.load(), 1);
  EXPECT_EQ(denied.load(), kRacers - 1);
}

TEST_F(GateTest, AVerdictIsTheSameBytesWhenItIsAskedAgainOverTheSameFacts) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  const auto once = gate_->Check(Intended(ev::CHANNEL_VOICE_CALL), At(kMondayMorning));
  const auto twice = gate_->Check(Intended(ev::CHANNEL_VOICE_CALL), At(kMondayMorning));
  ASSERT_TRUE(once.ok() && twice.ok());
  EXPECT_EQ(once->verdict.SerializeAsString(), twice->verdict.SerializeAsString());
}

TEST_F(GateTest, AContactUnderAnotherPersonsPermitIsRecordedAndIsABreachOfItsOwn) {
  const auto permit = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(permit.ok());
  const std::string id = ToText(permit->receipt.event_id);
  ev::ContactAttempted other = Attempt(ev::CHANNEL_VOICE_CALL, id);
  other.set_party_id("P-2");
  other.set_party_role(ev::PARTY_ROLE_OTHER_THIRD);
  EXPECT_FALSE(Record(other, kMondayMorning).empty());
  EXPECT_EQ(last_violation_.ungoverned(), ev::UNGOVERNED_REASON_PERMIT_MISMATCH);
  EXPECT_EQ(last_violation_.severity(), ev::SEVERITY_CRITICAL);
  // The permit still covers the call it was given for.
  EXPECT_TRUE(Record(Attempt(ev::CHANNEL_VOICE_CALL, id), kMondayMorning).empty());
}

TEST_F(GateTest, TheNextDecisionRecordsWhatExpired) {
  const auto first = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(first.ok());
  ledger_.clock().Advance(900 * kMicrosPerSecond);
  const auto second = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(second.ok());
  const auto event = ledger_.reader().ReadEvent({second->receipt.position.value + 1});
  ASSERT_TRUE(event.ok()) << event.status();
  ev::PermitExpired expired;
  ASSERT_EQ(event->header.type(), expired.GetDescriptor()->full_name());
  ASSERT_TRUE(expired.ParseFromString(event->header.public_payload()));
  EXPECT_EQ(expired.permit_id(), ToText(first->receipt.event_id));
  const Position end = ledger_.reader().end();
  ASSERT_TRUE(Reserve(Request(ev::CHANNEL_VOICE_CALL)).ok());
  EXPECT_EQ(ledger_.reader().end().value, end.value + 1);  // once is enough
}

class CancelTest : public GateTest {
 protected:
  absl::StatusOr<eventstore::Receipt> Cancel(const std::string& permit_id,
                                             const std::string& request_id) {
    v1::CancelPermitRequest request;
    request.set_request_id(request_id);
    request.set_permit_id(permit_id);
    request.set_reason("line_busy");
    request.mutable_actor()->set_kind(ledger::v1::SYSTEM);
    request.mutable_actor()->set_id("dialler");
    absl::Notification answered;
    absl::StatusOr<eventstore::Receipt> receipt = absl::UnknownError("not answered");
    gate_->Cancel(request, "dialler-1", [&](absl::StatusOr<eventstore::Receipt> answer) {
      receipt = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    return receipt;
  }

  std::string Permit() {
    const auto decision = Reserve(Request(ev::CHANNEL_VOICE_CALL));
    EXPECT_TRUE(decision.ok() && decision->expires_at.has_value());
    return ToText(decision->receipt.event_id);
  }
};

TEST_F(CancelTest, RefusesWhatIsNoPermitAndWhatNoLongerHolds) {
  EXPECT_EQ(ReasonOf(Cancel("019f7f2e-c780-755d-9ebf-cb382b97122e", "c-1").status()),
            error::v1::NOT_FOUND);
  const std::string used = Permit();
  Record(Attempt(ev::CHANNEL_VOICE_CALL, used), kMondayMorning);
  EXPECT_EQ(ReasonOf(Cancel(used, "c-2").status()), error::v1::PERMIT_USED);
  ledger_.clock().Set(At("2025-03-24T10:00:00-03:00"));
  const std::string late = Permit();
  ledger_.clock().Advance(900 * kMicrosPerSecond);
  EXPECT_EQ(ReasonOf(Cancel(late, "c-3").status()), error::v1::PERMIT_EXPIRED);
  EXPECT_EQ(FieldOf(Cancel(late, "c-3").status()), "permit_id");
}

TEST_F(CancelTest, ReturnsTheUnitAtOnceAndAnswersARepetitionAlike) {
  const std::string permit = Permit();
  const auto cancelled = Cancel(permit, "c-1");
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  const auto again = Cancel(permit, "c-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *cancelled);
  EXPECT_EQ(ReasonOf(Cancel(permit, "c-2").status()), error::v1::PERMIT_USED);
  const std::string next = Permit();
  EXPECT_EQ(ReasonOf(Cancel(next, "c-1").status()), error::v1::IDEMPOTENCY_CONFLICT);
}

// After the fact.

TEST_F(GateTest, ACallToldLateIsCountedAgainstLaterOnesThatCouldNotKnow) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:30:00-03:00");
  const std::string later = last_id_;
  EXPECT_THAT(Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00"),
              ::testing::ElementsAre("CL-19496-37-freq-phone"));
  EXPECT_EQ(last_violation_.event_ids(0), later);
  EXPECT_TRUE(last_violation_.unknowable_at_the_time());
  EXPECT_EQ(last_violation_.severity(), ev::SEVERITY_MAJOR);
}

TEST_F(GateTest, AViolationIsRaisedOnce) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  EXPECT_EQ(Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:30:00-03:00").size(), 1u);
  // One more before both: the first call is a breach now, the second was one already.
  EXPECT_EQ(Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T08:30:00-03:00").size(), 1u);
  EXPECT_TRUE(cleared_.empty());
}

TEST_F(GateTest, ACompletionThatDoesNotCountClearsTheViolationOfTheNextCall) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  const std::string first = last_id_;
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:30:00-03:00");
  ev::ContactCompleted completed;
  completed.set_attempt_id(first);
  completed.set_reach(ev::REACH_BUSY);
  EXPECT_TRUE(Record(completed, "2025-03-10T09:00:05-03:00").empty());
  ASSERT_EQ(cleared_.size(), 1u);
  EXPECT_EQ(cleared_[0].why(), ev::CLEARING_REASON_LATE_FACT);
  EXPECT_EQ(cleared_[0].rule_id(), "CL-19496-37-freq-phone");
}

TEST_F(GateTest, AnAnnulmentClearsItsOwnViolationsAndThoseItCaused) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-09T09:00:00-03:00");  // a Sunday
  const std::string sunday = last_id_;
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:30:00-03:00");
  const std::string monday = last_id_;
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(sunday);
  EXPECT_TRUE(Record(annulled, kMondayMorning).empty());
  ASSERT_EQ(cleared_.size(), 2u);
  for (const ev::ViolationCleared& cleared : cleared_) {
    EXPECT_EQ(cleared.why(), ev::CLEARING_REASON_ANNULLED);
    EXPECT_EQ(cleared.act_event_id(), cleared.rule_id() == "CL-19496-37-days" ? sunday : monday);
    EXPECT_EQ(cleared.caused_by_event_id(), last_id_);
  }
}

TEST_F(GateTest, ACorrectionToAnotherWeekRecountsBoth) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-11T09:00:00-03:00");  // a breach
  const std::string moved = last_id_;
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-24T09:00:00-03:00");
  const std::string later = last_id_;
  ev::EventCorrected corrected;
  corrected.set_target_event_id(moved);
  const ev::ContactAttempted same = Attempt(ev::CHANNEL_VOICE_CALL);
  corrected.set_corrected_type(std::string(same.GetDescriptor()->full_name()));
  corrected.set_corrected_public(same.SerializeAsString());
  corrected.mutable_corrected_occurred_at()->set_seconds(At("2025-03-21T09:00:00-03:00").micros /
                                                         kMicrosPerSecond);
  EXPECT_THAT(Record(corrected, "2025-03-24T10:00:00-03:00"),
              ::testing::ElementsAre("CL-19496-37-freq-phone"));
  EXPECT_EQ(last_violation_.event_ids(0), later);
  ASSERT_EQ(cleared_.size(), 1u);
  EXPECT_EQ(cleared_[0].act_event_id(), moved);
  EXPECT_EQ(cleared_[0].why(), ev::CLEARING_REASON_CORRECTED);
}

TEST_F(GateTest, ASuitToldLateBarsTheContactsAfterItAndItsAnnulmentClearsThem) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00");
  ev::ServiceOfProcess service;
  service.set_case_id("C-1");
  service.set_party_id("P-1");
  service.add_obligation_ids("O-1");
  service.set_result(ev::SERVICE_RESULT_SERVED);
  EXPECT_EQ(Record(service, "2025-03-08T12:00:00-03:00").size(), 1u);
  EXPECT_EQ(last_violation_.severity(), ev::SEVERITY_CRITICAL);
  EXPECT_TRUE(last_violation_.unknowable_at_the_time());
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(last_id_);
  Record(annulled, kMondayMorning);
  EXPECT_EQ(cleared_.size(), 1u);
}

TEST_F(GateTest, ContactsOfACaseThatIsOpenedLaterAreJudgedThen) {
  ev::ContactAttempted attempt = Attempt(ev::CHANNEL_VOICE_CALL);
  attempt.set_case_id("C-2");
  EXPECT_TRUE(Record(attempt, "2025-03-09T12:00:00-03:00").empty());
  const std::string early = last_id_;
  ev::CaseOpened opened;
  opened.set_case_id("C-2");
  opened.set_party_id("P-1");
  opened.set_zone("America/Santiago");
  opened.add_obligation_ids("O-1");
  opened.add_regimes("CL");
  eventstore::EventDraft draft = Draft(opened, kMondayMorning);
  draft.streams[0] = testing::CaseStream("C-2");
  EXPECT_THAT(RecordAll({draft}), ::testing::ElementsAre("CL-19496-37-days"));
  EXPECT_EQ(last_violation_.event_ids(0), early);
}

TEST_F(GateTest, ADebtPlacedLaterLeavesTheContactsBeforeItAsTheyWereJudged) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-09T12:00:00-03:00");  // a breach
  ev::ObligationPlaced placed;
  placed.set_case_id("C-1");
  placed.set_party_id("P-1");
  placed.set_obligation_id("O-2");
  EXPECT_TRUE(Record(placed, kMondayMorning).empty());
  EXPECT_TRUE(cleared_.empty());
  // Told late, it is one that contacts from then on were about.
  EXPECT_TRUE(Record(placed, "2025-03-02T12:00:00-03:00").empty());
  EXPECT_TRUE(cleared_.empty());
}

// A pack of one rule, in place of the Chilean one.
policies::PackSet OneRule(const std::string& rules) {
  absl::StatusOr<policies::Pack> pack = policies::Pack::Load(
      "p.yaml",
      "pack: CL-1\njurisdictions: [CL]\nversion: 1\ntitle: {es: T, pt: T, en: T}\ninstrument: I\n"
      "source: [S]\neffective_from: 2000-01-01\ncalendar: CL\nrules:\n" +
          rules);
  EXPECT_TRUE(pack.ok()) << pack.status();
  return *policies::PackSet::Build({*std::move(pack)}, &policies::TestZones());
}
constexpr char kRuleHead[] =
    "  - {law: {citation: C, mark: S, confidence: H, text: {es: T, pt: T, en: T}}, "
    "message: {es: T, pt: T, en: T}, ";

TEST_F(GateTest, ALocatorContactedEarlierAndToldLateIsCountedForEver) {
  packs_ =
      OneRule(std::string(kRuleHead) + "id: once, kind: party_once, party: locator, limit: 1}\n");
  ev::ContactAttempted attempt = Attempt(ev::CHANNEL_VOICE_CALL);
  attempt.set_party_id("P-8");
  attempt.set_party_role(ev::PARTY_ROLE_LOCATOR);
  EXPECT_TRUE(Record(attempt, "2025-03-10T09:00:00-03:00").empty());
  const std::string later = last_id_;
  EXPECT_THAT(Record(attempt, "2024-06-10T09:00:00-04:00"), ::testing::ElementsAre("once"));
  EXPECT_EQ(last_violation_.event_ids(0), later);
}

TEST_F(GateTest, ACompletionThatChangesOnlyTheEndTouchesItsContact) {
  Record(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T19:50:00-03:00");
  const std::string attempt = last_id_;
  ev::ContactCompleted completed;
  completed.set_attempt_id(attempt);
  completed.set_reach(ev::REACH_RIGHT_PARTY);
  completed.mutable_ended_at()->set_seconds(1'741'647'660);
  Record(completed, "2025-03-10T20:01:00-03:00");
  const auto touched = [&] {
    const eventstore::StoredRows stored(&ledger_.log(), eventstore::ContactLedger::kName);
    eventstore::AppendedRows rows(&stored);
    std::vector<eventstore::Touched> changes;
    eventstore::EventDraft draft = Draft(completed, "2025-03-10T20:30:00-03:00");
    draft.event_id = NewEventId(draft.occurred_at, random_);
    eventstore::ContactLedger::Fold(AsRecorded(draft, 0), rows, &changes);
    std::vector<std::string> contacts;
    for (const eventstore::Touched& change : changes) contacts.push_back(change.contact_id);
    return contacts;
  };
  EXPECT_THAT(touched(), ::testing::IsEmpty());
  completed.mutable_ended_at()->set_seconds(1'741'649'400);
  EXPECT_THAT(touched(), ::testing::ElementsAre(attempt));
  completed.clear_reach();  // the end alone
  EXPECT_THAT(touched(), ::testing::ElementsAre(attempt));
}

TEST_F(GateTest, AViolationNamesWhatWasCountedInItsOwnAppend) {
  std::vector<eventstore::EventDraft> drafts = {
      Draft(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:00:00-03:00"),
      Draft(Attempt(ev::CHANNEL_VOICE_CALL), "2025-03-10T09:01:00-03:00")};
  const auto judgement = judge_->Run(drafts);
  ASSERT_TRUE(judgement.ok()) << judgement.status();
  ASSERT_EQ(judgement->consequences.size(), 1u);
  ev::ViolationDetected violation;
  ASSERT_TRUE(violation.ParseFromString(judgement->consequences[0].public_part));
  EXPECT_THAT(violation.event_ids(),
              ::testing::ElementsAre(ToText(*drafts[1].event_id), ToText(*drafts[0].event_id)));
}

// A verdict depends on nothing but what is recorded: over the log before it, the packs it names and
// the proposal it holds, counsel says the same bytes.
TEST_F(GateTest, EveryRecordedDecisionCanBeRepeatedFromTheLog) {
  for (const ev::Channel channel :
       {ev::CHANNEL_VOICE_CALL, ev::CHANNEL_SMS, ev::CHANNEL_VOICE_CALL, ev::CHANNEL_EMAIL}) {
    const auto decision = Reserve(Request(channel));
    ASSERT_TRUE(decision.ok()) << decision.status();
    if (decision->expires_at.has_value() && channel != ev::CHANNEL_EMAIL) {
      Record(Attempt(channel, ToText(decision->receipt.event_id)), kMondayMorning);
    }
    ledger_.clock().Advance(600 * kMicrosPerSecond);
  }
  ASSERT_TRUE(Reserve(Request(ev::CHANNEL_EMAIL)).ok());  // over a permit that has expired since

  class NoRows final : public eventstore::RowSource {
   public:
    absl::StatusOr<std::optional<std::string>> Read(std::string_view) const override {
      return std::optional<std::string>();
    }
    absl::StatusOr<std::vector<Row>> Scan(std::string_view, std::string_view,
                                          std::string_view) const override {
      return std::vector<Row>();
    }
  };
  const NoRows nothing;
  eventstore::AppendedRows contacts(&nothing);
  eventstore::AppendedRows cases(&nothing);
  int repeated = 0;
  const auto repeat = [&](const auto& payload, const eventstore::RecordedEvent& event) {
    ContactFacts facts(&contacts, &cases, &packs_);
    const auto gathered = facts.Gather(payload.proposal(), {event.header.occurred_at()},
                                       payload.contact_point_id(), {});
    ASSERT_TRUE(gathered.ok()) << gathered.status();
    const auto verdict = policies::Evaluate(packs_, *gathered, payload.proposal());
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_EQ(verdict->SerializeAsString(), payload.verdict().SerializeAsString());
    ++repeated;
  };
  for (uint64_t position = 0; position < ledger_.reader().end().value; ++position) {
    const auto event = ledger_.reader().ReadEvent({position});
    if (ReasonOf(event.status()) == error::v1::NOT_FOUND) continue;  // the place of a map root
    ASSERT_TRUE(event.ok()) << event.status();
    ev::PermitGranted granted;
    ev::ContactDenied denied;
    if (event->header.type() == granted.GetDescriptor()->full_name()) {
      ASSERT_TRUE(granted.ParseFromString(event->header.public_payload()));
      repeat(granted, *event);
    } else if (event->header.type() == denied.GetDescriptor()->full_name()) {
      ASSERT_TRUE(denied.ParseFromString(event->header.public_payload()));
      repeat(denied, *event);
    }
    eventstore::ContactLedger().Apply(*event, contacts);
    eventstore::CaseFiles().Apply(*event, cases);
  }
  EXPECT_EQ(repeated, 5);
}

// What a ledger sets is in the verdict, so that the decision is repeated as it was read then.
TEST_F(GateTest, ADecisionNamesTheSwitchesItWasTakenUnder) {
  const policies::PackSet lenient = policies::ChileanPacks({{"cl.week", "calendar_week"}});
  gate_.emplace(&ledger_.log(), &lenient, &*zones_, &ledger_.clock(), &random_);
  Record(Attempt(ev::CHANNEL_VOICE_CALL, ""), "2025-03-07T10:00:00-03:00");  // the week before
  const auto decision = Reserve(Request(ev::CHANNEL_VOICE_CALL));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->verdict.outcome(), Verdict::ALLOW);

  const auto event = ledger_.reader().ReadEvent(decision->receipt.position);
  ev::PermitGranted granted;
  ASSERT_TRUE(granted.ParseFromString(event->header.public_payload()));
  policies::SwitchValues used;
  for (const auto& set : granted.verdict().switches()) used[set.switch_id()] = set.value();
  EXPECT_EQ(used["cl.week"], "calendar_week");
  const auto again = packs_.With(used);
  ASSERT_TRUE(again.ok()) << again.status();
  const auto repeat = [&](const policies::PackSet& packs) {
    const DecisionRows rows(&ledger_.log());
    ContactFacts facts(rows, &packs);
    // The decision's own permit came behind its facts.
    auto gathered = *facts.Gather(granted.proposal(), {event->header.occurred_at()}, "", {});
    auto* contacts = gathered.mutable_contacts();
    contacts->erase(std::remove_if(contacts->begin(), contacts->end(),
                                   [&](const counsel::v1::Contact& contact) {
                                     return contact.position() == decision->receipt.position.value;
                                   }),
                    contacts->end());
    return policies::Evaluate(packs, gathered, granted.proposal())->SerializeAsString();
  };
  EXPECT_EQ(repeat(*again), granted.verdict().SerializeAsString());
  EXPECT_NE(repeat(packs_), granted.verdict().SerializeAsString());
}

}  // namespace
}  // namespace constancia::api
