// What readers see of cases, over a real log.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "core/base/status.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/projections.h"
#include "eventstore/projections/test_story.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

using casefile::v1::CaseFile;
using testing::CaseStream;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CaseReadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().projections = InlineProjections();
    ASSERT_TRUE(ledger_.Create().ok());
  }

  // Records one event of a case, or of a person when `case_id` is empty. Returns its position.
  template <typename Payload>
  Position Record(const Payload& payload, const std::string& case_id) {
    EventDraft draft;
    draft.type = std::string(payload.GetDescriptor()->full_name());
    draft.public_part = payload.SerializeAsString();
    draft.occurred_at = ledger_.clock().Now();
    draft.event_id = NewEventId(draft.occurred_at, random_);
    draft.zone = "America/Santiago";
    draft.offset_minutes = -180;
    draft.actor.set_kind(ledger::v1::SYSTEM);
    draft.actor.set_id("core");
    draft.streams = {case_id.empty() ? Stream{ledger::v1::STREAM_KIND_DEBTOR, "P-1"}
                                     : CaseStream(case_id)};
    draft.retention_class = "case";
    AppendRequest request;
    request.source = "core";
    request.request_id = "r-" + std::to_string(++requests_);
    request.drafts.push_back(std::move(draft));
    const auto result = ledger_.log().AppendAndWait(std::move(request));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? result->receipts.at(0).position : Position();
  }

  void OpenCase(const std::string& id, const std::string& creditor, ev::Stage stage) {
    ev::CaseOpened opened = Opened();
    opened.set_case_id(id);
    opened.set_creditor_id(creditor);
    opened.set_stage(stage);
    opened.clear_obligation_ids();
    opened.add_obligation_ids("O-" + id);
    Record(opened, id);
  }

  std::vector<std::string> Listed(const CaseFilter& filter, size_t limit = 2) {
    std::vector<std::string> ids;
    std::string after;
    do {
      const auto page = ListCases(ledger_.log(), filter, after, limit);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return ids;
      EXPECT_LE(page->files.size(), limit);
      for (const CaseFile& file : page->files) ids.push_back(file.case_id());
      after = page->next;
    } while (!after.empty());
    return ids;
  }

  testing::TestLedger ledger_;
  SeededRandom random_{3};
  int requests_ = 0;
};

TEST_F(CaseReadsTest, NoEventIsNoCase) {
  EXPECT_EQ(ReasonOf(ReadCase(ledger_.log(), "C-1").status()), error::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(ReadCaseAsOf(ledger_.reader(), "C-1", {}).status()), error::v1::NOT_FOUND);
  EXPECT_THAT(Listed({}), IsEmpty());
  EXPECT_THAT(FindCases(ledger_.log(), "C-1", 10)->found, IsEmpty());
}

