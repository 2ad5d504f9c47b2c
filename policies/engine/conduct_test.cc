#include "policies/engine/conduct.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/pack.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Day = absl::CivilDay;

constexpr char kHead[] = R"(
pack: CL-TEST
jurisdictions: [CL]
version: 3
title: {es: Prueba, pt: Teste, en: Test}
instrument: a test
source: [nothing]
effective_from: 1999-12-27
calendar: CL
zones: [America/Santiago]
switches:
  - {id: cl.uf_date, type: enum, values: [delay, charge], default: delay, strict: delay, text: which}
rules:
)";

// A rule of `kind`; `rest` are its own fields, one a line, "; " between them.
std::string RuleText(std::string_view id, std::string_view kind, std::string_view rest) {
  std::string fields = absl::StrReplaceAll(ToAbsl(rest), {{"; ", "\n    "}});
  return absl::StrCat("  - id: ", ToAbsl(id), "\n    kind: ", ToAbsl(kind),
                      "\n    law: {citation: a law, text: {es: e, pt: p, en: n}, mark: V, "
                      "confidence: H}\n    message: {es: 'e {missing} {due} {charged} {cap}', pt: "
                      "'p {missing}', en: 'n {missing} {due} {count}/{limit}'}\n    ",
                      fields, "\n");
}

absl::StatusOr<Pack> LoadRules(std::string_view rules) {
  return Pack::Load("test.yaml", absl::StrCat(kHead, ToAbsl(rules)));
}

