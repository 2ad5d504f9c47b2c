#include "policies/review/verdict_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/case_file.h"
#include "policies/engine/conduct.h"
#include "policies/engine/evaluate.h"
#include "policies/engine/pack.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

counsel::v1::Proposal Call(const std::string& at) {
  counsel::v1::Proposal proposal;
  proposal.set_at_micros(At(at).micros);
  proposal.set_channel("call");
  proposal.set_party("debtor");
  proposal.set_person("P1");
  proposal.add_debts("D1");
  proposal.set_creditor("C1");
  proposal.add_zones("America/Santiago");
  proposal.add_jurisdictions("CL");
  return proposal;
}

counsel::v1::Facts CalledOnSaturday() {
  counsel::v1::Facts facts;
  counsel::v1::Contact* contact = facts.add_contacts();
  contact->set_position(7);
  contact->set_at_micros(At("2025-03-08T11:00:00-03:00").micros);
  contact->set_channel("call");
  contact->set_party("debtor");
  contact->set_person("P1");
  contact->add_debts("D1");
  contact->set_creditor("C1");
  contact->set_initiated_by("collector");
  contact->set_outcome("answered");
  return facts;
}

VerdictText Explained(const PackSet& packs, const counsel::v1::Proposal& proposal,
                      const counsel::v1::Facts& facts, Language language) {
  const auto verdict = Evaluate(packs, facts, proposal);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return ExplainVerdict(packs, proposal, *verdict, language);
}

TEST(VerdictText, SaysWhoWasDeniedWhatAndWhenByWhichLawAndUntilWhen) {
  const PackSet packs = ChileanPacks();
  const VerdictText text =
      Explained(packs, Call("2025-03-10T09:00:00-03:00"), CalledOnSaturday(), Language::kSpanish);
  EXPECT_EQ(text.headline,
            "No se permite: una llamada al deudor, el 2025-03-10 09:00:00 (America/Santiago).");
  ASSERT_THAT(text.reasons, SizeIs(1));
  EXPECT_EQ(text.reasons[0].rule, "CL-19496-37-freq-phone");
  EXPECT_EQ(text.reasons[0].standing, "prohibición legal");
  EXPECT_THAT(text.reasons[0].sentence, HasSubstr("2025-03-15 00:00:00"));
  EXPECT_THAT(text.reasons[0].citation, HasSubstr("Ley 19.496 art. 37"));
  EXPECT_EQ(text.reasons[0].mark, "fuente secundaria leída; confianza alta");
  EXPECT_THAT(text.notes, Contains("Se permite desde 2025-03-15 08:00:00 (America/Santiago)."));
}

TEST(VerdictText, SpeaksThreeLanguages) {
  const PackSet packs = ChileanPacks();
  const counsel::v1::Proposal proposal = Call("2025-03-10T21:00:00-03:00");
  EXPECT_THAT(ToText(Explained(packs, proposal, {}, Language::kPortuguese), Language::kPortuguese),
              StartsWith("Não é permitido: uma ligação ao devedor, em 2025-03-10 21:00:00"));
  EXPECT_THAT(ToText(Explained(packs, proposal, {}, Language::kEnglish), Language::kEnglish),
              StartsWith("Not allowed: a call to the debtor, on 2025-03-10 21:00:00"));
}

TEST(VerdictText, NamesTheDecidingRuleFirstAndTheOthersToo) {
  const PackSet packs = ChileanPacks();
  const VerdictText text =
      Explained(packs, Call("2025-03-10T21:00:00-03:00"), CalledOnSaturday(), Language::kSpanish);
  ASSERT_THAT(text.reasons, SizeIs(2));
  EXPECT_EQ(text.reasons[0].rule, "CL-19496-37-hours");
  EXPECT_EQ(text.reasons[1].rule, "CL-19496-37-freq-phone");
}

TEST(VerdictText, AnAllowedContactHasNoReasonsAndSaysWhatWasConsulted) {
  const PackSet packs = ChileanPacks();
  const VerdictText text =
      Explained(packs, Call("2025-03-10T09:00:00-03:00"), {}, Language::kSpanish);
  EXPECT_THAT(text.headline, StartsWith("Se permite: "));
  EXPECT_THAT(text.reasons, IsEmpty());
  EXPECT_THAT(text.notes, Contains(HasSubstr("CL-19496 versión ")));
  EXPECT_THAT(text.notes, Contains(HasSubstr("CL-2026.1")));
  EXPECT_THAT(text.notes, Contains(HasSubstr("cl.week = rolling_dates")));
}

