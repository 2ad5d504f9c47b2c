#include "policies/engine/evaluate.h"

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/explain.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using counsel::v1::Facts;
using counsel::v1::Finding;
using counsel::v1::Proposal;
using counsel::v1::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kDay = 86'400 * kMicrosPerSecond;

Proposal ACall(const std::string& at) {
  Proposal proposal;
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

Proposal AMessage(const std::string& at) {
  Proposal proposal = ACall(at);
  proposal.set_channel("im");
  return proposal;
}

counsel::v1::Contact* AddContact(Facts* facts, uint64_t position, const std::string& at,
                                 const std::string& channel, const std::string& outcome) {
  counsel::v1::Contact* contact = facts->add_contacts();
  contact->set_position(position);
  contact->set_at_micros(At(at).micros);
  contact->set_channel(channel);
  contact->set_party("debtor");
  contact->set_person("P1");
  contact->add_debts("D1");
  contact->set_creditor("C1");
  contact->set_initiated_by("collector");
  contact->set_outcome(outcome);
  return contact;
}

counsel::v1::Contact* AddPermit(Facts* facts, uint64_t position, const std::string& at,
                                const std::string& expires, const std::string& channel) {
  counsel::v1::Contact* permit = AddContact(facts, position, at, channel, "");
  permit->set_permit_expires_at_micros(At(expires).micros);
  return permit;
}

Verdict Decide(const PackSet& packs, const Facts& facts, const Proposal& proposal) {
  absl::StatusOr<Verdict> verdict = Evaluate(packs, facts, proposal);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() ? *verdict : Verdict();
}

const PackSet& Chile() {
  static const PackSet* packs = new PackSet(ChileanPacks());
  return *packs;
}

std::string NextOf(const Verdict& verdict) {
  if (!verdict.has_next_allowed_at_micros()) return "never";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixMicros(verdict.next_allowed_at_micros()),
                          absl::UTCTimeZone());
}

const Finding* FindingOf(const Verdict& verdict, std::string_view rule) {
  for (const Finding& finding : verdict.findings()) {
    if (finding.rule_id() == rule) return &finding;
  }
  return nullptr;
}

std::vector<std::string> Rules(const Verdict& verdict) {
  std::vector<std::string> rules;
  for (const Finding& finding : verdict.findings()) rules.push_back(finding.rule_id());
  return rules;
}

// A pack of jurisdiction XX with the rules given, none of them another country's law.
Pack APack(const std::string& id, const std::string& rules) {
  absl::StatusOr<Pack> pack = Pack::Load(
      id, absl::StrCat("pack: ", id,
                       "\njurisdictions: [XX]\nversion: 2\ntitle: {es: T, pt: T, en: T}\n"
                       "instrument: I\nsource: [S]\neffective_from: 2000-01-01\ncalendar: CL\n",
                       "rules:\n", rules));
  EXPECT_TRUE(pack.ok()) << pack.status();
  return *std::move(pack);
}

std::string ARule(const std::string& id, const std::string& rest) {
  return absl::StrCat("  - {id: ", id, ", law: {citation: C, mark: S, confidence: H, ",
                      "text: {es: T, pt: T, en: T}}, message: {es: T, pt: T, en: T}, ", rest,
                      "}\n");
}