PackSet Packs(std::string_view rules, const SwitchValues& switches = {}) {
  absl::StatusOr<Pack> pack = LoadRules(rules);
  EXPECT_TRUE(pack.ok()) << pack.status();
  absl::StatusOr<PackSet> set = PackSet::Build({*std::move(pack)}, &TestZones(), switches);
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

ConductScope Scope(std::string_view rule = "") {
  ConductScope scope;
  scope.jurisdictions = {"CL"};
  scope.only_rule = rule;
  return scope;
}

Money Amount(std::string_view decimal, std::string_view code) {
  return *Money::Parse(decimal, *Currency::FromCode(code));
}

std::vector<std::string> Missing(const Finding& finding) {
  return {finding.missing().begin(), finding.missing().end()};
}

// --- what a pack may not say ---------------------------------------------------------------------

struct BadRule {
  const char* kind;
  const char* fields;
  const char* error;
};

TEST(ConductPack, RefusesWhatCannotBeAskedAndSaysWhere) {
  constexpr BadRule kBad[] = {
      {"content", "step: 0", "needs items"},
      {"content", "items: [{item: CREDITOR_}]", "neither a disclosure"},
      {"content", "items: [{item: UNSPECIFIED}]", "neither a disclosure"},
      {"content", "items: [{item: CREDITOR, at: last}]", "first, each or written"},
      {"content", "items: [{item: CREDITOR}, {item: CREDITOR, at: each}]", "an item named twice"},
      {"content", "items: [{item: RIGHTS}, {item: RIGHTS}]", "an item named twice"},
      {"content", "items: [{item: RIGHTS}]; bands: [{bps: 1}]", "has none"},
      {"record_field", "of: [AgreementSigned]", "needs fields or values"},
      {"record_field", "of: [AgreementSined]; fields: [document_id]", "no such type of event"},
      {"record_field", "fields: [PaysTo]", "lower case"},
      {"record_field", "forbid_values: [{field: pays_to}]", "a field needs values"},
      {"record_field", "least_dates: [{field: validation_ends, days: 30}]", "say of which types"},
      {"record_field",
       "of: [ValidationNoticeSent]; least_dates: [{field: validation_ends, days: 401}]",
       "0 to 400 days"},
      {"record_field",
       "of: [ValidationNoticeSent]; least_dates: [{field: validation_ends}]; skip_observed: true",
       "there is no calendar CL-OBSERVED"},
      {"record_field", "fields: [reach]; skip_observed: true", "only least_dates"},
      {"duty", "do: [ValidationNoticeSent]; within: 5", "needs after"},
      {"duty", "after: [ContactCompleted]; within: 5", "needs do"},
      {"duty", "after: [ContactCompleted]; do: [ValidationNoticeSent]", "needs within"},
      {"duty", "after: [ContactCompleted]; do: [ValidationNoticeSent]; within: 401", "0 to 400"},
      {"duty", "after: [ContactCompleted]; do: [ValidationNoticeSent]; within: 5; unit: weeks",
       "calendar or business"},
      {"wait", "after: [PreBureauNoticeSent]; days: 21", "needs before"},
      {"wait", "after: [PreBureauNoticeSent]; before: [BureauReported]", "needs days"},
      {"wait", "after: [PreBureauNoticeSent]; before: [BureauReported]; days: 2; times: 0",
       "1 to 10"},
      {"amount_cap", "step: 0", "asks for nothing"},
      {"amount_cap", "unit: CLF; needs_action: true", "with bands or a tariff"},
      {"amount_cap", "bands: [{to: '10', bps: 900}, {to: '10', bps: 600}]", "bands go up"},
      {"amount_cap", "bands: [{bps: 900}, {to: '10', bps: 600}]", "bands go up"},
      {"amount_cap", "bands: [{to: '1.23456', bps: 900}]", "a decimal is written"},
      {"amount_cap", "bands: [{to: '-1', bps: 900}]", "a decimal is written"},
      {"amount_cap", "bands: [{to: '1.', bps: 900}]", "a decimal is written"},
      {"amount_cap", "bands: [{bps: 10001}]", "0 to 10000"},
      {"amount_cap", "bands: [{bps: 1}]; tariff: [{amount: '1'}]", "not both"},
      {"amount_cap", "tariff: [{to: '5', amount: '1'}, {to: '4', amount: '2'}]", "goes up"},
      {"amount_cap", "bands: [{bps: 1}]; unit: UF", "not the code of a currency"},
      {"amount_cap", "bands: [{bps: 1}]; unit_date: today", "delay or charge"},
      {"amount_cap", "bands: [{bps: 1}]; fees: [bribe]", "collection, penalty"},
      {"amount_cap", "bands: [{bps: 1}]; reduce_by: {when: rain, amount: '1', days: 15}",
       "no_useful_notice"},
      {"amount_cap", "bands: [{bps: 1}]; reduce_by: {when: no_useful_notice, amount: '1'}",
       "1 to 400"},
      {"amount_cap",
       "bands: [{bps: 1}]; reduce_by: {when: no_useful_notice, amount: '1', days: 15}",
       "is another rule in force on all its dates"},
      {"retention", "years: 3; trigger: EVENT_TIME", "needs class"},
      {"retention", "class: [contract]; years: 3; trigger: EVENT_TIME", "no such class"},
      {"retention", "class: [contact]; trigger: EVENT_TIME", "needs years"},
      {"retention", "class: [contact]; years: 3", "no such trigger"},
      {"retention", "class: [contact]; years: 3; trigger: NEVER", "no such trigger"},
      {"retention", "class: [contact]; years: 1; trigger: EVENT_TIME", "at least two years"},
      {"retention", "class: [notice, contact]; years: 1; trigger: CASE_CLOSED",
       "at least two years"},
      {"retention", "class: [notice]; years: 1; trigger: EVENT_TIME; after: [BURN]",
       "one of DISPOSE, REVIEW, KEEP"},
      {"retention", "class: [governance]; years: 1; after: [KEEP]", "neither years nor trigger"},
  };
  for (const BadRule& bad : kBad) {
    const absl::StatusOr<Pack> pack = LoadRules(RuleText("CL-TEST-rule", bad.kind, bad.fields));
    ASSERT_FALSE(pack.ok()) << bad.kind << " " << bad.fields;
    EXPECT_EQ(ReasonOf(pack.status()), error::v1::PACK_INVALID);
    EXPECT_THAT(std::string(pack.status().message()), HasSubstr(bad.error)) << bad.fields;
    EXPECT_THAT(std::string(pack.status().message()), HasSubstr("test.yaml:")) << bad.fields;
  }
}

TEST(ConductPack, RefusesTwoRulesOfOneKindInForceOnOneDate) {
  const std::string rule = RuleText("CL-TEST-info", "content", "items: [{item: CREDITOR}]");
  EXPECT_FALSE(LoadRules(rule + rule).ok());
  EXPECT_TRUE(LoadRules(rule + RuleText("CL-TEST-info", "record_field", "fields: [reach]")).ok());
  EXPECT_TRUE(LoadRules(rule + RuleText("CL-TEST-info", "content",
                                        "items: [{item: RIGHTS}]; when: small_debt"))
                  .ok());
}

TEST(ConductPack, NamesTheLineOfTheValueAtFault) {
  const absl::StatusOr<Pack> pack = LoadRules(
      RuleText("CL-TEST-cap", "amount_cap", "unit: CLF; bands: [{to: '10', bps: 900}, {to: x}]"));
  ASSERT_FALSE(pack.ok());
  // The rule follows thirteen lines; its bands are its sixth.
  EXPECT_THAT(std::string(pack.status().message()), HasSubstr("test.yaml:19:36:"));
}

// --- Chile's costs -------------------------------------------------------------------------------

// Both versions of the cap, and the notice that goes with the second.
PackSet ChileanCosts(const SwitchValues& switches = {}) {
  const std::string bands =
      "bands: [{to: '10', bps: 900}, {to: '50', bps: 600}, {bps: 300}]; unit: CLF; "
      "switch: {unit_date: cl.uf_date}";
  return Packs(RuleText("CL-19496-37-cost-cap", "amount_cap",
                        absl::StrCat("until: 2013-12-12; first_day: 15; ", bands)) +
                   RuleText("CL-19496-37-cost-cap", "amount_cap",
                            absl::StrCat("from: 2013-12-13; first_day: 20; ", bands)) +
                   RuleText("CL-19496-37-gestion-util", "amount_cap",
                            absl::StrCat("from: 2013-12-13; reduce_by: {when: no_useful_notice, "
                                         "amount: '0.2', days: 15}; ",
                                         bands)),
               switches);
}

Charge ChileanCharge(std::string_view overdue, std::string_view amount) {
  Charge charge(Amount(amount, "CLF"));
  charge.on = Day(2025, 3, 26);
  charge.due = Day(2025, 3, 5);
  charge.bases.emplace("overdue", Amount(overdue, "CLF"));
  charge.useful_notice = Day(2025, 3, 10);
  return charge;
}

std::string Judged(const PackSet& packs, const Charge& charge) {
  const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope(), charge);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict->outcome() == Verdict::ALLOW ? "allowed" : verdict->rule();
}

