// Conduct judged as it is recorded, over a real ledger: what an auditor finds behind the fact.

#include <string>
#include <utility>
#include <vector>

#include "api/commands/judge_conduct.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/status.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/projections.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"
#include "tests/support/test_ledger.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using policies::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPack[] = R"(
pack: CL-TEST
jurisdictions: [CL]
version: 1
title: {es: e, pt: p, en: n}
instrument: a law
source: [nothing]
effective_from: 1999-12-27
calendar: CL
zones: [America/Santiago]
rules:
  - id: cap
    kind: amount_cap
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    unit: CLF
    first_day: 20
    bands: [{to: "10", bps: 900}, {to: "50", bps: 600}, {bps: 300}]
  - id: notice
    kind: amount_cap
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    unit: CLF
    bands: [{to: "10", bps: 900}, {to: "50", bps: 600}, {bps: 300}]
    reduce_by: {when: no_useful_notice, amount: "0.2", days: 15}
  - id: act
    kind: amount_cap
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    needs_action: true
  - id: info
    kind: content
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    items: [{item: CREDITOR}, {item: no_court_look}]
  - id: prefix
    kind: record_field
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    when: mass_or_automated_call
    fields: [prefix]
    require_values: [{field: prefix, values: ["600", "809"]}]
  - id: register
    kind: record_field
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    fields: [party_id, channel, reach, agent_id, creditor_id]
  - id: contract
    kind: record_field
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    of: [AgreementSigned, ObligationPlaced]
    fields: [document_id]
  - id: bureau
    kind: wait
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    after: [PreBureauNoticeSent]
    before: [BureauReported]
    days: 21
  - id: written
    kind: duty
    law: {citation: c, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    message: {es: e, pt: p, en: n}
    after: [ContactAttempted]
    do: [WrittenInformationSent]
    within: 15
)";

class ConductTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().projections = eventstore::InlineProjections();
    ledger_.clock().Set(At("2025-04-30T10:00:00-04:00"));
    ASSERT_TRUE(ledger_.Create().ok());
    absl::StatusOr<policies::Pack> pack = policies::Pack::Load("pack.yaml", kPack);
    ASSERT_TRUE(pack.ok()) << pack.status();
    packs_.emplace(*policies::PackSet::Build({*std::move(pack)}, &policies::TestZones()));
    judge_.emplace(&ledger_.log(), &*packs_, &random_);
    ev::CaseOpened opened;
    opened.set_case_id("C-1");
    opened.set_party_id("P-1");
    opened.set_creditor_id("CR-1");
    opened.set_zone("America/Santiago");
    opened.add_obligation_ids("O-1");
    opened.add_regimes("CL");
    Record({Draft(opened, "2025-03-01T10:00:00-03:00")});
  }

  template <typename Payload>
  eventstore::EventDraft Draft(const Payload& payload, const std::string& at) {
    eventstore::EventDraft draft;
    draft.type = std::string(payload.GetDescriptor()->full_name());
    draft.public_part = payload.SerializeAsString();
    draft.occurred_at = At(at);
    draft.event_id = NewEventId(draft.occurred_at, random_);
    draft.zone = "America/Santiago";
    draft.offset_minutes = -180;
    draft.actor.set_kind(ledger::v1::SYSTEM);
    draft.actor.set_id("dialler");
    draft.streams = {testing::CaseStream("C-1"), testing::DebtorStream("P-1")};
    draft.retention_class = "contact";
    return draft;
  }

  // Records facts with what follows from them; returns the rules broken.
  std::vector<std::string> Record(std::vector<eventstore::EventDraft> drafts) {
    eventstore::AppendRequest request;
    request.source = "dialler-1";
    request.request_id = "r-" + std::to_string(++requests_);
    request.drafts = std::move(drafts);
    absl::StatusOr<ConductJudgement> judgement =
        judge_->Run(request.drafts, eventstore::kAppendConsequencesMax);
    EXPECT_TRUE(judgement.ok()) << judgement.status();
    std::vector<std::string> rules;
    for (eventstore::EventDraft& consequence : judgement->consequences) {
      ev::ViolationCleared cleared;
      if (consequence.type == cleared.GetDescriptor()->full_name()) {
        EXPECT_TRUE(cleared.ParseFromString(consequence.public_part));
        rules.push_back("cleared " + cleared.rule_id());
      } else {
        EXPECT_TRUE(last_.ParseFromString(consequence.public_part));
        rules.push_back(last_.rule_id());
      }
      request.drafts.push_back(std::move(consequence));
    }
    request.expectations = std::move(judgement->expectations);
    const auto appended = ledger_.log().AppendAndWait(std::move(request));
    EXPECT_TRUE(appended.ok()) << appended.status();
    return rules;
  }

  ev::ObligationPlaced Placed() {
    ev::ObligationPlaced placed;
    placed.set_case_id("C-1");
    placed.set_obligation_id("O-1");
    placed.set_due_date("2025-03-05");
    placed.mutable_components()->set_code("CLP");
    placed.mutable_components()->set_principal_minor(2'330'650);
    return placed;
  }

  // A cost of `amount` pesos on 60 UF at 38,844.16.
  ev::FeeCharged Fee(const std::string& id, int64_t amount, const std::string& on) {
    ev::FeeCharged fee;
    fee.set_fee_id(id);
    fee.set_kind(ev::FEE_KIND_COLLECTION);
    fee.set_case_id("C-1");
    fee.set_obligation_id("O-1");
    fee.set_effective_date(on);
    fee.mutable_amount()->set_code("CLP");
    fee.mutable_amount()->set_amount_minor(amount);
    ev::LegalCap* cap = fee.mutable_legal_cap();
    cap->mutable_base()->set_code("CLP");
    cap->mutable_base()->set_amount_minor(2'330'650);
    cap->mutable_unit_value()->set_code("CLF");
    cap->mutable_unit_value()->set_index_value_minor(3'884'416);
    cap->mutable_unit_value()->set_index_exponent(2);
    cap->mutable_unit_value()->set_index_date("2025-03-05");
    return fee;
  }

  ev::ContactAttempted Attempt() {
    ev::ContactAttempted attempt;
    attempt.set_case_id("C-1");
    attempt.set_party_id("P-1");
    attempt.set_party_role(ev::PARTY_ROLE_DEBTOR);
    attempt.set_channel(ev::CHANNEL_VOICE_CALL);
    attempt.add_obligation_ids("O-1");
    return attempt;
  }

  ev::ContactCompleted Completed(const eventstore::EventDraft& attempt) {
    ev::ContactCompleted completed;
    completed.set_attempt_id(ToText(*attempt.event_id));
    completed.set_case_id("C-1");
    completed.set_party_id("P-1");
    completed.set_reach(ev::REACH_RIGHT_PARTY);
    completed.add_disclosures_made(ev::DISCLOSURE_CREDITOR);
    return completed;
  }

  testing::TestLedger ledger_;
  SeededRandom random_{7};
  std::optional<policies::PackSet> packs_;
  std::optional<JudgeConduct> judge_;
  ev::ViolationDetected last_;
  int requests_ = 0;
};

