#include "eventstore/log/internal/entry_scan.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "eventstore/tables/log_tables.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

using ::constancia::testing::AContact;
using ::constancia::testing::ARequest;
using ::constancia::testing::TestLedger;

constexpr int kEvents = 300;
constexpr size_t kPersonalBytes = 20'000;
constexpr size_t kChunkBytes = 3 * kPersonalBytes;

// A log of events with long personal parts, at rest.
class EntryScanTest : public ::testing::Test {
 protected:
  EntryScanTest() {
    EXPECT_TRUE(ledger_.Create().ok());
    for (int i = 0; i < kEvents; ++i) {
      EventDraft draft = AContact("C1");
      // The number dialled, once more and longer: the last one counts.
      draft.personal_part = std::string("\x3a\xa0\x9c\x01", 4) + std::string(kPersonalBytes, '7');
      EXPECT_TRUE(ledger_.log().AppendAndWait(ARequest(std::to_string(i), draft)).ok());
    }
    end_ = ledger_.reader().end();
    ledger_.Close();
    LogTables::Options options;
    options.path = ledger_.options().folder + "/log";
    options.env = ledger_.disk().env();
    auto log = LogTables::Open(options);
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  TestLedger ledger_;
  Position end_;
  std::unique_ptr<LogTables> log_;
};

TEST_F(EntryScanTest, HandsOnEveryEntryInOrderWhateverTheBytesOfAChunk) {
  for (const size_t chunk_bytes : {size_t{1}, kChunkBytes, EntryScan::kChunkBytes}) {
    EntryScan scan(
        log_.get(), Position{0}, end_, EntryScan::Sums::kNone, [](const auto&) { return true; },
        chunk_bytes);
    uint64_t next = 0;
    int events = 0;
    while (const std::optional<ScannedEntry> entry = scan.Next()) {
      ASSERT_EQ(entry->position.value, next++);
      ASSERT_TRUE(entry->kind == ScannedEntry::Kind::kEvent ||
                  entry->kind == ScannedEntry::Kind::kMapRoot);
      if (entry->kind != ScannedEntry::Kind::kEvent) continue;
      ++events;
      // What the chunk's bytes stand for is not kept either.
      EXPECT_LT(entry->event->leaf.capacity() + entry->event->sealed.capacity(), 100u);
    }
    EXPECT_EQ(next, end_.value);
    EXPECT_EQ(events, kEvents + 1);
  }
}

TEST_F(EntryScanTest, ReadsNoFurtherAheadThanItsBytes) {
  std::atomic<size_t> parsed{0};
  {
    EntryScan scan(
        log_.get(), Position{0}, end_, EntryScan::Sums::kNone,
        [&](const auto&) {
          ++parsed;
          return true;
        },
        kChunkBytes);
    ASSERT_TRUE(scan.Next().has_value());
  }
  EXPECT_GT(parsed, 0u);
  EXPECT_LE(parsed, (EntryScan::kAheadMax + 1) * kChunkBytes / kPersonalBytes);
}

}  // namespace
}  // namespace constancia::eventstore
