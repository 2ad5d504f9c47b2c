#include "core/case/promise.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace constancia {
namespace {

using casefile::v1::CaseFile;
using casefile::v1::Movement;
using casefile::v1::ObligationFile;
using casefile::v1::PromiseFile;

// Promised on 2025-03-01: 1,000 CLP by 2025-03-10; so the last date is 2025-03-13.
PromiseFile APromise(std::vector<std::pair<std::string, int64_t>> payments = {}) {
  PromiseFile promise;
  promise.set_promise_id("PR-1");
  promise.mutable_amount()->set_amount_minor(1'000);
  promise.mutable_amount()->set_code("CLP");
  promise.set_accepted_date("2025-03-01");
  promise.set_due_date("2025-03-10");
  promise.set_state(PromiseFile::ACCEPTED);
  for (const auto& [date, amount] : payments) {
    promise.add_payments()->set_date(date);
    promise.mutable_payments()->rbegin()->set_amount_minor(amount);
  }
  return promise;
}

PromiseFile::State StateOf(const PromiseFile& promise, std::string_view today) {
  return JudgePromise(promise, PromiseTerms(), today).state;
}

void AddPayment(ObligationFile* debt, std::string id, std::string date, int64_t amount,
                std::string code = "CLP") {
  Movement* movement = debt->add_movements();
  movement->set_kind(Movement::PAYMENT);
  movement->set_id(std::move(id));
  movement->set_effective_date(std::move(date));
  movement->mutable_amount()->set_amount_minor(amount);
  movement->mutable_amount()->set_code(std::move(code));
}

TEST(Promise, IsOpenUntilTheLastDateAndItsGraceAreOver) {
  EXPECT_EQ(StateOf(APromise(), "2025-03-13"), PromiseFile::ACCEPTED);
  EXPECT_EQ(StateOf(APromise(), "2025-03-14"), PromiseFile::BROKEN);
  EXPECT_EQ(StateOf(APromise({{"2025-03-12", 949}}), "2025-03-14"), PromiseFile::PARTIALLY_KEPT);
}

TEST(Promise, IsKeptAsSoonAsPaymentsReachTheAmountLessTheTolerance) {
  EXPECT_EQ(StateOf(APromise({{"2025-03-02", 500}, {"2025-03-05", 450}}), "2025-03-05"),
            PromiseFile::KEPT);
  EXPECT_EQ(StateOf(APromise({{"2025-03-02", 949}}), "2025-03-05"), PromiseFile::ACCEPTED);
}

TEST(Promise, PaidInTwoPartsOneReversedAfterGraceIsPartlyKept) {
  EXPECT_EQ(StateOf(APromise({{"2025-03-02", 500}, {"2025-03-05", 500}}), "2025-03-20"),
            PromiseFile::KEPT);
  EXPECT_EQ(StateOf(APromise({{"2025-03-02", 500}}), "2025-03-20"), PromiseFile::PARTIALLY_KEPT);
}

TEST(Promise, ALateFullPaymentLeavesTheStateAndIsSaid) {
  const PromiseJudgement late =
      JudgePromise(APromise({{"2025-03-14", 1'000}}), PromiseTerms(), "2025-03-20");
  EXPECT_EQ(late.state, PromiseFile::BROKEN);
  EXPECT_TRUE(late.paid_late);
  EXPECT_EQ(late.paid_minor, 0);
  EXPECT_FALSE(
      JudgePromise(APromise({{"2025-03-09", 1'000}}), PromiseTerms(), "2025-03-20").paid_late);
}

TEST(Promise, ReplacedAndCancelledStayWhateverIsPaid) {
  PromiseFile promise = APromise({{"2025-03-02", 1'000}});
  promise.set_state(PromiseFile::CANCELLED);
  EXPECT_EQ(StateOf(promise, "2025-03-05"), PromiseFile::CANCELLED);
}

TEST(CountPayments, TakesThePaymentsSinceThePromiseOnItsDebtsInItsCurrency) {
  CaseFile file;
  ObligationFile* debt = file.add_obligations();
  debt->set_obligation_id("O-1");
  AddPayment(debt, "BEFORE", "2025-02-28", 1);
  AddPayment(debt, "COUNTS", "2025-03-01", 10);
  AddPayment(debt, "FOREIGN", "2025-03-02", 100, "USD");
  AddPayment(debt, "REVERSED", "2025-03-03", 1'000);
  debt->mutable_movements()->rbegin()->set_reversed(true);
  AddPayment(debt, "OTHERS", "2025-03-04", 10'000);
  debt->mutable_movements()->rbegin()->set_promise_id("PR-2");
  AddPayment(debt, "PART", "2025-03-05", 100'000);
  debt->mutable_movements()->rbegin()->set_reversed_minor(99'970);
  ObligationFile* other = file.add_obligations();
  other->set_obligation_id("O-2");
  AddPayment(other, "COUNTS", "2025-03-01", 10);  // the same payment, spread over both
  AddPayment(other, "ELSEWHERE", "2025-03-02", 1'000'000);
  *file.add_promises() = APromise();
  file.mutable_promises(0)->add_obligation_ids("O-1");
  CountPayments(&file);
  EXPECT_EQ(file.promises(0).paid_minor(), 40);
  EXPECT_EQ(file.promises(0).payments_size(), 2);
  file.mutable_promises(0)->clear_obligation_ids();
  CountPayments(&file);
  EXPECT_EQ(file.promises(0).paid_minor(), 1'000'040);
}

}  // namespace
}  // namespace constancia
