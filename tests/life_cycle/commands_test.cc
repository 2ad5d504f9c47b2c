// Cases moved by commands and by time.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/case_desk.h"
#include "api/commands/keep_case.h"
#include "api/commands/messages.h"
#include "api/commands/run_timers.h"
#include "api/commands/transition_case.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/strategy.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/status.h"
#include "core/event/parting.h"
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

constexpr char kZone[] = "America/Santiago";

class LifeCycleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().projections = eventstore::InlineProjections();
    Now("2025-01-15T12:00:00-03:00");
    ASSERT_TRUE(ledger_.Create().ok());
    MakeDesk();
  }

  void MakeDesk() {
    access_.Follow(&ledger_.log(), &ledger_.clock());
    desk_.emplace(CaseDesk::Uses{.catalogue = &catalogue_,
                                 .zones = &zones_,
                                 .clock = &ledger_.clock(),
                                 .random = &random_,
                                 .log = &ledger_.log()});
    transition_.emplace(TransitionCase::Uses{.access = &access_, .desk = &*desk_});
    keep_.emplace(KeepCase::Uses{.access = &access_, .desk = &*desk_});
    timers_.emplace(RunTimers::Uses{.desk = &*desk_, .transition = &*transition_});
  }

  void Now(const std::string& at) { ledger_.clock().Set(At(at)); }

  Caller Person(const std::string& id) const {
    return {.kind = CallerKind::kPerson, .tenant = "tenant-1", .id = id};
  }

  static ledger::v1::Actor ActorOf(const Caller& caller) {
    ledger::v1::Actor actor;
    actor.set_kind(ledger::v1::PERSON);
    actor.set_id(caller.id);
    return actor;
  }

  std::string Parent() const { return std::string("tenants/tenant-1"); }
  std::string RequestId() { return absl::StrCat("request-", ++requests_); }

  // Records a fact of case C-1 now, as a source would.
  template <typename Payload>
  std::string Record(Payload payload) {
    if constexpr (requires { payload.set_case_id(""); }) payload.set_case_id("C-1");
    CaseAtDesk at_desk("C-1");
    at_desk.file.set_case_id("C-1");
    at_desk.file.set_party_id("P-1");
    at_desk.zone_name = kZone;
    at_desk.zone = *zones_.Find(kZone);
    ledger::v1::Actor actor;
    actor.set_kind(ledger::v1::SYSTEM);
    actor.set_id("core");
    auto draft = desk_->Draft(at_desk, ledger_.clock().Now(), actor, payload);
    EXPECT_TRUE(draft.ok()) << draft.status();
    eventstore::AppendRequest append;
    append.source = "core";
    append.request_id = RequestId();
    append.drafts.push_back(*std::move(draft));
    const auto result = ledger_.log().AppendAndWait(std::move(append));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? ToText(result->receipts.front().event_id) : "";
  }

  // The case C-1 of one Chilean debt, due on 2025-01-10.
  v1::OpenCaseRequest Opening() {
    v1::OpenCaseRequest request;
    request.set_parent(Parent());
    request.set_request_id(RequestId());
    *request.mutable_actor() = ActorOf(Person("sofia"));
    ev::CaseOpened* opened = request.mutable_opened();
    opened->set_case_id("C-1");
    opened->set_party_id("P-1");
    opened->set_creditor_id("bank");
    opened->set_portfolio_id("2025");
    opened->add_obligation_ids("O-1");
    opened->add_regimes("CL");
    opened->set_zone(kZone);
    opened->set_id_verified(true);
    ev::ObligationPlaced* placed = request.add_obligations();
    placed->set_obligation_id("O-1");
    placed->set_issue_date("2024-01-10");
    placed->set_due_date("2025-01-10");
    placed->set_currency("CLP");
    placed->mutable_components()->set_code("CLP");
    placed->mutable_components()->set_principal_minor(900'000);
    return request;
  }

  void OpenCase(ev::Stage stage = ev::STAGE_PERSUASIVE) {
    v1::OpenCaseRequest request = Opening();
    request.mutable_opened()->set_stage(stage);
    const auto opened = keep_->Open(Person("sofia"), request);
    ASSERT_TRUE(opened.ok()) << opened.status();
  }

  v1::EvaluateTransitionRequest Question(const std::string& transition_id) const {
    v1::EvaluateTransitionRequest request;
    request.set_parent(Parent());
    request.set_case_id("C-1");
    request.set_transition_id(transition_id);
    return request;
  }

  absl::StatusOr<v1::TransitionCaseResponse> Move(const std::string& person,
                                                  const v1::EvaluateTransitionRequest& question,
                                                  const std::string& proposal = "",
                                                  const std::string& request_id = "") {
    v1::TransitionCaseRequest request;
    *request.mutable_transition() = question;
    request.set_request_id(request_id.empty() ? RequestId() : request_id);
    *request.mutable_actor() = ActorOf(Person(person));
    request.set_proposal_event_id(proposal);
    return transition_->Run(Person(person), request);
  }

  // Everything the court gate asks for besides the case itself; records it on 2025-04-30.
  void MakeReadyForCourt() {
    Now("2025-04-05T12:00:00-04:00");
    ev::ContactPointAdded address;
    address.set_contact_point_id("A-1");
    address.set_kind(ev::CONTACT_POINT_KIND_ADDRESS);
    address.set_party_id("P-1");
    Record(address);
    ev::ContactPointVerified verified;
    verified.set_contact_point_id("A-1");
    verified.set_result(ev::VERIFICATION_RESULT_CONFIRMED);
    verified.set_party_id("P-1");
    Record(verified);
    ev::FormalDemandSent demand;
    demand.set_letter_id("L-1");
    Record(demand);
    ev::LetterDelivered delivered;
    delivered.set_letter_id("L-1");
    delivered.set_date("2025-04-05");
    Record(delivered);
    ev::PowerOfAttorneyRecorded power;
    power.set_date("2024-01-01");
    Record(power);
    ev::TitleRegistered title;
    title.set_title_id("T-1");
    title.set_kind(ev::TITLE_KIND_PROMISSORY_NOTE);
    title.set_date("2024-01-10");
    title.set_signatures(2);
    title.set_custody("vault-1");
    title.set_scan_sha256(std::string(32, 's'));
    Record(title);
    Now("2025-04-30T12:00:00-04:00");
    ev::BalanceReported report;
    report.set_obligation_id("O-1");
    report.set_as_of("2025-04-30");
    report.mutable_components()->set_code("CLP");
    report.mutable_components()->set_principal_minor(900'000);
    report.set_document_digest(std::string(32, 'd'));
    Record(report);
    ev::LitigationProposed proposed;
    proposed.mutable_expected_cost()->set_amount_minor(100'000);
    proposed.mutable_expected_cost()->set_code("CLP");
    proposed.mutable_expected_recovery()->set_amount_minor(600'000);
    proposed.mutable_expected_recovery()->set_code("CLP");
    proposed.set_court("santiago-3");
    Record(proposed);
  }

  // Names of the types of the case's events from `from` on.
  std::vector<std::string> Types(uint64_t from) {
    std::vector<std::string> types;
    const auto events =
        ledger_.reader().ReadStream(testing::CaseStream("C-1"), Sequence{from}, 1'000);
    EXPECT_TRUE(events.ok());
    for (const auto& event : *events)
      types.push_back(event.header.type().substr(event.header.type().rfind('.') + 1));
    return types;
  }

  uint64_t Version() { return ledger_.reader().VersionOf(testing::CaseStream("C-1"))->value; }

  casefile::v1::CaseFile File() {
    const auto view = eventstore::ReadCase(ledger_.log(), "C-1");
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? view->file : casefile::v1::CaseFile();
  }

  template <typename Payload>
  Payload LastOf() {
    Payload payload;
    const auto events = ledger_.reader().ReadStream(testing::CaseStream("C-1"), Sequence{0}, 1'000);
    for (const auto& event : *events) {
      if (event.header.type() == Payload::descriptor()->full_name())
        payload.ParseFromString(event.header.public_payload());
    }
    return payload;
  }

  size_t RunTimers() {
    const auto events = timers_->RunDue();
    EXPECT_TRUE(events.ok()) << events.status();
    return events.value_or(0);
  }

  testing::TestLedger ledger_;
  const Catalogue catalogue_;
  const Zones zones_ = *Zones::Load();
  Access access_{{{"person/sofia", *Roles::Parse("SUPERVISOR")},
                  {"person/ana", *Roles::Parse("AGENT")},
                  {"person/lucia", *Roles::Parse("LEGAL")},
                  {"person/carlos", *Roles::Parse("COMPLIANCE LEGAL")},
                  {"person/fabio", *Roles::Parse("FINANCE")},
                  {"person/flor", *Roles::Parse("FINANCE")}}};
  SeededRandom random_{7};
  std::optional<CaseDesk> desk_;
  std::optional<TransitionCase> transition_;
  std::optional<KeepCase> keep_;
  std::optional<api::RunTimers> timers_;
  int requests_ = 0;
};

TEST_F(LifeCycleTest, ACaseIsNotOpenedWithoutADebtAndARegime) {
  v1::OpenCaseRequest request = Opening();
  request.clear_obligations();
  const auto refused = keep_->Open(Person("sofia"), request);
  EXPECT_EQ(ReasonOf(refused.status()), error::v1::GUARD_FAILED);
  request = Opening();
  request.mutable_opened()->clear_regimes();
  EXPECT_EQ(ReasonOf(keep_->Open(Person("sofia"), request).status()), error::v1::GUARD_FAILED);
  EXPECT_EQ(ReasonOf(keep_->Open(Person("lucia"), Opening()).status()),
            error::v1::SCOPE_NOT_GRANTED);
  EXPECT_EQ(Version(), 0u);
}

TEST_F(LifeCycleTest, ACaseIsOpenedOnceHoweverOftenItIsAsked) {
  const v1::OpenCaseRequest request = Opening();
  const auto first = keep_->Open(Person("sofia"), request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(keep_->Open(Person("sofia"), request)->receipts(0).event_id(),
            first->receipts(0).event_id());
  EXPECT_EQ(ReasonOf(keep_->Open(Person("sofia"), Opening()).status()), error::v1::EXISTS_ALREADY);
  EXPECT_THAT(Types(0), ElementsAre("CaseOpened", "ObligationPlaced"));
}

TEST_F(LifeCycleTest, ARefusalNamesWhatIsMissingAndIsOnRecord) {
  OpenCase(ev::STAGE_PRELEGAL);
  const uint64_t before = Version();
  const auto refused = Move("lucia", Question("T03"), "", "again");
  ASSERT_EQ(ReasonOf(refused.status()), error::v1::GUARD_FAILED);
  v1::FailedGuards failed;
  const auto payload = refused.status().GetPayload(kFailedGuardsPayload);
  ASSERT_TRUE(payload.has_value() && failed.ParseFromString(std::string(*payload)));
  EXPECT_FALSE(failed.guards().empty());
  for (const v1::GuardFinding& guard : failed.guards()) {
    EXPECT_FALSE(guard.missing().es().empty()) << guard.result().guard_id();
    EXPECT_FALSE(guard.missing().pt().empty());
    EXPECT_FALSE(guard.missing().en().empty());
  }
  EXPECT_THAT(Types(before), ElementsAre("StageChangeRefused"));
  EXPECT_EQ(LastOf<ev::StageChangeRefused>().failed_guards_size(), failed.guards_size());
  // Asked again under the same id, it is refused again and recorded once.
  EXPECT_EQ(ReasonOf(Move("lucia", Question("T03"), "", "again").status()),
            error::v1::GUARD_FAILED);
  EXPECT_EQ(Version(), before + 1);
  EXPECT_EQ(File().stage(), ev::STAGE_PRELEGAL);
}

TEST_F(LifeCycleTest, TheDryRunAndTheDeedGiveTheSameAnswer) {
  OpenCase(ev::STAGE_PRELEGAL);
  const auto dry = transition_->Evaluate(Person("lucia"), Question("T03"));
  ASSERT_TRUE(dry.ok()) << dry.status();
  std::vector<std::string> missing;
  for (const v1::GuardFinding& guard : dry->guards()) {
    if (!guard.result().passed()) missing.push_back(guard.result().guard_id());
  }
  (void)Move("lucia", Question("T03"));
  std::vector<std::string> refused;
  const auto recorded = LastOf<ev::StageChangeRefused>();
  for (const ev::GuardResult& guard : recorded.failed_guards()) refused.push_back(guard.guard_id());
  EXPECT_EQ(missing, refused);
}

TEST_F(LifeCycleTest, ACaseGoesToCourtByTwoPersonsWithItsHoldAndItsPackInOneAppend) {
  OpenCase(ev::STAGE_PRELEGAL);
  EXPECT_EQ(ReasonOf(Move("lucia", Question("T03")).status()), error::v1::GUARD_FAILED);
  MakeReadyForCourt();
  EXPECT_EQ(ReasonOf(Move("sofia", Question("T03")).status()), error::v1::SCOPE_NOT_GRANTED);

  const auto proposed = Move("lucia", Question("T03"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->outcome(), v1::TransitionCaseResponse::PROPOSED);
  EXPECT_EQ(File().stage(), ev::STAGE_PRELEGAL);
  const std::string proposal = proposed->evaluation().proposal_event_id();
  EXPECT_EQ(transition_->Evaluate(Person("lucia"), Question("T03"))->proposal_event_id(), proposal);

  // Neither the same person nor one without the role.
  EXPECT_EQ(ReasonOf(Move("lucia", Question("T03"), proposal).status()),
            error::v1::SECOND_PERSON_REQUIRED);
  EXPECT_EQ(ReasonOf(Move("sofia", Question("T03"), proposal).status()),
            error::v1::SECOND_PERSON_REQUIRED);

  const uint64_t before = Version();
  const auto done = Move("carlos", Question("T03"), proposal, "approve-1");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->outcome(), v1::TransitionCaseResponse::DONE);
  EXPECT_THAT(Types(before),
              ElementsAre("StageChanged", "MatterOpened", "HoldPlaced", "ExportRequested"));
  for (int i = 1; i < done->receipts_size(); ++i)
    EXPECT_EQ(done->receipts(i).position(), done->receipts(0).position() + i);
  EXPECT_EQ(File().stage(), ev::STAGE_LEGAL);
  const auto changed = LastOf<ev::StageChanged>();
  ASSERT_EQ(changed.approvals_size(), 2);
  EXPECT_EQ(changed.approvals(0).actor_id(), "lucia");
  EXPECT_EQ(changed.approvals(1).actor_id(), "carlos");
  EXPECT_EQ(changed.approvals(1).meaning(), "approves-filing");
  EXPECT_EQ(LastOf<ev::ExportRequested>().kind(), ev::EXPORT_KIND_LITIGATION);
  EXPECT_EQ(LastOf<ev::HoldPlaced>().matter_id(), LastOf<ev::MatterOpened>().matter_id());
  EXPECT_EQ(LastOf<ev::HoldPlaced>().scope_size(), 3);

  // A repeated approval gets the first answer; the proposal is spent for any other.
  EXPECT_EQ(Move("carlos", Question("T03"), proposal, "approve-1")->receipts(0).event_id(),
            done->receipts(0).event_id());
  EXPECT_EQ(ReasonOf(Move("carlos", Question("T03"), proposal).status()), error::v1::GUARD_FAILED);
}

TEST_F(LifeCycleTest, WhatIsRecordedBetweenProposalAndApprovalCounts) {
  OpenCase(ev::STAGE_PRELEGAL);
  MakeReadyForCourt();
  const auto proposed = Move("lucia", Question("T03"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  ev::InsolvencyRecorded stay;
  stay.set_party_id("P-1");
  stay.set_stay(true);
  Record(stay);
  EXPECT_EQ(
      ReasonOf(
          Move("carlos", Question("T03"), proposed->evaluation().proposal_event_id()).status()),
      error::v1::GUARD_FAILED);
  EXPECT_EQ(File().stage(), ev::STAGE_PRELEGAL);
}

TEST_F(LifeCycleTest, AnOverrideKeepsItsReasonForTheApproval) {
  OpenCase(ev::STAGE_PRELEGAL);
  MakeReadyForCourt();
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  promise.set_due_date("2025-06-30");
  promise.mutable_amount()->set_amount_minor(100'000);
  promise.mutable_amount()->set_code("CLP");
  Record(promise);
  EXPECT_EQ(ReasonOf(Move("lucia", Question("T03")).status()), error::v1::GUARD_FAILED);
  auto question = Question("T03");
  question.set_override_reason("El deudor vende sus bienes");
  const auto proposed = Move("lucia", question);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const auto done = Move("carlos", Question("T03"), proposed->evaluation().proposal_event_id());
  ASSERT_TRUE(done.ok()) << done.status();
  bool overridden = false;
  const auto changed = LastOf<ev::StageChanged>();
  for (const ev::GuardResult& guard : changed.guards())
    overridden = overridden || (guard.guard_id() == "no_standstill" && guard.overridden());
  EXPECT_TRUE(overridden);
  const auto event = ledger_.reader().ReadEvent({done->receipts(0).position()});
  ev::StageChanged personal;
  personal.ParseFromString(ledger_.reader().OpenPersonal(*event)->personal_part);
  EXPECT_EQ(personal.override_reason(), "El deudor vende sus bienes");
}

TEST_F(LifeCycleTest, AWriteOffCommitsItsMarkAndItsPack) {
  OpenCase(ev::STAGE_ADMINISTRATIVE);
  Now("2026-02-01T12:00:00-03:00");
  ev::WriteOffProposed proposal;
  proposal.set_basis(ev::WRITE_OFF_BASIS_OVER_365_DAYS);
  proposal.mutable_amounts()->set_code("CLP");
  proposal.mutable_amounts()->set_principal_minor(900'000);
  proposal.set_cut_off_date("2026-01-31");
  proposal.set_accounting_ref("AC-1");
  proposal.set_accounting_period("2026-01");
  Record(proposal);
  const auto proposed = Move("fabio", Question("T04"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const uint64_t before = Version();
  const auto done = Move("flor", Question("T04"), proposed->evaluation().proposal_event_id());
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_THAT(Types(before), ElementsAre("StageChanged", "WriteOffApproved", "ExportRequested"));
  EXPECT_EQ(File().stage(), ev::STAGE_WRITTEN_OFF);
  EXPECT_EQ(File().obligations(0).accounting_mark(), ev::ACCOUNTING_MARK_WRITTEN_OFF);
}

TEST_F(LifeCycleTest, ASuspendedCaseGoesNowhereUntilItsRoleResumesIt) {
  OpenCase();
  // Without it the case is not for legal to see.
  Record(ev::LitigationProposed());
  v1::SuspendCaseRequest suspend;
  suspend.set_parent(Parent());
  suspend.set_request_id(RequestId());
  *suspend.mutable_actor() = ActorOf(Person("lucia"));
  suspend.set_case_id("C-1");
  suspend.set_reason(ev::SUSPENSION_REASON_COURT_ORDER);
  suspend.set_note("Orden del tribunal");
  ASSERT_TRUE(keep_->Suspend(Person("lucia"), suspend).ok());
  suspend.set_request_id(RequestId());
  EXPECT_EQ(ReasonOf(keep_->Suspend(Person("lucia"), suspend).status()), error::v1::GUARD_FAILED);
  EXPECT_EQ(ReasonOf(Move("sofia", Question("T01")).status()), error::v1::GUARD_FAILED);

  v1::ResumeCaseRequest resume;
  resume.set_parent(Parent());
  resume.set_request_id(RequestId());
  *resume.mutable_actor() = ActorOf(Person("sofia"));
  resume.set_case_id("C-1");
  resume.set_reason(ev::SUSPENSION_REASON_COURT_ORDER);
  EXPECT_EQ(ReasonOf(keep_->Resume(Person("sofia"), resume).status()),
            error::v1::SCOPE_NOT_GRANTED);
  *resume.mutable_actor() = ActorOf(Person("carlos"));
  ASSERT_TRUE(keep_->Resume(Person("carlos"), resume).ok());
  ASSERT_TRUE(Move("sofia", Question("T01")).ok());
  EXPECT_EQ(File().stage(), ev::STAGE_ADMINISTRATIVE);
}

TEST_F(LifeCycleTest, ACaseIsAssignedReassignedAndNoted) {
  OpenCase();
  v1::AssignCaseRequest assign;
  assign.set_parent(Parent());
  assign.set_request_id(RequestId());
  *assign.mutable_actor() = ActorOf(Person("sofia"));
  assign.set_case_id("C-1");
  assign.set_agent_id("ana");
  ASSERT_TRUE(keep_->Assign(Person("sofia"), assign).ok());
  EXPECT_EQ(File().agent_id(), "ana");
  v1::AddNoteRequest note;
  note.set_parent(Parent());
  note.set_request_id(RequestId());
  *note.mutable_actor() = ActorOf(Person("ana"));
  note.set_case_id("C-1");
  note.set_text("Llamará el lunes");
  ASSERT_TRUE(keep_->AddNote(Person("ana"), note).ok());
  assign.set_request_id(RequestId());
  assign.set_agent_id("berta");
  ASSERT_TRUE(keep_->Assign(Person("sofia"), assign).ok());
  EXPECT_EQ(LastOf<ev::CaseReassigned>().from_agent_id(), "ana");
  // It is no longer hers.
  note.set_request_id(RequestId());
  EXPECT_EQ(ReasonOf(keep_->AddNote(Person("ana"), note).status()), error::v1::SCOPE_NOT_GRANTED);
  EXPECT_EQ(LastOf<ev::NoteAdded>().text(), "");
  EXPECT_EQ(LastOf<ev::NoteAdded>().category(), ev::NOTE_CATEGORY_GENERAL);
}

TEST_F(LifeCycleTest, APortfolioDescribesItsStagesWithoutCode) {
  ev::PolicyPublished policy;
  policy.set_kind(ev::POLICY_KIND_COLLECTION);
  policy.set_creditor_id("bank");
  policy.set_portfolio_id("2025");
  ev::PolicyParameter* late = policy.add_parameters();
  late->set_name("t01.min_dpd");
  late->set_value("30");
  OpenCase();
  Record(policy);
  EXPECT_EQ(ReasonOf(Move("sofia", Question("T01")).status()), error::v1::GUARD_FAILED);
  Now("2025-02-09T12:00:00-03:00");
  EXPECT_TRUE(Move("sofia", Question("T01")).ok());
}

TEST_F(LifeCycleTest, APromiseIsJudgedAtTheEndOfItsLastDateHoweverLateTheServerLooks) {
  OpenCase();
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  promise.set_due_date("2025-01-20");
  promise.mutable_amount()->set_amount_minor(100'000);
  promise.mutable_amount()->set_code("CLP");
  promise.add_obligation_ids("O-1");
  Record(promise);
  Now("2025-01-23T23:59:59-03:00");
  EXPECT_EQ(RunTimers(), 0u);
  Now("2025-03-01T09:00:00-03:00");
  const uint64_t before = Version();
  EXPECT_EQ(RunTimers(), 1u);
  EXPECT_THAT(Types(before), ElementsAre("PromiseBroken"));
  const auto events = ledger_.reader().ReadStream(testing::CaseStream("C-1"), Sequence{before}, 1);
  EXPECT_EQ(events->front().header.occurred_at(), At("2025-01-24T00:00:00-03:00").micros);
  EXPECT_EQ(RunTimers(), 0u);
  // A server that starts anew finds nothing to do.
  MakeDesk();
  EXPECT_EQ(RunTimers(), 0u);
}

TEST_F(LifeCycleTest, APromisePaidInTwoPartsWithOneReversedIsKeptInPart) {
  OpenCase();
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  promise.set_due_date("2025-01-20");
  promise.mutable_amount()->set_amount_minor(100'000);
  promise.mutable_amount()->set_code("CLP");
  promise.add_obligation_ids("O-1");
  Record(promise);
  for (const char* id : {"PAY-1", "PAY-2"}) {
    ev::PaymentConfirmed payment;
    payment.set_payment_id(id);
    payment.mutable_amount()->set_amount_minor(50'000);
    payment.mutable_amount()->set_code("CLP");
    payment.add_obligation_ids("O-1");
    payment.set_effective_date("2025-01-18");
    Record(payment);
  }
  ev::PaymentReversed reversed;
  reversed.set_payment_id("PAY-2");
  Record(reversed);
  Now("2025-01-24T09:00:00-03:00");
  EXPECT_EQ(RunTimers(), 1u);
  EXPECT_EQ(LastOf<ev::PromisePartiallyKept>().paid().amount_minor(), 50'000);
}

TEST_F(LifeCycleTest, AComplaintHasItsDutiesAndMissesThoseThatNobodyMet) {
  OpenCase();
  Now("2025-09-15T10:00:00-03:00");
  ev::ComplaintReceived complaint;
  complaint.set_complaint_id("Q-1");
  complaint.set_authority("SERNAC");
  Record(complaint);
  uint64_t before = Version();
  EXPECT_EQ(RunTimers(), 2u);
  EXPECT_THAT(Types(before), ElementsAre("DutyCreated", "DutyCreated"));
  EXPECT_EQ(LastOf<ev::DutyCreated>().rule_id(), "CL-complaint-sernac");
  // 18 business days, over the holidays of September.
  EXPECT_EQ(LastOf<ev::DutyCreated>().deadline(), "2025-10-13");
  Now("2025-10-10T10:00:00-03:00");
  ev::ComplaintAnswered answered;
  answered.set_complaint_id("Q-1");
  Record(answered);
  before = Version();
  Now("2025-10-14T00:00:00-03:00");
  EXPECT_EQ(RunTimers(), 2u);
  // Nobody acknowledged it within two business days; it was answered in time.
  EXPECT_THAT(Types(before), ElementsAre("DutyMissed", "DutyFulfilled"));
}

TEST_F(LifeCycleTest, ADisputeIsToBeResolvedInTheCountrysBusinessDays) {
  OpenCase();
  Now("2025-09-15T10:00:00-03:00");
  ev::DisputeOpened dispute;
  dispute.set_dispute_id("D-1");
  Record(dispute);
  EXPECT_EQ(RunTimers(), 1u);
  EXPECT_EQ(LastOf<ev::DutyCreated>().deadline(), "2025-10-08");
}

TEST_F(LifeCycleTest, ACaseEntersTheNextStageByItselfWhereThePolicySaysSo) {
  OpenCase();
  Now("2025-02-20T09:00:00-03:00");
  EXPECT_EQ(RunTimers(), 0u);
  ev::PolicyPublished policy;
  policy.set_kind(ev::POLICY_KIND_COLLECTION);
  policy.set_creditor_id("bank");
  const std::pair<const char*, const char*> parameters[] = {{"t01.by_timer", "true"},
                                                            {"t01.min_dpd", "30"}};
  for (const auto& [name, value] : parameters) {
    ev::PolicyParameter* parameter = policy.add_parameters();
    parameter->set_name(name);
    parameter->set_value(value);
  }
  Record(policy);
  MakeDesk();
  const uint64_t before = Version();
  EXPECT_EQ(RunTimers(), 1u);
  EXPECT_THAT(Types(before), ElementsAre("StageChanged"));
  EXPECT_EQ(File().stage(), ev::STAGE_ADMINISTRATIVE);
  MakeDesk();
  EXPECT_EQ(RunTimers(), 0u);
}

}  // namespace
}  // namespace constancia::api
