#include "eventstore/log/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

using ::constancia::testing::TestLedger;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

// A closed ledger of forty events in five cases.
class VerifyLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().limits.checkpoint_events = 9;
    ledger_.options().limits.uncovered_events_max = kAppendTotalMax;
    ASSERT_TRUE(ledger_.Create().ok());
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(ledger_.Append(absl::StrCat("C", i % 5)).ok());
    // Opening again writes the log into table files.
    ledger_.Close();
    ASSERT_TRUE(ledger_.Open().ok());
    ledger_.Close();
    options_.folder = ledger_.options().folder;
    options_.every_map_root = true;
    options_.every_seal = true;
    options_.env = ledger_.disk().env();
  }

  VerifyReport Verify() {
    absl::StatusOr<VerifyReport> report = VerifyLog(options_);
    EXPECT_TRUE(report.ok()) << report.status();
    return *std::move(report);
  }

  // Changes the log behind the ledger's back.
  template <typename Change>
  void ChangeLog(Change change) {
    LogTables::Options options;
    options.path = options_.folder + "/log";
    options.env = options_.env;
    const auto log = LogTables::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    Batch batch = (*log)->NewBatch();
    change(**log, batch);
    ASSERT_TRUE((*log)->Write(std::move(batch)).ok());
  }

  std::set<uint64_t> PositionsOf(const VerifyReport& report) {
    std::set<uint64_t> positions;
    for (const VerifyFinding& finding : report.findings) {
      if (finding.position.has_value()) positions.insert(finding.position->value);
    }
    return positions;
  }

  TestLedger ledger_;
  VerifyOptions options_;
};

TEST_F(VerifyLogTest, FindsNothingInALedgerThatIsWhole) {
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.ok()) << report.findings.front().what;
  EXPECT_EQ(report.events, 41u);
  EXPECT_EQ(report.size, report.checkpoint_size);
  EXPECT_EQ(report.streams, 5u + 5u + 1u + 2u);  // cases, debtors, ledger, two sources
  EXPECT_EQ(report.events + report.checkpoints, report.size);
}

TEST_F(VerifyLogTest, FindsNothingWithoutState) {
  ledger_.disk().RemoveFolder(options_.folder + "/state");
  EXPECT_TRUE(Verify().ok());
}

TEST_F(VerifyLogTest, FindsNothingAfterACrash) {
  ASSERT_TRUE(ledger_.Open().ok());
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(ledger_.Append("C9").ok());
  ledger_.Crash(/*torn=*/false);
  EXPECT_TRUE(Verify().ok());
}

TEST_F(VerifyLogTest, NamesTheEntryWhoseBytesWereChanged) {
  ChangeLog([](const LogTables& log, Batch& batch) {
    std::string row = **log.ReadEntry(Position{17});
    const size_t at = row.find("America/Santiago");
    ASSERT_NE(at, std::string::npos);
    row[at] = 'B';
    log.PutEntry(batch, Position{17}, row);
  });
  const VerifyReport report = Verify();
  EXPECT_EQ(PositionsOf(report), (std::set<uint64_t>{17}));
  EXPECT_THAT(report.findings.front().what, HasSubstr("signed"));
}

TEST_F(VerifyLogTest, NamesTheGroupOfAChangedEntryWithoutState) {
  options_.state = false;
  ChangeLog([](const LogTables& log, Batch& batch) {
    std::string row = **log.ReadEntry(Position{17});
    row[row.find("America/Santiago")] = 'B';
    log.PutEntry(batch, Position{17}, row);
  });
  EXPECT_THAT(PositionsOf(Verify()), Contains(17));
}

TEST_F(VerifyLogTest, NamesAnEntryWhoseSealedPartWasChanged) {
  ChangeLog([](const LogTables& log, Batch& batch) {
    std::string row = **log.ReadEntry(Position{23});
    row.back() = static_cast<char>(row.back() ^ 1);
    log.PutEntry(batch, Position{23}, row);
  });
  EXPECT_THAT(PositionsOf(Verify()), Contains(23));
}

TEST_F(VerifyLogTest, NamesAGroupThatDoesNotContinueTheChain) {
  ChangeLog([](const LogTables& log, Batch& batch) {
    NumberedCursor groups = log.Groups();
    groups.SeekBack(20);
    std::string row(groups.row());
    row.back() = static_cast<char>(row.back() ^ 1);  // `previous`
    log.PutGroup(batch, Position{groups.number()}, row);
  });
  EXPECT_THAT(Verify().findings,
              Contains(Field(&VerifyFinding::what, HasSubstr("does not continue"))));
}

TEST_F(VerifyLogTest, NamesACheckpointThatIsNotThatOfItsEntries) {
  ChangeLog([](const LogTables& log, Batch& batch) {
    NumberedCursor checkpoints = log.Checkpoints();
    checkpoints.Seek(3);
    const std::string wrong = **log.ReadCheckpoint(2);
    log.PutCheckpoint(batch, checkpoints.number(), wrong);
  });
  EXPECT_THAT(Verify().findings,
              Contains(Field(&VerifyFinding::what, HasSubstr("checkpoint is not that of"))));
}

TEST_F(VerifyLogTest, ReadsOnBehindAnUnreadableBlock) {
  uint64_t largest = 0;
  std::string damaged;
  for (const std::string& file : ledger_.disk().Files(".sst")) {
    if (!file.starts_with(options_.folder + "/log/")) continue;
    if (ledger_.disk().Size(file) <= largest) continue;
    largest = ledger_.disk().Size(file);
    damaged = file;
  }
  ASSERT_TRUE(ledger_.disk().FlipBit(damaged, 100));
  const VerifyReport report = Verify();
  EXPECT_FALSE(report.ok());
  EXPECT_GT(report.events, 0u);
  EXPECT_FALSE(PositionsOf(report).empty());
}

TEST_F(VerifyLogTest, TellsThatStateIsNotWhatTheLogMakes) {
  {
    StateTables::Options state_options;
    state_options.path = options_.folder + "/state";
    state_options.env = options_.env;
    const auto state = StateTables::Open(state_options);
    ASSERT_TRUE(state.ok());
    Batch batch = (*state)->NewBatch();
    (*state)->PutIdempotency(batch, RequestKey("dialler-1", "never"), Position{5});
    ASSERT_TRUE((*state)->Write(std::move(batch)).ok());
    ASSERT_TRUE((*state)->Flush(/*wait=*/true).ok());
  }
  const VerifyReport report = Verify();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_THAT(report.findings.front().what, HasSubstr("idempotency"));
}

}  // namespace
}  // namespace constancia::eventstore