TEST(ChileanCosts, RefuseNumbersThatCannotBeComputedWith) {
  const PackSet packs = ChileanCosts();
  Charge negative = ChileanCharge("60", "3.60");
  negative.amount = Amount("-1", "CLF");
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), negative).status()), error::v1::SCHEMA_INVALID);

  Charge mixed = ChileanCharge("60", "3.60");
  mixed.charged_before.emplace("collection", Amount("1", "CLP"));
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), mixed).status()), error::v1::SCHEMA_INVALID);

  Charge great = ChileanCharge("60", "3.60");
  great.charged_before.emplace("postage", Money(9223372036854775807, *Currency::FromCode("CLF")));
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), great).status()), error::v1::SCHEMA_INVALID);

  Charge worthless(Amount("100", "CLP"));
  worthless.on = Day(2025, 3, 26);
  worthless.due = Day(2025, 3, 5);
  worthless.bases.emplace("overdue", Amount("2330650", "CLP"));
  worthless.unit = "CLF";
  worthless.unit_value = IndexValue{0, 2, *Currency::FromCode("CLP")};
  worthless.unit_value_on = worthless.due;
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), worthless).status()), error::v1::SCHEMA_INVALID);
  worthless.unit_value = IndexValue{3884416, 2, *Currency::FromCode("USD")};
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), worthless).status()), error::v1::SCHEMA_INVALID);

  ConductScope nowhere = Scope();
  nowhere.jurisdictions = {"XX"};
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, nowhere, ChileanCharge("1", "0")).status()),
            error::v1::NOT_FOUND);
}

TEST(ChileanCosts, HoldEveryRowOfTheTableToTheTenThousandthOfAUnit) {
  struct Row {
    const char* overdue;
    bool notice;
    const char* cap;
    const char* above;
    const char* breaks;
  };
  constexpr Row kRows[] = {
      {"1", false, "0", "0.0001", "CL-19496-37-gestion-util"},
      {"8", true, "0.72", "0.7201", "CL-19496-37-cost-cap"},
      {"10", true, "0.90", "0.9001", "CL-19496-37-cost-cap"},
      {"40", true, "2.70", "2.7001", "CL-19496-37-cost-cap"},
      {"50", true, "3.30", "3.3001", "CL-19496-37-cost-cap"},
      {"60", true, "3.60", "3.6001", "CL-19496-37-cost-cap"},
      {"60", false, "3.40", "3.4001", "CL-19496-37-gestion-util"},
      // Between the reduced cap and the cap the missing notice is at fault; above it, the cap.
      {"60", false, "3.40", "3.6000", "CL-19496-37-gestion-util"},
      {"60", false, "3.40", "3.6001", "CL-19496-37-cost-cap"},
      {"1", false, "0", "0.0901", "CL-19496-37-cost-cap"},
  };
  const PackSet packs = ChileanCosts();
  for (const Row& row : kRows) {
    Charge charge = ChileanCharge(row.overdue, row.cap);
    if (!row.notice) charge.useful_notice.reset();
    EXPECT_EQ(Judged(packs, charge), "allowed") << row.overdue << " " << row.cap;
    charge.amount = Amount(row.above, "CLF");
    EXPECT_EQ(Judged(packs, charge), row.breaks) << row.overdue << " " << row.above;
  }
}

TEST(ChileanCosts, AreDueFromTheTwentyFirstDayOfDelay) {
  const PackSet packs = ChileanCosts();
  Charge charge = ChileanCharge("60", "3.60");
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.on = Day(2025, 3, 25);
  const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope(), charge);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->outcome(), Verdict::DENY);
  EXPECT_EQ(verdict->rule(), "CL-19496-37-cost-cap");
  EXPECT_EQ(verdict->findings(0).due_date(), "2025-03-26");
  EXPECT_EQ(verdict->findings(0).limit_minor(), 36'000);
  EXPECT_EQ(verdict->findings(0).charged_minor(), 36'000);
  EXPECT_EQ(verdict->findings(0).code(), "CLF");
}

TEST(ChileanCosts, WereDueFromTheSixteenthDayUnderTheOldLawAndNeededNoNotice) {
  const PackSet packs = ChileanCosts();
  Charge charge = ChileanCharge("60", "3.60");
  charge.due = Day(2012, 3, 5);
  charge.useful_notice.reset();
  charge.on = Day(2012, 3, 20);
  EXPECT_EQ(Judged(packs, charge), "CL-19496-37-cost-cap");
  charge.on = Day(2012, 3, 21);
  EXPECT_EQ(Judged(packs, charge), "allowed");
  // The last day of the old law, and the first of the new one.
  charge.due = Day(2013, 11, 25);
  charge.on = Day(2013, 12, 12);
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.on = Day(2013, 12, 13);
  EXPECT_EQ(Judged(packs, charge), "CL-19496-37-cost-cap");
}

TEST(ChileanCosts, CountANoticeFromTheDayAfterTheDueDateToTheFifteenth) {
  const PackSet packs = ChileanCosts();
  Charge charge = ChileanCharge("60", "3.60");
  const std::pair<Day, bool> notices[] = {{Day(2025, 3, 5), false},
                                          {Day(2025, 3, 6), true},
                                          {Day(2025, 3, 20), true},
                                          {Day(2025, 3, 21), false}};
  for (const auto& [day, in_time] : notices) {
    charge.useful_notice = day;
    EXPECT_EQ(Judged(packs, charge), in_time ? "allowed" : "CL-19496-37-gestion-util") << day;
  }
}

TEST(ChileanCosts, AddUpWhatWasChargedForTheSameDelay) {
  const PackSet packs = ChileanCosts();
  Charge charge = ChileanCharge("60", "0.60");
  charge.charged_before.emplace("collection", Amount("2.00", "CLF"));
  charge.charged_before.emplace("postage", Amount("1.00", "CLF"));
  charge.charged_before.emplace("legal", Amount("50.00", "CLF"));
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.amount = Amount("0.6001", "CLF");
  EXPECT_EQ(Judged(packs, charge), "CL-19496-37-cost-cap");
  charge.kind = "legal";
  EXPECT_EQ(Judged(packs, charge), "allowed");
}

TEST(ChileanCosts, AreCappedInPesosAtTheUnitOfTheDateOfTheDelay) {
  const PackSet packs = ChileanCosts();
  // 60 UF at 38,844.16; the cap is 3.6 UF, 139,838.976 pesos, rounded down.
  Charge charge(Amount("139838", "CLP"));
  charge.on = Day(2025, 3, 26);
  charge.due = Day(2025, 3, 5);
  charge.useful_notice = Day(2025, 3, 10);
  // 60 × 38,844.16 = 2,330,649.6: one peso less moves the cap by three hundredths of a peso.
  charge.bases.emplace("overdue", Amount("2330650", "CLP"));
  charge.unit = "CLF";
  charge.unit_value = IndexValue{3884416, 2, *Currency::FromCode("CLP")};
  charge.unit_value_on = Day(2025, 3, 5);
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.amount = Amount("139839", "CLP");
  EXPECT_EQ(Judged(packs, charge), "CL-19496-37-cost-cap");

  charge.amount = Amount("139838", "CLP");
  charge.unit_value_on = Day(2025, 3, 6);
  EXPECT_EQ(Judged(packs, charge), "allowed");
  for (const Day other : {Day(2025, 3, 4), Day(2025, 3, 7), Day(2025, 3, 26)}) {
    charge.unit_value_on = other;
    const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope(), charge);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict->outcome(), Verdict::DENY) << other;
    EXPECT_THAT(Missing(verdict->findings(0)), ElementsAre("unit_value"));
    EXPECT_FALSE(verdict->findings(0).has_limit_minor());
  }
}

