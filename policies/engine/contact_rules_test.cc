// Each kind of contact rule alone: what it fails on, to the second, and when it passes again.

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/evaluate.h"
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

constexpr char kNever[] = "never";

std::string PackText(const std::string& rules, const std::string& head = "") {
  return absl::StrCat(
      "pack: XX-1\njurisdictions: [XX]\nversion: 1\ntitle: {es: T, pt: T, en: T}\n"
      "instrument: I\nsource: [S]\neffective_from: 2000-01-01\ncalendar: CL\n",
      head, "rules:\n", rules);
}

std::string ARule(const std::string& rest) {
  return absl::StrCat(
      "  - {law: {citation: C, mark: S, confidence: H, ", "text: {es: T, pt: T, en: T}}, ",
      "message: {es: T, pt: T, en: \"{count} {limit} {since} {next}\"}, ", rest, "}\n");
}

// A pack of these rules alone, for jurisdiction XX.
PackSet Rules(const std::vector<std::string>& rules, const std::string& head = "",
              const SwitchValues& switches = {}) {
  std::string text;
  for (const std::string& rule : rules) text += ARule(rule);
  absl::StatusOr<Pack> pack = Pack::Load("p.yaml", PackText(text, head));
  EXPECT_TRUE(pack.ok()) << pack.status();
  absl::StatusOr<PackSet> set = PackSet::Build({*std::move(pack)}, &TestZones(), switches);
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

std::string RefusalOf(const std::string& rule, const std::string& head = "") {
  const absl::Status status = Pack::Load("p.yaml", PackText(ARule(rule), head)).status();
  EXPECT_EQ(ReasonOf(status), error::v1::PACK_INVALID);
  return std::string(status.message());
}

// "2025-03-10T10:00:00-03:00 call answered person=P2 debt=D2": an instant, words, named values.
struct Entry {
  explicit Entry(const std::string& text) {
    for (const absl::string_view part : absl::StrSplit(text, ' ')) {
      const std::vector<std::string> pair = absl::StrSplit(part, '=');
      if (pair.size() == 2) {
        named[pair[0]] = pair[1];
      } else {
        words.push_back(pair[0]);
      }
    }
  }
  std::string Get(const std::string& name, const std::string& fallback) const {
    const auto found = named.find(name);
    return found == named.end() ? fallback : found->second;
  }
  std::vector<std::string> Debts() const { return absl::StrSplit(Get("debt", "D1"), ','); }
  int64_t at() const { return At(words[0]).micros; }

  std::vector<std::string> words;
  std::map<std::string, std::string> named;
};

// A history in order; positions count from 1. A word of the vocabulary of records makes a record,
// "permit" a live permit until until=.
Facts History(const std::vector<std::string>& lines) {
  Facts facts;
  uint64_t position = 0;
  for (const std::string& line : lines) {
    const Entry entry(line);
    const auto fill = [&](auto* fact) {
      const std::vector<std::string> debts = entry.Debts();
      fact->set_position(++position);
      fact->set_at_micros(entry.at());
      fact->set_party(entry.Get("party", "debtor"));
      fact->set_person(entry.Get("person", "P1"));
      fact->mutable_debts()->Assign(debts.begin(), debts.end());
    };
    if (IsRecordWord(entry.words[1])) {
      counsel::v1::Record* record = facts.add_records();
      fill(record);
      record->set_word(entry.words[1]);
      record->set_case_id(entry.Get("case", ""));
      const std::string until = entry.Get("until", "");
      if (!until.empty()) record->set_until_micros(At(until).micros);
      const std::string minutes = entry.Get("minutes", "");
      if (!minutes.empty()) {
        const std::vector<std::string> span = absl::StrSplit(minutes, '-');
        counsel::v1::WeekTime* time = record->add_windows();
        time->set_from_minute(static_cast<uint32_t>(std::stoi(span[0])));
        time->set_to_minute(static_cast<uint32_t>(std::stoi(span[1])));
        const std::string weekday = entry.Get("weekday", "");
        if (!weekday.empty()) time->add_weekdays(static_cast<uint32_t>(std::stoi(weekday)));
      }
      continue;
    }
    counsel::v1::Contact* contact = facts.add_contacts();
    fill(contact);
    contact->set_channel(entry.words[1]);
    contact->set_creditor(entry.Get("creditor", "C1"));
    contact->set_initiated_by(entry.Get("by", "collector"));
    if (entry.words[2] == "permit") {
      contact->set_permit_expires_at_micros(At(entry.Get("until", "")).micros);
    } else {
      contact->set_outcome(entry.words[2]);
    }
  }
  return facts;
}

Proposal Proposed(const std::string& line) {
  const Entry entry(line);
  const std::vector<std::string> debts = entry.Debts();
  const std::vector<std::string> zones = absl::StrSplit(entry.Get("zone", "America/Santiago"), '|');
  Proposal proposal;
  proposal.set_at_micros(entry.at());
  proposal.set_channel(entry.words[1]);
  proposal.set_party(entry.Get("party", "debtor"));
  proposal.set_person(entry.Get("person", "P1"));
  proposal.mutable_debts()->Assign(debts.begin(), debts.end());
  proposal.set_creditor(entry.Get("creditor", "C1"));
  proposal.set_case_id(entry.Get("case", ""));
  proposal.set_purpose(entry.Get("purpose", ""));
  proposal.mutable_zones()->Assign(zones.begin(), zones.end());
  proposal.add_jurisdictions("XX");
  const std::string ended = entry.Get("ended", "");
  if (!ended.empty()) {
    proposal.set_ended_at_micros(At(ended).micros);
    proposal.set_position(1'000);
  }
  return proposal;
}

Verdict Decide(const PackSet& packs, const Facts& facts, const Proposal& proposal) {
  const absl::StatusOr<Verdict> verdict = Evaluate(packs, facts, proposal);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() ? *verdict : Verdict();
}

// "permit", "refer R", or "deny R until 2025-03-10T08:00:00-03:00".
std::string Answer(const PackSet& packs, const std::vector<std::string>& history,
                   const std::string& proposed) {
  const Verdict verdict = Decide(packs, History(history), Proposed(proposed));
  if (verdict.outcome() == Verdict::ALLOW) return "permit";
  if (verdict.outcome() == Verdict::REFER) return absl::StrCat("refer ", verdict.rule());
  std::string next = kNever;
  if (verdict.has_next_allowed_at_micros()) {
    const absl::TimeZone& zone = *TestZones().Find(Proposed(proposed).zones(0));
    next = absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez",
                            absl::FromUnixMicros(verdict.next_allowed_at_micros()), zone);
  }
  return absl::StrCat("deny ", verdict.rule(), " until ", next);
}

constexpr char kWeekdays[] =
    "id: W, kind: window, holidays: calendar, hours: {daily: [\"08:00-20:00\"], sun: "
    "[\"10:00-12:00\"]}";

TEST(ContactRules, RefuseFieldsThatCannotBeMeant) {
  EXPECT_THAT(RefusalOf("id: A, kind: quiet_after"), HasSubstr("n is 1 to 400 dates"));
  EXPECT_THAT(RefusalOf("id: A, kind: quiet_after, n: 7, trigger_channels: [phone]"),
              HasSubstr("phone: no such word"));
  EXPECT_THAT(RefusalOf("id: A, kind: quiet_after, n: 7, limit: 1"), HasSubstr("has none"));
  EXPECT_THAT(RefusalOf("id: A, kind: exclusive_channel, per: local_date, n: 7"),
              HasSubstr("rolling_dates or calendar_week"));
  EXPECT_THAT(RefusalOf("id: A, kind: party_once, limit: 1"), HasSubstr("names a party"));
  EXPECT_THAT(RefusalOf("id: A, kind: party_once, party: locator"),
              HasSubstr("the limit is at least 1"));
  EXPECT_THAT(RefusalOf("id: A, kind: channel_bar, when_record: [suit_ended]"),
              HasSubstr("no record that opens"));
  EXPECT_THAT(
      RefusalOf("id: A, kind: channel_bar, family_of_record: true, when_record: [cease_written]"),
      HasSubstr("no beginning of a record"));
  EXPECT_THAT(RefusalOf("id: A, kind: channel_bar, family_of_record: true"),
              HasSubstr("names no record"));
  EXPECT_THAT(RefusalOf("id: A, kind: channel_authorised, when_record: [cease_written]"),
              HasSubstr("has none"));
  EXPECT_THAT(RefusalOf("id: A, kind: precondition"), HasSubstr("needs all or any"));
  EXPECT_THAT(RefusalOf("id: A, kind: precondition, all: [AddressKnown]"), HasSubstr("lower case"));
  EXPECT_THAT(RefusalOf("id: A, kind: overrun, minutes: 5"), HasSubstr("severity is review"));
  EXPECT_THAT(RefusalOf("id: A, kind: overrun, severity: review"), HasSubstr("0 to 1440"));
  EXPECT_THAT(RefusalOf("id: A, kind: window, closed_by_record: later"),
              HasSubstr("no record that opens"));
  EXPECT_THAT(RefusalOf("id: A, kind: window, closed_by_record: inconvenient_time, holidays: "
                        "calendar"),
              HasSubstr("needs hours"));
  EXPECT_THAT(RefusalOf("id: A, kind: window, holidays: none"), HasSubstr("needs hours"));
  EXPECT_THAT(RefusalOf("id: A, kind: window, holidays: none, every_day: true, hours: {tue: "
                        "[\"08:00-09:00\"]}"),
              HasSubstr("Monday has no hours"));
  EXPECT_THAT(RefusalOf("id: A, kind: count, per: minutes, limit: 1"), HasSubstr("minutes needs"));
  EXPECT_THAT(RefusalOf("id: A, kind: count, per: local_date, limit: 1, thresholds: [{per: "
                        "local_date, limit: 2}]"),
              HasSubstr("or thresholds"));
  EXPECT_THAT(RefusalOf("id: A, kind: count, per: local_date, limit: 1, contact: talk"),
              HasSubstr("attempt or two_way"));
  EXPECT_THAT(RefusalOf("id: A, kind: party_allow, allow: [debtor], also_allow: [spouse]"),
              HasSubstr("go together"));
  EXPECT_THAT(RefusalOf("id: A, kind: party_allow, allow: [debtor], when: small_debt"),
              HasSubstr("has none"));
  EXPECT_THAT(
      RefusalOf("id: A, kind: party_allow, allow: [debtor]", "families: {voice: [phone]}\n"),
      HasSubstr("no such channel"));
  EXPECT_THAT(RefusalOf("id: A, kind: party_allow, allow: [debtor]",
                        "families: {a: [call], b: [call, sms]}\n"),
              HasSubstr("two families"));
}

TEST(ContactRules, RefuseExemptionsThatLiftNothing) {
  const auto refusal = [](const std::string& exemption, const std::string& rule) {
    return std::string(
        Pack::Load("p.yaml", PackText(ARule("id: E, kind: exemption, " + exemption) + ARule(rule)))
            .status()
            .message());
  };
  const std::string rule = "id: R, kind: party_allow, allow: [debtor], exempt_by: [E]";
  EXPECT_EQ(refusal("record: hours_waiver, lifts: [2]", rule), "");
  EXPECT_EQ(refusal("record: hours_waiver, lifts: [R]", rule), "");
  EXPECT_THAT(refusal("record: hours_waiver, lifts: [3]", rule), HasSubstr("does not lift it"));
  EXPECT_THAT(refusal("record: hours_waiver, lifts: [2, Q]", rule), HasSubstr("no rule Q"));
  EXPECT_THAT(
      refusal("record: hours_waiver, lifts: [R]", "id: R, kind: party_allow, allow: [debtor]"),
      HasSubstr("no rule R that it exempts"));
  EXPECT_THAT(refusal("record: hours_waiver, lifts: [12]", rule), HasSubstr("1 to 11"));
  EXPECT_THAT(refusal("record: hours_waiver", rule), HasSubstr("it lifts nothing"));
  EXPECT_THAT(refusal("record: waiver_ended, lifts: [2]", rule), HasSubstr("no record that opens"));
  EXPECT_THAT(refusal("record: debtor_message, lifts: [2]", rule), HasSubstr("needs a time"));
  EXPECT_THAT(refusal("record: debtor_message, lasts_hours: 169, lifts: [2]", rule),
              HasSubstr("168"));
  EXPECT_THAT(refusal("record: hours_waiver, lasts_hours: 1, lasts_dates: 2, lifts: [2]", rule),
              HasSubstr("lasts_hours or lasts_dates"));
  EXPECT_THAT(refusal("record: hours_waiver, ends_on: holiday, lifts: [2]", rule),
              HasSubstr("first_talk"));
}

TEST(QuietAfter, IsOpenedByAConversationWhoeverBeganIt) {
  const PackSet packs =
      Rules({"id: Q, kind: quiet_after, n: 7, key: person_debt, channels: [call], "
             "from: 2025-01-01"});
  const std::string call = "2025-03-10T10:00:00-03:00 call";
  EXPECT_EQ(Answer(packs, {}, call), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 call answered"}, call),
            "deny Q until 2025-03-11T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 call spoke by=debtor"}, call),
            "deny Q until 2025-03-11T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {"2025-03-03T23:59:59-03:00 call answered"}, call), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 call voicemail"}, call), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 visit answered"}, call), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 call answered person=P2"}, call), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-04T10:00:00-03:00 call answered debt=D2"}, call), "permit");
  EXPECT_EQ(
      Answer(packs, {"2025-03-04T10:00:00-03:00 call answered debt=D2"}, call + " debt=D1,D2"),
      "deny Q until 2025-03-11T00:00:00-03:00");
  // At the very instant, whatever the order in the log; a permit is no conversation.
  EXPECT_EQ(Answer(packs, {"2025-03-10T10:00:00-03:00 call answered"}, call),
            "deny Q until 2025-03-17T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {"2025-03-09T10:00:00-03:00 call permit until=2025-03-10T12:00:00-03:00"},
                   call),
            "permit");
  // Conversations before the rule began open nothing.
  EXPECT_EQ(
      Answer(packs, {"2024-12-31T10:00:00-03:00 call answered"}, "2025-01-02T10:00:00-03:00 call"),
      "permit");
}

