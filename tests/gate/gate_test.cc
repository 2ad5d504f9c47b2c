// The gate over a real ledger and the Chilean pack: what a dialler sees.

#include "api/commands/gate.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/projections.h"
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
    draft.streams = {testing::CaseStream("C-1"), testing::DebtorStream("P-1")};
    draft.retention_class = "contact";
    return draft;
  }

  // Records a fact with whatever the gate says follows from it; returns the violations' rules.
  template <typename Payload>
  std::vector<std::string> Record(const Payload& payload, const std::string& at) {
    eventstore::AppendRequest request;
    request.source = "dialler-1";
    request.request_id = "r-" + std::to_string(++requests_);
    request.drafts.push_back(Draft(payload, at));
    auto judgement = gate_.has_value() ? gate_->Judge(request.drafts) : Judgement();
    EXPECT_TRUE(judgement.ok()) << judgement.status();
    std::vector<std::string> rules;
    for (eventstore::EventDraft& violation : judgement->violations) {
      ev::ViolationDetected detected;
      EXPECT_TRUE(detected.ParseFromString(violation.public_part));
      rules.push_back(detected.rule_id());
      last_violation_ = detected;
      request.drafts.push_back(std::move(violation));
    }
    request.expectations = std::move(judgement->expectations);
    const auto appended = ledger_.log().AppendAndWait(std::move(request));
    EXPECT_TRUE(appended.ok()) << appended.status();
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
  ev::ViolationDetected last_violation_;
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
  const auto judgement = gate_->Judge(drafts);
  ASSERT_TRUE(judgement.ok()) << judgement.status();
  ASSERT_EQ(judgement->violations.size(), 1u);
  EXPECT_EQ(judgement->violations[0].causation_id, drafts[1].event_id);
  EXPECT_EQ(judgement->expectations.size(), 1u);
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

}  // namespace
}  // namespace constancia::api
