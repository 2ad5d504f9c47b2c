#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/case/money.h"
#include "core/case/promise.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/test_story.h"

namespace constancia::eventstore {
namespace {

using casefile::v1::CaseFile;
using casefile::v1::ObligationFile;
using casefile::v1::PromiseFile;

CaseFile FileOf(const Story& story) {
  const MapRows rows = story.Fold(CaseFiles());
  return ReadCaseFile(rows, "C-1")->value_or(CaseFile());
}

ObligationFile DebtOf(const Story& story, const std::string& id = "O-1") {
  const CaseFile file = FileOf(story);
  for (const ObligationFile& debt : file.obligations()) {
    if (debt.obligation_id() == id) return debt;
  }
  ADD_FAILURE() << "no debt " << id;
  return {};
}

ev::ObligationPlaced PlacedAs(const std::string& id, int64_t principal, const std::string& due) {
  ev::ObligationPlaced placed = Placed(principal);
  placed.set_obligation_id(id);
  placed.set_due_date(due);
  return placed;
}

ev::PaymentConfirmed PaidOn(const std::string& id, int64_t amount, const std::string& date,
                            std::vector<std::string> debts) {
  ev::PaymentConfirmed paid = Paid(id, amount, date);
  paid.clear_obligation_ids();
  for (std::string& debt : debts) paid.add_obligation_ids(std::move(debt));
  return paid;
}

ev::PaymentReversed Reversed(const std::string& id, int64_t amount = 0) {
  ev::PaymentReversed reversed;
  reversed.set_payment_id(id);
  if (amount != 0) *reversed.mutable_amount() = Clp(amount);
  return reversed;
}

ev::FeeCharged Fee(const std::string& id, int64_t amount, const std::string& date) {
  ev::FeeCharged fee;
  fee.set_fee_id(id);
  fee.set_obligation_id("O-1");
  fee.set_kind(ev::FEE_KIND_COLLECTION);
  *fee.mutable_amount() = Clp(amount);
  fee.set_effective_date(date);
  return fee;
}

ev::BalanceReported Reported(int64_t principal, const std::string& date) {
  ev::BalanceReported reported;
  reported.set_obligation_id("O-1");
  reported.set_as_of(date);
  reported.mutable_components()->set_code("CLP");
  reported.mutable_components()->set_principal_minor(principal);
  return reported;
}

TEST(CaseMoney, APaymentThatNeverHappenedDoesNotCount) {
  Story story;
  story.Add(Placed(100'000), kMonday);
  const std::string paid = story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  EXPECT_EQ(DebtOf(story).balance_minor(), 70'000);
  story.Add(Annulled(paid), kMonday + kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 100'000);
  EXPECT_TRUE(DebtOf(story).movements().empty());
}

TEST(CaseMoney, ACorrectedPaymentCountsAsCorrected) {
  Story story;
  story.Add(Placed(100'000), kMonday);
  const std::string paid = story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  story.Add(Corrected(paid, Paid("PAY-1", 3'000, "2025-03-01")), kMonday + kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 97'000);
  EXPECT_EQ(DebtOf(story).movements(0).effective_date(), "2025-03-01");
  story.Add(Corrected(paid, Paid("PAY-1", 4'000, "2025-03-01")), kMonday + 2 * kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 96'000);
}

TEST(CaseMoney, ABackDatedPaymentGivesTheBalanceItWouldHaveGivenInOrder) {
  Story late;
  late.Add(Opened(), kMonday);
  late.Add(Placed(100'000), kMonday);
  late.Add(Fee("F-1", 1'000, "2025-03-05"), kMonday);
  late.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  late.Add(Paid("PAY-0", 20'000, "2025-03-01"), kMonday + kDay);
  const ObligationFile debt = DebtOf(late);
  EXPECT_EQ(debt.balance_minor(), 51'000);
  // The earlier payment found no fee yet, so all of it was capital.
  EXPECT_EQ(debt.movements(0).id(), "PAY-0");
  EXPECT_EQ(debt.movements(0).applied().principal_minor(), 20'000);
  EXPECT_EQ(debt.movements(2).applied().collection_fee_minor(), 1'000);
  EXPECT_EQ(debt.movements(2).applied().principal_minor(), 29'000);
}

TEST(CaseMoney, ABackDatedPaymentMovesTheOldestUnpaidDueDateAndKeepsAPromise) {
  Story story;
  ev::ObligationPlaced placed = Placed(200);
  for (const char* due : {"2025-02-01", "2025-03-01"}) {
    ev::Instalment* instalment = placed.add_schedule();
    instalment->set_number(static_cast<uint32_t>(placed.schedule_size()));
    instalment->set_due_date(due);
    instalment->mutable_amount()->set_principal_minor(100);
  }
  story.Add(placed, kMonday - 40 * kDay);
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  *promise.mutable_amount() = Clp(100);
  promise.set_due_date("2025-03-14");
  promise.add_obligation_ids("O-1");
  story.Add(promise, kMonday);
  EXPECT_EQ(DaysPastDue(DebtOf(story), "2025-03-31"), 58);
  EXPECT_EQ(JudgePromise(FileOf(story).promises(0), PromiseTerms(), "2025-03-31").state,
            PromiseFile::BROKEN);
  story.Add(Paid("PAY-1", 100, "2025-03-12"), kMonday + 30 * kDay);
  EXPECT_EQ(DaysPastDue(DebtOf(story), "2025-03-31"), 30);
  EXPECT_EQ(JudgePromise(FileOf(story).promises(0), PromiseTerms(), "2025-03-31").state,
            PromiseFile::KEPT);
  story.Add(Reversed("PAY-1"), kMonday + 31 * kDay);
  EXPECT_EQ(JudgePromise(FileOf(story).promises(0), PromiseTerms(), "2025-03-31").state,
            PromiseFile::BROKEN);
}

TEST(CaseMoney, AReversalFindsItsPaymentWhicheverDebtItNames) {
  Story story;
  story.Add(Reversed("PAY-1"), kMonday);
  story.Add(Placed(100'000), kMonday);
  story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  EXPECT_EQ(DebtOf(story).balance_minor(), 100'000);
  EXPECT_TRUE(DebtOf(story).movements(0).reversed());
  EXPECT_EQ(FileOf(story).obligations_size(), 1);
}

TEST(CaseMoney, APartOfAPaymentMayBeTakenBack) {
  Story story;
  story.Add(Placed(100'000), kMonday);
  story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  story.Add(Reversed("PAY-1", 10'000), kMonday + kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 80'000);
  EXPECT_FALSE(DebtOf(story).movements(0).reversed());
  story.Add(Reversed("PAY-1", 25'000), kMonday + kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 100'000);
}

TEST(CaseMoney, APaymentCountsOnceHoweverOftenItIsConfirmed) {
  Story story;
  story.Add(Placed(1'000), kMonday);
  story.Add(Paid("P1", 300, "2025-03-03"), kMonday);
  story.Add(Paid("P1", 300, "2025-03-03"), kMonday + 1);
  EXPECT_EQ(DebtOf(story).balance_minor(), 700);
}

TEST(CaseMoney, APaymentThatNamesNoDebtGoesToTheOldestThenByName) {
  Story story;
  story.Add(PlacedAs("O-2", 100, "2025-01-01"), kMonday);
  story.Add(PlacedAs("O-1", 100, "2025-02-01"), kMonday);
  story.Add(PlacedAs("O-0", 100, "2025-02-01"), kMonday);
  story.Add(PaidOn("PAY-1", 150, "2025-03-01", {}), kMonday);
  EXPECT_EQ(DebtOf(story, "O-2").balance_minor(), 0);
  EXPECT_EQ(DebtOf(story, "O-0").balance_minor(), 50);
  EXPECT_EQ(DebtOf(story, "O-1").balance_minor(), 100);
  EXPECT_EQ(DebtOf(story, "O-0").movements(0).applied().principal_minor(), 50);
}

TEST(CaseMoney, WhatIsBeyondTheDebtNamedIsTheDebtorsAndNotAnothersPayment) {
  Story story;
  story.Add(PlacedAs("O-1", 100, "2025-02-01"), kMonday);
  story.Add(PlacedAs("O-2", 100, "2025-01-01"), kMonday);
  story.Add(PaidOn("PAY-1", 130, "2025-03-01", {"O-1"}), kMonday);
  EXPECT_EQ(DebtOf(story, "O-2").balance_minor(), 100);
  EXPECT_EQ(DebtOf(story).unapplied_minor(), 30);
  ASSERT_EQ(FileOf(story).unapplied_size(), 1);
  EXPECT_EQ(FileOf(story).unapplied(0).amount_minor(), 30);
  ev::RefundIssued refund;
  *refund.mutable_amount() = Clp(30);
  story.Add(refund, kMonday);
  EXPECT_TRUE(FileOf(story).unapplied().empty());
}

TEST(CaseMoney, CurrenciesAreNeverMixed) {
  Story story;
  story.Add(Placed(100), kMonday);
  ev::PaymentConfirmed dollars = Paid("PAY-1", 70, "2025-03-01");
  dollars.mutable_amount()->set_code("USD");
  story.Add(dollars, kMonday);
  ev::FeeCharged fee = Fee("F-1", 5, "2025-03-01");
  fee.mutable_amount()->set_code("CLF");
  story.Add(fee, kMonday);
  ev::BalanceReported reported = Reported(1, "2025-03-05");
  reported.mutable_components()->set_code("USD");
  story.Add(reported, kMonday);
  const CaseFile file = FileOf(story);
  EXPECT_EQ(file.obligations(0).balance_minor(), 100);
  EXPECT_EQ(file.obligations(0).code(), "CLP");
  EXPECT_EQ(file.obligations(0).unapplied_minor(), 0);
  ASSERT_EQ(file.unapplied_size(), 1);
  EXPECT_EQ(file.unapplied(0).code(), "USD");
  EXPECT_EQ(file.unapplied(0).amount_minor(), 70);
}

TEST(CaseMoney, AReportHoldsEverythingUntilItsDate) {
  Story story;
  story.Add(Placed(1'000), kMonday);
  story.Add(Paid("P1", 300, "2025-03-03"), kMonday);
  story.Add(Paid("P2", 100, "2025-04-03"), kMonday);
  story.Add(Reported(650, "2025-03-31"), kMonday);
  story.Add(Reported(900, "2025-02-28"), kMonday + kDay);  // told late, of an earlier date
  EXPECT_EQ(DebtOf(story).balance_minor(), 550);
  EXPECT_EQ(DebtOf(story).paid_minor(), 400);
  EXPECT_TRUE(FileOf(story).unapplied().empty());
}

TEST(CaseMoney, AReportThatNeverHappenedLeavesTheOneBefore) {
  Story story;
  story.Add(Placed(1'000), kMonday);
  story.Add(Reported(650, "2025-03-01"), kMonday);
  const std::string wrong = story.Add(Reported(9, "2025-03-05"), kMonday);
  EXPECT_EQ(DebtOf(story).balance_minor(), 9);
  story.Add(Annulled(wrong), kMonday);
  EXPECT_EQ(DebtOf(story).balance_minor(), 650);
}

TEST(CaseMoney, AFeeTakesNothingAboveItsCap) {
  Story story;
  story.Add(Placed(1'000), kMonday);
  ev::FeeCharged fee = Fee("F-1", 90, "2025-03-01");
  *fee.mutable_legal_cap()->mutable_computed_max() = Clp(60);
  story.Add(fee, kMonday);
  EXPECT_EQ(DebtOf(story).components().collection_fee_minor(), 60);
  ev::FeeReversed reversed;
  reversed.set_fee_id("F-1");
  reversed.set_obligation_id("O-1");
  story.Add(reversed, kMonday);
  EXPECT_EQ(DebtOf(story).balance_minor(), 1'000);
}

TEST(CaseMoney, AWrittenOffMarkSurvivesPaymentReversalRestructureAndReplay) {
  Story story;
  ev::WriteOffApproved written_off;
  written_off.add_obligation_ids("O-1");
  written_off.set_date("2025-03-05");
  const auto expect_marked = [&] {
    EXPECT_EQ(DebtOf(story).accounting_mark(), ev::ACCOUNTING_MARK_WRITTEN_OFF);
  };
  story.Add(written_off, kMonday);
  ev::ObligationPlaced placed = Placed(100);
  placed.set_accounting_mark(ev::ACCOUNTING_MARK_CURRENT);
  story.Add(placed, kMonday + 1);
  expect_marked();
  story.Add(Paid("PAY-1", 40, "2025-03-10"), kMonday);
  expect_marked();
  EXPECT_EQ(DebtOf(story).recovered_after_write_off_minor(), 40);
  story.Add(Reversed("PAY-1"), kMonday + kDay);
  expect_marked();
  EXPECT_EQ(DebtOf(story).recovered_after_write_off_minor(), 0);
  ev::RefinancingApproved refinanced;
  refinanced.add_old_obligation_ids("O-1");
  refinanced.set_new_obligation_id("O-9");
  story.Add(refinanced, kMonday + kDay);
  expect_marked();
  EXPECT_EQ(DebtOf(story).balance_minor(), 0);
  EXPECT_EQ(DebtOf(story).replaced_by_obligation_id(), "O-9");
  EXPECT_EQ(story.Fold(CaseFiles()).rows, story.Fold(CaseFiles()).rows);
  ev::WriteOffReversed reversed;
  reversed.add_obligation_ids("O-1");
  story.Add(reversed, kMonday + 2 * kDay);
  EXPECT_EQ(DebtOf(story).accounting_mark(), ev::ACCOUNTING_MARK_CURRENT);
  EXPECT_EQ(DebtOf(story).written_off_event_id(), "");
}

TEST(CaseMoney, AnIndexedDebtKeepsTheConversionThatWasUsed) {
  Story story;
  ev::ObligationPlaced placed = Placed(504'693);
  placed.mutable_indexed()->set_amount_minor(123'456);
  placed.mutable_indexed()->set_code("CLF");
  placed.mutable_indexed()->set_index_value_minor(4'088'036);
  placed.mutable_indexed()->set_index_exponent(2);
  *placed.mutable_indexed()->mutable_converted() = Clp(504'693);
  story.Add(placed, kMonday);
  EXPECT_EQ(DebtOf(story).indexed().converted().amount_minor(), 504'693);
  ev::IndexRevalued revalued;
  revalued.set_obligation_id("O-1");
  revalued.set_effective_date("2025-03-11");
  *revalued.mutable_before() = placed.indexed();
  *revalued.mutable_after() = placed.indexed();
  revalued.mutable_after()->set_index_value_minor(4'090'000);
  *revalued.mutable_after()->mutable_converted() = Clp(504'935);
  story.Add(revalued, kMonday + kDay);
  EXPECT_EQ(DebtOf(story).balance_minor(), 504'935);
  EXPECT_EQ(DebtOf(story).indexed().index_value_minor(), 4'090'000);
}

TEST(CaseMoney, WaiversInterestCostsAndInvoicesMakeTheBalance) {
  Story story;
  story.Add(PlacedAs("O-1", 1'000, "2025-01-31"), kMonday);
  ev::InterestAccrued interest;
  interest.set_obligation_id("O-1");
  interest.set_component(ev::BALANCE_COMPONENT_PENALTY_INTEREST);
  *interest.mutable_amount() = Clp(50);
  interest.set_effective_date("2025-02-28");
  story.Add(interest, kMonday);
  ev::LegalCostRecorded cost;
  cost.add_obligation_ids("O-1");
  cost.set_charged_to_debtor(true);
  *cost.mutable_amount() = Clp(7);
  story.Add(cost, kMonday);
  ev::InvoiceIssued invoice;
  invoice.set_obligation_id("O-1");
  invoice.set_invoice_id("I-1");
  invoice.set_date("2025-02-01");
  invoice.set_due_date("2025-02-15");
  *invoice.mutable_amount() = Clp(200);
  story.Add(invoice, kMonday);
  ev::WaiverGranted waiver;
  waiver.set_obligation_id("O-1");
  waiver.mutable_components()->set_code("CLP");
  waiver.mutable_components()->set_penalty_interest_minor(80);
  waiver.set_effective_date("2025-03-01");
  story.Add(waiver, kMonday);
  const ObligationFile debt = DebtOf(story);
  EXPECT_EQ(debt.components().principal_minor(), 1'200);
  EXPECT_EQ(debt.components().penalty_interest_minor(), 0);
  EXPECT_EQ(debt.components().legal_costs_minor(), 7);
  EXPECT_EQ(debt.waived().penalty_interest_minor(), 50);
  EXPECT_EQ(debt.balance_minor(), 1'207);
  ASSERT_EQ(debt.schedule_size(), 2);
  EXPECT_EQ(debt.schedule(1).due_date(), "2025-02-15");
}

TEST(CaseMoney, ExtensionsAndAccelerationsMoveDueDates) {
  Story story;
  ev::ObligationPlaced placed = PlacedAs("O-1", 300, "2025-02-01");
  for (const char* due : {"2025-02-01", "2025-05-01", "2025-06-01"}) {
    ev::Instalment* instalment = placed.add_schedule();
    instalment->set_number(static_cast<uint32_t>(placed.schedule_size()));
    instalment->set_due_date(due);
    instalment->mutable_amount()->set_principal_minor(100);
  }
  story.Add(placed, kMonday);
  ev::ExtensionGranted extension;
  extension.set_obligation_id("O-1");
  extension.set_old_due_date("2025-02-01");
  extension.set_new_due_date("2025-03-01");
  story.Add(extension, kMonday);
  EXPECT_EQ(DebtOf(story).oldest_unpaid_due_date(), "2025-03-01");
  ev::AccelerationNotified accelerated;
  accelerated.set_date("2025-03-10");
  accelerated.add_obligation_ids("O-1");
  accelerated.add_instalments(3);
  const std::string event = story.Add(accelerated, kMonday);
  const ObligationFile debt = DebtOf(story);
  EXPECT_EQ(debt.schedule(1).due_date(), "2025-03-10");
  EXPECT_EQ(debt.schedule(1).number(), 3u);
  EXPECT_EQ(debt.schedule(1).accelerated_event_id(), event);
  EXPECT_EQ(debt.schedule(2).due_date(), "2025-05-01");
}

}  // namespace
}  // namespace constancia::eventstore