TEST(QuietAfter, SaysSinceWhen) {
  const PackSet packs = Rules({"id: Q, kind: quiet_after, n: 7"});
  const Facts facts = History(
      {"2025-03-04T10:00:00-03:00 call answered", "2025-03-05T10:00:00-03:00 call answered"});
  const Proposal proposal = Proposed("2025-03-10T10:00:00-03:00 call");
  const Verdict verdict = Decide(packs, facts, proposal);
  ASSERT_EQ(verdict.findings_size(), 1);
  EXPECT_THAT(verdict.findings(0).positions(), ElementsAre(1u, 2u));
  EXPECT_EQ(Explain(packs, proposal, verdict.findings(0), Language::kEnglish),
            "0 0 2025-03-05 2025-03-12 00:00:00");
}

TEST(ExclusiveChannel, LooksForAnotherFamilyInTheWindow) {
  const PackSet packs = Rules({"id: X, kind: exclusive_channel, n: 7"});
  const std::vector<std::string> call = {"2025-03-10T09:00:00-03:00 call no_answer"};
  EXPECT_EQ(Answer(packs, call, "2025-03-12T09:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, call, "2025-03-12T09:00:00-03:00 call_work"), "permit");
  EXPECT_EQ(Answer(packs, call, "2025-03-12T09:00:00-03:00 sms"),
            "deny X until 2025-03-17T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, call, "2025-03-17T09:00:00-03:00 sms"), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-10T09:00:00-03:00 call busy"}, "2025-03-12T09:00:00-03:00 sms"),
            "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-10T09:00:00-03:00 call answered by=debtor"},
                   "2025-03-12T09:00:00-03:00 sms"),
            "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-12T08:00:00-03:00 call permit until=2025-03-12T09:10:00-03:00"},
                   "2025-03-12T09:00:00-03:00 sms"),
            "deny X until 2025-03-12T09:10:00-03:00");
}