TEST_F(ConductTest, RecordsAChargeAboveTheCapWithItsNumbers) {
  const auto notice = Draft(Attempt(), "2025-03-10T10:00:00-03:00");
  EXPECT_THAT(Record({Draft(Placed(), "2025-03-01T11:00:00-03:00"), notice}), IsEmpty());
  ev::FeeCharged fee = Fee("F-1", 139'838, "2025-03-26");
  fee.set_useful_notice_event_id(ToText(*notice.event_id));
  fee.add_justified_by_event_ids(ToText(*notice.event_id));
  EXPECT_THAT(Record({Draft(fee, "2025-03-26T10:00:00-03:00")}), IsEmpty());
  // One peso more, on another day: what was charged before counts.
  fee.set_fee_id("F-2");
  fee.mutable_amount()->set_amount_minor(1);
  EXPECT_THAT(Record({Draft(fee, "2025-03-27T10:00:00-03:00")}), ElementsAre("cap"));
  EXPECT_EQ(last_.jurisdiction(), "CL");
  EXPECT_EQ(last_.pack().id(), "CL-TEST");
  EXPECT_EQ(last_.severity(), ev::SEVERITY_MAJOR);
  EXPECT_EQ(last_.verdict().packs(0).digest(), packs_->members()[0].pack->digest().str());
  EXPECT_EQ(last_.verdict().findings(0).charged_minor(), 139'839);
  EXPECT_EQ(last_.verdict().findings(0).limit_minor(), 139'838);
  EXPECT_THAT(last_.event_ids(), SizeIs(1));
}

TEST_F(ConductTest, ReadsDebtAndChargesOfTheSameAppend) {
  const auto notice = Draft(Attempt(), "2025-03-10T10:00:00-03:00");
  ev::FeeCharged first = Fee("F-1", 100'000, "2025-03-26");
  first.set_useful_notice_event_id(ToText(*notice.event_id));
  first.add_justified_by_event_ids(ToText(*notice.event_id));
  ev::FeeCharged second = first;
  second.set_fee_id("F-2");
  EXPECT_THAT(Record({Draft(Placed(), "2025-03-01T11:00:00-03:00"), notice,
                      Draft(first, "2025-03-26T10:00:00-03:00"),
                      Draft(second, "2025-03-26T10:00:00-03:00")}),
              ElementsAre("cap"));
}

TEST_F(ConductTest, AnAnnulledChargeBreaksNoRule) {
  Record({Draft(Placed(), "2025-03-01T11:00:00-03:00")});
  const auto charge = Draft(Fee("F-1", 300'000, "2025-03-26"), "2025-03-26T10:00:00-03:00");
  const std::vector<std::string> broken = Record({charge});
  ASSERT_THAT(broken, ::testing::Contains("cap"));
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(ToText(*charge.event_id));
  EXPECT_THAT(Record({Draft(annulled, "2025-03-27T10:00:00-03:00")}),
              ::testing::AllOf(SizeIs(broken.size()), ::testing::Contains("cleared cap")));
  EXPECT_THAT(Record({Draft(annulled, "2025-03-28T10:00:00-03:00")}), IsEmpty());
}

TEST_F(ConductTest, JudgesAChargeInACaseThatItsOwnAppendOpens) {
  ev::CaseOpened opened;
  opened.set_case_id("C-2");
  opened.set_party_id("P-2");
  opened.set_zone("America/Santiago");
  opened.add_regimes("CL");
  ev::ObligationPlaced placed = Placed();
  placed.set_case_id("C-2");
  ev::FeeCharged fee = Fee("F-1", 300'000, "2025-03-26");
  fee.set_case_id("C-2");
  std::vector<eventstore::EventDraft> drafts = {Draft(opened, "2025-03-01T10:00:00-03:00"),
                                                Draft(placed, "2025-03-01T11:00:00-03:00"),
                                                Draft(fee, "2025-03-26T10:00:00-03:00")};
  for (eventstore::EventDraft& draft : drafts) draft.streams = {testing::CaseStream("C-2")};
  EXPECT_THAT(Record(std::move(drafts)), ::testing::Contains("cap"));
}

TEST_F(ConductTest, RecordsAChargeThatComesEarlyWithoutNoticeAndWithoutAnAct) {
  Record({Draft(Placed(), "2025-03-01T11:00:00-03:00")});
  EXPECT_THAT(Record({Draft(Fee("F-1", 139'838, "2025-03-25"), "2025-03-25T10:00:00-03:00")}),
              ElementsAre("cap", "notice", "act"));
  EXPECT_EQ(last_.verdict().findings(0).due_date(), "2025-03-26");
}

TEST_F(ConductTest, RecordsAContactThatDidNotSayWhatItMust) {
  const auto attempt = Draft(Attempt(), "2025-03-10T10:00:00-03:00");
  EXPECT_THAT(Record({attempt}), IsEmpty());
  ev::ContactCompleted completed = Completed(attempt);
  EXPECT_THAT(Record({Draft(completed, "2025-03-10T10:05:00-03:00")}), IsEmpty());
  completed.clear_disclosures_made();
  EXPECT_THAT(Record({Draft(completed, "2025-03-10T10:06:00-03:00")}), ElementsAre("info"));
  EXPECT_THAT(last_.verdict().findings(0).missing(), ElementsAre("CREDITOR"));
  completed.set_tone_check(ev::TONE_CHECK_PASSED);
  Record({Draft(completed, "2025-03-10T10:07:00-03:00")});
  EXPECT_THAT(last_.verdict().findings(0).missing(), ElementsAre("CREDITOR", "no_court_look"));
  completed.set_reach(ev::REACH_NO_ANSWER);
  completed.clear_tone_check();
  EXPECT_THAT(Record({Draft(completed, "2025-03-10T10:08:00-03:00")}), IsEmpty());
}

TEST_F(ConductTest, RecordsFieldsThatAreMissingOrWrong) {
  ev::ContactAttempted mass = Attempt();
  mass.set_bot_id("bot-1");
  mass.set_origin("56951234567");
  const auto attempt = Draft(mass, "2025-03-10T10:00:00-03:00");
  ev::ContactCompleted completed = Completed(attempt);
  EXPECT_THAT(Record({attempt, Draft(completed, "2025-03-10T10:05:00-03:00")}),
              ElementsAre("prefix"));
  mass.set_origin("56600123456");
  const auto good = Draft(mass, "2025-03-10T11:00:00-03:00");
  EXPECT_THAT(Record({good, Draft(Completed(good), "2025-03-10T11:05:00-03:00")}), IsEmpty());
  completed.clear_reach();
  EXPECT_THAT(Record({Draft(completed, "2025-03-10T10:05:00-03:00")}),
              ElementsAre("prefix", "register"));
}

TEST_F(ConductTest, RecordsAnAgreementWithoutItsTermsAndLeavesPlacedDebtsAlone) {
  ev::AgreementSigned agreement;
  agreement.set_case_id("C-1");
  EXPECT_THAT(Record({Draft(agreement, "2025-03-10T10:00:00-03:00")}), ElementsAre("contract"));
  EXPECT_THAT(last_.verdict().findings(0).missing(), ElementsAre("document_id"));
  agreement.set_document_id("DOC-1");
  EXPECT_THAT(Record({Draft(agreement, "2025-03-10T10:01:00-03:00")}), IsEmpty());
  EXPECT_THAT(Record({Draft(Placed(), "2025-03-10T10:00:00-03:00")}), IsEmpty());
}

TEST_F(ConductTest, LeavesAloneWhatTheDebtorBegan) {
  ev::ContactAttempted inbound = Attempt();
  inbound.set_direction(ev::DIRECTION_INBOUND);
  const auto attempt = Draft(inbound, "2025-03-10T10:00:00-03:00");
  ev::ContactCompleted completed = Completed(attempt);
  completed.clear_disclosures_made();
  EXPECT_THAT(Record({attempt, Draft(completed, "2025-03-10T10:05:00-03:00")}), IsEmpty());
}

TEST_F(ConductTest, RecordsAReportToABureauBeforeItsTime) {
  ev::BureauReported report;
  report.set_case_id("C-1");
  report.set_party_id("P-1");
  report.add_obligation_ids("O-1");
  report.set_date("2025-03-23");
  EXPECT_THAT(Record({Draft(report, "2025-03-23T10:00:00-03:00")}), ElementsAre("bureau"));
  ev::PreBureauNoticeSent notice;
  notice.set_case_id("C-1");
  notice.add_obligation_ids("O-2");
  notice.set_date("2025-03-01");
  EXPECT_THAT(Record({Draft(notice, "2025-03-01T10:00:00-03:00"),
                      Draft(report, "2025-03-23T10:00:00-03:00")}),
              ElementsAre("bureau"));
  notice.set_obligation_ids(0, "O-1");
  notice.set_date("2025-03-03");
  Record({Draft(notice, "2025-03-04T10:00:00-03:00")});
  EXPECT_THAT(Record({Draft(report, "2025-03-23T10:00:00-03:00")}), ElementsAre("bureau"));
  EXPECT_EQ(last_.verdict().findings(0).due_date(), "2025-03-24");
  report.set_date("2025-03-24");
  EXPECT_THAT(Record({Draft(report, "2025-03-24T10:00:00-03:00")}), IsEmpty());
}

TEST_F(ConductTest, ListsTheDutiesOfACase) {
  Record({Draft(Attempt(), "2025-03-03T10:00:00-03:00")});
  Record({Draft(Attempt(), "2025-03-09T10:00:00-03:00")});
  const auto view = eventstore::ReadCase(ledger_.log(), "C-1");
  ASSERT_TRUE(view.ok());
  const auto duties = DutiesOf(*packs_, view->file, absl::CivilDay(2025, 3, 17));
  ASSERT_TRUE(duties.ok());
  ASSERT_THAT(*duties, SizeIs(1));
  EXPECT_EQ((*duties)[0].finding.due_date(), "2025-03-18");
  EXPECT_EQ((*duties)[0].state, policies::DutyStanding::State::kOpen);
  EXPECT_EQ(DutiesOf(*packs_, view->file, absl::CivilDay(2025, 3, 18))->front().state,
            policies::DutyStanding::State::kMissed);
}

TEST_F(ConductTest, JudgesNothingOfACaseWhoseLawIsNotLoaded) {
  ev::CaseOpened opened;
  opened.set_case_id("C-1");
  opened.set_party_id("P-1");
  opened.add_regimes("ZZ");
  Record({Draft(opened, "2025-03-01T10:00:00-03:00")});
  EXPECT_THAT(Record({Draft(Fee("F-1", 999'999, "2025-03-06"), "2025-03-06T10:00:00-03:00")}),
              IsEmpty());
}

}  // namespace
}  // namespace constancia::api
