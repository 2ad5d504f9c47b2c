#include "policies/life_cycle/evaluate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/time/time.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/event/uuid.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using absl::CivilDay;

// A case of one Chilean debt, due on 2025-01-10, and what happened in it.
class Docket {
 public:
  Docket() {
    file_.set_case_id("C-1");
    file_.set_party_id("P-1");
    file_.set_stage(ev::STAGE_PRELEGAL);
    file_.set_state(casefile::v1::OPEN);
    file_.add_regimes("CL");
    auto* debt = file_.add_obligations();
    debt->set_obligation_id("O-1");
    debt->set_code("CLP");
    debt->set_due_date("2025-01-10");
    debt->set_balance_minor(900'000);
    debt->mutable_components()->set_code("CLP");
    debt->mutable_components()->set_principal_minor(900'000);
  }

  // Records an event on a date and returns its id.
  template <typename Payload>
  std::string Record(const std::string& date, Payload payload) {
    const size_t n = headers_.size();
    EventId id;
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    id.bytes[14] = static_cast<uint8_t>(n >> 8);
    id.bytes[15] = static_cast<uint8_t>(n);
    if (payload.case_id().empty()) payload.set_case_id("C-1");
    ledger::v1::EventHeader header;
    header.set_event_id(id.str());
    header.set_type(payload.GetDescriptor()->full_name());
    absl::CivilDay day;
    EXPECT_TRUE(absl::ParseCivilTime(date, &day));
    header.set_occurred_at(absl::ToUnixMicros(
        absl::FromCivil(absl::CivilSecond(day) + 12 * 3600, absl::UTCTimeZone())));
    header.set_public_payload(payload.SerializeAsString());
    headers_.push_back(header);
    return ToText(id);
  }

  // Everything that the gate asks for, on 2025-05-01.
  void MakeReadyForCourt() {
    ev::CaseOpened opened;
    opened.set_id_verified(true);
    Record("2025-01-15", opened);
    ev::ObligationPlaced placed;
    placed.set_obligation_id("O-1");
    placed.set_due_date("2025-01-10");
    Record("2025-01-15", placed);
    ev::ContactPointAdded address;
    address.set_contact_point_id("A-1");
    address.set_kind(ev::CONTACT_POINT_KIND_ADDRESS);
    address.set_party_id("P-1");
    Record("2025-01-15", address);
    ev::ContactPointVerified verified;
    verified.set_contact_point_id("A-1");
    verified.set_result(ev::VERIFICATION_RESULT_CONFIRMED);
    Record("2025-01-20", verified);
    Record("2025-04-01", ATitle());
    ev::BalanceReported report;
    report.set_obligation_id("O-1");
    report.set_as_of("2025-04-20");
    report.mutable_components()->set_code("CLP");
    report.mutable_components()->set_principal_minor(900'000);
    report.set_document_digest(std::string(32, 'd'));
    Record("2025-04-20", report);
    ev::PowerOfAttorneyRecorded power;
    power.set_date("2024-01-01");
    Record("2025-04-01", power);
    ev::FormalDemandSent demand;
    demand.set_letter_id("L-1");
    Record("2025-04-02", demand);
    ev::LetterDelivered delivered;
    delivered.set_letter_id("L-1");
    delivered.set_date("2025-04-05");
    Record("2025-04-05", delivered);
    ev::LitigationProposed proposed;
    proposed.mutable_expected_cost()->set_amount_minor(1);
    proposed.mutable_expected_recovery()->set_amount_minor(2);
    proposed.set_court("court-1");
    Record("2025-04-25", proposed);
  }

  static ev::TitleRegistered ATitle() {
    ev::TitleRegistered title;
    title.set_title_id("T-1");
    title.set_kind(ev::TITLE_KIND_PROMISSORY_NOTE);
    title.set_date("2024-01-10");
    title.set_signatures(2);
    title.set_custody("vault-1");
    title.set_scan_sha256(std::string(32, 's'));
    return title;
  }

  TransitionEvaluation Ask(const std::string& id, CivilDay today) {
    TransitionQuestion question;
    question.transition_id = id;
    return Ask(question, today);
  }

  TransitionEvaluation Ask(TransitionQuestion question, CivilDay today) {
    CaseHistory history("C-1");
    for (size_t i = 0; i < headers_.size(); ++i) history.Add(i, headers_[i]);
    history.Finish();
    question.file = &file_;
    question.history = &history;
    question.policy = &policy_;
    question.today = today;
    auto evaluation = Evaluate(question);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    return evaluation.ok() ? *std::move(evaluation) : TransitionEvaluation();
  }

  casefile::v1::CaseFile file_;
  CollectionPolicy policy_;
  std::vector<ledger::v1::EventHeader> headers_;
};

const CivilDay kToday(2025, 5, 1);

const Finding& Of(const TransitionEvaluation& evaluation, std::string_view guard) {
  for (const Finding& finding : evaluation.findings) {
    if (finding.result.guard_id() == guard) return finding;
  }
  ADD_FAILURE() << "not asked: " << guard;
  static const auto* none = new Finding;
  return *none;
}

bool Holds(const TransitionEvaluation& evaluation, std::string_view guard) {
  return Of(evaluation, guard).result.passed();
}

TEST(CourtGate, RefusesAnEmptyFileAndNamesEveryCondition) {
  Docket docket;
  const auto evaluation = docket.Ask("T03", kToday);
  EXPECT_FALSE(evaluation.passed);
  for (const std::string_view guard :
       {"title_present", "debt_liquid", "not_time_barred", "standing", "debtor_identified",
        "demand_expired", "worth_suing"}) {
    if (guard == "not_time_barred") continue;  // An ordinary claim has five years.
    EXPECT_FALSE(Holds(evaluation, guard)) << guard;
    EXPECT_FALSE(Of(evaluation, guard).missing.empty()) << guard;
  }
  EXPECT_TRUE(Holds(evaluation, "no_standstill"));
  EXPECT_TRUE(Holds(evaluation, "bureau_notice"));
  EXPECT_TRUE(Of(evaluation, "title_present").result.statutory());
  EXPECT_EQ(Of(evaluation, "title_present").law->citation,
            "Código de Procedimiento Civil art. 434");
}

TEST(CourtGate, OpensWhenEverythingIsOnRecord) {
  Docket docket;
  docket.MakeReadyForCourt();
  const auto evaluation = docket.Ask("T03", kToday);
  for (const Finding& finding : evaluation.findings) {
    EXPECT_TRUE(finding.result.passed()) << finding.result.guard_id() << ": "
                                         << (finding.missing.empty() ? "" : finding.missing[0].en);
  }
  EXPECT_TRUE(evaluation.passed);
  EXPECT_EQ(evaluation.to, ev::STAGE_LEGAL);
  EXPECT_EQ(evaluation.proposers, std::vector<std::string_view>{"LEGAL"});
  EXPECT_FALSE(Of(evaluation, "title_present").result.evidence_event_ids().empty());
  ASSERT_EQ(evaluation.limitations.size(), 1u);
  EXPECT_EQ(evaluation.limitations[0].limitation.last, CivilDay(2026, 1, 10));
}

TEST(CourtGate, FailsWithinTheMarginOfTheLimitation) {
  Docket docket;
  docket.MakeReadyForCourt();
  EXPECT_TRUE(Holds(docket.Ask("T03", CivilDay(2025, 10, 11)), "not_time_barred"));
  EXPECT_FALSE(Holds(docket.Ask("T03", CivilDay(2025, 10, 12)), "not_time_barred"));
  ev::PrescriptionInterrupted acknowledged;
  acknowledged.set_act(ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT);
  acknowledged.set_effect(ev::INTERRUPTION_EFFECT_RESTARTS);
  acknowledged.set_date("2025-09-01");
  const std::string id = docket.Record("2025-09-01", acknowledged);
  const auto evaluation = docket.Ask("T03", CivilDay(2025, 10, 12));
  EXPECT_TRUE(Holds(evaluation, "not_time_barred"));
  EXPECT_EQ(evaluation.limitations[0].limitation.interruptions, std::vector<std::string>{id});
}

TEST(CourtGate, AsksALawyerForADateWhereNoPeriodIsKnown) {
  Docket docket;
  docket.MakeReadyForCourt();
  docket.file_.set_regimes(0, "BR-SP");
  EXPECT_FALSE(Holds(docket.Ask("T03", kToday), "not_time_barred"));
  ev::LimitationDateRecorded by_hand;
  by_hand.set_last_date("2028-01-10");
  docket.Record("2025-04-30", by_hand);
  const auto evaluation = docket.Ask("T03", kToday);
  EXPECT_TRUE(Holds(evaluation, "not_time_barred"));
  EXPECT_TRUE(evaluation.limitations[0].by_hand);
}

TEST(CourtGate, AsksForAStatementEqualToTheBalanceAndRecent) {
  Docket docket;
  docket.MakeReadyForCourt();
  EXPECT_TRUE(Holds(docket.Ask("T03", CivilDay(2025, 5, 20)), "debt_liquid"));
  EXPECT_FALSE(Holds(docket.Ask("T03", CivilDay(2025, 5, 21)), "debt_liquid"));
  docket.file_.mutable_obligations(0)->set_balance_minor(899'999);
  EXPECT_FALSE(Holds(docket.Ask("T03", kToday), "debt_liquid"));
}

TEST(CourtGate, WaitsUntilTheDateAfterTheDemandEnds) {
  Docket docket;
  docket.MakeReadyForCourt();
  EXPECT_FALSE(Holds(docket.Ask("T03", CivilDay(2025, 4, 15)), "demand_expired"));
  EXPECT_TRUE(Holds(docket.Ask("T03", CivilDay(2025, 4, 16)), "demand_expired"));
}

TEST(CourtGate, LetsALawyerOverrideAPromiseButNeverAStay) {
  Docket docket;
  docket.MakeReadyForCourt();
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  docket.Record("2025-04-28", promise);
  TransitionQuestion question;
  question.transition_id = "T03";
  EXPECT_FALSE(docket.Ask(question, kToday).passed);
  question.override_given = true;
  const auto overridden = docket.Ask(question, kToday);
  EXPECT_TRUE(overridden.passed);
  EXPECT_TRUE(Of(overridden, "no_standstill").result.overridden());
  EXPECT_FALSE(Holds(overridden, "no_standstill"));

  ev::InsolvencyRecorded stay;
  stay.set_stay(true);
  stay.set_party_id("P-1");
  docket.Record("2025-04-29", stay);
  const auto stayed = docket.Ask(question, kToday);
  EXPECT_FALSE(stayed.passed);
  EXPECT_TRUE(Of(stayed, "no_standstill").result.statutory());
}

TEST(CourtGate, TakesAnOrdinaryClaimWithContractAndDelivery) {
  Docket docket;
  docket.MakeReadyForCourt();
  ev::TitleRegistered ordinary;
  ordinary.set_title_id("T-1");
  ordinary.set_kind(ev::TITLE_KIND_ORDINARY);
  docket.Record("2025-04-26", ordinary);
  EXPECT_FALSE(Holds(docket.Ask("T03", kToday), "title_present"));
  for (const auto document : {ev::DOCUMENT_CLASS_CONTRACT, ev::DOCUMENT_CLASS_CERTIFICATE}) {
    ev::Attachment* attachment = ordinary.add_attachments();
    attachment->set_document_class(document);
    attachment->set_sha256(std::string(32, 'x'));
  }
  docket.Record("2025-04-27", ordinary);
  const auto evaluation = docket.Ask("T03", kToday);
  EXPECT_TRUE(Holds(evaluation, "title_present"));
  EXPECT_EQ(evaluation.limitations[0].limitation.last, CivilDay(2030, 1, 10));
}

TEST(CourtGate, ForgetsATitleThatWasAnnulled) {
  Docket docket;
  docket.MakeReadyForCourt();
  const std::string title = docket.Record("2025-04-28", Docket::ATitle());
  ev::TitleRegistered unsigned_one = Docket::ATitle();
  unsigned_one.set_signatures(0);
  const std::string wrong = docket.Record("2025-04-29", unsigned_one);
  EXPECT_FALSE(Holds(docket.Ask("T03", kToday), "title_present"));
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(wrong);
  docket.Record("2025-04-30", annulled);
  EXPECT_TRUE(Holds(docket.Ask("T03", kToday), "title_present"));
  ev::EventCorrected corrected;
  corrected.set_target_event_id(title);
  corrected.set_corrected_type(ev::TitleRegistered::descriptor()->full_name());
  corrected.set_corrected_public(unsigned_one.SerializeAsString());
  docket.Record("2025-04-30", corrected);
  EXPECT_FALSE(Holds(docket.Ask("T03", kToday), "title_present"));
}

TEST(CourtGate, AsksForTheNoticeBeforeTheBureauWhereALawDoes) {
  Docket docket;
  docket.MakeReadyForCourt();
  ev::BureauReported report;
  report.set_date("2025-03-23");
  docket.Record("2025-03-23", report);
  EXPECT_TRUE(Holds(docket.Ask("T03", kToday), "bureau_notice"));
  docket.file_.set_regimes(0, "CO");
  ev::PreBureauNoticeSent notice;
  notice.set_date("2025-03-03");
  docket.Record("2025-03-03", notice);
  const auto late = docket.Ask("T03", kToday);
  EXPECT_FALSE(Holds(late, "bureau_notice"));
  EXPECT_EQ(Of(late, "bureau_notice").result.rule_id(), "CO-1266-12-notice");
  notice.set_date("2025-03-02");
  docket.Record("2025-03-02", notice);
  EXPECT_TRUE(Holds(docket.Ask("T03", kToday), "bureau_notice"));
}

TEST(Stages, GoForwardByThePolicyOfThePortfolio) {
  Docket docket;
  docket.file_.set_stage(ev::STAGE_PERSUASIVE);
  EXPECT_FALSE(docket.Ask("T01", CivilDay(2025, 1, 10)).passed);
  EXPECT_TRUE(docket.Ask("T01", CivilDay(2025, 1, 11)).passed);
  ASSERT_TRUE(docket.policy_.Set("t01.min_dpd", "30"));
  EXPECT_FALSE(docket.Ask("T01", CivilDay(2025, 2, 8)).passed);
  EXPECT_TRUE(docket.Ask("T01", CivilDay(2025, 2, 9)).passed);
  ASSERT_TRUE(docket.policy_.Set("t01.plan_attempts", "1"));
  EXPECT_FALSE(docket.Ask("T01", CivilDay(2025, 2, 9)).passed);
}

TEST(Stages, GoNowhereWhileTheCaseIsSuspendedOrClosed) {
  Docket docket;
  docket.MakeReadyForCourt();
  docket.file_.add_suspensions()->set_reason(ev::SUSPENSION_REASON_DISPUTE);
  docket.file_.set_state(casefile::v1::SUSPENDED);
  EXPECT_FALSE(docket.Ask("T03", kToday).passed);
  docket.file_.clear_suspensions();
  docket.file_.set_state(casefile::v1::CLOSED);
  EXPECT_FALSE(docket.Ask("T03", kToday).passed);
}

TEST(Stages, NeverLeaveOutWhatTheLawAsksFor) {
  Docket docket;
  docket.file_.set_stage(ev::STAGE_ADMINISTRATIVE);
  for (const std::string_view guard :
       {"initial_information", "written_information", "demand_delivered", "min_dpd", "min_attempts",
        "min_channels"}) {
    ASSERT_TRUE(docket.policy_.Set("t02." + std::string(guard), "false")) << guard;
  }
  const auto chilean = docket.Ask("T02", kToday);
  EXPECT_FALSE(chilean.passed);
  EXPECT_FALSE(Of(chilean, "initial_information").switched_off);
  EXPECT_EQ(Of(chilean, "initial_information").result.rule_id(), "CL-19496-37-info");
  EXPECT_TRUE(Of(chilean, "demand_delivered").switched_off);
  docket.file_.set_regimes(0, "PE");
  EXPECT_TRUE(docket.Ask("T02", kToday).passed);
}

TEST(Stages, AreJumpedOverOnlyByAPolicyAndWithEveryCondition) {
  Docket docket;
  docket.MakeReadyForCourt();
  docket.file_.set_stage(ev::STAGE_ADMINISTRATIVE);
  TransitionQuestion question;
  question.to_stage = ev::STAGE_LEGAL;
  auto evaluation = docket.Ask(question, kToday);
  EXPECT_FALSE(Holds(evaluation, "skip_allowed"));
  ASSERT_TRUE(docket.policy_.Set("allow_skip", "true"));
  evaluation = docket.Ask(question, kToday);
  EXPECT_TRUE(Holds(evaluation, "skip_allowed"));
  EXPECT_TRUE(Holds(evaluation, "from_stage"));
  EXPECT_EQ(evaluation.transition_id, "T03");
  EXPECT_EQ(evaluation.skipped, std::vector<std::string_view>{"T02"});
  EXPECT_FALSE(Holds(evaluation, "min_attempts"));
  EXPECT_FALSE(evaluation.passed);
  question.to_stage = ev::STAGE_PERSUASIVE;
  docket.file_.set_stage(ev::STAGE_LEGAL);
  EXPECT_FALSE(docket.Ask(question, kToday).passed);
}

TEST(WriteOffGate, AsksForAmountsReferenceAndTheEvidenceOfItsBasis) {
  Docket docket;
  EXPECT_FALSE(docket.Ask("T04", kToday).passed);
  ev::WriteOffProposed proposal;
  proposal.set_basis(ev::WRITE_OFF_BASIS_OVER_365_DAYS);
  *proposal.mutable_amounts() = docket.file_.obligations(0).components();
  proposal.set_cut_off_date("2026-01-31");
  proposal.set_accounting_ref("AC-1");
  proposal.set_accounting_period("2026-01");
  docket.Record("2026-01-31", proposal);
  EXPECT_FALSE(Holds(docket.Ask("T04", CivilDay(2026, 1, 10)), "basis_evidence"));
  EXPECT_TRUE(docket.Ask("T04", CivilDay(2026, 1, 11)).passed);
  proposal.mutable_amounts()->set_principal_minor(899'999);
  docket.Record("2026-01-31", proposal);
  EXPECT_FALSE(Holds(docket.Ask("T04", CivilDay(2026, 2, 1)), "amounts_complete"));
}

TEST(WriteOffGate, InChileAsksForAClaimAboveFiftyUf) {
  Docket docket;
  docket.file_.mutable_obligations(0)->set_balance_minor(9'000'000);
  docket.file_.mutable_obligations(0)->mutable_components()->set_principal_minor(9'000'000);
  ev::WriteOffProposed proposal;
  proposal.set_basis(ev::WRITE_OFF_BASIS_MEANS_EXHAUSTED);
  *proposal.mutable_amounts() = docket.file_.obligations(0).components();
  docket.Record("2025-04-01", proposal);
  docket.Record("2025-03-01", ev::FormalDemandSent());
  ev::ContactAttempted attempt;
  attempt.set_initiated_by(ev::INITIATOR_COLLECTOR);
  docket.Record("2025-02-01", attempt);
  EXPECT_FALSE(Holds(docket.Ask("T04", kToday), "basis_evidence"));
  docket.Record("2025-03-20", ev::ClaimFiled());
  EXPECT_TRUE(Holds(docket.Ask("T04", kToday), "basis_evidence"));
}

TEST(Closing, AccountsForEveryAmount) {
  Docket docket;
  TransitionQuestion question;
  question.transition_id = "T10";
  question.closing_reason = ev::CLOSING_REASON_COURT_FINAL_UNRECOVERED;
  ev::JudgmentEntered judgment;
  judgment.set_final(true);
  docket.Record("2025-04-01", judgment);
  auto evaluation = docket.Ask(question, kToday);
  EXPECT_TRUE(Holds(evaluation, "closing_evidence"));
  EXPECT_FALSE(Holds(evaluation, "components_accounted"));
  ev::Money lost;
  lost.set_code("CLP");
  lost.set_amount_minor(900'000);
  question.lost = {lost};
  EXPECT_TRUE(docket.Ask(question, kToday).passed);
  question.lost[0].set_code("CLF");
  EXPECT_FALSE(docket.Ask(question, kToday).passed);
}

TEST(Closing, OfEveryReasonIsRefusedWithoutItsEvidence) {
  for (const ClosingRow& row : ClosingRows()) {
    Docket docket;
    TransitionQuestion question;
    question.transition_id = "T10";
    question.closing_reason = row.reason;
    EXPECT_FALSE(Holds(docket.Ask(question, kToday), "closing_evidence"))
        << ev::ClosingReason_Name(row.reason);
  }
}

TEST(Reopening, ComesBackToCourtOnlyWithAnOpenDocket) {
  Docket docket;
  docket.file_.set_stage(ev::STAGE_LEGAL);
  docket.file_.set_state(casefile::v1::CLOSED);
  TransitionQuestion question;
  question.transition_id = "T11";
  question.reopening_reason = ev::REOPENING_REASON_CLOSING_ERROR;
  EXPECT_EQ(docket.Ask(question, kToday).to, ev::STAGE_PRELEGAL);
  ev::ClaimFiled filed;
  filed.set_docket_id("K-1");
  docket.Record("2025-04-01", filed);
  EXPECT_EQ(docket.Ask(question, kToday).to, ev::STAGE_LEGAL);
  question.reopening_reason = ev::REOPENING_REASON_PAYMENT_REVERSED;
  EXPECT_FALSE(docket.Ask(question, kToday).passed);
}

TEST(Opening, AsksForDebtsDebtorAndRegime) {
  ev::CaseOpened opened;
  for (const Finding& finding : EvaluateOpening(opened, {})) {
    EXPECT_FALSE(finding.result.passed()) << finding.result.guard_id();
  }
  opened.set_party_id("P-1");
  opened.add_regimes("CL");
  opened.add_obligation_ids("O-1");
  ev::ObligationPlaced placed;
  placed.set_obligation_id("O-1");
  EXPECT_FALSE(EvaluateOpening(opened, {placed})[0].result.passed());
  placed.set_issue_date("2024-01-10");
  for (const Finding& finding : EvaluateOpening(opened, {placed})) {
    EXPECT_TRUE(finding.result.passed()) << finding.result.guard_id();
  }
}

// Whatever is asked in whatever order, only what passes is done, and the stage that is reached is
// one that the table of transitions leads to.
TEST(Stages, ReachedByRandomCommandsAreThoseOfTheTable) {
  std::mt19937 random(20'261'122);
  const auto pick = [&random](int n) { return static_cast<int>(random() % n); };
  int moved = 0;
  for (int run = 0; run < 60; ++run) {
    Docket docket;
    if (pick(2) == 0) docket.MakeReadyForCourt();
    docket.file_.set_stage(static_cast<ev::Stage>(1 + pick(5)));
    if (pick(2) == 0) docket.policy_.Set("allow_skip", "true");
    for (const Guard& guard : Guards()) {
      if (pick(2) == 0) continue;
      for (const char* prefix : {"t01.", "t02.", "t04.", "t06.", "t07.", "t08.", "t09."})
        docket.policy_.Set(prefix + std::string(guard.id), "false");
    }
    for (int step = 0; step < 40; ++step) {
      TransitionQuestion question;
      if (pick(2) == 0) {
        question.transition_id = std::string(Transitions()[1 + pick(11)].id);
      } else {
        question.to_stage = static_cast<ev::Stage>(1 + pick(5));
      }
      question.closing_reason = static_cast<ev::ClosingReason>(1 + pick(15));
      question.reopening_reason = static_cast<ev::ReopeningReason>(1 + pick(3));
      question.override_given = pick(2) == 0;
      const bool closed = docket.file_.state() == casefile::v1::CLOSED;
      const ev::Stage from = docket.file_.stage();
      const auto evaluation = docket.Ask(question, kToday + pick(400));
      if (!evaluation.passed) continue;
      ++moved;
      const Transition* row = FindTransition(evaluation.transition_id);
      ASSERT_NE(row, nullptr);
      if (row->id == "T10") {
        ASSERT_FALSE(closed);
        docket.file_.set_state(casefile::v1::CLOSED);
        continue;
      }
      ASSERT_EQ(closed, row->id == "T11");
      docket.file_.set_state(casefile::v1::OPEN);
      if (row->id != "T11") {
        const bool jumped = !evaluation.skipped.empty();
        ASSERT_EQ(jumped, std::find(row->from.begin(), row->from.end(), from) == row->from.end());
        if (jumped) {
          ASSERT_TRUE(docket.policy_.True("allow_skip"));
          ASSERT_EQ(FindTransition(evaluation.skipped[0])->from[0], from);
        }
        ASSERT_TRUE(evaluation.to == row->to ||
                    (row->id == "T08" && evaluation.to == ev::STAGE_WRITTEN_OFF));
      }
      docket.file_.set_stage(evaluation.to);
      ev::StageChanged changed;
      changed.set_to_stage(evaluation.to);
      docket.Record("2025-05-01", changed);
    }
  }
  EXPECT_GT(moved, 50);
}

}  // namespace
}  // namespace constancia::policies