TEST(ExclusiveChannel, FollowsItsSwitches) {
  const std::string head =
      "switches:\n"
      "  - {id: week, type: enum, values: [rolling_dates, calendar_week], default: rolling_dates, "
      "strict: rolling_dates, text: T}\n"
      "  - {id: who, type: enum, values: [attempt, two_way], default: attempt, strict: attempt, "
      "text: T}\n"
      "  - {id: co.one_contact_per_week, type: bool, default: false, strict: true, text: T}\n";
  const std::string rule =
      "id: X, kind: exclusive_channel, n: 7, switch: {per: week, contact: who, any_channel: "
      "co.one_contact_per_week}";
  const std::vector<std::string> call = {"2025-03-07T09:00:00-03:00 call no_answer"};
  const std::string sms = "2025-03-10T09:00:00-03:00 sms";
  EXPECT_EQ(Answer(Rules({rule}, head), call, sms), "deny X until 2025-03-14T00:00:00-03:00");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"week", "calendar_week"}}), call, sms), "permit");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"who", "two_way"}}), call, sms), "permit");
  EXPECT_EQ(Answer(Rules({rule}, head), call, "2025-03-10T09:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"co.one_contact_per_week", "true"}}), call,
                   "2025-03-10T09:00:00-03:00 call"),
            "deny X until 2025-03-14T00:00:00-03:00");
}

