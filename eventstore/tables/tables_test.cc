// What the tables make of crashes and damage. In memory, on a file system that fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status.h"
#include "eventstore/tables/database.h"
#include "eventstore/tables/key_tables.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"
#include "tests/support/fault_env.h"

namespace constancia::eventstore {
namespace {

using ::constancia::testing::FaultEnv;
using ::testing::HasSubstr;

constexpr char kFolder[] = "/ledger/log";

class LogTablesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<LogTables>> Open(bool create) {
    LogTables::Options options;
    options.path = kFolder;
    options.create = create;
    options.env = disk_.env();
    return LogTables::Open(options);
  }

  // Writes entries [from, to), each alone and synced. Rows span several blocks of the log file.
  static void Write(LogTables& log, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; ++i) {
      Batch batch = log.NewBatch();
      log.PutEntry(batch, Position{i}, std::string(50'000, static_cast<char>('a' + i % 26)));
      ASSERT_TRUE(log.Write(std::move(batch)).ok());
    }
  }

  std::string LogFile() {
    std::string largest;
    for (const std::string& file : disk_.Files(".log")) {
      if (largest.empty() || disk_.Size(file) > disk_.Size(largest)) largest = file;
    }
    return largest;
  }

  FaultEnv disk_;
};

TEST_F(LogTablesTest, DropsAWriteThatWasCutShort) {
  auto log = Open(/*create=*/true);
  ASSERT_TRUE(log.ok()) << log.status();
  Write(**log, 0, 10);
  const std::string file = LogFile();
  const uint64_t whole = disk_.Size(file);
  Write(**log, 10, 11);
  const uint64_t end = disk_.Size(file);
  log->reset();
  disk_.Freeze();
  for (const uint64_t cut : {end - 1, end - 30'000, whole + 3}) {
    SCOPED_TRACE(cut);
    disk_.LosePower(/*torn=*/false);
    disk_.Freeze();
    disk_.Truncate(file, cut);
    log = Open(/*create=*/false);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_TRUE((*log)->ReadEntry(Position{9})->has_value());
    EXPECT_FALSE((*log)->ReadEntry(Position{10})->has_value());
    log->reset();
  }
}

TEST_F(LogTablesTest, DropsALastWriteOfWhichOnlySomePagesArrived) {
  auto log = Open(/*create=*/true);
  ASSERT_TRUE(log.ok());
  Write(**log, 0, 10);
  const std::string file = LogFile();
  const uint64_t whole = disk_.Size(file);
  Write(**log, 10, 11);
  log->reset();
  ASSERT_TRUE(disk_.FlipBit(file, whole + 1'000));
  log = Open(/*create=*/false);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE((*log)->ReadEntry(Position{9})->has_value());
  EXPECT_FALSE((*log)->ReadEntry(Position{10})->has_value());
}

TEST_F(LogTablesTest, RefusesDamageBeforeAWholeWriteAndNamesTheLastGoodPosition) {
  auto log = Open(/*create=*/true);
  ASSERT_TRUE(log.ok());
  Write(**log, 0, 5);
  const std::string file = LogFile();
  const uint64_t at = disk_.Size(file) + 20'000;
  Write(**log, 5, 10);
  log->reset();
  ASSERT_TRUE(disk_.FlipBit(file, at));
  log = Open(/*create=*/false);
  EXPECT_EQ(ReasonOf(log.status()), error::v1::DAMAGED);
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("the last good position is 4"));
}

TEST_F(LogTablesTest, RefusesEveryFlippedBitButThoseOfTheLastWrite) {
  auto log = Open(/*create=*/true);
  ASSERT_TRUE(log.ok());
  Write(**log, 0, 6);
  const std::string file = LogFile();
  const uint64_t whole = disk_.Size(file);
  Write(**log, 6, 7);
  const uint64_t end = disk_.Size(file);
  log->reset();
  disk_.Freeze();
  for (uint64_t at = 11; at < end; at += 9'973) {
    SCOPED_TRACE(at);
    disk_.LosePower(/*torn=*/false);
    disk_.Freeze();
    ASSERT_TRUE(disk_.FlipBit(file, at));
    log = Open(/*create=*/false);
    EXPECT_EQ(log.ok(), at >= whole) << log.status();
    if (log.ok()) log->reset();
  }
}

TEST_F(LogTablesTest, RefusesToBeMadeTwice) {
  ASSERT_TRUE(Open(/*create=*/true).ok());
  EXPECT_EQ(ReasonOf(Open(/*create=*/true).status()), error::v1::EXISTS_ALREADY);
}

TEST_F(LogTablesTest, RefusesASecondOpening) {
  const auto log = Open(/*create=*/true);
  EXPECT_EQ(ReasonOf(Open(/*create=*/false).status()), error::v1::SETUP_INVALID);
}

class KeyTablesTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<KeyTables>> Open(FaultEnv& disk, bool create) {
    KeyTables::Options options;
    options.path = "/ledger/keys";
    options.create = create;
    options.env = disk.env();
    return KeyTables::Open(options);
  }

  static std::string IdOf(uint64_t i) { return absl::StrFormat("key-%012d", i); }

  static void Put(KeyTables& keys, uint64_t i) {
    Batch batch = keys.NewBatch();
    keys.PutKey(batch, Hash(), IdOf(i), {std::nullopt, "contact", 2026, {1, std::string(40, 'w')}});
    ASSERT_TRUE(keys.WriteUnsynced(std::move(batch)).ok());
  }

  static bool Has(const KeyTables& keys, uint64_t i) {
    const auto row = keys.ReadKey(Hash(), IdOf(i));
    EXPECT_TRUE(row.ok()) << row.status();
    return row.ok() && row->has_value();
  }

  static std::string LogFile(const FaultEnv& disk) {
    std::string largest;
    for (const std::string& file : disk.Files(".log")) {
      if (largest.empty() || disk.Size(file) > disk.Size(largest)) largest = file;
    }
    return largest;
  }
};

TEST_F(KeyTablesTest, KeepEverySyncedKeyWhateverPagesOfTheTailArrived) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    FaultEnv disk(seed);
    auto keys = Open(disk, /*create=*/true);
    ASSERT_TRUE(keys.ok()) << keys.status();
    const uint64_t synced = seed * 37;
    for (uint64_t i = 0; i < synced; ++i) Put(**keys, i);
    ASSERT_TRUE((*keys)->Sync().ok());
    for (uint64_t i = synced; i < synced + 600; ++i) Put(**keys, i);
    disk.Freeze();
    keys->reset();
    disk.LosePower(/*torn=*/true);
    keys = Open(disk, /*create=*/false);
    ASSERT_TRUE(keys.ok()) << keys.status();
    for (uint64_t i = 0; i < synced; ++i) ASSERT_TRUE(Has(**keys, i)) << i;
    // And once more, after what was kept has been written anew.
    Put(**keys, synced + 600);
    ASSERT_TRUE((*keys)->Sync().ok());
    keys->reset();
    keys = Open(disk, /*create=*/false);
    ASSERT_TRUE(keys.ok()) << keys.status();
    for (uint64_t i = 0; i < synced; ++i) ASSERT_TRUE(Has(**keys, i)) << i;
    EXPECT_TRUE(Has(**keys, synced + 600));
  }
}

TEST_F(KeyTablesTest, LoseNoKeyBehindABadBlock) {
  constexpr uint64_t kKeys = 2'000;
  constexpr uint64_t kBlock = 32 << 10;
  FaultEnv disk;
  auto keys = Open(disk, /*create=*/true);
  ASSERT_TRUE(keys.ok()) << keys.status();
  for (uint64_t i = 0; i < kKeys; ++i) Put(**keys, i);
  ASSERT_TRUE((*keys)->Sync().ok());
  keys->reset();
  const std::string file = LogFile(disk);
  const uint64_t blocks = disk.Size(file) / kBlock;
  ASSERT_GT(blocks, 4u);
  ASSERT_TRUE(disk.FlipBit(file, 2 * kBlock + 100));
  keys = Open(disk, /*create=*/false);
  ASSERT_TRUE(keys.ok()) << keys.status();
  uint64_t lost = 0;
  for (uint64_t i = 0; i < kKeys; ++i) lost += Has(**keys, i) ? 0 : 1;
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, 2 * kKeys / blocks);
  EXPECT_TRUE(Has(**keys, 0));
  EXPECT_TRUE(Has(**keys, kKeys - 1));
}