constexpr char kHousePack[] = R"(pack: HOUSE
jurisdictions: [HOUSE]
version: 1
title: {es: e, pt: p, en: n}
instrument: none
source: [S]
effective_from: 2000-01-01
zones: [America/Santiago]
rules:
  - id: HOUSE-nobody
    kind: party_allow
    law: {citation: none, text: {es: e, pt: p, en: n}, mark: P, confidence: M}
    severity: house
    allow: [spouse]
    message: {es: e, pt: p, en: n}
)";

TEST(VerdictText, ARuleOfTheHouseIsNeverCalledLaw) {
  absl::StatusOr<Pack> pack = Pack::Load("pack.yaml", kHousePack);
  ASSERT_TRUE(pack.ok()) << pack.status();
  const auto packs = PackSet::Build({*std::move(pack)}, &TestZones());
  ASSERT_TRUE(packs.ok());
  counsel::v1::Proposal proposal = Call("2025-03-10T09:00:00-03:00");
  proposal.set_jurisdictions(0, "HOUSE");
  const std::pair<Language, std::string> standings[] = {
      {Language::kSpanish, "norma de la casa, no es ley"},
      {Language::kPortuguese, "norma da casa, não é lei"},
      {Language::kEnglish, "a rule of the house, no law"}};
  for (const auto& [language, standing] : standings) {
    const VerdictText text = Explained(*packs, proposal, {}, language);
    ASSERT_THAT(text.reasons, SizeIs(1));
    EXPECT_EQ(text.reasons[0].standing, standing);
  }
}

TEST(ConductVerdictText, SaysWhichPartOfARuleWasBroken) {
  constexpr char kPack[] = R"(
pack: CL-TEST
jurisdictions: [CL]
version: 1
title: {es: Prueba, pt: Teste, en: Test}
instrument: a test
source: [nothing]
effective_from: 2000-01-01
calendar: CL
zones: [America/Santiago]
rules:
  - id: CL-TEST-copy
    kind: duty
    law: {citation: a law, text: {es: e, pt: p, en: a copy}, mark: V, confidence: H}
    after: [DataRightRequested]
    do: [DataRightAnswered]
    within: 7
    message: {es: "hasta {due}", pt: "até {due}", en: "by {due}"}
  - id: CL-TEST-copy
    kind: record_field
    law: {citation: a law, text: {es: e, pt: p, en: a recording}, mark: V, confidence: H}
    fields: [recording]
    message: {es: "falta {missing}", pt: "falta {missing}", en: "{missing} is missing"}
)";
  absl::StatusOr<Pack> pack = Pack::Load("test.yaml", kPack);
  ASSERT_TRUE(pack.ok()) << pack.status();
  const auto packs = PackSet::Build({*std::move(pack)}, &TestZones());
  ASSERT_TRUE(packs.ok());
  const std::vector<CaseResult> results = RunCases(*packs, "cases.jsonl", R"(
{"id":"A","jurisdiction":"CL","contact":{"at":"2025-03-10T10:00:00-03:00","channel":"call"},"expect":"deny","rule":"CL-TEST-copy"}
{"id":"B","jurisdiction":"CL","events":[{"type":"DataRightRequested","on":"2025-03-10"}],"now":"2025-03-20","expect":"deny","rule":"CL-TEST-copy"})");
  ASSERT_THAT(results, SizeIs(2));
  const auto explained = [&](int i) {
    EXPECT_EQ(results[i].difference, "");
    return ExplainConductVerdict(*packs, results[i].conduct_date, results[i].verdict,
                                 Language::kEnglish);
  };
  EXPECT_EQ(explained(0).headline, "Breaks a rule: 2025-03-10.");
  ASSERT_THAT(explained(0).reasons, SizeIs(1));
  EXPECT_EQ(explained(0).reasons[0].sentence, "recording is missing");
  EXPECT_EQ(explained(0).reasons[0].law, "a recording");
  ASSERT_THAT(explained(1).reasons, SizeIs(1));
  EXPECT_EQ(explained(1).reasons[0].sentence, "by 2025-03-17");
  EXPECT_EQ(explained(1).reasons[0].law, "a copy");
}