TEST(Families, AreThoseThatThePackNames) {
  const PackSet packs =
      Rules({"id: X, kind: exclusive_channel, n: 7"}, "families: {voice: [call, im]}\n");
  const std::vector<std::string> call = {"2025-03-10T09:00:00-03:00 call no_answer"};
  EXPECT_EQ(Answer(packs, call, "2025-03-12T09:00:00-03:00 im"), "permit");
  EXPECT_THAT(Answer(packs, call, "2025-03-12T09:00:00-03:00 call_work"), HasSubstr("deny X"));
}

TEST(PartyOnce, CountsThatPartyForEver) {
  const PackSet packs = Rules({"id: O, kind: party_once, party: locator, limit: 1"});
  const std::vector<std::string> asked = {
      "2010-03-10T09:00:00-03:00 call answered party=locator person=L1"};
  EXPECT_EQ(Answer(packs, asked, "2025-03-12T09:00:00-03:00 sms party=locator person=L1"),
            "deny O until never");
  EXPECT_EQ(Answer(packs, asked, "2025-03-12T09:00:00-03:00 sms party=locator person=L2"),
            "permit");
  EXPECT_EQ(Answer(packs, asked, "2025-03-12T09:00:00-03:00 sms party=debtor person=L1"), "permit");
  EXPECT_EQ(Answer(packs, {"2010-03-10T09:00:00-03:00 call busy party=locator person=L1"},
                   "2025-03-12T09:00:00-03:00 sms party=locator person=L1"),
            "permit");
  EXPECT_EQ(Answer(packs,
                   {"2025-03-12T08:55:00-03:00 call permit party=locator person=L1 "
                    "until=2025-03-12T09:10:00-03:00"},
                   "2025-03-12T09:00:00-03:00 sms party=locator person=L1"),
            "deny O until 2025-03-12T09:10:00-03:00");
}

TEST(ChannelBar, StandsByItselfOrByRecord) {
  const PackSet always = Rules({"id: B, kind: channel_bar, channels: [call_work]"});
  EXPECT_EQ(Answer(always, {}, "2025-03-12T09:00:00-03:00 call_work"), "deny B until never");
  EXPECT_EQ(Answer(always, {}, "2025-03-12T09:00:00-03:00 call"), "permit");

  const PackSet unless =
      Rules({"id: B, kind: channel_bar, channels: [visit], unless_record: "
             "[visit_authorised_microcredit]"});
  const std::string visit = "2025-03-12T09:00:00-03:00 visit";
  const std::string authorised = "2025-03-03T09:00:00-03:00 visit_authorised_microcredit";
  EXPECT_EQ(Answer(unless, {}, visit), "deny B until never");
  EXPECT_EQ(Answer(unless, {authorised}, visit), "permit");
  EXPECT_EQ(Answer(unless, {authorised + " person=P2"}, visit), "deny B until never");
  EXPECT_EQ(Answer(unless, {authorised, "2025-03-04T09:00:00-03:00 revoked_visit"}, visit),
            "deny B until never");
  EXPECT_EQ(Answer(unless, {"2025-03-12T09:00:01-03:00 visit_authorised_microcredit"}, visit),
            "deny B until 2025-03-12T09:00:01-03:00");

  const PackSet when =
      Rules({"id: B, kind: channel_bar, channels: [call_work], when_record: [employer_prohibits]"});
  const std::string work = "2025-03-12T09:00:00-03:00 call_work";
  EXPECT_EQ(Answer(when, {}, work), "permit");
  EXPECT_EQ(Answer(when, {"2025-03-12T09:00:00-03:00 employer_prohibits"}, work),
            "deny B until never");
  EXPECT_EQ(Answer(when,
                   {"2025-03-03T09:00:00-03:00 employer_prohibits",
                    "2025-03-13T09:00:00-03:00 employer_allows"},
                   work),
            "deny B until 2025-03-13T09:00:00-03:00");
}

TEST(ChannelBar, ReachesTheFamilyOfTheChannelNamed) {
  const PackSet packs =
      Rules({"id: B, kind: channel_bar, family_of_record: true, when_record: [stop_, revoked_]"});
  const std::vector<std::string> stop = {"2025-03-03T09:00:00-03:00 stop_call_work"};
  EXPECT_EQ(Answer(packs, stop, "2025-03-12T09:00:00-03:00 call"), "deny B until never");
  EXPECT_EQ(Answer(packs, stop, "2025-03-12T09:00:00-03:00 voicemail_drop"), "deny B until never");
  EXPECT_EQ(Answer(packs, stop, "2025-03-12T09:00:00-03:00 sms"), "permit");
  EXPECT_EQ(
      Answer(packs, {"2025-03-03T09:00:00-03:00 revoked_sms"}, "2025-03-12T09:00:00-03:00 sms"),
      "deny B until never");
  EXPECT_EQ(Answer(packs, {stop[0], "2025-03-04T09:00:00-03:00 authorised_call"},
                   "2025-03-12T09:00:00-03:00 call"),
            "permit");
  EXPECT_EQ(Answer(packs, {stop[0], "2025-03-04T09:00:00-03:00 authorised_sms"},
                   "2025-03-12T09:00:00-03:00 call"),
            "deny B until never");
}