TEST(StateTables, AreTrueForOneMomentAfterACrash) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    FaultEnv disk(seed);
    StateTables::Options options;
    options.path = "/ledger/state";
    options.create = true;
    options.env = disk.env();
    auto state = StateTables::Open(options);
    ASSERT_TRUE(state.ok()) << state.status();
    for (uint64_t i = 0; i < 100; ++i) {
      Batch batch = (*state)->NewBatch();
      (*state)->PutEvent(batch, absl::StrCat("event-", i), Position{i});
      (*state)->PutIdempotency(batch, RequestKey("s", absl::StrCat(i)), Position{i});
      (*state)->PutApplied(batch, "", Position{i + 1});
      ASSERT_TRUE((*state)->Write(std::move(batch)).ok());
      if (i == 10 * seed % 90) {
        ASSERT_TRUE((*state)->Flush(/*wait=*/true).ok());
      }
    }
    disk.Freeze();
    state->reset();
    disk.LosePower(/*torn=*/true);
    state = StateTables::Open(options);
    ASSERT_TRUE(state.ok()) << state.status();
    const uint64_t applied = (*state)->ReadApplied("")->value_or(Position{0}).value;
    EXPECT_GT(applied, 0u);
    for (uint64_t i = 0; i < 100; ++i) {
      const std::string key = RequestKey("s", absl::StrCat(i));
      EXPECT_EQ((*state)->ReadEvent(absl::StrCat("event-", i))->has_value(), i < applied);
      EXPECT_EQ((*state)->ReadIdempotency({&key, 1})->front().has_value(), i < applied);
    }
  }
}

