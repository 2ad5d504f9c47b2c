#include <gtest/gtest.h>

#include "bytes.h"
#include "checks.h"
#include "test_writer.h"
#include "tiles.h"

namespace verify {
namespace {

TestEvent CallIn(const std::string& name) {
  TestEvent event;
  event.streams = {{1, name}, {2, "P-9"}};
  event.personal = ":\x0f+56 9 8765 4321";
  return event;
}

// Six entries in three groups, two map roots.
TestLog SmallLog() {
  TestLog log;
  log.Add(CallIn("C-17"));
  log.Add(CallIn("C-18"));
  log.Seal();
  log.Add(CallIn("C-17"));
  log.Publish();
  return log;
}

Status CheckFiles(const Files& files, const Trust& trust, LogOptions options = {true, true},
                  Report* report = nullptr) {
  MemoryArchive archive(files);
  Report unused;
  return CheckLog(archive, trust, options, report != nullptr ? report : &unused);
}

std::string DetailOf(const Status& status) { return status.ok() ? "" : status.failure().detail; }

TEST(Log, IsProvenWithAllItsParts) {
  TestLog log = SmallLog();
  Report report;
  const Status status = CheckFiles(log.Tree(), log.Reader(), {true, true}, &report);
  ASSERT_TRUE(status.ok()) << status.failure().detail;
  for (const Language language : {Language::kEnglish, Language::kSpanish, Language::kPortuguese}) {
    EXPECT_EQ(ReportText(report, language).find("{"), std::string::npos);
  }
}

TEST(Log, WithAnyByteFlippedIsNotProvenAndNamesTheFile) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  const Files tree = log.Tree();
  for (const bool thorough : {false, true}) {
    for (const auto& [path, bytes] : tree) {
      for (size_t i = 0; i < bytes.size(); ++i) {
        Files flipped = tree;
        flipped[path][i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
        const Status status = CheckFiles(flipped, trust, {thorough, thorough});
        ASSERT_FALSE(status.ok()) << path << " byte " << i;
        EXPECT_TRUE(status.failure().file == path || path == "checkpoint" ||
                    status.failure().position.has_value())
            << path << " byte " << i << ": " << status.failure().detail;
      }
    }
  }
}

TEST(Log, CutOrLengthenedAnywhereIsNotProven) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  const Files tree = log.Tree();
  for (const auto& [path, bytes] : tree) {
    Files missing = tree;
    missing.erase(path);
    const LogOptions thorough = {true, true};
    EXPECT_FALSE(CheckFiles(missing, trust, thorough).ok()) << path;
    Files longer = tree;
    longer[path] += 'x';
    EXPECT_FALSE(CheckFiles(longer, trust, thorough).ok()) << path;
    Files shorter = tree;
    shorter[path].pop_back();
    EXPECT_FALSE(CheckFiles(shorter, trust, thorough).ok()) << path;
  }
}

// The operator signs what he changed: the log is a proper one but for what is told.
TEST(Log, CannotBeForgedByItsOwnSigner) {
  struct Forgery {
    const char* expected;
    void (*forge)(TestLog*);
  };
  const Forgery forgeries[] = {
      {"sequence number",
       [](TestLog* log) {
         log->streams[log->KeyOf(1, "C-17")].push_back(99);
         log->Add(CallIn("C-17"));
         log->Publish();
       }},
      {"recorded before",
       [](TestLog* log) {
         log->now -= 1000000;
         log->Add(CallIn("C-17"));
         log->Publish();
       }},
      {"must be a map root",
       [](TestLog* log) {
         log->Add(CallIn("C-17"));
         log->Seal();
       }},
      {"recomputed, has another root", [](TestLog* log) { log->leaves.back()[20] ^= 1; }},
      {"counts", [](TestLog* log) { log->leaves.back()[16] ^= 1; }},
      {"covers another position", [](TestLog* log) { log->leaves.back()[8] ^= 1; }},
      {"does not name the map root before it", [](TestLog* log) { log->leaves.back()[56] ^= 1; }},
      {"no group holds", [](TestLog* log) { log->rows.pop_back(); }},
      {"does not name the group before it",
       [](TestLog* log) { log->rows.erase(log->rows.begin() + 1); }},
      {"not an event", [](TestLog* log) { log->leaves[2][0] = '\x03'; }},
      {"LedgerCreated",
       [](TestLog* log) {
         TestEvent again;
         log->Add(again);
         TestEvent created;
         created.type = "constancia.event.v1.LedgerCreated";
         log->Add(created);
         log->Publish();
       }},
  };
  for (const Forgery& forgery : forgeries) {
    TestLog log = SmallLog();
    forgery.forge(&log);
    const Status status = CheckFiles(log.Tree(), log.Reader());
    ASSERT_FALSE(status.ok()) << forgery.expected;
    EXPECT_NE(DetailOf(status).find(forgery.expected), std::string::npos) << DetailOf(status);
    EXPECT_TRUE(status.failure().position) << forgery.expected;
  }
}

TEST(Log, ShowsThatNamesBelongToKeysWithTheSecretAlone) {
  const TestLog log = SmallLog();
  Trust trust = log.Reader();
  Report report;
  ASSERT_TRUE(CheckFiles(log.Tree(), trust, {}, &report).ok());
  EXPECT_NE(ReportJson(report, Language::kEnglish).find("not_names"), std::string::npos);
  std::string secret;
  for (char i = 0; i < 32; ++i) secret.push_back(i);
  trust.stream_secret = secret;
  Report told;
  ASSERT_TRUE(CheckFiles(log.Tree(), trust, {}, &told).ok());
  EXPECT_NE(ReportJson(told, Language::kEnglish).find("names_match"), std::string::npos);
  EXPECT_EQ(ReportJson(told, Language::kEnglish).find("not_names"), std::string::npos);
  trust.stream_secret = std::string(32, 'x');
  const Status status = CheckFiles(log.Tree(), trust);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(DetailOf(status).find("secret K"), std::string::npos) << DetailOf(status);
}

TEST(Log, MayForgeAnEarlierMapRootUnlessAuditIsAsked) {
  TestLog log;
  log.Add(CallIn("C-17"));
  log.Publish();
  log.leaves.back()[30] ^= 1;
  log.Add(CallIn("C-17"));
  log.Publish();
  Report report;
  EXPECT_TRUE(CheckFiles(log.Tree(), log.Reader(), {false, true}, &report).ok());
  EXPECT_NE(ReportJson(report, Language::kEnglish).find("not_every_map_root"), std::string::npos);
  EXPECT_FALSE(CheckFiles(log.Tree(), log.Reader(), {true, true}).ok());
}

TEST(Log, ExtendsAnEarlierCheckpointOrFails) {
  const TestLog log = SmallLog();
  Trust trust = log.Reader();
  trust.old_checkpoint = log.Checkpoint(2);
  Report report;
  EXPECT_TRUE(CheckFiles(log.Tree(), trust, {}, &report).ok());
  EXPECT_NE(ReportJson(report, Language::kEnglish).find("old_extended"), std::string::npos);
  TestLog other;
  other.now += 5;
  other.leaves.clear();
  other.streams.clear();
  other.Begin();
  trust.old_checkpoint = other.Checkpoint(2);
  EXPECT_FALSE(CheckFiles(log.Tree(), trust).ok());
}

TEST(Log, OfSeveralTilesIsProvenWithLeftoversOfEarlierSizes) {
  TestLog log;
  for (int i = 0; i < 40; ++i) log.Add(CallIn("C-" + std::to_string(i)));
  log.Publish();
  const Files earlier = log.Tree();
  for (int i = 0; i < 500; ++i) log.Add(CallIn("C-" + std::to_string(i % 50)));
  log.Publish();
  Files tree = log.Tree();
  ASSERT_TRUE(CheckFiles(tree, log.Reader()).ok());
  for (const auto& [path, bytes] : earlier) tree.emplace(path, bytes);
  ASSERT_TRUE(CheckFiles(tree, log.Reader()).ok());
  // A leftover is checked as well.
  Files damaged = tree;
  damaged["tile/0/000.p/43"][40] ^= 1;
  EXPECT_FALSE(CheckFiles(damaged, log.Reader()).ok());
  damaged = tree;
  damaged["tile/entries/000.p/43"][40] ^= 1;
  EXPECT_FALSE(CheckFiles(damaged, log.Reader()).ok());
  // Files that the checkpoint does not cover are counted, not read.
  tree["tile/0/x001/000"] = "beyond";
  tree["index.html"] = "other";
  Report report;
  ASSERT_TRUE(CheckFiles(tree, log.Reader(), {}, &report).ok());
  EXPECT_NE(ReportText(report, Language::kEnglish).find("2 files that the checkpoint does not"),
            std::string::npos);
}

TEST(Log, ReadsTheFullTileWhereThePartialOneIsGone) {
  TestLog log;
  for (int i = 0; i < 10; ++i) log.Add(CallIn("C-1"));
  log.Publish();
  Files tree = log.Tree();
  for (int i = 0; i < 300; ++i) log.Add(CallIn("C-1"));
  log.Publish();
  const Files later = log.Tree();
  for (const char* path : {"tile/0/000", "tile/entries/000"}) {
    tree.erase(std::string(path) + ".p/13");
    tree[path] = later.at(path);
  }
  tree["seals"] = later.at("seals");
  Report report;
  const Status status = CheckFiles(tree, log.Reader(), {true, true}, &report);
  ASSERT_TRUE(status.ok()) << status.failure().detail;
  EXPECT_NE(ReportJson(report, Language::kEnglish).find("not_rows_beyond"), std::string::npos);
}

TEST(Log, VerifiesSourceSignaturesWithTheKeysGiven) {
  TestLog log;
  TestEvent event = CallIn("C-17");
  event.source_signed = true;
  log.Add(event);
  log.Publish();
  Trust trust = log.Reader();
  Report report;
  ASSERT_TRUE(CheckFiles(log.Tree(), trust, {}, &report).ok());
  EXPECT_NE(ReportJson(report, Language::kEnglish).find("not_source_signed"), std::string::npos);
  trust.source_keys.push_back(*ParseSourceKey(
      VerifierKeyText("dialler-1", '\xff', "constancia/source/v1" + log.source_key.public_key())));
  Report with_key;
  ASSERT_TRUE(CheckFiles(log.Tree(), trust, {}, &with_key).ok());
  EXPECT_NE(ReportJson(with_key, Language::kEnglish).find("\"source_signed\""), std::string::npos);
}

TEST(TilePaths, HaveOneSpelling) {
  EXPECT_EQ(TilePath({false, 3, 1234067, 256}), "tile/3/x001/x234/067");
  EXPECT_EQ(TilePath({true, 0, 5, 17}), "tile/entries/005.p/17");
  for (const char* path : {"tile/0/000", "tile/entries/x001/067.p/255", "tile/63/999"}) {
    ASSERT_TRUE(ParseTilePath(path)) << path;
    EXPECT_EQ(TilePath(*ParseTilePath(path)), path);
  }
  for (const char* path :
       {"tile/00/000", "tile/64/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/001/002", "tile/0/x001", "tile/0",
        "tile/0/000/", "tile/x/000"}) {
    EXPECT_FALSE(ParseTilePath(path)) << path;
  }
}

TEST(TileWidths, AreThoseOfThePublicExamples) {
  uint64_t full = 0;
  while (WidthAt(70000, 0, full) == 256) ++full;
  EXPECT_EQ(full, 273u);
  EXPECT_EQ(WidthAt(70000, 0, 273), 112u);
  EXPECT_EQ(WidthAt(70000, 1, 0), 256u);
  EXPECT_EQ(WidthAt(70000, 1, 1), 17u);
  EXPECT_EQ(WidthAt(70000, 2, 0), 1u);
  EXPECT_EQ(WidthAt(70000, 3, 0), 0u);
  EXPECT_EQ(WidthAt(256, 1, 0), 1u);
}

}  // namespace
}  // namespace verify