TEST(ChannelAuthorised, TakesTheLatestWordOfThePerson) {
  const PackSet packs = Rules({"id: A, kind: channel_authorised"});
  const std::string sms = "2025-03-12T09:00:00-03:00 sms";
  EXPECT_EQ(Answer(packs, {}, sms), "deny A until never");
  EXPECT_EQ(Answer(packs, {"2025-03-03T09:00:00-03:00 authorised_sms"}, sms), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-03T09:00:00-03:00 authorised_im"}, sms), "deny A until never");
  EXPECT_EQ(
      Answer(packs,
             {"2025-03-03T09:00:00-03:00 authorised_sms", "2025-03-04T09:00:00-03:00 revoked_sms"},
             sms),
      "deny A until never");
  EXPECT_EQ(
      Answer(packs,
             {"2025-03-03T09:00:00-03:00 revoked_sms", "2025-03-12T09:00:00-03:00 authorised_sms"},
             sms),
      "permit");
  EXPECT_EQ(
      Answer(packs, {"2025-03-03T09:00:00-03:00 authorised_sms until=2025-03-12T09:00:00-03:00"},
             sms),
      "deny A until never");
}

TEST(Precondition, AsksForFactsAboutEveryDebt) {
  const PackSet packs = Rules({"id: P, kind: precondition, all: [told], any: [supplied, found]"});
  const Proposal proposal = Proposed("2025-03-12T09:00:00-03:00 call debt=D1,D2");
  Facts facts;
  const auto add = [&](const std::string& word, const std::vector<std::string>& debts) {
    counsel::v1::Condition* condition = facts.add_conditions();
    condition->set_word(word);
    condition->mutable_debts()->Assign(debts.begin(), debts.end());
    return condition;
  };
  EXPECT_EQ(Decide(packs, facts, proposal).outcome(), Verdict::DENY);
  add("told", {});
  EXPECT_EQ(Decide(packs, facts, proposal).outcome(), Verdict::DENY);
  add("found", {"D1"})->add_positions(7);
  EXPECT_EQ(Decide(packs, facts, proposal).outcome(), Verdict::DENY);
  counsel::v1::Condition* late = add("found", {"D2"});
  late->add_positions(3);
  EXPECT_EQ(Decide(packs, facts, proposal).outcome(), Verdict::ALLOW);
  EXPECT_THAT(Decide(packs, facts, proposal).findings(0).positions(), ElementsAre(3u, 7u));

  late->set_from_micros(At("2025-04-12T09:00:00.5-03:00").micros);
  EXPECT_EQ(Decide(packs, facts, proposal).next_allowed_at_micros(),
            At("2025-04-12T09:00:01-03:00").micros);
  late->set_from_micros(0);
  late->set_until_micros(proposal.at_micros());
  const Verdict ended = Decide(packs, facts, proposal);
  EXPECT_EQ(ended.outcome(), Verdict::DENY);
  EXPECT_FALSE(ended.has_next_allowed_at_micros());
}

TEST(StatusBar, MayTakeDebtorAndSpouseForOne) {
  const auto bar = [](const std::string& couple) {
    return Rules(
        {"id: S, kind: status_bar, spare_parties: [attorney], bars: [{opened_by: "
         "attorney_represented, closed_by: [representation_ended], scope: "
         "debt_and_person" +
         couple + "}]"});
  };
  const std::vector<std::string> record = {"2025-03-03T09:00:00-03:00 attorney_represented"};
  const std::string at = "2025-03-12T09:00:00-03:00 call ";
  EXPECT_THAT(Answer(bar(", couple: true"), record, at + "party=spouse person=P2"),
              HasSubstr("deny S"));
  EXPECT_EQ(Answer(bar(", couple: true"), record, at + "party=spouse person=P2 debt=D2"), "permit");
  EXPECT_EQ(Answer(bar(", couple: true"), record, at + "party=guarantor person=P2"), "permit");
  EXPECT_EQ(Answer(bar(""), record, at + "party=spouse person=P2"), "permit");
  EXPECT_THAT(Answer(bar(""), record, at + "party=debtor"), HasSubstr("deny S"));
  EXPECT_EQ(Answer(bar(""), record, at + "party=attorney"), "permit");
}

TEST(StatusBar, OfACaseBindsThatCaseAlone) {
  const PackSet packs =
      Rules({"id: S, kind: status_bar, bars: [{opened_by: case_closed, closed_by: [case_reopened], "
             "scope: case}]"});
  const std::vector<std::string> closed = {"2025-03-03T09:00:00-03:00 case_closed case=K1"};
  EXPECT_THAT(Answer(packs, closed, "2025-03-12T09:00:00-03:00 call case=K1"), HasSubstr("deny S"));
  EXPECT_EQ(Answer(packs, closed, "2025-03-12T09:00:00-03:00 call case=K2"), "permit");
  EXPECT_EQ(Answer(packs, closed, "2025-03-12T09:00:00-03:00 call"), "permit");
}

TEST(Window, ClosesAtTimesThatThePersonNamed) {
  const PackSet packs =
      Rules({"id: W, kind: window, holidays: none, hours: {daily: [\"08:00-21:00\"]}, "
             "closed_by_record: inconvenient_time"});
  const std::string morning = "2025-03-03T09:00:00-03:00 inconvenient_time minutes=480-720";
  EXPECT_EQ(Answer(packs, {morning}, "2025-03-12T11:59:59-03:00 call"),
            "deny W until 2025-03-12T12:00:00-03:00");
  EXPECT_EQ(Answer(packs, {morning}, "2025-03-12T12:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, {morning, "2025-03-03T10:00:00-03:00 inconvenient_time minutes=720-1260"},
                   "2025-03-12T09:00:00-03:00 call"),
            "deny W until never");
  EXPECT_EQ(Answer(packs, {morning + " weekday=3"}, "2025-03-12T09:00:00-03:00 call"),
            "deny W until 2025-03-12T12:00:00-03:00");
  EXPECT_EQ(Answer(packs, {morning + " weekday=4"}, "2025-03-12T09:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, {morning, "2025-03-12T08:30:00-03:00 request_withdrawn_time"},
                   "2025-03-12T08:30:00-03:00 call"),
            "permit");
  EXPECT_EQ(Answer(packs, {morning}, "2025-03-12T09:00:00-03:00 call person=P2"), "permit");
  // The time is read on every clock the person may have.
  EXPECT_EQ(Answer(packs, {morning},
                   "2025-03-12T13:30:00-03:00 call zone=America/Santiago|Pacific/Easter"),
            "deny W until 2025-03-12T14:00:00-03:00");
}

TEST(Window, ThatOnlyRecordsCloseHasNoDayRule) {
  const PackSet packs = Rules({"id: W, kind: window, closed_by_record: inconvenient_time"});
  EXPECT_EQ(Answer(packs, {}, "2025-03-16T03:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, {"2025-03-03T09:00:00-03:00 inconvenient_time"},
                   "2025-03-16T03:00:00-03:00 call"),
            "deny W until never");
  EXPECT_EQ(Decide(packs, Facts(), Proposed("2025-03-16T03:00:00-03:00 call")).findings_size(), 1);
}

TEST(Window, FollowsItsSwitches) {
  const std::string head =
      "switches:\n"
      "  - {id: all, type: bool, default: false, strict: false, text: T}\n"
      "  - {id: close, type: bool, default: false, strict: false, text: T}\n";
  const std::string rule =
      "day_id: WD, hour_id: WH, kind: window, holidays: calendar, hours: {mon: [\"08:00-20:00\"]}, "
      "switch: {every_day: all, close_inclusive: close}";
  EXPECT_EQ(Answer(Rules({rule}, head), {}, "2025-03-11T10:00:00-03:00 call"),
            "deny WD until 2025-03-17T08:00:00-03:00");
  // Friday 18 April 2025 is a holiday.
  EXPECT_EQ(Answer(Rules({rule}, head, {{"all", "true"}}), {}, "2025-04-18T10:00:00-04:00 call"),
            "permit");
  const std::string closing = "2025-03-10T20:00:00-03:00 call";
  EXPECT_EQ(Answer(Rules({rule}, head), {}, closing), "deny WH until 2025-03-17T08:00:00-03:00");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"close", "true"}}), {}, closing), "permit");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"close", "true"}}), {}, "2025-03-10T20:00:01-03:00 call"),
            "deny WH until 2025-03-17T08:00:00-03:00");
}

