// What holds of every answer, tried on random histories under a pack with a rule of every kind, and
// on every minute around changes of the clock.

#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "policies/engine/evaluate.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using counsel::v1::Facts;
using counsel::v1::Proposal;
using counsel::v1::Verdict;

constexpr char kLaw[] =
    "law: {citation: C, mark: S, confidence: H, text: {es: T, pt: T, en: T}}, "
    "message: {es: T, pt: T, en: T}";

// Every kind once; `L` stands for the law and message that each rule needs.
constexpr char kEveryKind[] = R"(pack: XX-1
jurisdictions: [XX]
version: 1
title: {es: T, pt: T, en: T}
instrument: I
source: [S]
effective_from: 2000-01-01
calendar: CL
rules:
  - {L, id: S, kind: status_bar, bars: [{opened_by: served_in_lawsuit, closed_by: [suit_ended], scope: debt}]}
  - {L, id: P, kind: party_allow, allow: [debtor, spouse, locator]}
  - {L, id: O, kind: party_once, party: locator, limit: 2}
  - {L, id: B, kind: channel_bar, family_of_record: true, when_record: [stop_], exempt_by: [reply]}
  - {L, id: A, kind: channel_authorised, channels: [im]}
  - {L, id: W, kind: window, holidays: calendar, hours: {daily: ["08:00-20:00"], sat: ["10:00-14:00"], sun: ["12:00-12:30"]}, closed_by_record: inconvenient_time, exempt_by: [E-waiver]}
  - {L, id: CD, kind: count, per: local_date, limit: 3, exempt_by: [reply, E-asked]}
  - {L, id: CM, kind: count, per: calendar_month, limit: 9}
  - {L, id: CW, kind: count, per: rolling_dates, n: 7, limit: 4, key: person_debt, exempt_by: [reply, E-consent]}
  - {L, id: SP, kind: spacing, channels: [sms, im, email], min_date_difference: 2}
  - {L, id: X, kind: exclusive_channel, n: 2, exempt_by: [reply, E-asked]}
  - {L, id: Q, kind: quiet_after, channels: [call], n: 4, key: person_debt, exempt_by: [E-consent]}
  - {L, id: R, kind: count, severity: review, thresholds: [{per: minutes, n: 30, limit: 1}, {per: local_date, limit: 2}]}
  - {L, id: E-waiver, kind: exemption, record: hours_waiver, lifts: [4, 5]}
  - {L, id: E-asked, kind: exemption, record: info_requested, lasts_hours: 24, once: true, lifts: [CD, X]}
  - {L, id: E-consent, kind: exemption, record: consent_calls, lasts_dates: 3, ends_on: first_talk, lifts: [CW, Q]}
  - {L, id: XX-INBOUND-reply, kind: exemption, channels: [sms, im, email], record: debtor_message, lasts_hours: 24, once: true, lifts: [6, 7, 8, 9, 10, 11, B]}
)";

