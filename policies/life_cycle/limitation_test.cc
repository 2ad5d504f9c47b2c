#include "policies/life_cycle/limitation.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using absl::CivilDay;

LimitationQuestion Ask(std::string_view country, ev::TitleKind kind, CivilDay due) {
  LimitationQuestion question;
  question.country = country;
  question.kind = kind;
  question.due_date = due;
  return question;
}

LimitationQuestion With(LimitationQuestion question, ev::InterruptionAct act, CivilDay date) {
  question.acts.push_back({act, date, "act-" + std::to_string(question.acts.size())});
  return question;
}

CivilDay LastOf(const LimitationQuestion& question) {
  const auto limitation = ComputeLimitation(question);
  return limitation.has_value() ? limitation->last : CivilDay(1, 1, 1);
}

TEST(Limitation, OfAChileanNoteRunsAnewFromItsAcknowledgement) {
  const auto limitation =
      ComputeLimitation(With(Ask("CL", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2024, 5, 10)),
                             ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2025, 2, 1)));
  ASSERT_TRUE(limitation.has_value());
  EXPECT_EQ(limitation->last, CivilDay(2026, 2, 1));
  EXPECT_EQ(limitation->from, CivilDay(2025, 2, 1));
  EXPECT_EQ(limitation->interruptions, std::vector<std::string>{"act-0"});
  EXPECT_EQ(limitation->period->citation, "CL: Ley 18.092 arts. 98, 107");
  EXPECT_EQ(limitation->period->mark, "K H");
  // With a margin of 90 days the gate passes last on 2025-11-02.
  EXPECT_GT(limitation->last, CivilDay(2025, 11, 2) + 90);
  EXPECT_LE(limitation->last, CivilDay(2025, 11, 3) + 90);
}

TEST(Limitation, EndsOnTheAnniversaryAlsoFromTheLastOfFebruary) {
  EXPECT_EQ(LastOf(Ask("CL", ev::TITLE_KIND_INVOICE_TITLE, CivilDay(2024, 2, 29))),
            CivilDay(2025, 2, 28));
  EXPECT_EQ(LastOf(Ask("CO", ev::TITLE_KIND_CHEQUE, CivilDay(2024, 8, 31))), CivilDay(2025, 2, 28));
  EXPECT_EQ(AddMonths(CivilDay(2023, 2, 28), 12), CivilDay(2024, 2, 28));
}

TEST(Limitation, HasThePeriodOfEachCountryAndKindOfTitle) {
  const CivilDay due(2020, 1, 15);
  const auto last = [due](std::string_view country, ev::TitleKind kind) {
    return LastOf(Ask(country, kind, due));
  };
  EXPECT_EQ(last("CL", ev::TITLE_KIND_PUBLIC_DEED), CivilDay(2023, 1, 15));
  EXPECT_EQ(last("CL", ev::TITLE_KIND_ORDINARY), CivilDay(2025, 1, 15));
  EXPECT_EQ(last("CO", ev::TITLE_KIND_PROMISSORY_NOTE), CivilDay(2023, 1, 15));
  EXPECT_EQ(last("CO", ev::TITLE_KIND_CHEQUE), CivilDay(2020, 7, 15));
  EXPECT_EQ(last("CO", ev::TITLE_KIND_JUDGMENT), CivilDay(2025, 1, 15));
  EXPECT_EQ(last("CO", ev::TITLE_KIND_ORDINARY), CivilDay(2030, 1, 15));
  EXPECT_EQ(last("MX", ev::TITLE_KIND_BILL_OF_EXCHANGE), CivilDay(2023, 1, 15));
  EXPECT_EQ(last("MX", ev::TITLE_KIND_RETAIL_SALE), CivilDay(2021, 1, 15));
  EXPECT_EQ(last("MX", ev::TITLE_KIND_CREDIT_CARD), CivilDay(2030, 1, 15));
  EXPECT_EQ(last("MX", ev::TITLE_KIND_JUDGMENT), CivilDay(2023, 1, 15));
  EXPECT_EQ(last("PE", ev::TITLE_KIND_CHEQUE), CivilDay(2023, 1, 15));
  EXPECT_EQ(last("PE", ev::TITLE_KIND_CREDIT_CARD), CivilDay(2030, 1, 15));
  EXPECT_EQ(last("AR", ev::TITLE_KIND_CREDIT_CARD), CivilDay(2021, 1, 15));
  EXPECT_EQ(last("AR", ev::TITLE_KIND_PERIODIC), CivilDay(2022, 1, 15));
  EXPECT_EQ(last("AR", ev::TITLE_KIND_PUBLIC_DEED), CivilDay(2025, 1, 15));
}

TEST(Limitation, OfRecourseIsShorter) {
  LimitationQuestion question = Ask("PE", ev::TITLE_KIND_BILL_OF_EXCHANGE, CivilDay(2020, 1, 15));
  question.action = LimitationAction::kRecourse;
  EXPECT_EQ(LastOf(question), CivilDay(2021, 1, 15));
  question.country = "CO";
  question.protest_date = CivilDay(2020, 1, 20);
  EXPECT_EQ(LastOf(question), CivilDay(2021, 1, 20));
}

TEST(Limitation, OfAChequeRunsFromItsProtestAndElseFromItsDate) {
  LimitationQuestion question = Ask("CL", ev::TITLE_KIND_CHEQUE, CivilDay(2024, 6, 1));
  question.title_date = CivilDay(2024, 4, 1);
  EXPECT_EQ(LastOf(question), CivilDay(2025, 4, 1));
  question.protest_date = CivilDay(2024, 4, 20);
  EXPECT_EQ(LastOf(question), CivilDay(2025, 4, 20));
}

