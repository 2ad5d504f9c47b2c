#include "core/case/money.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

using casefile::v1::InstalmentFile;
using casefile::v1::ObligationFile;
using event::v1::BalanceComponents;
using ::testing::ElementsAre;

BalanceComponents Components(int64_t principal, int64_t interest = 0) {
  BalanceComponents components;
  components.set_code("CLP");
  components.set_principal_minor(principal);
  components.set_ordinary_interest_minor(interest);
  return components;
}

// A debt of `base` with instalments of principal, each due on its date.
ObligationFile Debt(BalanceComponents base,
                    std::vector<std::pair<std::string, int64_t>> instalments = {}) {
  ObligationFile debt;
  debt.set_code("CLP");
  debt.set_due_date("2025-01-31");
  *debt.mutable_base() = std::move(base);
  for (const auto& [due_date, principal] : instalments) {
    InstalmentFile* instalment = debt.add_schedule();
    instalment->set_number(static_cast<uint32_t>(debt.schedule_size()));
    instalment->set_due_date(due_date);
    instalment->mutable_amount()->set_principal_minor(principal);
  }
  OpenSchedule(&debt, "");
  Settle(&debt);
  return debt;
}

std::vector<int64_t> Unpaid(const ObligationFile& debt) {
  std::vector<int64_t> unpaid;
  for (const InstalmentFile& instalment : debt.schedule()) {
    unpaid.push_back(Total(instalment.unpaid()));
  }
  return unpaid;
}

TEST(Money, AbsurdAmountsSaturateInsteadOfOverflowing) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  ObligationFile debt = Debt(Components(kMax, kMax));
  EXPECT_EQ(debt.balance_minor(), kMax);
  Charge(&debt, event::v1::BALANCE_COMPONENT_PRINCIPAL, kMax, "2025-02-01");
  Settle(&debt);
  EXPECT_EQ(debt.balance_minor(), kMax);
  EXPECT_EQ(AddSaturating(std::numeric_limits<int64_t>::min(), -1),
            std::numeric_limits<int64_t>::min());
}

TEST(Money, IsNeverNegativeTheRestIsLeftOver) {
  ObligationFile debt = Debt(Components(100));
  int64_t amount = 130;
  EXPECT_EQ(Total(Pay(&debt, &amount)), 100);
  EXPECT_EQ(amount, 30);
  EXPECT_EQ(Total(Waive(&debt, Components(5))), 0);
  Settle(&debt);
  EXPECT_EQ(debt.balance_minor(), 0);
  EXPECT_EQ(debt.oldest_unpaid_due_date(), "");
}

TEST(Money, PaysCostsAndInterestBeforeCapital) {
  ObligationFile debt = Debt(Components(1'000, 50));
  Charge(&debt, event::v1::BALANCE_COMPONENT_COLLECTION_FEE, 20, "2025-02-20");
  Charge(&debt, event::v1::BALANCE_COMPONENT_LEGAL_COSTS, 10, "2025-02-20");
  int64_t amount = 25;
  const BalanceComponents first = Pay(&debt, &amount);
  EXPECT_EQ(first.legal_costs_minor(), 10);
  EXPECT_EQ(first.collection_fee_minor(), 15);
  amount = 100;
  const BalanceComponents second = Pay(&debt, &amount);
  EXPECT_EQ(second.collection_fee_minor(), 5);
  EXPECT_EQ(second.ordinary_interest_minor(), 50);
  EXPECT_EQ(second.principal_minor(), 45);
}

TEST(Money, PaysTheOldestInstalmentWhollyBeforeTheNext) {
  ObligationFile debt =
      Debt(Components(300), {{"2025-03-05", 100}, {"2025-01-05", 100}, {"2025-02-05", 100}});
  EXPECT_EQ(OldestUnpaid(debt), "2025-01-05");
  int64_t amount = 150;
  Pay(&debt, &amount);
  Settle(&debt);
  EXPECT_THAT(Unpaid(debt), ElementsAre(0, 50, 100));
  EXPECT_EQ(debt.oldest_unpaid_due_date(), "2025-02-05");
}

TEST(Money, AChargeBelongsToTheInstalmentDueLastOnItsDate) {
  ObligationFile debt = Debt(Components(200), {{"2025-01-05", 100}, {"2025-02-05", 100}});
  Charge(&debt, event::v1::BALANCE_COMPONENT_PENALTY_INTEREST, 7, "2025-02-05");
  Charge(&debt, event::v1::BALANCE_COMPONENT_PENALTY_INTEREST, 3, "2024-12-31");
  EXPECT_THAT(Unpaid(debt), ElementsAre(103, 107));
}

TEST(Money, WhatIsLessThanTheScheduleWasPaidFromTheOldestOn) {
  EXPECT_THAT(Unpaid(Debt(Components(120), {{"2025-01-05", 100}, {"2025-02-05", 100}})),
              ElementsAre(20, 100));
  EXPECT_THAT(Unpaid(Debt(Components(230), {{"2025-01-05", 100}, {"2025-02-05", 100}})),
              ElementsAre(130, 100));
}

TEST(Money, AWaiverTakesWhatItNamesAndNothingElse) {
  ObligationFile debt = Debt(Components(100, 30));
  BalanceComponents named = Components(0, 50);
  EXPECT_EQ(Waive(&debt, named).ordinary_interest_minor(), 30);
  Settle(&debt);
  EXPECT_EQ(debt.components().principal_minor(), 100);
  EXPECT_EQ(debt.components().ordinary_interest_minor(), 0);
}

TEST(Money, DaysPastDueCountFromTheOldestUnpaidDueDate) {
  ObligationFile debt = Debt(Components(200), {{"2025-01-31", 100}, {"2025-02-28", 100}});
  EXPECT_EQ(DaysPastDue(debt, "2025-01-30"), 0);
  EXPECT_EQ(DaysPastDue(debt, "2025-01-31"), 0);
  EXPECT_EQ(DaysPastDue(debt, "2025-03-02"), 30);
  int64_t amount = 100;
  Pay(&debt, &amount);
  Settle(&debt);
  EXPECT_EQ(DaysPastDue(debt, "2025-03-02"), 2);
  EXPECT_EQ(DaysPastDue(debt, "no date"), 0);
  casefile::v1::CaseFile file;
  *file.add_obligations() = debt;
  *file.add_obligations() = Debt(Components(1));
  EXPECT_EQ(DaysPastDue(file, "2025-03-02"), 30);
}

}  // namespace
}  // namespace constancia