// The pack with one text for another: a rule made stricter or laxer.
PackSet EveryKind(const std::string& was = "", const std::string& is = "") {
  std::string yaml = absl::StrReplaceAll(kEveryKind, {{"{L,", absl::StrCat("{", kLaw, ",")}});
  if (!was.empty()) {
    EXPECT_NE(yaml.find(was), std::string::npos) << was;
    yaml = absl::StrReplaceAll(yaml, {{was, is}});
  }
  absl::StatusOr<Pack> pack = Pack::Load("p.yaml", yaml);
  EXPECT_TRUE(pack.ok()) << pack.status();
  absl::StatusOr<PackSet> set = PackSet::Build({*std::move(pack)}, &TestZones());
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

const PackSet& Packs() {
  static const PackSet* packs = new PackSet(EveryKind());
  return *packs;
}

Verdict Decide(const PackSet& packs, const Facts& facts, const Proposal& proposal) {
  const absl::StatusOr<Verdict> verdict = Evaluate(packs, facts, proposal);
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() ? *verdict : Verdict();
}

class RandomCase {
 public:
  explicit RandomCase(uint32_t seed) : random_(seed) {}

  void Make() {
    facts_ = Facts();
    around_ = At("2021-03-01T00:00:00Z").micros + Pick(5 * 365 * 24) * 3'600 * kMicrosPerSecond;
    const int contacts = Pick(8);
    for (int i = 0; i < contacts; ++i) AddContact();
    const int records = Pick(5);
    for (int i = 0; i < records; ++i) AddRecord();
    proposal_ = Proposal();
    proposal_.set_at_micros(Near(2));
    proposal_.set_channel(Word(kChannels));
    proposal_.set_party(Pick(4) == 0 ? "locator" : "debtor");
    proposal_.set_person("P1");
    proposal_.add_debts("D1");
    if (Pick(3) == 0) proposal_.add_debts("D2");
    proposal_.set_creditor("C1");
    proposal_.add_zones("America/Santiago");
    if (Pick(3) == 0) proposal_.add_zones("Pacific/Easter");
    proposal_.add_jurisdictions("XX");
  }

  // Something that no rule counts or heeds, within the times that rules look at.
  void AddUncounted() {
    AddContact();
    counsel::v1::Contact* contact = facts_.mutable_contacts(facts_.contacts_size() - 1);
    contact->clear_permit_expires_at_micros();
    contact->set_outcome("failed");
    contact->set_initiated_by("collector");
    AddContact();
    contact = facts_.mutable_contacts(facts_.contacts_size() - 1);
    contact->set_person("P9");
    AddRecord();
    facts_.mutable_records(facts_.records_size() - 1)->set_word("employer_prohibits");
  }

  const Facts& facts() const { return facts_; }
  Proposal& proposal() { return proposal_; }

 private:
  static constexpr const char* kChannels[] = {"call", "call_work", "visit", "sms", "im", "letter"};
  static constexpr const char* kOutcomes[] = {"answered", "no_answer", "delivered", "busy"};
  static constexpr const char* kRecords[] = {
      "served_in_lawsuit", "suit_ended",     "stop_call",         "stop_sms",
      "authorised_call",   "authorised_im",  "inconvenient_time", "request_withdrawn_time",
      "hours_waiver",      "info_requested", "consent_calls",     "consent_ended"};

  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint32_t>(count)); }
  template <size_t kCount>
  std::string Word(const char* const (&words)[kCount]) {
    return words[Pick(static_cast<int>(kCount))];
  }
  // Whole or broken seconds within some days.
  int64_t Near(int days) {
    const int64_t seconds = Pick(2 * days * 86'400) - days * 86'400;
    return around_ + seconds * kMicrosPerSecond + (Pick(2) == 0 ? 0 : Pick(1'000'000));
  }
  template <typename Fact>
  void Fill(Fact* fact) {
    fact->set_position(static_cast<uint64_t>(facts_.contacts_size() + 100 * facts_.records_size()));
    fact->set_at_micros(Near(10));
    fact->set_party(Pick(4) == 0 ? "locator" : "debtor");
    fact->set_person(Pick(5) == 0 ? "P2" : "P1");
    fact->add_debts(Pick(3) == 0 ? "D2" : "D1");
  }
  void AddContact() {
    counsel::v1::Contact* contact = facts_.add_contacts();
    Fill(contact);
    contact->set_channel(Word(kChannels));
    contact->set_initiated_by(Pick(4) == 0 ? "debtor" : "collector");
    if (Pick(6) == 0) {
      contact->set_initiated_by("collector");
      contact->set_permit_expires_at_micros(contact->at_micros() +
                                            Pick(2 * 86'400) * kMicrosPerSecond);
    } else {
      contact->set_outcome(Word(kOutcomes));
    }
  }
  void AddRecord() {
    counsel::v1::Record* record = facts_.add_records();
    Fill(record);
    record->set_word(Word(kRecords));
    if (Pick(3) == 0) record->set_until_micros(record->at_micros() + Near(3) - around_ + 1);
    if (Pick(2) == 0) {
      counsel::v1::WeekTime* time = record->add_windows();
      time->set_from_minute(static_cast<uint32_t>(Pick(1'400)));
      time->set_to_minute(time->from_minute() + 1 + static_cast<uint32_t>(Pick(40)));
      if (Pick(2) == 0) time->add_weekdays(static_cast<uint32_t>(1 + Pick(7)));
    }
  }

  std::mt19937 random_;
  int64_t around_ = 0;
  Facts facts_;
  Proposal proposal_;
};

class EveryAnswer : public testing::TestWithParam<uint32_t> {};

TEST_P(EveryAnswer, NamesTheFirstSecondThatIsNotDenied) {
  RandomCase random(GetParam());
  int denied = 0;
  for (int round = 0; round < 150; ++round) {
    random.Make();
    Proposal& proposal = random.proposal();
    const int64_t asked = proposal.at_micros();
    const Verdict verdict = Decide(Packs(), random.facts(), proposal);
    if (verdict.outcome() != Verdict::DENY) {
      ASSERT_EQ(verdict.next_allowed_at_micros(), asked);
      continue;
    }
    if (!verdict.has_next_allowed_at_micros()) continue;
    ++denied;
    const int64_t next = verdict.next_allowed_at_micros();
    ASSERT_GT(next, asked);
    ASSERT_EQ(next % kMicrosPerSecond, 0);
    proposal.set_at_micros(next);
    ASSERT_NE(Decide(Packs(), random.facts(), proposal).outcome(), Verdict::DENY) << round;
    // One second before, and every eleven minutes before that for two days, it is denied.
    for (int64_t at = next - kMicrosPerSecond;
         at > asked && next - at < 2 * 86'400 * kMicrosPerSecond; at -= 660 * kMicrosPerSecond) {
      proposal.set_at_micros(at);
      ASSERT_EQ(Decide(Packs(), random.facts(), proposal).outcome(), Verdict::DENY) << round;
    }
  }
  EXPECT_GT(denied, 20);
}

TEST_P(EveryAnswer, IsTheSameWhateverIsAddedThatDoesNotCount) {
  RandomCase random(GetParam());
  for (int round = 0; round < 150; ++round) {
    random.Make();
    const std::string before =
        Decide(Packs(), random.facts(), random.proposal()).SerializeAsString();
    random.AddUncounted();
    ASSERT_EQ(Decide(Packs(), random.facts(), random.proposal()).SerializeAsString(), before)
        << round;
  }
}

TEST_P(EveryAnswer, IsTheSameInEveryTimeZoneOfTheProcess) {
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  RandomCase random(GetParam());
  for (int round = 0; round < 50; ++round) {
    random.Make();
    std::vector<std::string> answers;
    for (const char* zone : {"UTC", "Asia/Kathmandu", "America/Santiago"}) {
      ::setenv("TZ", zone, 1);
      ::tzset();
      answers.push_back(Decide(Packs(), random.facts(), random.proposal()).SerializeAsString());
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

TEST_P(EveryAnswer, IsNeverLaxerWhenARuleIsTightened) {
  static const std::vector<PackSet>* tighter = [] {
    auto* sets = new std::vector<PackSet>;
    for (const auto& [was, is] : std::vector<std::pair<std::string, std::string>>{
             {"locator, limit: 2", "locator, limit: 1"},
             {"allow: [debtor, spouse, locator]", "allow: [debtor]"},
             {"when_record: [stop_]", "when_record: [stop_, authorised_]"},
             {"channels: [im]}", "channels: [im, letter]}"},
             {"08:00-20:00", "09:00-19:00"},
             {"local_date, limit: 3", "local_date, limit: 2"},
             {"calendar_month, limit: 9", "calendar_month, limit: 3"},
             {"n: 7, limit: 4, key: person_debt", "n: 9, limit: 4, key: person"},
             {"n: 7, limit: 4", "n: 7, limit: 2"},
             {"min_date_difference: 2", "min_date_difference: 4"},
             {"exclusive_channel, n: 2", "exclusive_channel, n: 5"},
             {"exclusive_channel, n: 2", "exclusive_channel, n: 2, any_channel: true"},
             {"channels: [call], n: 4", "channels: [call], n: 6"},
             {"info_requested, lasts_hours: 24", "info_requested, lasts_hours: 2"},
             {"once: true, lifts: [CD, X]", "once: true, lifts: [CD, X], count_exempted: true"},
             {"lasts_dates: 3", "lasts_dates: 1"},
             {"debtor_message, lasts_hours: 24", "debtor_message, lasts_hours: 0"},
             {"severity: review", "severity: house"}}) {
      sets->push_back(EveryKind(was, is));
    }
    return sets;
  }();
  RandomCase random(GetParam());
  for (int round = 0; round < 60; ++round) {
    random.Make();
    if (Decide(Packs(), random.facts(), random.proposal()).outcome() != Verdict::DENY) continue;
    for (size_t i = 0; i < tighter->size(); ++i) {
      ASSERT_EQ(Decide((*tighter)[i], random.facts(), random.proposal()).outcome(), Verdict::DENY)
          << "round " << round << ", change " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EveryAnswer, testing::Range(1u, 5u));

// A window open across midnight, at noon and on no Sunday, asked every half minute for three days
// around a change of the clock. What it says is compared with the reading of the clock itself, and
// the next instant with the first one found open.
struct ClockChange {
  const char* zone;
  const char* around;
};

class AroundAClockChange : public testing::TestWithParam<ClockChange> {};

TEST_P(AroundAClockChange, AWindowFollowsTheWallClock) {
  const std::string yaml = absl::StrReplaceAll(
      kEveryKind, {{"{L,", absl::StrCat("{", kLaw, ",")}, {"calendar: CL\n", ""}});
  const std::string head = yaml.substr(0, yaml.find("  - {"));
  absl::StatusOr<Pack> pack = Pack::Load(
      "p.yaml", absl::StrCat(head, "  - {", kLaw,
                             ", id: W, kind: window, holidays: none, hours: {daily: "
                             "[\"00:00-01:15\", \"02:10-02:40\", \"12:00-13:00\", "
                             "\"23:30-24:00\"], sun: [\"00:20-00:40\", \"22:45-23:15\"]}}\n"));
  ASSERT_TRUE(pack.ok()) << pack.status();
  const absl::StatusOr<PackSet> packs = PackSet::Build({*std::move(pack)}, &TestZones());
  ASSERT_TRUE(packs.ok()) << packs.status();
  const absl::TimeZone& zone = *TestZones().Find(GetParam().zone);

  const auto open = [&](absl::Time at) {
    const absl::CivilSecond shown = absl::ToCivilSecond(at, zone);
    const int minute = shown.hour() * 60 + shown.minute();
    const auto within = [&](int from, int to) { return from <= minute && minute < to; };
    if (absl::GetWeekday(shown) == absl::Weekday::sunday) {
      return within(20, 40) || within(22 * 60 + 45, 23 * 60 + 15);
    }
    return within(0, 75) || within(130, 160) || within(720, 780) || within(1'410, 1'440);
  };
  Proposal proposal;
  proposal.set_channel("call");
  proposal.set_party("debtor");
  proposal.set_person("P1");
  proposal.add_debts("D1");
  proposal.add_zones(GetParam().zone);
  proposal.add_jurisdictions("XX");
  const absl::Time middle = absl::FromUnixMicros(At(GetParam().around).micros);
  std::optional<absl::Time> next;
  for (absl::Time at = middle + absl::Hours(36); at > middle - absl::Hours(36);
       at -= absl::Seconds(30)) {
    if (open(at)) next = at;
    if (!next) continue;
    proposal.set_at_micros(absl::ToUnixMicros(at));
    const Verdict verdict = Decide(*packs, Facts(), proposal);
    ASSERT_EQ(verdict.outcome() == Verdict::DENY, !open(at)) << absl::FormatTime(at, zone);
    ASSERT_EQ(verdict.next_allowed_at_micros(), absl::ToUnixMicros(*next))
        << absl::FormatTime(at, zone);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Zones, AroundAClockChange,
    testing::Values(ClockChange{"America/Santiago", "2022-09-11T04:00:00Z"},
                    ClockChange{"America/Santiago", "2022-09-04T04:00:00Z"},
                    ClockChange{"America/Santiago", "2025-04-06T03:00:00Z"},
                    ClockChange{"America/Santiago", "2025-09-07T04:00:00Z"},
                    ClockChange{"Pacific/Easter", "2022-09-11T04:00:00Z"},
                    ClockChange{"Pacific/Easter", "2025-04-06T03:00:00Z"},
                    ClockChange{"America/Punta_Arenas", "2022-09-11T04:00:00Z"},
                    ClockChange{"America/Punta_Arenas", "2025-04-06T03:00:00Z"},
                    ClockChange{"America/Coyhaique", "2025-03-20T03:00:00Z"},
                    ClockChange{"America/Coyhaique", "2025-04-06T03:00:00Z"},
                    ClockChange{"America/New_York", "2025-03-09T07:00:00Z"},
                    ClockChange{"America/New_York", "2025-11-02T06:00:00Z"},
                    ClockChange{"America/Sao_Paulo", "2019-02-17T02:00:00Z"},
                    ClockChange{"Asia/Kolkata", "2025-03-10T00:00:00Z"},
                    ClockChange{"Australia/Lord_Howe", "2025-04-05T15:00:00Z"},
                    ClockChange{"Australia/Lord_Howe", "2025-10-04T15:30:00Z"},
                    ClockChange{"Pacific/Apia", "2011-12-30T10:00:00Z"}));

}  // namespace
}  // namespace constancia::policies