TEST(ChileanCosts, TakeTheUnitOfTheDateOfTheChargeWhereTheSwitchSaysSo) {
  const PackSet packs = ChileanCosts({{"cl.uf_date", "charge"}});
  Charge charge(Amount("100", "CLP"));
  charge.on = Day(2025, 3, 26);
  charge.due = Day(2025, 3, 5);
  charge.useful_notice = Day(2025, 3, 10);
  charge.bases.emplace("overdue", Amount("2330650", "CLP"));
  charge.unit = "CLF";
  charge.unit_value = IndexValue{3884416, 2, *Currency::FromCode("CLP")};
  charge.unit_value_on = Day(2025, 3, 26);
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.unit_value_on = Day(2025, 3, 5);
  EXPECT_EQ(Judged(packs, charge), "CL-19496-37-cost-cap");
}

TEST(ChileanCosts, CountAgainstWhoeverCannotShowThem) {
  const PackSet packs = ChileanCosts();
  const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope("CL-19496-37-cost-cap"), [] {
    Charge charge(Amount("100", "CLP"));
    charge.on = Day(2025, 3, 26);
    return charge;
  }());
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->outcome(), Verdict::DENY);
  ASSERT_THAT(verdict->findings(), SizeIs(1));
  EXPECT_THAT(Missing(verdict->findings(0)), ElementsAre("due", "overdue", "unit_value"));
}

TEST(ChileanCosts, AreExplainedWithTheirNumbers) {
  const PackSet packs = ChileanCosts();
  Charge charge = ChileanCharge("60", "4");
  const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope(), charge);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(ExplainConduct(packs, charge.on, verdict->findings(0), Language::kSpanish),
            "e  2025-03-26 CLF 4.0000 CLF 3.6000");
  Finding other = verdict->findings(0);
  other.set_pack_version(2);
  EXPECT_EQ(ExplainConduct(packs, charge.on, other, Language::kSpanish), "");
}

// --- other caps ----------------------------------------------------------------------------------

TEST(AmountCap, OfZeroForbidsTheSmallestCharge) {
  const PackSet packs = Packs(RuleText("PE-fees", "amount_cap", "bands: [{bps: 0}]"));
  Charge charge(Amount("0.01", "PEN"));
  charge.on = Day(2025, 3, 26);
  EXPECT_EQ(Judged(packs, charge), "PE-fees");
  charge.amount = Amount("0", "PEN");
  EXPECT_EQ(Judged(packs, charge), "allowed");
}

TEST(AmountCap, OfTwoPercentIsRoundedDownToTheCent) {
  const PackSet packs = Packs(RuleText("BR-fine", "amount_cap",
                                       "base: instalment; bands: [{bps: 200}]; "
                                       "fees: [penalty]"));
  Charge charge(Amount("2.46", "BRL"));
  charge.kind = "penalty";
  charge.on = Day(2025, 3, 26);
  charge.bases.emplace("instalment", Amount("123.49", "BRL"));  // 2.4698
  EXPECT_EQ(Judged(packs, charge), "allowed");
  charge.amount = Amount("2.47", "BRL");
  EXPECT_EQ(Judged(packs, charge), "BR-fine");
  charge.kind = "collection";
  EXPECT_EQ(Judged(packs, charge), "allowed");
}

TEST(AmountCap, ByTariffHoldsToTheLastCentOfEachStep) {
  const PackSet packs = Packs(
      RuleText("EC-tariff", "amount_cap",
               "tariff: [{to: '19.99', amount: '3'}, {to: '39.99', amount: '5'}, {amount: '18'}]"));
  const std::tuple<const char*, const char*, bool> rows[] = {
      {"19.99", "3.00", true},  {"19.99", "3.01", false}, {"20.00", "5.00", true},
      {"39.99", "5.01", false}, {"40.00", "18.00", true}, {"4000.00", "18.01", false}};
  for (const auto& [overdue, amount, allowed] : rows) {
    Charge charge(Amount(amount, "USD"));
    charge.on = Day(2025, 3, 26);
    charge.bases.emplace("overdue", Amount(overdue, "USD"));
    EXPECT_EQ(Judged(packs, charge), allowed ? "allowed" : "EC-tariff") << overdue << amount;
  }
}