// A table whose rows lie in several files of one level, in order.
class CursorTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kFiles = 4;
  static constexpr uint64_t kRowsOfAFile = 400;

  absl::StatusOr<std::unique_ptr<Database>> Open(TableShape shape) {
    DatabaseOptions options;
    options.path = "/rows";
    options.tables = {{"rows", shape}};
    options.create = true;
    options.env = disk_.env();
    return Database::Open(options);
  }

  // 40 bytes, the first 32 of them the same for all.
  static std::string Key(uint64_t number) {
    return std::string(32, 'k') + absl::StrFormat("%08d", number);
  }

  void Fill(TableShape shape) {
    const auto opened = Open(shape);
    ASSERT_TRUE(opened.ok()) << opened.status();
    const auto& database = *opened;
    const TableId rows = *database->Find("rows");
    for (uint64_t file = 0; file < kFiles; ++file) {
      Batch batch(*database);
      for (uint64_t i = file * kRowsOfAFile; i < (file + 1) * kRowsOfAFile; ++i) {
        batch.Put(rows, Key(i), absl::StrCat(i * 7'919, " ", i * 104'729, " ", i * 1'299'709));
      }
      ASSERT_TRUE(database->Apply(std::move(batch), Write::kSynced).ok());
      ASSERT_TRUE(database->Flush(/*wait=*/true).ok());
      ASSERT_TRUE(
          database->Compact(rows, Key(file * kRowsOfAFile), Key((file + 1) * kRowsOfAFile - 1))
              .ok());
    }
  }

  // Either all rows of [from, end) are seen or the cursor says why not.
  static void ExpectAllOrDamage(Cursor cursor, uint64_t from) {
    uint64_t next = from;
    for (cursor.Seek(Key(from)); cursor.valid(); cursor.Next(), ++next) {
      ASSERT_EQ(cursor.key(), Key(next));
    }
    if (next < kFiles * kRowsOfAFile) {
      EXPECT_EQ(ReasonOf(cursor.status()), error::v1::DAMAGED);
    }
  }

  static void ExpectAllOrDamageBackwards(Cursor cursor) {
    uint64_t seen = 0;
    for (cursor.SeekToLast(); cursor.valid(); cursor.Prev(), ++seen) {
      ASSERT_EQ(cursor.key(), Key(kFiles * kRowsOfAFile - 1 - seen));
    }
    if (seen < kFiles * kRowsOfAFile) {
      EXPECT_EQ(ReasonOf(cursor.status()), error::v1::DAMAGED);
    }
  }

  FaultEnv disk_;
};