TEST(PartyAllow, MayAllowMoreBySwitch) {
  const std::string head =
      "switches:\n  - {id: more, type: bool, default: false, strict: false, text: T}\n";
  const std::string rule =
      "id: A, kind: party_allow, allow: [debtor], also_allow: [guarantor], also_allowed: false, "
      "switch: {also_allowed: more}";
  const std::string call = "2025-03-11T10:00:00-03:00 call party=guarantor";
  EXPECT_EQ(Answer(Rules({rule}, head), {}, call), "deny A until never");
  EXPECT_EQ(Answer(Rules({rule}, head, {{"more", "true"}}), {}, call), "permit");
}

TEST(Count, MayCountTheFamilyAlone) {
  const PackSet packs = Rules({"id: C, kind: count, per: local_date, limit: 1, per_family: true"});
  const std::vector<std::string> call = {"2025-03-11T09:00:00-03:00 call answered"};
  EXPECT_EQ(Answer(packs, call, "2025-03-11T10:00:00-03:00 sms"), "permit");
  EXPECT_EQ(Answer(packs, call, "2025-03-11T10:00:00-03:00 call_work"),
            "deny C until 2025-03-12T00:00:00-03:00");
}

TEST(Count, OfSeveralThresholdsFailsWhenOneDoes) {
  const PackSet packs = Rules(
      {"id: C, kind: count, severity: review, thresholds: [{per: rolling_dates, n: 7, limit: 3}, "
       "{per: local_date, limit: 2}, {per: minutes, n: 5, limit: 1}]"});
  const auto verdict = [&](const std::vector<std::string>& history) {
    return Decide(packs, History(history), Proposed("2025-03-11T10:00:00-03:00 call"));
  };
  EXPECT_EQ(verdict({"2025-03-11T09:55:00-03:00 call busy"}).outcome(), Verdict::ALLOW);
  EXPECT_EQ(verdict({"2025-03-11T09:55:00-03:00 call answered"}).outcome(), Verdict::ALLOW);
  const Verdict soon = verdict({"2025-03-11T09:55:01-03:00 call answered"});
  EXPECT_EQ(soon.outcome(), Verdict::REFER);
  EXPECT_EQ(soon.findings(0).limit(), 1u);
  EXPECT_EQ(soon.findings(0).next_allowed_at_micros(), At("2025-03-11T10:00:01-03:00").micros);
  EXPECT_EQ(soon.next_allowed_at_micros(), At("2025-03-11T10:00:00-03:00").micros);
  const Verdict twice = verdict(
      {"2025-03-11T08:00:00-03:00 call answered", "2025-03-11T09:00:00-03:00 call answered"});
  EXPECT_EQ(twice.findings(0).limit(), 2u);
  EXPECT_EQ(twice.findings(0).next_allowed_at_micros(), At("2025-03-12T00:00:00-03:00").micros);
}

// The rules of consent to be called again: quiet and count, both lifted for seven dates.
PackSet Consents() {
  return Rules(
      {"id: E, kind: exemption, channels: [call], record: consent_calls, lasts_dates: 7, "
       "ends_on: first_talk, lifts: [Q, C]",
       "id: C, kind: count, channels: [call], key: person_debt, per: rolling_dates, n: 7, "
       "limit: 2, exempt_by: [E]",
       "id: Q, kind: quiet_after, channels: [call], key: person_debt, n: 7, exempt_by: "
       "[E]"});
}

