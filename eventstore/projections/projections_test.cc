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
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/random.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;

constexpr int64_t kDay = 86'400 * kMicrosPerSecond;
constexpr int64_t kMonday = 1'741'600'800 * kMicrosPerSecond;  // 2025-03-10 10:00 UTC

class MapRows final : public Rows {
 public:
  std::optional<std::string> Get(std::string_view key) override {
    const auto row = rows.find(std::string(key));
    if (row == rows.end()) return std::nullopt;
    return row->second;
  }
  void Put(std::string_view key, std::string_view value) override {
    rows[std::string(key)] = value;
  }
  void Delete(std::string_view key) override { rows.erase(std::string(key)); }

  template <typename Message>
  Message Row(const std::string& key) const {
    Message message;
    const auto row = rows.find(key);
    EXPECT_NE(row, rows.end()) << key;
    EXPECT_TRUE(row != rows.end() && message.ParseFromString(row->second));
    return message;
  }

  std::map<std::string, std::string> rows;
};

// Events of one case, each with the position at which it was recorded.
class Story {
 public:
  // Returns the event's id in text.
  template <typename Payload>
  std::string Add(Payload payload, int64_t at) {
    RecordedEvent event;
    event.position = {2 * events.size() + 2};
    const EventId id = NewEventId({at}, random_);
    event.header.set_event_id(id.str());
    event.header.set_type(std::string(payload.GetDescriptor()->full_name()));
    event.header.set_occurred_at(at);
    event.header.set_zone("America/Santiago");
    event.header.set_offset_minutes(-180);
    event.header.set_public_payload(payload.SerializeAsString());
    ledger::v1::StreamPlace* place = event.header.add_streams();
    place->set_kind(ledger::v1::STREAM_KIND_CASE);
    place->set_name("C-1");
    place->set_sequence(events.size());
    events.push_back(std::move(event));
    return ToText(id);
  }

  MapRows Fold(const InlineProjection& projection) const {
    MapRows rows;
    for (const RecordedEvent& event : events) projection.Apply(event, rows);
    return rows;
  }

  std::vector<RecordedEvent> events;

 private:
  SeededRandom random_{1};
};

ev::Money Clp(int64_t amount) {
  ev::Money money;
  money.set_amount_minor(amount);
  money.set_code("CLP");
  return money;
}

ev::CaseOpened Opened() {
  ev::CaseOpened payload;
  payload.set_case_id("C-1");
  payload.set_party_id("P-1");
  payload.set_creditor_id("BANK");
  payload.set_zone("America/Santiago");
  payload.add_obligation_ids("O-1");
  payload.add_regimes("CL");
  return payload;
}

ev::ObligationPlaced Placed(int64_t principal) {
  ev::ObligationPlaced payload;
  payload.set_case_id("C-1");
  payload.set_obligation_id("O-1");
  payload.set_currency("CLP");
  payload.mutable_components()->set_code("CLP");
  payload.mutable_components()->set_principal_minor(principal);
  return payload;
}

ev::PaymentConfirmed Paid(const std::string& id, int64_t amount, const std::string& date) {
  ev::PaymentConfirmed payload;
  payload.set_payment_id(id);
  *payload.mutable_amount() = Clp(amount);
  payload.set_effective_date(date);
  payload.add_obligation_ids("O-1");
  return payload;
}

ev::ContactAttempted Call(const std::string& permit_id = "") {
  ev::ContactAttempted payload;
  payload.set_permit_id(permit_id);
  payload.set_channel(ev::CHANNEL_VOICE_CALL);
  payload.set_direction(ev::DIRECTION_OUTBOUND);
  payload.set_case_id("C-1");
  payload.set_party_id("P-1");
  payload.set_party_role(ev::PARTY_ROLE_DEBTOR);
  payload.add_obligation_ids("O-1");
  return payload;
}

ev::ContactCompleted Completed(const std::string& attempt, ev::Reach reach) {
  ev::ContactCompleted payload;
  payload.set_attempt_id(attempt);
  payload.set_reach(reach);
  return payload;
}

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

casefile::v1::CaseFile FileOf(const Story& story) {
  return story.Fold(CaseFiles()).Row<casefile::v1::CaseFile>("C-1");
}

casefile::v1::ContactMonth March(const Story& story) {
  return story.Fold(ContactLedger()).Row<casefile::v1::ContactMonth>("c/P-1/202503");
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
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(wrong);
  story.Add(annulled, kMonday + 8 * kDay);

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
  EXPECT_EQ(FileOf(story).events(), 2u);
}

