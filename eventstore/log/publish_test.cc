#include "eventstore/log/publish.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/tile.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

namespace fs = std::filesystem;
using ::constancia::testing::TestLedger;

class PublishTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "publish-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::remove_all(folder_ + "-other");
    ledger_.options().limits.checkpoint_events = 50;
    ASSERT_TRUE(ledger_.Create().ok());
  }

  // Ends with a checkpoint that covers them.
  void Append(int events) {
    for (int i = 0; i < events; ++i) ASSERT_TRUE(ledger_.Append(absl::StrCat("C", i % 5)).ok());
    ledger_.Close();
    ASSERT_TRUE(ledger_.Open().ok());
  }

  // All files but the partial tiles that a later tree does not need.
  static std::map<std::string, std::string> Read(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      files[fs::relative(file.path(), folder).string()] = ReadTestFile(file.path().string());
    }
    return files;
  }

  TestLedger ledger_;
  std::string folder_;
};

TEST_F(PublishTest, WritesATreeFromWhichTheLogIsRebuilt) {
  Append(600);
  const auto result = Publish(ledger_.reader(), folder_);
  ASSERT_TRUE(result.ok()) << result.status();
  const std::map<std::string, std::string> files = Read(folder_);
  const Checkpoint checkpoint = *ParseCheckpoint(ParseNote(files.at("checkpoint"))->text);
  EXPECT_EQ(checkpoint.size, result->size);

  std::vector<Hash> leaf_hashes;
  for (const TileId tile : NewTiles(0, checkpoint.size)) {
    const std::string& hashes = files.at(TilePath(tile));
    ASSERT_EQ(hashes.size(), tile.width * Hash::kSize);
    if (tile.level != 0) continue;
    const std::string& bundle = files.at(TilePath({kEntriesLevel, tile.index, tile.width}));
    const auto entries = ParseBundle(bundle);
    ASSERT_TRUE(entries.ok());
    for (const std::string_view entry : *entries) leaf_hashes.push_back(LeafHash(entry));
  }
  EXPECT_EQ(RootOf(leaf_hashes), checkpoint.root);

  uint64_t events = 0;
  ByteReader seals(files.at("seals"));
  while (!seals.done()) {
    ledger::v1::GroupRow row;
    ASSERT_TRUE(row.ParseFromString(std::string(*seals.Take(*seals.TakeU32()))));
    events += row.count();
  }
  EXPECT_EQ(events, 601u);
}

TEST_F(PublishTest, AddsWhatIsMissingWhenRunAgain) {
  Append(300);
  ASSERT_TRUE(Publish(ledger_.reader(), folder_).ok());
  EXPECT_EQ(Publish(ledger_.reader(), folder_)->files_written, 0u);
  Append(300);
  // As after a crash: a last row of `seals` that is cut short.
  const uint64_t size = fs::file_size(folder_ + "/seals");
  fs::resize_file(folder_ + "/seals", size - 3);
  ASSERT_TRUE(Publish(ledger_.reader(), folder_).ok());
  ASSERT_TRUE(Publish(ledger_.reader(), folder_ + "-other").ok());
  const std::map<std::string, std::string> grown = Read(folder_);
  for (const auto& [name, bytes] : Read(folder_ + "-other"))
    EXPECT_EQ(grown.at(name), bytes) << name;
}

TEST_F(PublishTest, RefusesTheFolderOfAnotherLog) {
  Append(3);
  ASSERT_TRUE(Publish(ledger_.reader(), folder_).ok());
  TestLedger other(2);
  ASSERT_TRUE(other.Create().ok());
  const auto result = Publish(other.reader(), folder_);
  EXPECT_EQ(ReasonOf(result.status()), error::v1::SETUP_INVALID);
}

}  // namespace
}  // namespace constancia::eventstore