TEST_F(CursorTest, NeverEndsEarlyWithoutSayingSo) {
  for (const TableShape shape :
       {TableShape::kSequential, TableShape::kOrdered, TableShape::kStreams}) {
    disk_.RemoveFolder("/rows");
    Fill(shape);
    const std::vector<std::string> files = disk_.Files(".sst");
    ASSERT_GE(files.size(), kFiles);
    uint64_t damaged = 0;
    for (const std::string& file : files) {
      for (uint64_t offset = 1; offset < disk_.Size(file); offset += 997) {
        SCOPED_TRACE(absl::StrCat(file, " at ", offset));
        ASSERT_TRUE(disk_.FlipBit(file, offset));
        if (const auto opened = Open(shape); !opened.ok()) {
          EXPECT_EQ(ReasonOf(opened.status()), error::v1::DAMAGED);
        } else {
          const auto& database = *opened;
          const TableId rows = *database->Find("rows");
          for (uint64_t from = 0; from < kFiles * kRowsOfAFile; from += kRowsOfAFile / 2) {
            ExpectAllOrDamage(database->NewCursor(rows), from);
            ExpectAllOrDamage(database->NewCursor(rows, /*within_prefix=*/true), from);
          }
          ExpectAllOrDamageBackwards(database->NewCursor(rows));
          Cursor whole = database->NewCursor(rows);
          for (whole.SeekToFirst(); whole.valid();) whole.Next();
          damaged += whole.status().ok() ? 0 : 1;
        }
        ASSERT_TRUE(disk_.FlipBit(file, offset));
      }
    }
    EXPECT_GE(damaged, kFiles);
  }
}

TEST_F(CursorTest, ACompactionNeverDropsAFileItCannotRead) {
  Fill(TableShape::kSequential);
  const std::vector<std::string> files = disk_.Files(".sst");
  ASSERT_TRUE(disk_.FlipBit(files[files.size() - 2], 1));
  const auto opened = Open(TableShape::kSequential);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(
      ReasonOf((*opened)->Compact(*(*opened)->Find("rows"), Key(0), Key(kFiles * kRowsOfAFile))),
      error::v1::LOG_HALTED);
}

TEST(StateTables, ReadsTheEventsOfOneStreamAlone) {
  FaultEnv disk;
  StateTables::Options options;
  options.path = "/ledger/state";
  options.create = true;
  options.env = disk.env();
  const auto state = StateTables::Open(options);
  ASSERT_TRUE(state.ok());
  Hash first, second;
  first.bytes.fill(1);
  second.bytes.fill(2);
  Batch batch = (*state)->NewBatch();
  for (uint64_t i = 0; i < 10; ++i) {
    (*state)->PutStreamPlace(batch, first, Sequence{i}, Position{2 * i});
    (*state)->PutStreamPlace(batch, second, Sequence{i}, Position{2 * i + 1});
  }
  ASSERT_TRUE((*state)->Write(std::move(batch)).ok());
  EXPECT_EQ(*(*state)->ReadStream(first, Sequence{7}, 100),
            (std::vector<Position>{{14}, {16}, {18}}));
  EXPECT_EQ(*(*state)->ReadStream(second, Sequence{0}, 2), (std::vector<Position>{{1}, {3}}));
}

}  // namespace
}  // namespace constancia::eventstore