TEST_F(CaseReadsTest, AnEarlierPositionOrInstantShowsWhatWasKnownThen) {
  Record(Opened(), "C-1");
  const Position paid_at = Record(Placed(100'000), "C-1");
  const Instant before = ledger_.clock().Now();
  ledger_.clock().Advance(3'600 * kMicrosPerSecond);
  // A payment of long ago, told an hour later.
  const Position paid = Record(Paid("PAY-1", 30'000, "2024-12-01"), "C-1");
  ev::DeathReported death;
  death.set_party_id("P-1");
  Record(death, "");
  const auto balance = [&](const AsOf& as_of) {
    const auto view = ReadCaseAsOf(ledger_.reader(), "C-1", as_of);
    EXPECT_TRUE(view.ok()) << view.status();
    return view->file.obligations(0).balance_minor();
  };
  EXPECT_EQ(balance({.before = paid}), 100'000);
  EXPECT_EQ(balance({.before = {paid.value + 1}}), 70'000);
  EXPECT_EQ(balance({.known_at = before}), 100'000);
  EXPECT_EQ(balance({.known_at = ledger_.clock().Now()}), 70'000);
  EXPECT_THAT(ReadCaseAsOf(ledger_.reader(), "C-1", {.known_at = before})->file.flags(), IsEmpty());
  EXPECT_EQ(ReasonOf(ReadCaseAsOf(ledger_.reader(), "C-1", {.before = {1}}).status()),
            error::v1::NOT_FOUND);
  EXPECT_LT(paid_at, paid);
}

TEST_F(CaseReadsTest, AsOfTheEndIsWhatStandsNow) {
  Record(Opened(), "C-1");
  Record(Placed(100'000), "C-1");
  Record(Call(), "C-1");
  ev::DeathReported death;
  death.set_party_id("P-1");
  Record(death, "");
  const CaseFile now = ReadCase(ledger_.log(), "C-1")->file;
  EXPECT_EQ(now.SerializeAsString(),
            ReadCaseAsOf(ledger_.reader(), "C-1", {})->file.SerializeAsString());
  EXPECT_THAT(now.flags(), SizeIs(1));
  EXPECT_THAT(now.persons(), SizeIs(1));
}

TEST_F(CaseReadsTest, ListsHoldTheCasesThatPassAndNoOthers) {
  for (int i = 1; i <= 5; ++i) {
    OpenCase("C-" + std::to_string(i), i % 2 == 0 ? "BANK" : "SHOP",
             i < 4 ? ev::STAGE_PERSUASIVE : ev::STAGE_LEGAL);
  }
  Record(Call(), "C-9");  // a case of which only a contact is known
  ev::CaseAssigned assigned;
  assigned.set_agent_id("A-1");
  Record(assigned, "C-4");
  EXPECT_THAT(Listed({}), ElementsAre("C-1", "C-2", "C-3", "C-4", "C-5", "C-9"));
  EXPECT_THAT(Listed({.stage = ev::STAGE_LEGAL}), ElementsAre("C-4", "C-5"));
  EXPECT_THAT(Listed({.stage = ev::STAGE_LEGAL, .creditor_id = "SHOP"}), ElementsAre("C-5"));
  EXPECT_THAT(Listed({.agent_id = "A-1"}), ElementsAre("C-4"));
  EXPECT_THAT(Listed({.agent_id = "A"}), IsEmpty());
  ev::StageChanged changed;
  changed.set_to_stage(ev::STAGE_PRELEGAL);
  Record(changed, "C-4");
  EXPECT_THAT(Listed({.stage = ev::STAGE_LEGAL}), ElementsAre("C-5"));
  EXPECT_THAT(Listed({.stage = ev::STAGE_PRELEGAL}), ElementsAre("C-4"));
  ev::CaseClosed closed;
  closed.set_reason(ev::CLOSING_REASON_DUPLICATE);
  Record(closed, "C-2");
  EXPECT_THAT(Listed({.state = casefile::v1::CLOSED}), ElementsAre("C-2"));
}

TEST_F(CaseReadsTest, EveryIdLeadsToItsCasesAndSaysHowFarItWasSearched) {
  OpenCase("C-1", "BANK", ev::STAGE_PERSUASIVE);
  OpenCase("C-2", "BANK", ev::STAGE_PERSUASIVE);
  const auto found = [&](const std::string& id, size_t limit = 10) {
    const auto keys = FindCases(ledger_.log(), id, limit);
    std::vector<std::string> texts;
    for (const CaseKey& key : keys->found) texts.push_back(key.kind + " " + key.case_id);
    return texts;
  };
  EXPECT_THAT(found("C-1"), ElementsAre("case C-1"));
  EXPECT_THAT(found("O-C-2"), ElementsAre("obligation C-2"));
  EXPECT_THAT(found("P-1"), ElementsAre("party C-1", "party C-2"));
  EXPECT_THAT(found("P-1", 1), SizeIs(1));
  EXPECT_TRUE(FindCases(ledger_.log(), "P-1", 1)->more);
  EXPECT_THAT(found("P"), IsEmpty());
  EXPECT_EQ(FindCases(ledger_.log(), "P", 1)->as_of, ledger_.reader().end());
}

TEST_F(CaseReadsTest, RowsOnDiskAreThoseThatAreInMemory) {
  OpenCase("C-1", "BANK", ev::STAGE_PERSUASIVE);
  Record(Call(), "C-1");
  const std::string before = ReadCase(ledger_.log(), "C-1")->file.SerializeAsString();
  ledger_.Close();
  ASSERT_TRUE(ledger_.Open().ok());
  EXPECT_EQ(ReadCase(ledger_.log(), "C-1")->file.SerializeAsString(), before);
  EXPECT_THAT(Listed({.creditor_id = "BANK"}), ElementsAre("C-1"));
}

}  // namespace
}  // namespace constancia::eventstore
