#include "core/case/balance.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace constancia {
namespace {

using casefile::v1::Movement;
using casefile::v1::ObligationFile;

event::v1::BalanceComponents Components(int64_t principal, int64_t interest = 0) {
  event::v1::BalanceComponents components;
  components.set_code("CLP");
  components.set_principal_minor(principal);
  components.set_ordinary_interest_minor(interest);
  return components;
}

ObligationFile Placed(int64_t principal) {
  ObligationFile obligation;
  obligation.set_code("CLP");
  PlaceBalance(&obligation, Components(principal));
  return obligation;
}

Movement AMovement(Movement::Kind kind, std::string id, std::string date, int64_t amount,
                   std::string code = "CLP") {
  Movement movement;
  movement.set_kind(kind);
  movement.set_id(std::move(id));
  movement.set_effective_date(std::move(date));
  movement.mutable_amount()->set_amount_minor(amount);
  movement.mutable_amount()->set_code(std::move(code));
  return movement;
}

TEST(Balance, IsWhatWasPlacedPlusChargesLessPayments) {
  ObligationFile obligation = Placed(1000);
  EnterMovement(&obligation, AMovement(Movement::CHARGE, "F1", "2025-03-02", 50));
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 300));
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 750);
  EXPECT_EQ(obligation.unapplied_minor(), 0);
}

TEST(Balance, IsNeverNegativeTheRestIsUnapplied) {
  ObligationFile obligation = Placed(100);
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 130));
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 0);
  EXPECT_EQ(obligation.unapplied_minor(), 30);
}

TEST(Balance, APaymentInAnotherCurrencyWaits) {
  ObligationFile obligation = Placed(100);
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 70, "USD"));
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 100);
  EXPECT_EQ(obligation.unapplied_minor(), 70);
}

TEST(Balance, AReportHoldsEverythingUntilItsDate) {
  ObligationFile obligation = Placed(1000);
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 300));
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P2", "2025-04-03", 100));
  ReportBalance(&obligation, Components(650, 20), "2025-03-31", 9);
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 570);
}

TEST(Balance, AReportOfAnEarlierDateThatArrivesLateChangesNothing) {
  ObligationFile obligation = Placed(1000);
  ReportBalance(&obligation, Components(500), "2025-03-31", 9);
  ReportBalance(&obligation, Components(900), "2025-02-28", 10);
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 500);
}

TEST(Balance, APaymentCountsOnceHoweverOftenItIsConfirmed) {
  ObligationFile obligation = Placed(1000);
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 300));
  EnterMovement(&obligation, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 300));
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), 700);
}

TEST(Balance, DoesNotDependOnTheOrderOfArrival) {
  const std::vector<std::function<void(ObligationFile*)>> steps = {
      [](ObligationFile* o) { PlaceBalance(o, Components(1000)); },
      [](ObligationFile* o) {
        EnterMovement(o, AMovement(Movement::PAYMENT, "P1", "2025-03-03", 300));
      },
      [](ObligationFile* o) {
        EnterMovement(o, AMovement(Movement::PAYMENT, "P2", "2025-03-01", 200));
      },
      [](ObligationFile* o) { ReverseMovement(o, Movement::PAYMENT, "P1"); },
      [](ObligationFile* o) { ReportBalance(o, Components(900), "2025-03-02", 4); },
  };
  std::vector<size_t> order = {0, 1, 2, 3, 4};
  std::string first;
  do {
    ObligationFile obligation;
    obligation.set_code("CLP");
    for (const size_t step : order) steps[step](&obligation);
    Settle(&obligation);
    if (first.empty()) first = obligation.SerializeAsString();
    ASSERT_EQ(obligation.SerializeAsString(), first);
    ASSERT_EQ(obligation.balance_minor(), 900);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Balance, AbsurdAmountsSaturateInsteadOfOverflowing) {
  ObligationFile obligation = Placed(std::numeric_limits<int64_t>::max());
  EnterMovement(&obligation, AMovement(Movement::CHARGE, "F1", "2025-03-02",
                                       std::numeric_limits<int64_t>::max()));
  Settle(&obligation);
  EXPECT_EQ(obligation.balance_minor(), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace constancia