TEST(CaseFile, ABackDatedPaymentGivesTheBalanceItWouldHaveGivenInOrder) {
  Story story;
  story.Add(Opened(), kMonday);
  story.Add(Placed(100'000), kMonday);
  story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  story.Add(Paid("PAY-0", 20'000, "2025-03-01"), kMonday + kDay);
  const casefile::v1::CaseFile file = FileOf(story);
  ASSERT_EQ(file.obligations_size(), 1);
  EXPECT_EQ(file.obligations(0).balance_minor(), 50'000);
  EXPECT_EQ(file.obligations(0).movements(0).id(), "PAY-0");
}

TEST(CaseFile, AReversalFindsItsPaymentWhicheverDebtItNames) {
  Story story;
  story.Add(Placed(100'000), kMonday);
  story.Add(Paid("PAY-1", 30'000, "2025-03-09"), kMonday);
  ev::PaymentReversed reversed;
  reversed.set_payment_id("PAY-1");
  story.Add(reversed, kMonday + kDay);
  EXPECT_EQ(FileOf(story).obligations(0).balance_minor(), 100'000);
  EXPECT_EQ(FileOf(story).obligations_size(), 1);
}

TEST(CaseFile, TwoSuspensionsAreResumedEachByItself) {
  Story story;
  story.Add(Opened(), kMonday);
  ev::CaseSuspended suspended;
  suspended.set_reason(ev::SUSPENSION_REASON_DISPUTE);
  story.Add(suspended, kMonday);
  suspended.set_reason(ev::SUSPENSION_REASON_COURT_ORDER);
  story.Add(suspended, kMonday);
  ev::CaseResumed resumed;
  resumed.set_reason(ev::SUSPENSION_REASON_DISPUTE);
  story.Add(resumed, kMonday);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::SUSPENDED);
  resumed.set_reason(ev::SUSPENSION_REASON_COURT_ORDER);
  story.Add(resumed, kMonday);
  EXPECT_EQ(FileOf(story).state(), casefile::v1::OPEN);
}

TEST(CaseFile, AWriteOffMarkSurvivesPaymentsAndALatePlacement) {
  Story story;
  ev::WriteOffApproved written_off;
  written_off.add_obligation_ids("O-1");
  story.Add(written_off, kMonday);
  story.Add(Placed(100), kMonday);
  story.Add(Paid("PAY-1", 100, "2025-03-10"), kMonday);
  EXPECT_EQ(FileOf(story).obligations(0).accounting_mark(), ev::ACCOUNTING_MARK_WRITTEN_OFF);
}

TEST(CaseFile, TheHandOverToTheLawyersIsDated) {
  Story story;
  story.Add(Opened(), kMonday);
  story.Add(ev::LawFirmAssigned(), kMonday + kDay);
  EXPECT_EQ(FileOf(story).handed_over_at_micros(), kMonday + kDay);
}

TEST(ContactLedger, AnAttemptCountsUntilItsCompletionSaysBetter) {
  Story story;
  const std::string call = story.Add(Call(), kMonday);
  EXPECT_EQ(March(story).contacts(0).contact().outcome(), "no_answer");
  story.Add(Completed(call, ev::REACH_BUSY), kMonday);
  EXPECT_EQ(March(story).contacts(0).contact().outcome(), "busy");
}

TEST(ContactLedger, APermitCountsOnceBeforeAndAfterItIsUsed) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  ASSERT_EQ(March(story).contacts_size(), 1);
  EXPECT_TRUE(March(story).contacts(0).contact().has_permit_expires_at_micros());
  story.Add(Call(permit), kMonday + 60 * kMicrosPerSecond);
  ASSERT_EQ(March(story).contacts_size(), 1);
  EXPECT_FALSE(March(story).contacts(0).contact().has_permit_expires_at_micros());
  const auto state = story.Fold(ContactLedger()).Row<casefile::v1::PermitState>("p/" + permit);
  EXPECT_EQ(state.phase(), casefile::v1::PermitState::USED);
}

TEST(ContactLedger, AContactThatDoesNotFitItsPermitDoesNotConsumeIt) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  story.Add(Call(permit), kMonday + 900 * kMicrosPerSecond);
  ev::ContactAttempted sms = Call(permit);
  sms.set_channel(ev::CHANNEL_SMS);
  story.Add(sms, kMonday);
  const auto state = story.Fold(ContactLedger()).Row<casefile::v1::PermitState>("p/" + permit);
  EXPECT_EQ(state.phase(), casefile::v1::PermitState::LIVE);
  EXPECT_EQ(March(story).contacts_size(), 3);
}

TEST(ContactLedger, ACancelledPermitReturnsItsUnit) {
  Story story;
  const std::string permit = story.Add(Granted(kMonday + 900 * kMicrosPerSecond), kMonday);
  ev::PermitCancelled cancelled;
  cancelled.set_permit_id(permit);
  story.Add(cancelled, kMonday + kMicrosPerSecond);
  EXPECT_FALSE(story.Fold(ContactLedger()).rows.contains("c/P-1/202503"));
}

TEST(ContactLedger, ALetterWithoutAnAttemptIsAContactOfItsOwn) {
  Story story;
  ev::LetterPosted letter;
  letter.set_party_id("P-1");
  letter.set_party_role(ev::PARTY_ROLE_DEBTOR);
  story.Add(letter, kMonday);
  EXPECT_EQ(March(story).contacts(0).contact().channel(), "letter");
  EXPECT_EQ(March(story).contacts(0).contact().outcome(), "sent");
}

TEST(ContactLedger, OnlyServiceThatReachedTheDebtorIsARecord) {
  Story story;
  ev::ServiceOfProcess service;
  service.set_party_id("P-1");
  service.add_obligation_ids("O-1");
  service.set_result(ev::SERVICE_RESULT_NOT_FOUND);
  story.Add(service, kMonday);
  EXPECT_TRUE(story.Fold(ContactLedger()).rows.empty());
  service.set_result(ev::SERVICE_RESULT_SERVED);
  story.Add(service, kMonday);
  const auto records = story.Fold(ContactLedger()).Row<casefile::v1::PersonRecords>("r/P-1");
  EXPECT_EQ(records.records(0).word(), "served_in_lawsuit");
}

}  // namespace
}  // namespace constancia::eventstore