TEST(Consent, LiftsForItsDatesUntilTheFirstTalkAfterIt) {
  const PackSet packs = Consents();
  const std::string talk = "2025-03-03T10:00:00-03:00 call answered";
  const std::string consent = "2025-03-03T10:05:00-03:00 consent_calls";
  EXPECT_EQ(Answer(packs, {talk, consent}, "2025-03-09T23:59:59-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, {talk}, "2025-03-09T23:59:59-03:00 call"),
            "deny Q until 2025-03-10T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {talk, consent + " debt=D2"}, "2025-03-06T10:00:00-03:00 call"),
            "deny Q until 2025-03-10T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {talk, consent + " person=P2"}, "2025-03-06T10:00:00-03:00 call"),
            "deny Q until 2025-03-10T00:00:00-03:00");
  // It is denied for one debt, so it is denied.
  EXPECT_EQ(
      Answer(packs, {talk + " debt=D1,D2", consent}, "2025-03-06T10:00:00-03:00 call debt=D1,D2"),
      "deny Q until 2025-03-10T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {talk, consent, "2025-03-05T10:00:00-03:00 consent_ended"},
                   "2025-03-06T10:00:00-03:00 call"),
            "deny Q until 2025-03-10T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {talk, consent + " until=2025-03-06T10:00:00-03:00"},
                   "2025-03-06T09:59:59-03:00 call"),
            "permit");
  EXPECT_EQ(Answer(packs, {talk, consent + " until=2025-03-06T10:00:00-03:00"},
                   "2025-03-06T10:00:00-03:00 call"),
            "deny Q until 2025-03-10T00:00:00-03:00");
  // The talk under it ends it, and opens a quiet of its own.
  EXPECT_EQ(Answer(packs, {talk, consent, "2025-03-05T10:00:00-03:00 call answered"},
                   "2025-03-06T10:00:00-03:00 call"),
            "deny Q until 2025-03-12T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {talk, consent, "2025-03-05T10:00:00-03:00 call answered debt=D2"},
                   "2025-03-06T10:00:00-03:00 call"),
            "permit");
}

TEST(Consent, CallsUnderItAreNotCountedLater) {
  const PackSet packs = Consents();
  const std::vector<std::string> calls = {"2025-03-03T10:00:00-03:00 consent_calls",
                                          "2025-03-09T10:00:00-03:00 call no_answer",
                                          "2025-03-09T11:00:00-03:00 call no_answer"};
  EXPECT_EQ(Answer(packs, calls, "2025-03-10T10:00:00-03:00 call"), "permit");
  EXPECT_EQ(Answer(packs, {calls[1], calls[2]}, "2025-03-10T10:00:00-03:00 call"),
            "deny C until 2025-03-16T00:00:00-03:00");
}

TEST(Consent, IsNamedByTheFindingThatItLifts) {
  const Verdict verdict = Decide(Consents(), History({"2025-03-03T10:00:00-03:00 consent_calls"}),
                                 Proposed("2025-03-04T10:00:00-03:00 call"));
  ASSERT_EQ(verdict.findings_size(), 2);
  EXPECT_EQ(verdict.findings(0).result(), Finding::EXEMPT);
  EXPECT_EQ(verdict.findings(0).exempted_by(), "E");
}

TEST(InfoRequested, AllowsOneContactWithinADay) {
  const PackSet packs =
      Rules({"id: E, kind: exemption, record: info_requested, lasts_hours: 24, once: true, lifts: "
             "[C]",
             "id: C, kind: count, per: local_date, limit: 1, exempt_by: [E]"});
  const std::string call = "2025-03-10T09:00:00-03:00 call answered";
  const std::string asked = "2025-03-10T09:05:00-03:00 info_requested";
  EXPECT_EQ(Answer(packs, {call, asked}, "2025-03-10T09:30:00-03:00 email"), "permit");
  EXPECT_EQ(Answer(packs, {call, asked}, "2025-03-10T09:05:00-03:00 email"), "permit");
  EXPECT_EQ(Answer(packs, {call, asked, "2025-03-10T09:20:00-03:00 sms delivered"},
                   "2025-03-10T09:30:00-03:00 email"),
            "deny C until 2025-03-11T00:00:00-03:00");
  EXPECT_EQ(Answer(packs, {call, asked, "2025-03-10T09:20:00-03:00 sms failed"},
                   "2025-03-10T09:30:00-03:00 email"),
            "permit");
  // A contact a day after it is none that it covers.
  EXPECT_EQ(Answer(packs, {asked, "2025-03-11T09:04:59-03:00 call answered"},
                   "2025-03-11T10:00:00-03:00 email"),
            "permit");
  EXPECT_EQ(Answer(packs, {asked, "2025-03-11T09:05:00-03:00 call answered"},
                   "2025-03-11T10:00:00-03:00 email"),
            "deny C until 2025-03-12T00:00:00-03:00");
  // What it covered is not counted later; the one after it is.
  EXPECT_EQ(Answer(packs, {asked, "2025-03-10T09:30:00-03:00 email delivered"},
                   "2025-03-10T10:00:00-03:00 call"),
            "permit");
  EXPECT_EQ(Answer(packs,
                   {asked, "2025-03-10T09:30:00-03:00 email delivered",
                    "2025-03-10T09:40:00-03:00 email delivered"},
                   "2025-03-10T10:00:00-03:00 call"),
            "deny C until 2025-03-11T00:00:00-03:00");
}

TEST(Exemption, MayLeaveItsContactsCounted) {
  const PackSet packs =
      Rules({"id: E, kind: exemption, record: info_requested, lasts_hours: 24, count_exempted: "
             "true, once: true, lifts: [6]",
             "id: C, kind: count, per: local_date, limit: 1, exempt_by: [E]"});
  EXPECT_EQ(Answer(packs,
                   {"2025-03-10T09:05:00-03:00 info_requested",
                    "2025-03-10T09:30:00-03:00 email delivered"},
                   "2025-03-10T10:00:00-03:00 call"),
            "deny C until 2025-03-11T00:00:00-03:00");
}

