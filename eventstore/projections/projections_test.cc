#include "eventstore/projections/projections.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/strategy.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/random.h"
#include "core/case/rule_records.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "eventstore/projections/test_story.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;

ev::PermitGranted Granted(int64_t expires_at) {
  ev::PermitGranted payload;
  payload.mutable_proposal()->set_person("P-1");
  payload.mutable_proposal()->set_channel("call");
  payload.mutable_proposal()->set_party("debtor");
  payload.mutable_proposal()->add_debts("O-1");
  payload.mutable_expires_at()->set_seconds(expires_at / kMicrosPerSecond);
  payload.set_case_id("C-1");
  payload.set_party_id("P-1");
  return payload;
}

std::vector<casefile::v1::LedgerContact> ContactsOf(const Story& story,
                                                    const std::string& person = "P-1") {
  const MapRows rows = story.Fold(ContactLedger());
  return *ReadContacts(rows, person, Instant{0}, Instant{kMonday + 400 * kDay});
}

casefile::v1::PermitState PermitOf(const Story& story, const std::string& id) {
  const MapRows rows = story.Fold(ContactLedger());
  return ReadPermit(rows, id)->value_or(casefile::v1::PermitState());
}

std::vector<std::string> WordsUnder(const Story& story, const std::string& owner) {
  const MapRows rows = story.Fold(ContactLedger());
  std::vector<std::string> words;
  const casefile::v1::RecordList list = *ReadRecords(rows, owner);
  for (const auto& record : list.records()) words.push_back(record.word());
  return words;
}

ev::CeaseContactRequested Ceased() {
  ev::CeaseContactRequested cease;
  cease.set_party_id("P-1");
  cease.set_how(ev::STATEMENT_FORM_WRITTEN);
  cease.add_obligation_ids("O-1");
  return cease;
}

TEST(Projections, EachHasANameOfItsOwnInTheFormTheLogAsksFor) {
  std::set<std::string_view> names;
  for (const InlineProjection* projection : InlineProjections()) {
    EXPECT_TRUE(names.insert(projection->name()).second) << projection->name();
    EXPECT_EQ(projection->name().find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              std::string_view::npos);
    EXPECT_GE(projection->version(), 1u);
  }
  EXPECT_FALSE(names.empty());
}