TEST(AmountCap, IsNotComputedFromNumbersThatDoNotFit) {
  const PackSet packs =
      Packs(RuleText("MX-tariff", "amount_cap", "unit: CLF; tariff: [{amount: '999999999999'}]"));
  Charge charge(Amount("1", "MXN"));
  charge.on = Day(2025, 3, 26);
  charge.due = charge.on;
  charge.bases.emplace("overdue", Amount("1", "MXN"));
  charge.unit = "CLF";
  charge.unit_value_on = charge.on;
  charge.unit_value = IndexValue{9223372036854775807, 0, *Currency::FromCode("MXN")};
  EXPECT_EQ(ReasonOf(JudgeCharge(packs, Scope(), charge).status()), error::v1::SCHEMA_INVALID);
}

TEST(AmountCap, AsksForAnActAndForABasis) {
  const PackSet packs = Packs(RuleText("CO-act", "amount_cap", "needs_action: true") +
                              RuleText("US-basis", "amount_cap", "needs_basis: [agreement, law]"));
  Charge charge(Amount("10", "USD"));
  charge.on = Day(2025, 3, 26);
  const absl::StatusOr<Verdict> verdict = JudgeCharge(packs, Scope(), charge);
  ASSERT_TRUE(verdict.ok());
  ASSERT_THAT(verdict->findings(), SizeIs(2));
  EXPECT_THAT(Missing(verdict->findings(0)), ElementsAre("action"));
  EXPECT_THAT(Missing(verdict->findings(1)), ElementsAre("basis"));
  charge.acted = true;
  charge.basis = {"registered_contract"};
  EXPECT_EQ(Judged(packs, charge), "US-basis");
  charge.basis.insert("law");
  EXPECT_EQ(Judged(packs, charge), "allowed");
}

// --- contacts ------------------------------------------------------------------------------------

PackSet ContentRules() {
  return Packs(
      RuleText("CL-info", "content",
               "from: 2018-01-08; items: [{item: CREDITOR}, {item: COLLECTOR_IDENTITY, at: first}, "
               "{item: SUPPLIER_TAX_ID, at: written}, {item: no_court_look}]"));
}

CompletedContact Told() {
  CompletedContact contact;
  contact.on = Day(2025, 3, 10);
  contact.disclosures = {"CREDITOR", "COLLECTOR_IDENTITY", "SUPPLIER_TAX_ID"};
  contact.checks = {"no_court_look"};
  contact.first = true;
  contact.reviewed = true;
  return contact;
}

std::vector<std::string> MissingIn(const PackSet& packs, const CompletedContact& contact) {
  const absl::StatusOr<Verdict> verdict = JudgeContact(packs, Scope(), contact);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  std::vector<std::string> missing;
  for (const Finding& finding : verdict->findings()) {
    EXPECT_EQ(finding.result() == Finding::FAIL, finding.missing_size() > 0);
    missing.insert(missing.end(), finding.missing().begin(), finding.missing().end());
  }
  EXPECT_EQ(verdict->outcome() == Verdict::DENY, !missing.empty());
  return missing;
}

TEST(Content, NamesWhatWasNotSaidAndNotHeld) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
  contact.disclosures.clear();
  contact.checks.clear();
  EXPECT_THAT(MissingIn(packs, contact),
              ElementsAre("CREDITOR", "COLLECTOR_IDENTITY", "no_court_look"));
  contact.channel = Channel::kLetter;
  contact.outcome = Outcome::kSent;
  EXPECT_THAT(MissingIn(packs, contact),
              ElementsAre("CREDITOR", "COLLECTOR_IDENTITY", "SUPPLIER_TAX_ID", "no_court_look"));
  contact.first = false;
  EXPECT_THAT(MissingIn(packs, contact),
              ElementsAre("CREDITOR", "SUPPLIER_TAX_ID", "no_court_look"));
}

TEST(Content, IsNotAskedOfAContactThatTellsNobodyAnything) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  contact.disclosures.clear();
  for (const Outcome outcome :
       {Outcome::kNoAnswer, Outcome::kBusy, Outcome::kBounced, Outcome::kVoicemail}) {
    contact.outcome = outcome;
    EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
  }
  contact.checks.clear();
  EXPECT_THAT(MissingIn(packs, contact), ElementsAre("no_court_look"));
  contact.outcome = Outcome::kNoAnswer;
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
}

TEST(Content, TellsAStrangerNothingButHoldsItsChecks) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  contact.outcome = Outcome::kNoAnswer;
  contact.other_reached = Party::kThirdParty;
  contact.disclosures.clear();
  contact.checks.clear();
  EXPECT_THAT(MissingIn(packs, contact), ElementsAre("no_court_look"));
}

TEST(Content, DoesNotAskForChecksThatNobodyMade) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  contact.checks.clear();
  contact.reviewed = false;
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
}

TEST(Content, BindsFromTheDateOfTheLawAndForItsPurposes) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  contact.disclosures.clear();
  contact.on = Day(2018, 1, 7);
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
  contact.on = Day(2018, 1, 8);
  EXPECT_THAT(MissingIn(packs, contact), ElementsAre("CREDITOR", "COLLECTOR_IDENTITY"));
  contact.purpose = Purpose::kLegalNotice;
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
}