PackSet Packs(std::vector<Pack> packs) {
  absl::StatusOr<PackSet> set = PackSet::Build(std::move(packs), &TestZones());
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

TEST(Evaluate, RefusesAProposalThatLacksWhatRulesAskFor) {
  const auto reason = [](auto change) {
    Proposal proposal = ACall("2025-03-10T10:00:00-03:00");
    change(&proposal);
    return ReasonOf(Evaluate(Chile(), Facts(), proposal).status());
  };
  EXPECT_EQ(reason([](Proposal* p) { p->set_channel("phone"); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->set_party(""); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->set_purpose("FUN"); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->clear_person(); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->clear_debts(); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->clear_zones(); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->add_zones("../etc/passwd"); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->clear_jurisdictions(); }), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(reason([](Proposal* p) { p->add_jurisdictions("ZZ"); }), error::v1::NOT_FOUND);
}

TEST(Evaluate, RefusesFactsInWordsThatRulesDoNotKnow) {
  Facts facts;
  AddContact(&facts, 1, "2025-03-03T10:00:00-03:00", "call", "rang");
  const absl::Status status = Evaluate(Chile(), facts, ACall("2025-03-10T10:00:00-03:00")).status();
  EXPECT_EQ(ReasonOf(status), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(FieldOf(status), "facts.contacts[0].outcome");

  Facts records;
  records.add_records()->set_word("sued");
  EXPECT_EQ(FieldOf(Evaluate(Chile(), records, ACall("2025-03-10T10:00:00-03:00")).status()),
            "facts.records[0].word");
}

TEST(Evaluate, JudgesNothingThatThePersonStarts) {
  Proposal proposal = ACall("2025-03-16T23:00:00-03:00");
  proposal.set_initiated_by("debtor");
  proposal.set_channel("");
  const Verdict verdict = Decide(Chile(), Facts(), proposal);
  EXPECT_EQ(verdict.outcome(), Verdict::ALLOW);
  EXPECT_THAT(verdict.findings(), IsEmpty());
}

TEST(Evaluate, ListsEveryRuleInForceInTheOrderOfSteps) {
  EXPECT_THAT(Rules(Decide(Chile(), Facts(), ACall("2025-03-10T10:00:00-03:00"))),
              ElementsAre("CL-19496-37-stop-suit", "CL-19496-37-third-party", "CL-19496-37-days",
                          "CL-19496-37-hours", "CL-19496-37-freq-phone"));
  EXPECT_THAT(
      Rules(Decide(Chile(), Facts(), AMessage("2025-03-10T10:00:00-03:00"))),
      ElementsAre("CL-19496-37-stop-suit", "CL-19496-37-third-party", "CL-19496-37-days",
                  "CL-19496-37-hours", "CL-19496-37-freq-other", "CL-19496-37-spacing-other"));
}

TEST(Evaluate, DoesNotAskTheHourOfABarredDay) {
  const Verdict verdict = Decide(Chile(), Facts(), ACall("2025-03-16T23:00:00-03:00"));
  EXPECT_EQ(verdict.rule(), "CL-19496-37-days");
  EXPECT_EQ(FindingOf(verdict, "CL-19496-37-hours"), nullptr);
}

TEST(Evaluate, SaysWhatItCountedAndWhere) {
  Facts facts;
  AddContact(&facts, 41, "2025-03-08T15:00:00-03:00", "call", "answered");
  const Verdict verdict = Decide(Chile(), facts, ACall("2025-03-10T09:00:00-03:00"));
  EXPECT_EQ(verdict.outcome(), Verdict::DENY);
  const Finding* finding = FindingOf(verdict, "CL-19496-37-freq-phone");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->result(), Finding::FAIL);
  EXPECT_EQ(finding->severity(), Finding::PROHIBITION);
  EXPECT_EQ(finding->count(), 1u);
  EXPECT_EQ(finding->limit(), 1u);
  EXPECT_EQ(finding->window_from(), "2025-03-04");
  EXPECT_EQ(finding->window_to(), "2025-03-10");
  EXPECT_THAT(finding->positions(), ElementsAre(41u));
  EXPECT_EQ(finding->next_allowed_at_micros(), At("2025-03-15T00:00:00-03:00").micros);
  EXPECT_EQ(NextOf(verdict), "2025-03-15T11:00:00Z");
}

TEST(Evaluate, NamesEverythingItWasAskedUnder) {
  const Verdict verdict = Decide(Chile(), Facts(), ACall("2025-03-10T09:00:00-03:00"));
  ASSERT_THAT(verdict.packs(), SizeIs(1));
  EXPECT_EQ(verdict.packs(0).pack(), "CL-19496");
  EXPECT_THAT(verdict.packs(0).digest(), SizeIs(32));
  EXPECT_THAT(verdict.facts_digest(), SizeIs(32));
  EXPECT_EQ(verdict.tzdb_version(), TestZones().version());
  ASSERT_THAT(verdict.calendars(), SizeIs(1));
  EXPECT_EQ(verdict.calendars(0).calendar(), "CL");
  EXPECT_THAT(verdict.switches(), SizeIs(7));
}

void AddAct(Facts* facts, const std::string& type, const std::string& date, uint64_t position) {
  counsel::v1::Act* act = facts->add_acts();
  act->set_type(type);
  act->set_date(date);
  act->set_position(position);
}

// "CL-19496-37-written15 by 2025-03-25", "CL-19496-37-info"
std::vector<std::string> DutiesOf(const Verdict& verdict) {
  std::vector<std::string> duties;
  for (const counsel::v1::Duty& duty : verdict.duties()) {
    duties.push_back(duty.due_date().empty() ? duty.rule_id()
                                             : duty.rule_id() + " by " + duty.due_date());
  }
  return duties;
}

TEST(Evaluate, TellsWhatAContactMakesDueAndOnlyOnce) {
  const Proposal call = ACall("2025-03-10T09:00:00-03:00");
  EXPECT_THAT(DutiesOf(Decide(Chile(), Facts(), call)),
              ElementsAre("CL-19496-37-info", "CL-19496-37-written15 by 2025-03-25"));

  Facts later;
  AddAct(&later, "ContactAttempted", "2025-02-10", 3);
  const Verdict begun = Decide(Chile(), later, call);
  EXPECT_THAT(DutiesOf(begun), ElementsAre("CL-19496-37-info"));
  Facts done;
  AddAct(&done, "WrittenInformationSent", "2025-03-10", 3);
  EXPECT_THAT(DutiesOf(Decide(Chile(), done, call)), ElementsAre("CL-19496-37-info"));
  // What comes only later changes nothing, and the digest covers what duties rest on alone.
  AddAct(&later, "ContactAttempted", "2025-03-11", 9);
  AddAct(&later, "ComplaintReceived", "2025-02-01", 2);
  EXPECT_EQ(Decide(Chile(), later, call).SerializeAsString(), begun.SerializeAsString());
  EXPECT_NE(Decide(Chile(), Facts(), call).facts_digest(), begun.facts_digest());
  later.mutable_acts(0)->set_date("February");
  EXPECT_EQ(ReasonOf(Evaluate(Chile(), later, call).status()), error::v1::SCHEMA_INVALID);
}

TEST(Evaluate, AContactThatIsDeniedOrRecordedMakesNothingDue) {
  Proposal call = ACall("2025-03-10T21:00:00-03:00");
  EXPECT_THAT(Decide(Chile(), Facts(), call).duties(), IsEmpty());
  call = ACall("2025-03-10T09:00:00-03:00");
  call.set_position(7);
  EXPECT_THAT(Decide(Chile(), Facts(), call).duties(), IsEmpty());
  call.clear_position();
  call.set_initiated_by("debtor");
  EXPECT_THAT(Decide(Chile(), Facts(), call).duties(), IsEmpty());
}

TEST(Evaluate, WhatIsDueFollowsTheChannelTheFirstContactAndTheCase) {
  const auto of = [](const std::string& item) {
    return absl::StrCat("kind: content, items: [", item,
                        "], message: {es: M, pt: M, en: M}, law: {citation: C, text: {es: T, pt: "
                        "T, en: T}, mark: V, confidence: H}}\n");
  };
  const PackSet packs = *PackSet::Build(
      {APack("XX",
             absl::StrCat("  - {id: first, ", of("{item: CREDITOR, at: first}"),
                          "  - {id: written, ", of("{item: OPT_OUT, at: written}"),
                          "  - {id: check, ", of("{item: no_court_look, at: each}"),
                          "  - {id: small, when: small_debt, ", of("{item: RIGHTS, at: each}")))},
      &TestZones());
  Proposal call = ACall("2025-03-10T09:00:00-03:00");
  call.set_jurisdictions(0, "XX");
  Proposal message = call;
  message.set_channel("sms");
  EXPECT_THAT(DutiesOf(Decide(packs, Facts(), call)), ElementsAre("first"));
  EXPECT_THAT(DutiesOf(Decide(packs, Facts(), message)), ElementsAre("first", "written"));
  Facts known;
  AddAct(&known, "Conversation", "2025-03-01", 4);
  known.add_circumstances("small_debt");
  EXPECT_THAT(DutiesOf(Decide(packs, known, call)), ElementsAre("small"));
}

TEST(Evaluate, ALivePermitCountsUntilItExpires) {
  Facts facts;
  AddPermit(&facts, 7, "2025-03-10T10:00:00-03:00", "2025-03-10T10:15:00-03:00", "call");
  const Verdict denied = Decide(Chile(), facts, ACall("2025-03-10T10:05:00-03:00"));
  EXPECT_EQ(denied.rule(), "CL-19496-37-freq-phone");
  EXPECT_EQ(NextOf(denied), "2025-03-10T13:15:00Z");
  EXPECT_EQ(Decide(Chile(), facts, ACall("2025-03-10T10:14:59-03:00")).outcome(), Verdict::DENY);
  EXPECT_EQ(Decide(Chile(), facts, ACall("2025-03-10T10:15:00-03:00")).outcome(), Verdict::ALLOW);
}

TEST(Evaluate, ALivePermitCountsWhateverTheOutcomesCounted) {
  Facts facts;
  AddPermit(&facts, 7, "2025-03-10T10:00:00-03:00", "2025-03-10T10:15:00-03:00", "call");
  const PackSet lenient = ChileanPacks({{"cl.count_unanswered", "false"}});
  EXPECT_EQ(Decide(lenient, facts, ACall("2025-03-10T10:05:00-03:00")).outcome(), Verdict::DENY);
}

TEST(Evaluate, TwoBotsCannotBothAnswerOneMessage) {
  Facts facts;
  AddContact(&facts, 1, "2025-03-09T10:00:00-03:00", "sms", "delivered");
  AddContact(&facts, 2, "2025-03-10T10:00:00-03:00", "im", "delivered")->set_initiated_by("debtor");
  const Proposal reply = AMessage("2025-03-10T10:05:00-03:00");
  const Verdict first = Decide(Chile(), facts, reply);
  EXPECT_EQ(first.outcome(), Verdict::ALLOW);
  EXPECT_EQ(FindingOf(first, "CL-19496-37-spacing-other")->result(), Finding::EXEMPT);
  EXPECT_EQ(FindingOf(first, "CL-19496-37-spacing-other")->exempted_by(), "CL-INBOUND-reply");

  AddPermit(&facts, 3, "2025-03-10T10:05:00-03:00", "2025-03-10T10:20:00-03:00", "im");
  const Verdict second = Decide(Chile(), facts, reply);
  EXPECT_EQ(second.outcome(), Verdict::DENY);
  EXPECT_EQ(NextOf(second), "2025-03-10T13:20:00Z");
}

TEST(Evaluate, ARecordedContactCountsWhatBeganBeforeItAndNotItself) {
  Facts facts;
  AddContact(&facts, 10, "2025-03-10T10:00:00-03:00", "call", "answered");
  AddContact(&facts, 11, "2025-03-10T10:00:00-03:00", "call", "answered");
  Proposal first = ACall("2025-03-10T10:00:00-03:00");
  first.set_position(10);
  EXPECT_EQ(Decide(Chile(), facts, first).outcome(), Verdict::ALLOW);
  Proposal second = ACall("2025-03-10T10:00:00-03:00");
  second.set_position(11);
  const Verdict verdict = Decide(Chile(), facts, second);
  EXPECT_THAT(FindingOf(verdict, "CL-19496-37-freq-phone")->positions(), ElementsAre(10u));
}

TEST(Evaluate, GivesOneFindingForEachDebtWhereDebtsMatter) {
  Facts facts;
  counsel::v1::Record* record = facts.add_records();
  record->set_position(5);
  record->set_at_micros(At("2025-03-03T10:00:00-03:00").micros);
  record->set_word("served_in_lawsuit");
  record->set_person("P1");
  record->add_debts("D2");
  Proposal proposal = ACall("2025-03-10T10:00:00-03:00");
  proposal.add_debts("D2");
  const Verdict verdict = Decide(Chile(), facts, proposal);
  ASSERT_THAT(verdict.findings(), SizeIs(6));
  EXPECT_EQ(verdict.findings(0).debt(), "D1");
  EXPECT_EQ(verdict.findings(0).result(), Finding::PASS);
  EXPECT_EQ(verdict.findings(1).debt(), "D2");
  EXPECT_EQ(verdict.findings(1).result(), Finding::FAIL);
  EXPECT_THAT(verdict.findings(1).positions(), ElementsAre(5u));
  EXPECT_FALSE(verdict.findings(1).has_next_allowed_at_micros());
  EXPECT_EQ(NextOf(verdict), "never");
}

TEST(Evaluate, RefersWhenOnlyAReviewRuleFails) {
  const PackSet packs = Packs({APack(
      "XX-1",
      ARule("XX-review", "kind: count, severity: review, per: local_date, limit: 1") +
          ARule("XX-hours", "kind: window, hours: {mon: [\"08:00-20:00\"]}, holidays: none"))});
  Facts facts;
  AddContact(&facts, 1, "2025-03-10T09:00:00-03:00", "call", "answered");
  Proposal proposal = ACall("2025-03-10T10:00:00-03:00");
  *proposal.mutable_jurisdictions(0) = "XX";
  const Verdict referred = Decide(packs, facts, proposal);
  EXPECT_EQ(referred.outcome(), Verdict::REFER);
  EXPECT_EQ(referred.rule(), "XX-review");
  EXPECT_EQ(referred.next_allowed_at_micros(), proposal.at_micros());

  proposal.set_at_micros(At("2025-03-10T20:00:00-03:00").micros);
  const Verdict denied = Decide(packs, facts, proposal);
  EXPECT_EQ(denied.outcome(), Verdict::DENY);
  EXPECT_EQ(denied.rule(), "XX-hours");
}

TEST(Evaluate, AFallbackStandsAsideWhereAnotherPackHasTheStep) {
  const std::string narrow =
      ARule("XX-fallback", "kind: party_allow, fallback: true, allow: [debtor]");
  const std::string law = ARule("XX-law",
                                "kind: party_allow, from: 2025-01-01, channels: [letter], "
                                "allow: [debtor, spouse]");
  Proposal proposal = ACall("2025-03-10T10:00:00-03:00");
  *proposal.mutable_jurisdictions(0) = "XX";
  proposal.set_party("spouse");
  EXPECT_EQ(Decide(Packs({APack("XX-1", narrow)}), Facts(), proposal).rule(), "XX-fallback");
  // Whatever the channels of the other rule.
  const PackSet both = Packs({APack("XX-1", narrow), APack("XX-2", law)});
  EXPECT_EQ(Decide(both, Facts(), proposal).outcome(), Verdict::ALLOW);
  proposal.set_at_micros(At("2024-12-31T10:00:00-03:00").micros);
  const Verdict before = Decide(both, Facts(), proposal);
  EXPECT_EQ(before.rule(), "XX-fallback");
  EXPECT_EQ(NextOf(before), "2025-01-01T03:00:00Z");
  // The house pack moves no fallback.
  const PackSet house = Packs({APack("XX-1", narrow), APack("HOUSE", law)});
  proposal.set_at_micros(At("2025-03-10T10:00:00-03:00").micros);
  EXPECT_EQ(Decide(house, Facts(), proposal).rule(), "XX-fallback");
}

TEST(Evaluate, NextAllowedEndsWithTheRule) {
  const PackSet packs = Packs(
      {APack("XX-1", ARule("XX-who", "kind: party_allow, until: 2025-04-05, allow: [debtor]"))});
  Proposal proposal = ACall("2025-03-10T10:00:00-03:00");
  *proposal.mutable_jurisdictions(0) = "XX";
  proposal.set_party("spouse");
  // Santiago shows 23:00 twice that evening; the date ends an hour later.
  EXPECT_EQ(NextOf(Decide(packs, Facts(), proposal)), "2025-04-06T04:00:00Z");
}

TEST(Evaluate, LooksNoFurtherThanFourHundredDates) {
  const PackSet packs = Packs(
      {APack("XX-1", ARule("XX-who", "kind: party_allow, until: 2025-04-05, allow: [debtor]"))});
  Proposal proposal = ACall("2024-03-01T10:00:00-03:00");
  *proposal.mutable_jurisdictions(0) = "XX";
  proposal.set_party("spouse");
  EXPECT_EQ(NextOf(Decide(packs, Facts(), proposal)), "never");
  proposal.set_at_micros(At("2024-03-02T10:00:00-03:00").micros);
  EXPECT_EQ(NextOf(Decide(packs, Facts(), proposal)), "2025-04-06T04:00:00Z");
}

TEST(Evaluate, HoursAreReadOffTheClockThroughEveryHourOfAClockChange) {
  const PackSet packs =
      Packs({APack("XX-1", ARule("XX-hours",
                                 "kind: window, holidays: none, hours: {sat: "
                                 "[\"00:30-01:00\", \"23:15-24:00\"], sun: [\"00:30-02:00\"]}"))});
  for (const char* night : {"2025-04-05T12:00:00Z", "2025-09-06T12:00:00Z"}) {
    Proposal proposal = ACall(night);
    *proposal.mutable_jurisdictions(0) = "XX";
    for (int minute = 0; minute < 24 * 60; ++minute) {
      const absl::CivilSecond local =
          LocalTime({proposal.at_micros()}, *TestZones().Find("America/Santiago"));
      const int clock = local.hour() * 60 + local.minute();
      const bool saturday = absl::GetWeekday(local) == absl::Weekday::saturday;
      const bool open = saturday ? (clock >= 30 && clock < 60) || clock >= 23 * 60 + 15
                                 : clock >= 30 && clock < 120;
      ASSERT_EQ(Decide(packs, Facts(), proposal).outcome() != Verdict::DENY, open)
          << absl::FormatCivilTime(local);
      proposal.set_at_micros(proposal.at_micros() + 60 * kMicrosPerSecond);
    }
  }
}

TEST(FactsDigest, CoversWhatWasUsedAndNothingElse) {
  Facts facts;
  AddContact(&facts, 1, "2025-03-08T15:00:00-03:00", "call", "answered");
  const Proposal proposal = ACall("2025-03-10T09:00:00-03:00");
  const std::string digest = Decide(Chile(), facts, proposal).facts_digest();

  Facts more = facts;
  AddContact(&more, 2, "2025-03-08T16:00:00-03:00", "sms", "delivered");
  AddContact(&more, 3, "2025-02-08T16:00:00-03:00", "call", "answered");
  EXPECT_EQ(Decide(Chile(), more, proposal).facts_digest(), digest);

  Facts turned;
  *turned.add_contacts() = more.contacts(2);
  *turned.add_contacts() = more.contacts(1);
  *turned.add_contacts() = more.contacts(0);
  EXPECT_EQ(Decide(Chile(), turned, proposal).SerializeAsString(),
            Decide(Chile(), more, proposal).SerializeAsString());

  Facts other = facts;
  other.mutable_contacts(0)->set_outcome("no_answer");
  EXPECT_NE(Decide(Chile(), other, proposal).facts_digest(), digest);
  EXPECT_NE(Decide(Chile(), Facts(), proposal).facts_digest(), digest);
  EXPECT_NE(Decide(ChileanPacks({{"cl.hours_digital", "false"}}), facts, proposal).facts_digest(),
            digest);
  Proposal regional = proposal;
  regional.set_region("CL-AP");
  EXPECT_NE(Decide(Chile(), facts, regional).facts_digest(), digest);
}

TEST(Explain, SpeaksInTheWordsOfThePack) {
  Facts facts;
  AddContact(&facts, 41, "2025-03-08T15:00:00-03:00", "call", "answered");
  const Proposal proposal = ACall("2025-03-10T09:00:00-03:00");
  const Verdict verdict = Decide(Chile(), facts, proposal);
  const Finding& finding = *FindingOf(verdict, "CL-19496-37-freq-phone");
  EXPECT_EQ(Explain(Chile(), proposal, finding, Language::kEnglish),
            "1 call or visit in seven days; the limit is 1. From 2025-03-15 00:00:00.");
  EXPECT_THAT(Explain(Chile(), proposal, finding, Language::kSpanish), HasSubstr("el máximo es 1"));
  EXPECT_THAT(Explain(Chile(), proposal, finding, Language::kPortuguese),
              HasSubstr("o máximo é 1"));
  Finding unknown = finding;
  unknown.set_pack_version(99);
  EXPECT_EQ(Explain(Chile(), proposal, unknown, Language::kEnglish), "");
}

// Random histories and proposals around a year with holidays, clock changes and a change of law.
class RandomCases {
 public:
  explicit RandomCases(uint32_t seed) : random_(seed) {}

  Facts MakeFacts(Instant around) {
    Facts facts;
    const int contacts = Pick(7);
    for (int i = 0; i < contacts; ++i) {
      counsel::v1::Contact* contact =
          AddContact(&facts, static_cast<uint64_t>(i), "2025-01-01T00:00:00Z", Word(kChannels), "");
      contact->set_at_micros(Near(around, 12));
      contact->set_person(Pick(4) == 0 ? "P2" : "P1");
      contact->set_debts(0, Pick(3) == 0 ? "D2" : "D1");
      contact->set_creditor(Pick(3) == 0 ? "C2" : "C1");
      if (Pick(4) == 0) contact->set_initiated_by("debtor");
      if (Pick(6) == 0) {
        contact->set_permit_expires_at_micros(contact->at_micros() +
                                              Pick(3 * 86'400) * 1'000'000LL);
      } else {
        contact->set_outcome(Word(kOutcomes));
      }
    }
    if (Pick(8) == 0) {
      counsel::v1::Record* record = facts.add_records();
      record->set_at_micros(Near(around, 12));
      record->set_word(Pick(2) == 0 ? "served_in_lawsuit" : "suit_ended");
      record->add_debts("D2");
    }
    return facts;
  }

  Proposal MakeProposal(Instant around) {
    Proposal proposal = ACall("2025-01-01T00:00:00Z");
    proposal.set_at_micros(Near(around, 2));
    proposal.set_channel(Word(kChannels));
    if (Pick(3) == 0) proposal.add_debts("D2");
    if (Pick(3) == 0) proposal.add_zones("Pacific/Easter");
    if (Pick(5) == 0) proposal.set_region("CL-NB-chillan");
    return proposal;
  }

  Instant MakeInstant() {
    return {At("2021-03-01T00:00:00Z").micros + Pick(5 * 365 * 24) * 3'600 * kMicrosPerSecond};
  }

 private:
  static constexpr const char* kChannels[] = {"call", "visit", "sms", "im", "email", "letter"};
  static constexpr const char* kOutcomes[] = {"answered", "no_answer", "delivered", "failed"};

  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint32_t>(count)); }
  template <size_t kCount>
  std::string Word(const char* const (&words)[kCount]) {
    return words[Pick(static_cast<int>(kCount))];
  }
  // Whole or broken seconds within some days of `around`.
  int64_t Near(Instant around, int days) {
    const int64_t seconds = Pick(2 * days * 86'400) - days * 86'400;
    return around.micros + seconds * kMicrosPerSecond + (Pick(2) == 0 ? 0 : Pick(1'000'000));
  }

  std::mt19937 random_;
};

class EvaluateRandomly : public testing::TestWithParam<uint32_t> {};

TEST_P(EvaluateRandomly, NextAllowedIsTheFirstSecondThatIsNotDenied) {
  RandomCases random(GetParam());
  for (int round = 0; round < 300; ++round) {
    const Instant around = random.MakeInstant();
    const Facts facts = random.MakeFacts(around);
    Proposal proposal = random.MakeProposal(around);
    const int64_t asked = proposal.at_micros();
    const Verdict verdict = Decide(Chile(), facts, proposal);
    if (!verdict.has_next_allowed_at_micros()) continue;
    const int64_t next = verdict.next_allowed_at_micros();
    if (verdict.outcome() != Verdict::DENY) {
      ASSERT_EQ(next, asked);
      continue;
    }
    ASSERT_GT(next, asked);
    ASSERT_EQ(next % kMicrosPerSecond, 0);
    proposal.set_at_micros(next);
    ASSERT_NE(Decide(Chile(), facts, proposal).outcome(), Verdict::DENY) << round;
    // One second before, and every seven minutes before that, it is denied.
    for (int64_t at = next - kMicrosPerSecond; at > asked; at -= 420 * kMicrosPerSecond) {
      proposal.set_at_micros(at);
      ASSERT_EQ(Decide(Chile(), facts, proposal).outcome(), Verdict::DENY) << round;
      if (next - at > 3 * kDay) break;
    }
  }
}

TEST_P(EvaluateRandomly, ALaxerReadingNeverDeniesWhatTheStrictOneAllows) {
  static const std::vector<PackSet>* laxer = [] {
    auto* sets = new std::vector<PackSet>;
    for (const SwitchValues& values :
         {SwitchValues{{"cl.week", "calendar_week"}}, SwitchValues{{"cl.count_key", "person_debt"}},
          SwitchValues{{"cl.count_key", "person_creditor"}},
          SwitchValues{{"cl.count_unanswered", "false"}}, SwitchValues{{"cl.spacing_dates", "2"}},
          SwitchValues{{"cl.hours_digital", "false"}},
          SwitchValues{{"inbound.reply_hours", "168"}}}) {
      sets->push_back(*Chile().With(values));
    }
    return sets;
  }();
  RandomCases random(GetParam());
  for (int round = 0; round < 500; ++round) {
    const Instant around = random.MakeInstant();
    const Facts facts = random.MakeFacts(around);
    const Proposal proposal = random.MakeProposal(around);
    if (Decide(Chile(), facts, proposal).outcome() == Verdict::DENY) continue;
    for (const PackSet& packs : *laxer) {
      ASSERT_NE(Decide(packs, facts, proposal).outcome(), Verdict::DENY) << round;
    }
  }
}

TEST_P(EvaluateRandomly, DoesNotDependOnTheTimeZoneOfTheProcess) {
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  RandomCases random(GetParam());
  for (int round = 0; round < 50; ++round) {
    const Instant around = random.MakeInstant();
    const Facts facts = random.MakeFacts(around);
    const Proposal proposal = random.MakeProposal(around);
    std::vector<std::string> answers;
    for (const char* zone : {"UTC", "Asia/Kathmandu", "America/Santiago"}) {
      ::setenv("TZ", zone, 1);
      ::tzset();
      answers.push_back(Decide(Chile(), facts, proposal).SerializeAsString());
    }
    ASSERT_EQ(answers[0], answers[1]);
    ASSERT_EQ(answers[0], answers[2]);
  }
  if (before == nullptr) {
    ::unsetenv("TZ");
  } else {
    ::setenv("TZ", kept.c_str(), 1);
  }
  ::tzset();
}

INSTANTIATE_TEST_SUITE_P(Seeds, EvaluateRandomly, testing::Range(1u, 6u));

}  // namespace
}  // namespace constancia::policies