TEST(Projections, IndependentEventsGiveTheSameRowsInWhateverOrderTheyArrive) {
  Story story;
  story.Add(Placed(100'000), kMonday - 30 * kDay);
  story.Add(Opened(), kMonday - 30 * kDay);
  story.Add(Paid("PAY-1", 30'000, "2025-03-01"), kMonday);
  story.Add(Paid("PAY-2", 5'000, "2025-02-20"), kMonday);
  ev::PaymentReversed reversed;
  reversed.set_payment_id("PAY-2");
  reversed.add_obligation_ids("O-1");
  story.Add(reversed, kMonday + kDay);
  const std::string call = story.Add(Call(), kMonday);
  story.Add(Completed(call, ev::REACH_RIGHT_PARTY), kMonday + 60 * kMicrosPerSecond);
  const std::string wrong = story.Add(Call(), kMonday + 7 * kDay);
  story.Add(Completed(wrong, ev::REACH_VOICEMAIL), kMonday + 7 * kDay);
  story.Add(Annulled(wrong), kMonday + 8 * kDay);
  // A call that was of another week, twice corrected, and a completion that never happened.
  const std::string moved = story.Add(Call(), kMonday + 9 * kDay);
  story.Add(Corrected(moved, Call(), kMonday + 10 * kDay), kMonday + 11 * kDay);
  ev::ContactAttempted sms = Call();
  sms.set_channel(ev::CHANNEL_SMS);
  story.Add(Corrected(moved, sms), kMonday + 12 * kDay);
  story.Add(Completed(moved, ev::REACH_SENT), kMonday + 9 * kDay);
  const std::string unsaid = story.Add(Completed(moved, ev::REACH_READ), kMonday + 9 * kDay);
  story.Add(Annulled(unsaid), kMonday + 12 * kDay);
  // A record that binds, and one that was taken back.
  story.Add(Ceased(), kMonday + kDay);
  const std::string unbound = story.Add(Ceased(), kMonday + 2 * kDay);
  story.Add(Annulled(unbound), kMonday + 3 * kDay);
  const std::string late = story.Add(Ceased(), kMonday + 2 * kDay);
  story.Add(Corrected(late, Ceased(), kMonday + 4 * kDay), kMonday + 5 * kDay);

  ev::PolicyPublished policy;
  policy.set_kind(ev::POLICY_KIND_COLLECTION);
  policy.set_creditor_id("bank");
  story.Add(policy, kMonday);

  SeededRandom random(7);
  for (const InlineProjection* projection : InlineProjections()) {
    const auto in_order = story.Fold(*projection).rows;
    EXPECT_FALSE(in_order.empty()) << projection->name();
    Story shuffled;
    shuffled.events = story.events;
    for (int round = 0; round < 200; ++round) {
      for (size_t i = shuffled.events.size(); i > 1; --i) {
        std::swap(shuffled.events[i - 1], shuffled.events[random.Below(i)]);
      }
      ASSERT_EQ(shuffled.Fold(*projection).rows, in_order)
          << projection->name() << " round " << round;
    }
  }
}

TEST(Projections, UnknownTypesAndBrokenPayloadsDoNotStopThem) {
  Story story;
  story.Add(Opened(), kMonday);
  story.events[0].header.set_type("constancia.event.v1.NotOfThisVersion");
  story.Add(Call(), kMonday);
  story.events[1].header.set_public_payload("\xff\xff\xff");
  for (const InlineProjection* projection : InlineProjections()) story.Fold(*projection);
  EXPECT_EQ(ReadCaseFile(story.Fold(CaseFiles()), "C-1")->value().events(), 2u);
}

TEST(ContactLedger, AnAttemptCountsUntilItsCompletionSaysBetter) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  EXPECT_EQ(ContactsOf(story)[0].contact().outcome(), "no_answer");
  story.Add(Completed(call, ev::REACH_BUSY), kMonday);
  EXPECT_EQ(ContactsOf(story)[0].contact().outcome(), "busy");
}

TEST(ContactLedger, ACompletionThatNeverHappenedLeavesWhatOthersReported) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  story.Add(Completed(call, ev::REACH_VOICEMAIL), kMonday);
  const std::string wrong = story.Add(Completed(call, ev::REACH_BUSY), kMonday);
  EXPECT_EQ(ContactsOf(story)[0].contact().outcome(), "busy");
  story.Add(Annulled(wrong), kMonday);
  EXPECT_EQ(ContactsOf(story)[0].contact().outcome(), "voicemail");
}

TEST(ContactLedger, AnAnnulledContactIsNotCounted) {
  Story story;
  story.Add(Annulled(story.Add(Call(), kMonday)), kMonday);
  EXPECT_TRUE(ContactsOf(story).empty());
}

TEST(ContactLedger, ACorrectionMovesAContactInTimeAndToAnotherPerson) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  story.Add(Corrected(call, Call(), kMonday - 7 * kDay), kMonday);
  ASSERT_EQ(ContactsOf(story).size(), 1u);
  EXPECT_EQ(ContactsOf(story)[0].contact().at_micros(), kMonday - 7 * kDay);
  ev::ContactAttempted other = Call();
  other.set_party_id("P-2");
  story.Add(Corrected(call, other), kMonday);
  EXPECT_TRUE(ContactsOf(story).empty());
  ASSERT_EQ(ContactsOf(story, "P-2").size(), 1u);
  EXPECT_EQ(ContactsOf(story, "P-2")[0].contact().at_micros(), kMonday);
}

TEST(ContactLedger, PersonsWhoseIdsBeginAlikeAreApart) {
  Story story;
  ev::ContactAttempted call = Call();
  call.set_party_id("P-1/2");
  story.Add(call, kMonday);
  EXPECT_TRUE(ContactsOf(story).empty());
  EXPECT_EQ(ContactsOf(story, "P-1/2").size(), 1u);
}

TEST(ContactLedger, APermitIsOpenUntilAContactUsesIt) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  EXPECT_EQ(ReadOpenPermits(story.Fold(ContactLedger()), "P-1")->permits_size(), 1);
  const std::string call = story.Add(Call(permit), kMonday + 60 * kMicrosPerSecond);
  EXPECT_EQ(ReadOpenPermits(story.Fold(ContactLedger()), "P-1")->permits_size(), 0);
  EXPECT_EQ(PermitOf(story, permit).phase(), casefile::v1::PermitState::USED);
  EXPECT_EQ(PermitOf(story, permit).used_by(), call);
  EXPECT_EQ(ContactsOf(story)[0].ungoverned(), ev::UNGOVERNED_REASON_UNSPECIFIED);
}

TEST(ContactLedger, APermitUsedByWhatNeverHappenedIsOpenAgain) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  const std::string call = story.Add(Call(permit), kMonday);
  story.Add(Annulled(call), kMonday);
  EXPECT_EQ(PermitOf(story, permit).phase(), casefile::v1::PermitState::LIVE);
  EXPECT_EQ(ReadOpenPermits(story.Fold(ContactLedger()), "P-1")->permits_size(), 1);
}

TEST(ContactLedger, AContactThatDoesNotFitItsPermitDoesNotConsumeItAndSaysWhy) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  story.Add(Call(), kMonday);
  story.Add(Call("019f7f2e-c780-755d-9ebf-cb382b97122e"), kMonday);
  ev::ContactAttempted sms = Call(permit);
  sms.set_channel(ev::CHANNEL_SMS);
  story.Add(sms, kMonday);
  story.Add(Call(permit), kMonday + 900 * kMicrosPerSecond);
  EXPECT_EQ(PermitOf(story, permit).phase(), casefile::v1::PermitState::LIVE);
  story.Add(Call(permit), kMonday + kMicrosPerSecond);
  story.Add(Call(permit), kMonday + 2 * kMicrosPerSecond);
  ev::ContactAttempted other = Call(permit);
  other.set_party_id("P-2");
  story.Add(other, kMonday);

  std::map<uint64_t, ev::UngovernedReason> reasons;
  for (const auto& contact : ContactsOf(story))
    reasons[contact.contact().position()] = contact.ungoverned();
  EXPECT_EQ(reasons,
            (std::map<uint64_t, ev::UngovernedReason>{{4, ev::UNGOVERNED_REASON_NO_PERMIT},
                                                      {6, ev::UNGOVERNED_REASON_NO_PERMIT},
                                                      {8, ev::UNGOVERNED_REASON_PERMIT_MISMATCH},
                                                      {10, ev::UNGOVERNED_REASON_PERMIT_EXPIRED},
                                                      {12, ev::UNGOVERNED_REASON_UNSPECIFIED},
                                                      {14, ev::UNGOVERNED_REASON_PERMIT_USED}}));
  EXPECT_EQ(ContactsOf(story, "P-2")[0].ungoverned(), ev::UNGOVERNED_REASON_PERMIT_MISMATCH);
}