TEST(Content, IsExplainedInTheWordsOfTheReader) {
  const PackSet packs = ContentRules();
  CompletedContact contact = Told();
  contact.disclosures.clear();
  contact.checks.clear();
  const absl::StatusOr<Verdict> verdict = JudgeContact(packs, Scope(), contact);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(ExplainConduct(packs, contact.on, verdict->findings(0), Language::kPortuguese),
            "p credor, identidade do cobrador, no_court_look");
}

TEST(RecordField, WantsFieldsAndAllowsAndForbidsValues) {
  const PackSet packs =
      Packs(RuleText("MX-pay", "record_field",
                     "fields: [reach]; require_values: [{field: prefix, values: ['600', '809']}]; "
                     "forbid_values: [{field: pays_to, values: [collector]}]") +
            RuleText("CL-mass", "record_field", "when: mass_or_automated_call; fields: [prefix]"));
  CompletedContact contact;
  contact.on = Day(2025, 3, 10);
  EXPECT_THAT(MissingIn(packs, contact), ElementsAre("reach"));
  contact.fields = {{"reach", "no_answer"}, {"prefix", "569"}, {"pays_to", "collector"}};
  EXPECT_THAT(MissingIn(packs, contact), ElementsAre("prefix=569", "pays_to=collector"));
  contact.fields = {{"reach", "no_answer"}, {"prefix", "600"}, {"pays_to", "creditor"}};
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());

  contact.fields.erase("prefix");
  ConductScope mass = Scope();
  EXPECT_EQ(JudgeContact(packs, mass, contact)->outcome(), Verdict::ALLOW);
  mass.circumstances = {"mass_or_automated_call"};
  EXPECT_EQ(JudgeContact(packs, mass, contact)->rule(), "CL-mass");
}

TEST(RecordField, WantsADateThatIsNotTooEarly) {
  const PackSet packs =
      Packs(RuleText("CL-last", "record_field",
                     "of: [ValidationNoticeSent]; least_dates: [{field: validation_ends, "
                     "business_days: 5, days: 30}]"));
  // Jueves Santo is a business day in Chile; Viernes Santo and Saturdays are none.
  DatedEvent notice{
      .type = "ValidationNoticeSent", .on = Day(2025, 4, 16), .position = {}, .fields = {}};
  const auto missing = [&]() {
    return Missing(JudgeEvent(packs, Scope(), {}, notice)->findings(0));
  };
  EXPECT_THAT(missing(), ElementsAre("validation_ends"));
  notice.fields["validation_ends"] = "soon";
  EXPECT_THAT(missing(), ElementsAre("validation_ends=soon"));
  notice.fields["validation_ends"] = "2025-05-23";
  EXPECT_THAT(missing(), ElementsAre("validation_ends=2025-05-23"));
  EXPECT_EQ(JudgeEvent(packs, Scope(), {}, notice)->findings(0).due_date(), "2025-05-24");
  notice.fields["validation_ends"] = "2025-05-24";
  EXPECT_THAT(missing(), IsEmpty());
}

TEST(ConductRule, DoesNotAskInACircumstanceThatItLeavesOut) {
  const PackSet packs =
      Packs(RuleText("CL-none", "amount_cap", "unless: creditor_not_financial; bands: [{bps: 0}]"));
  Charge fee(Amount("1", "CLP"));
  fee.on = Day(2025, 3, 26);
  ConductScope scope = Scope();
  EXPECT_EQ(JudgeCharge(packs, scope, fee)->rule(), "CL-none");
  scope.circumstances = {"creditor_not_financial"};
  EXPECT_THAT(JudgeCharge(packs, scope, fee)->findings(), IsEmpty());
}

TEST(RecordField, IsAskedOfTheEventsItNames) {
  const PackSet packs = Packs(RuleText("CL-prior", "record_field",
                                       "of: [ObligationPlaced]; fields: "
                                       "[contract_information_given]"));
  CompletedContact contact;
  contact.on = Day(2025, 3, 10);
  EXPECT_THAT(MissingIn(packs, contact), IsEmpty());
  DatedEvent placed{
      .type = "ObligationPlaced", .on = Day(2025, 3, 3), .position = {}, .fields = {}};
  EXPECT_EQ(JudgeEvent(packs, Scope(), {}, placed)->rule(), "CL-prior");
  placed.fields["contract_information_given"] = "true";
  EXPECT_EQ(JudgeEvent(packs, Scope(), {}, placed)->outcome(), Verdict::ALLOW);
  placed.fields.clear();
  placed.type = "BalanceReported";
  EXPECT_THAT(JudgeEvent(packs, Scope(), {}, placed)->findings(), IsEmpty());
}

TEST(ReviewRule, ThatFailsRefersAndBreaksNothing) {
  const PackSet packs =
      Packs(RuleText("CL-look", "record_field", "severity: review; fields: [reach]"));
  CompletedContact contact;
  contact.on = Day(2025, 3, 10);
  const absl::StatusOr<Verdict> verdict = JudgeContact(packs, Scope(), contact);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->outcome(), Verdict::REFER);
  EXPECT_EQ(verdict->rule(), "CL-look");
}

// --- waits and duties ----------------------------------------------------------------------------

DatedEvent Event(const char* type, Day on, uint64_t position = 7) {
  return {.type = type, .on = on, .position = position, .fields = {}};
}

PackSet BureauRules() {
  return Packs(RuleText("CO-1266-12-notice", "wait",
                        "after: [PreBureauNoticeSent]; before: [BureauReported]; days: 21") +
               RuleText("CO-1266-12-notice", "wait",
                        "from: 2021-10-29; when: small_debt; after: [PreBureauNoticeSent]; "
                        "before: [BureauReported]; days: 21; times: 2") +
               RuleText("US-1006.30-a-bureau", "wait",
                        "after: [LetterPosted]; before: [BureauReported]; days: 14; "
                        "unless_after: [Conversation]"));
}