TEST(Limitation, OfAKindWithoutARowIsForDisplayOnly) {
  const auto limitation =
      ComputeLimitation(Ask("CL", ev::TITLE_KIND_CREDIT_CARD, CivilDay(2020, 1, 15)));
  ASSERT_TRUE(limitation.has_value());
  EXPECT_TRUE(limitation->display_only);
  EXPECT_EQ(limitation->last, CivilDay(2025, 1, 15));
}

TEST(Limitation, IsNotKnownWhereTheCountryHasNoTable) {
  EXPECT_FALSE(ComputeLimitation(Ask("BR", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2020, 1, 15)))
                   .has_value());
}

TEST(Limitation, IsNotInterruptedWhenItIsOverOrHasNotBegun) {
  const LimitationQuestion note = Ask("CL", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2024, 5, 10));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2025, 5, 11))),
            CivilDay(2025, 5, 10));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2025, 5, 10))),
            CivilDay(2026, 5, 10));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2024, 5, 9))),
            CivilDay(2025, 5, 10));
}

TEST(Limitation, InChileIsInterruptedByServiceNotByFiling) {
  const LimitationQuestion note = Ask("CL", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2024, 5, 10));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_CLAIM_FILED, CivilDay(2025, 1, 1))),
            CivilDay(2025, 5, 10));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_CLAIM_SERVED, CivilDay(2025, 1, 1))),
            CivilDay(2026, 1, 1));
  EXPECT_EQ(LastOf(With(note, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2025, 1, 1))),
            CivilDay(2025, 5, 10));
  const LimitationQuestion epidemic =
      Ask("CL", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2019, 12, 1));
  EXPECT_EQ(LastOf(With(epidemic, ev::INTERRUPTION_ACT_CLAIM_FILED, CivilDay(2020, 3, 17))),
            CivilDay(2020, 12, 1));
  EXPECT_EQ(LastOf(With(epidemic, ev::INTERRUPTION_ACT_CLAIM_FILED, CivilDay(2020, 3, 18))),
            CivilDay(2021, 3, 18));
}

TEST(Limitation, InColombiaFilingCountsWhenServedWithinAYearAndADemandOnce) {
  const LimitationQuestion note = Ask("CO", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2020, 1, 1));
  const auto filed = With(note, ev::INTERRUPTION_ACT_CLAIM_FILED, CivilDay(2022, 6, 1));
  EXPECT_EQ(LastOf(filed), CivilDay(2023, 1, 1));
  EXPECT_EQ(LastOf(With(filed, ev::INTERRUPTION_ACT_CLAIM_SERVED, CivilDay(2022, 9, 1))),
            CivilDay(2025, 6, 1));
  // Served too late: the service itself counts, when it still can.
  EXPECT_EQ(LastOf(With(filed, ev::INTERRUPTION_ACT_CLAIM_SERVED, CivilDay(2023, 6, 2))),
            CivilDay(2023, 1, 1));
  auto demanded = With(note, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2021, 1, 1));
  EXPECT_EQ(LastOf(demanded), CivilDay(2024, 1, 1));
  EXPECT_EQ(LastOf(With(demanded, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2022, 1, 1))),
            CivilDay(2024, 1, 1));
}

TEST(Limitation, InArgentinaADemandHoldsItUpOnceForSixMonths) {
  auto question = With(Ask("AR", ev::TITLE_KIND_CHEQUE, CivilDay(2024, 1, 10)),
                       ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2024, 6, 1));
  EXPECT_EQ(LastOf(question), CivilDay(2025, 7, 10));
  EXPECT_EQ(LastOf(With(question, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2024, 9, 1))),
            CivilDay(2025, 7, 10));
}

TEST(Limitation, InMexicoAndPeruRestartsByTheirOwnActs) {
  const auto mexican = Ask("MX", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2020, 1, 1));
  EXPECT_EQ(LastOf(With(mexican, ev::INTERRUPTION_ACT_DOCUMENT_RENEWED, CivilDay(2021, 1, 1))),
            CivilDay(2024, 1, 1));
  EXPECT_EQ(LastOf(With(mexican, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2021, 1, 1))),
            CivilDay(2023, 1, 1));
  const auto peruvian = Ask("PE", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2020, 1, 1));
  EXPECT_EQ(LastOf(With(peruvian, ev::INTERRUPTION_ACT_WRITTEN_DEMAND, CivilDay(2021, 1, 1))),
            CivilDay(2024, 1, 1));
}

TEST(Limitation, DoesNotDependOnTheOrderOfTheActs) {
  auto question = Ask("CL", ev::TITLE_KIND_PROMISSORY_NOTE, CivilDay(2024, 1, 1));
  question.acts = {{ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2025, 6, 1), "second"},
                   {ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, CivilDay(2024, 9, 1), "first"}};
  EXPECT_EQ(LastOf(question), CivilDay(2026, 6, 1));
}

TEST(LimitationTable, HasOneRowForAKindEachCitedAndMarked) {
  std::set<std::tuple<std::string_view, ev::TitleKind, LimitationAction>> seen;
  for (const LimitationPeriod& period : LimitationPeriods()) {
    EXPECT_TRUE(seen.insert({period.country, period.kind, period.action}).second)
        << period.country << " " << ev::TitleKind_Name(period.kind);
    EXPECT_EQ(period.citation.substr(0, 2), period.country);
    EXPECT_TRUE(period.mark == "K H" || period.mark == "K M") << period.mark;
    EXPECT_GT(period.months, 0);
  }
  for (const InterruptionRule& rule : InterruptionRules()) {
    EXPECT_EQ(rule.citation.substr(0, 2), rule.country);
    EXPECT_FALSE(rule.mark.empty());
  }
}

}  // namespace
}  // namespace constancia::policies