TEST(ContactLedger, ACancelledPermitReturnsItsUnit) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  ev::PermitCancelled cancelled;
  cancelled.set_permit_id(permit);
  story.Add(cancelled, kMonday + kMicrosPerSecond);
  EXPECT_EQ(ReadOpenPermits(story.Fold(ContactLedger()), "P-1")->permits_size(), 0);
  EXPECT_EQ(PermitOf(story, permit).phase(), casefile::v1::PermitState::CANCELLED);
}

TEST(ContactLedger, AContactToldLateIsCoveredByThePermitItBeganUnder) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  ev::PermitExpired expired;
  expired.set_permit_id(permit);
  story.Add(expired, kMonday + kDay);
  story.Add(Call(permit), kMonday + kMicrosPerSecond);
  EXPECT_EQ(ContactsOf(story)[0].ungoverned(), ev::UNGOVERNED_REASON_UNSPECIFIED);
  EXPECT_EQ(PermitOf(story, permit).phase(), casefile::v1::PermitState::USED);
}

TEST(ContactLedger, ALetterWithoutAnAttemptIsAContactOfItsOwn) {
  Story story;
  ev::LetterPosted letter;
  letter.set_party_id("P-1");
  letter.set_party_role(ev::PARTY_ROLE_DEBTOR);
  story.Add(letter, kMonday);
  EXPECT_EQ(ContactsOf(story)[0].contact().channel(), "letter");
  EXPECT_EQ(ContactsOf(story)[0].contact().outcome(), "sent");
}