TEST(Wait, EndsOnItsDateAndNotADayEarlier) {
  const PackSet packs = BureauRules();
  const ConductScope scope = Scope("CO-1266-12-notice");
  const std::vector<DatedEvent> notice = {Event("PreBureauNoticeSent", Day(2025, 3, 3))};
  const auto early = JudgeEvent(packs, scope, notice, Event("BureauReported", Day(2025, 3, 23)));
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(early->outcome(), Verdict::DENY);
  EXPECT_EQ(early->findings(0).due_date(), "2025-03-24");
  EXPECT_THAT(early->findings(0).positions(), ElementsAre(7));
  EXPECT_EQ(JudgeEvent(packs, scope, notice, Event("BureauReported", Day(2025, 3, 24)))->outcome(),
            Verdict::ALLOW);
}

TEST(Wait, RunsFromTheLastNoticeAndIgnoresWhatComesLater) {
  const PackSet packs = BureauRules();
  const ConductScope scope = Scope("CO-1266-12-notice");
  const DatedEvent report = Event("BureauReported", Day(2025, 3, 24));
  EXPECT_EQ(JudgeEvent(packs, scope, {}, report)->outcome(), Verdict::DENY);
  const std::vector<DatedEvent> later = {Event("PreBureauNoticeSent", Day(2025, 3, 25))};
  EXPECT_EQ(JudgeEvent(packs, scope, later, report)->outcome(), Verdict::DENY);
  const std::vector<DatedEvent> both = {Event("PreBureauNoticeSent", Day(2025, 3, 4)),
                                        Event("PreBureauNoticeSent", Day(2025, 3, 3))};
  EXPECT_EQ(JudgeEvent(packs, scope, both, report)->outcome(), Verdict::DENY);
}

TEST(Wait, NeedsNoticesOnDifferentDatesForASmallDebt) {
  const PackSet packs = BureauRules();
  ConductScope scope = Scope("CO-1266-12-notice");
  scope.circumstances = {"small_debt"};
  const DatedEvent report = Event("BureauReported", Day(2025, 3, 25));
  const std::vector<DatedEvent> same = {Event("PreBureauNoticeSent", Day(2025, 3, 3), 1),
                                        Event("PreBureauNoticeSent", Day(2025, 3, 3), 2)};
  const auto verdict = JudgeEvent(packs, scope, same, report);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->outcome(), Verdict::DENY);
  EXPECT_EQ(verdict->findings(1).count(), 1u);
  EXPECT_EQ(verdict->findings(1).limit(), 2u);
  const std::vector<DatedEvent> two = {Event("PreBureauNoticeSent", Day(2025, 3, 4), 2),
                                       Event("PreBureauNoticeSent", Day(2025, 3, 3), 1)};
  EXPECT_EQ(JudgeEvent(packs, scope, two, report)->outcome(), Verdict::ALLOW);
  EXPECT_EQ(JudgeEvent(packs, scope, two, Event("BureauReported", Day(2025, 3, 24)))->outcome(),
            Verdict::DENY);
}

TEST(Wait, IsOverOnceWhatReleasesItHappened) {
  const PackSet packs = BureauRules();
  const ConductScope scope = Scope("US-1006.30-a-bureau");
  const DatedEvent report = Event("BureauReported", Day(2025, 3, 3));
  const std::vector<DatedEvent> talk = {Event("Conversation", Day(2025, 3, 3))};
  EXPECT_EQ(JudgeEvent(packs, scope, talk, report)->outcome(), Verdict::ALLOW);
  const std::vector<DatedEvent> letter = {Event("LetterPosted", Day(2025, 3, 2))};
  EXPECT_EQ(JudgeEvent(packs, scope, letter, report)->outcome(), Verdict::DENY);
}

std::vector<DutyStanding> Duties(const PackSet& packs, const std::vector<DatedEvent>& events,
                                 Day now) {
  absl::StatusOr<std::vector<DutyStanding>> standings = ListDuties(packs, Scope(), events, now);
  EXPECT_TRUE(standings.ok()) << standings.status();
  return *std::move(standings);
}

PackSet Validation() {
  return Packs(RuleText("US-1006.34-validation", "duty",
                        "from: 2021-11-30; after: [ContactCompleted]; "
                        "do: [ValidationNoticeSent]; within: 5"));
}

TEST(Duty, IsMissedAtTheEndOfItsLastDate) {
  const PackSet packs = Validation();
  const std::vector<DatedEvent> first = {Event("ContactCompleted", Day(2025, 3, 3))};
  const auto open = Duties(packs, first, Day(2025, 3, 7));
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].state, DutyStanding::State::kOpen);
  EXPECT_EQ(open[0].finding.result(), Finding::PASS);
  EXPECT_EQ(open[0].finding.due_date(), "2025-03-08");
  const auto missed = Duties(packs, first, Day(2025, 3, 8));
  EXPECT_EQ(missed[0].state, DutyStanding::State::kMissed);
  EXPECT_EQ(missed[0].finding.result(), Finding::FAIL);
}

TEST(Duty, IsFulfilledOnItsLastDateAndLateTheDateAfter) {
  const PackSet packs = Validation();
  std::vector<DatedEvent> events = {Event("ContactCompleted", Day(2025, 3, 3)),
                                    Event("ValidationNoticeSent", Day(2025, 3, 8))};
  EXPECT_EQ(Duties(packs, events, Day(2025, 3, 8))[0].state, DutyStanding::State::kFulfilled);
  EXPECT_EQ(Duties(packs, events, Day(2025, 3, 7))[0].state, DutyStanding::State::kOpen);
  events[1].on = Day(2025, 3, 9);
  const auto late = Duties(packs, events, Day(2025, 3, 9));
  EXPECT_EQ(late[0].state, DutyStanding::State::kMissed);
  EXPECT_EQ(late[0].done_on, Day(2025, 3, 9));
}