TEST(HoursWaiver, LiftsDaysAndHoursWithinItsTimes) {
  const PackSet packs = Rules({"id: E, kind: exemption, record: hours_waiver, lifts: [4, 5]",
                               std::string(kWeekdays) + ", exempt_by: [E]"});
  const std::string night = "2025-03-11T22:00:00-03:00 call";
  EXPECT_EQ(Answer(packs, {}, night), "deny W until 2025-03-12T08:00:00-03:00");
  EXPECT_EQ(Answer(packs, {"2025-03-03T10:00:00-03:00 hours_waiver"}, night), "permit");
  const std::string evening = "2025-03-03T10:00:00-03:00 hours_waiver minutes=1320-1380";
  EXPECT_EQ(Answer(packs, {evening}, night), "permit");
  EXPECT_EQ(Answer(packs, {evening}, "2025-03-11T21:00:00-03:00 call"),
            "deny W until 2025-03-11T22:00:00-03:00");
  EXPECT_EQ(Answer(packs, {evening}, "2025-03-11T23:00:00-03:00 call"),
            "deny W until 2025-03-12T08:00:00-03:00");
  // A holiday: Friday 18 April 2025.
  EXPECT_EQ(Answer(packs, {evening}, "2025-04-18T10:00:00-04:00 call"),
            "deny W until 2025-04-18T22:00:00-04:00");
  EXPECT_EQ(Answer(packs, {evening, "2025-03-11T21:59:59-03:00 waiver_ended"}, night),
            "deny W until 2025-03-12T08:00:00-03:00");
  // Each clock for itself: 22:30 in Santiago, where it is waived, is 20:30 on the island.
  EXPECT_EQ(Answer(packs, {evening},
                   "2025-03-11T22:30:00-03:00 call zone=America/Santiago|Pacific/Easter"),
            "deny W until 2025-03-12T10:00:00-03:00");
}

TEST(Overrun, LooksAtTheEndOfWhatBeganInTime) {
  const PackSet packs =
      Rules({std::string(kWeekdays), "id: O, kind: overrun, severity: review, minutes: 5"});
  const std::string call = "2025-03-11T19:50:00-03:00 call";
  EXPECT_EQ(Answer(packs, {}, call), "permit");
  EXPECT_EQ(Answer(packs, {}, call + " ended=2025-03-11T20:05:00-03:00"), "permit");
  EXPECT_EQ(Answer(packs, {}, call + " ended=2025-03-11T20:05:01-03:00"), "refer O");
  EXPECT_THAT(Answer(packs, {}, "2025-03-11T21:00:00-03:00 call ended=2025-03-11T21:30:00-03:00"),
              HasSubstr("deny W"));
}

TEST(Severity, ReviewRefersAndEverythingElseDenies) {
  const auto with = [](const std::string& severity) {
    return Answer(Rules({"id: B, kind: channel_bar, severity: " + severity}), {},
                  "2025-03-11T21:00:00-03:00 call");
  };
  EXPECT_EQ(with("prohibition"), "deny B until never");
  EXPECT_EQ(with("presumption"), "deny B until never");
  EXPECT_EQ(with("house"), "deny B until never");
  EXPECT_EQ(with("review"), "refer B");
}

TEST(FactsUsed, AreCoveredByTheDigestAndNoOthers) {
  const PackSet packs = Consents();
  const std::vector<std::string> history = {"2025-03-03T10:00:00-03:00 consent_calls",
                                            "2025-03-09T10:00:00-03:00 call answered"};
  const Proposal proposal = Proposed("2025-03-10T10:00:00-03:00 call");
  const std::string digest = Decide(packs, History(history), proposal).facts_digest();
  const auto with = [&](const std::string& line) {
    std::vector<std::string> more = history;
    more.push_back(line);
    return Decide(packs, History(more), proposal).facts_digest();
  };
  EXPECT_EQ(with("2025-03-09T12:00:00-03:00 call busy"), digest);
  EXPECT_EQ(with("2025-03-09T12:00:00-03:00 call answered person=P2"), digest);
  EXPECT_EQ(with("2025-03-09T12:00:00-03:00 sms delivered"), digest);
  EXPECT_EQ(with("2025-03-09T12:00:00-03:00 cease_written"), digest);
  EXPECT_EQ(with("2025-03-09T12:00:00-03:00 consent_calls debt=D2"), digest);
  EXPECT_NE(with("2025-03-09T12:00:00-03:00 call no_answer"), digest);
  EXPECT_NE(with("2025-03-08T12:00:00-03:00 consent_calls"), digest);
  EXPECT_NE(with("2025-03-08T12:00:00-03:00 consent_ended"), digest);
}

TEST(Facts, RefuseTimesAndRolesThatCannotBe) {
  const PackSet packs = Consents();
  const Proposal proposal = Proposed("2025-03-10T10:00:00-03:00 call");
  Facts facts = History({"2025-03-03T10:00:00-03:00 inconvenient_time minutes=480-720 weekday=8"});
  EXPECT_EQ(FieldOf(Evaluate(packs, facts, proposal).status()), "facts.records[0].windows");
  facts = History({"2025-03-03T10:00:00-03:00 inconvenient_time minutes=720-720"});
  EXPECT_EQ(FieldOf(Evaluate(packs, facts, proposal).status()), "facts.records[0].windows");
  facts = History({"2025-03-03T10:00:00-03:00 cease_written party=uncle"});
  EXPECT_EQ(FieldOf(Evaluate(packs, facts, proposal).status()), "facts.records[0].party");
  facts = History({"2025-03-03T10:00:00-03:00 call answered party=uncle"});
  EXPECT_EQ(FieldOf(Evaluate(packs, facts, proposal).status()), "facts.contacts[0].party");
}

}  // namespace
}  // namespace constancia::policies