TEST(ContactLedger, RecordsStandUnderWhomTheyBindUntilTheyAreAnnulled) {
  Story story;
  const std::string cease = story.Add(Ceased(), kMonday);
  EXPECT_EQ(WordsUnder(story, DebtOwner("O-1")), std::vector<std::string>{"cease_written"});
  EXPECT_EQ(WordsUnder(story, PersonOwner("P-1")), std::vector<std::string>{"cease_requested"});
  story.Add(Annulled(cease), kMonday);
  EXPECT_TRUE(WordsUnder(story, DebtOwner("O-1")).empty());
  EXPECT_TRUE(WordsUnder(story, PersonOwner("P-1")).empty());
}

TEST(ContactLedger, ViolationsStandUntilTheyAreCleared) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  ev::ViolationDetected violation;
  violation.set_rule_id("R");
  violation.add_event_ids(call);
  const std::string raised = story.Add(violation, kMonday);
  EXPECT_EQ(ReadViolations(story.Fold(ContactLedger()), call)->violations(0).event_id(), raised);
  ev::ViolationCleared cleared;
  cleared.set_violation_event_id(raised);
  cleared.set_act_event_id(call);
  story.Add(cleared, kMonday);
  EXPECT_EQ(ReadViolations(story.Fold(ContactLedger()), call)->violations_size(), 0);
}

TEST(ContactLedger, TellsWhatAnEventTouched) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  story.Add(Corrected(call, Call(), kMonday + kDay), kMonday);
  MapRows rows;
  std::vector<Touched> touched;
  ContactLedger::Fold(story.events[0], rows, &touched);
  ASSERT_EQ(touched.size(), 1u);
  EXPECT_EQ(touched[0].person, "P-1");
  EXPECT_EQ(touched[0].contact_id, call);
  touched.clear();
  ContactLedger::Fold(story.events[1], rows, &touched);
  ASSERT_EQ(touched.size(), 2u);
  EXPECT_EQ(touched[0].at.micros, kMonday);
  EXPECT_EQ(touched[1].at.micros, kMonday + kDay);
}

// A busy person costs no more than a quiet one: every contact is a row of its own.
TEST(ContactLedger, AContactChangesTheSameFewRowsHoweverManyThereAre) {
  class CountingRows final : public Rows {
   public:
    std::optional<std::string> Get(std::string_view key) override { return rows.Get(key); }
    void Put(std::string_view key, std::string_view value) override {
      bytes += key.size() + value.size();
      rows.Put(key, value);
    }
    void Delete(std::string_view key) override { rows.Delete(key); }
    MapRows rows;
    size_t bytes = 0;
  };
  Story story;
  for (int i = 0; i < 2'000; ++i) story.Add(Call(), kMonday + i * kMicrosPerSecond);
  CountingRows rows;
  ContactLedger().Apply(story.events[0], rows);
  const size_t first = rows.bytes;
  for (size_t i = 1; i < story.events.size(); ++i) {
    rows.bytes = 0;
    ContactLedger().Apply(story.events[i], rows);
    ASSERT_LE(rows.bytes, first + 8) << i;
  }
}

}  // namespace
}  // namespace constancia::eventstore