TEST(Duty, OfTheFirstContactIsNotBegunByALaterOneNorByOneBeforeTheLaw) {
  const PackSet packs = Validation();
  const std::vector<DatedEvent> two = {Event("ContactCompleted", Day(2025, 3, 9)),
                                       Event("ContactCompleted", Day(2025, 3, 3))};
  const auto duties = Duties(packs, two, Day(2025, 3, 20));
  ASSERT_THAT(duties, SizeIs(1));
  EXPECT_EQ(duties[0].because.on, Day(2025, 3, 3));
  const std::vector<DatedEvent> old = {Event("ContactCompleted", Day(2021, 11, 29)),
                                       Event("ContactCompleted", Day(2025, 3, 3))};
  EXPECT_THAT(Duties(packs, old, Day(2025, 3, 20)), IsEmpty());
  EXPECT_THAT(Duties(packs, two, Day(2025, 3, 2)), IsEmpty());
}

TEST(Duty, InBusinessDaysPassesOverWeekendsAndHolidays) {
  const PackSet packs = Packs(RuleText("CL-answer", "duty",
                                       "after: [ComplaintReceived]; do: [ComplaintAnswered]; "
                                       "within: 3; unit: business; each: true"));
  // Viernes Santo is 18 April 2025; Wednesday 16: Thursday 17, Monday 21, Tuesday 22.
  const std::vector<DatedEvent> events = {Event("ComplaintReceived", Day(2025, 4, 16)),
                                          Event("ComplaintReceived", Day(2025, 4, 22)),
                                          Event("ComplaintAnswered", Day(2025, 4, 21))};
  const auto duties = Duties(packs, events, Day(2025, 4, 30));
  ASSERT_THAT(duties, SizeIs(2));
  EXPECT_EQ(duties[0].finding.due_date(), "2025-04-22");
  EXPECT_EQ(duties[0].state, DutyStanding::State::kFulfilled);
  // What was answered before it was asked answers nothing.
  EXPECT_EQ(duties[1].finding.due_date(), "2025-04-25");
  EXPECT_EQ(duties[1].state, DutyStanding::State::kMissed);
}

// --- retention -----------------------------------------------------------------------------------

TEST(Retention, IsGivenByClassInTheOrderOfThePacks) {
  const PackSet packs = Packs(
      RuleText("CL-register", "retention",
               "from: 2021-04-20; class: [contact]; years: 2; trigger: EVENT_TIME; floor: true") +
      RuleText("CL-default", "retention",
               "class: [contact, recording]; years: 3; trigger: EVENT_TIME; after: [DISPOSE]") +
      RuleText("CL-proofs", "retention", "class: [governance]; after: [KEEP]"));
  const auto rules = RetentionRules(packs, {"CL"}, "contact", Day(2025, 3, 1));
  ASSERT_TRUE(rules.ok());
  ASSERT_THAT(*rules, SizeIs(2));
  EXPECT_EQ((*rules)[0].rule->id, "CL-register");
  EXPECT_TRUE((*rules)[0].retention->floor);
  EXPECT_EQ((*rules)[1].retention->years, 3);
  EXPECT_EQ((*rules)[1].retention->after, Retention::After::kDispose);
  EXPECT_THAT(*RetentionRules(packs, {"CL"}, "contact", Day(2021, 4, 19)), SizeIs(1));
  const auto kept = RetentionRules(packs, {"CL"}, "governance", Day(2025, 3, 1));
  EXPECT_EQ((*kept)[0].retention->years, std::nullopt);
  EXPECT_EQ(ReasonOf(RetentionRules(packs, {"XX"}, "contact", Day(2025, 3, 1)).status()),
            error::v1::NOT_FOUND);
}

TEST(Retention, RunsInCalendarYears) {
  EXPECT_EQ(KeepThrough(Day(2023, 3, 1), 2), Day(2025, 3, 1));
  EXPECT_EQ(KeepThrough(Day(2024, 2, 29), 2), Day(2026, 2, 28));
  EXPECT_EQ(KeepThrough(Day(2024, 2, 29), 4), Day(2028, 2, 29));
  EXPECT_EQ(KeepThrough(Day(2024, 2, 28), 3), Day(2027, 2, 28));
  EXPECT_EQ(KeepThrough(Day(2023, 12, 31), 2), Day(2025, 12, 31));
}

// --- repeatable ----------------------------------------------------------------------------------

TEST(Conduct, NamesPacksAndGivesFactsADigestThatMovesWithThem) {
  const PackSet packs = ChileanCosts();
  const auto first = JudgeCharge(packs, Scope(), ChileanCharge("60", "3.60"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->packs(0).digest(), packs.members()[0].pack->digest().str());
  EXPECT_THAT(first->switches(), SizeIs(1));
  EXPECT_THAT(first->facts_digest(), SizeIs(32));
  EXPECT_EQ(JudgeCharge(packs, Scope(), ChileanCharge("60", "3.60"))->SerializeAsString(),
            first->SerializeAsString());
  EXPECT_NE(JudgeCharge(packs, Scope(), ChileanCharge("60.0001", "3.60"))->facts_digest(),
            first->facts_digest());
}

}  // namespace
}  // namespace constancia::policies