TEST(VerdictText, SaysWhenTheTextThatWasUsedIsNotAtHand) {
  const PackSet packs = ChileanPacks();
  const counsel::v1::Proposal proposal = Call("2025-03-10T21:00:00-03:00");
  auto verdict = Evaluate(packs, {}, proposal);
  ASSERT_TRUE(verdict.ok());
  verdict->mutable_packs(0)->set_version(9);
  for (auto& finding : *verdict->mutable_findings()) finding.set_pack_version(9);
  const VerdictText text = ExplainVerdict(packs, proposal, *verdict, Language::kEnglish);
  ASSERT_THAT(text.reasons, SizeIs(1));
  EXPECT_EQ(text.reasons[0].sentence, "");
  EXPECT_EQ(text.reasons[0].citation, "");
  EXPECT_THAT(text.notes, Contains("Not at hand is the text that was used of CL-19496 version 9."));
  EXPECT_THAT(ToText(text, Language::kEnglish), HasSubstr("1. CL-19496-37-hours\n"));
}

TEST(VerdictText, AViolationNamesItsRuleFirstAndThePermitThatIsMissing) {
  const PackSet packs = ChileanPacks();
  const counsel::v1::Proposal act = Call("2025-03-10T21:00:00-03:00");
  event::v1::ViolationDetected violation;
  *violation.mutable_verdict() = *Evaluate(packs, CalledOnSaturday(), act);
  violation.set_rule_id("CL-19496-37-freq-phone");
  violation.set_ungoverned(event::v1::UNGOVERNED_REASON_PERMIT_EXPIRED);
  violation.set_unknowable_at_the_time(true);
  const VerdictText text = ExplainViolation(packs, act, violation, Language::kSpanish);
  EXPECT_EQ(text.headline,
            "Infringe una regla, CL-19496-37-freq-phone. una llamada al deudor, el 2025-03-10 "
            "21:00:00 (America/Santiago).");
  ASSERT_THAT(text.reasons, SizeIs(2));  // the hour is broken too
  EXPECT_EQ(text.reasons[0].rule, "CL-19496-37-freq-phone");
  EXPECT_EQ(text.notes[0], "Ningún permiso lo ampara: el que nombra había vencido.");
  EXPECT_THAT(text.notes[1], StartsWith("Se sabe por hechos que llegaron después"));

  violation.clear_rule_id();
  EXPECT_THAT(ExplainViolation(packs, act, violation, Language::kEnglish).headline,
              StartsWith("No permit covers it: the one it names had expired. a call"));
}

TEST(VerdictText, AViolationOfConductTellsTheDateOfTheAct) {
  const PackSet packs = ChileanPacks();
  ConductScope scope;
  scope.jurisdictions = {"CL"};
  CompletedContact contact;
  contact.on = absl::CivilDay(2025, 3, 10);
  event::v1::ViolationDetected violation;
  *violation.mutable_verdict() = *JudgeContact(packs, scope, contact);
  violation.set_rule_id("CL-19496-37-info");
  counsel::v1::Proposal act;
  act.set_at_micros(At("2025-03-10T21:00:00-03:00").micros);
  act.add_zones("America/Santiago");
  const VerdictText text = ExplainViolation(packs, act, violation, Language::kEnglish);
  EXPECT_EQ(text.headline, "Breaks a rule, CL-19496-37-info. on 2025-03-10.");
  EXPECT_THAT(text.reasons.at(0).sentence, StartsWith("The contact did not tell: creditor"));
}

TEST(VerdictText, WordsThatNobodyKnowsAreShownAsTheyAre) {
  const PackSet packs = ChileanPacks();
  counsel::v1::Proposal proposal = Call("2025-03-10T21:00:00-03:00");
  proposal.set_channel("pigeon");
  proposal.clear_zones();
  const VerdictText text = ExplainVerdict(packs, proposal, {}, Language::kEnglish);
  EXPECT_EQ(text.headline, "Allowed: pigeon to the debtor, on 2025-03-11 00:00:00 (UTC).");
}

}  // namespace
}  // namespace constancia::policies
