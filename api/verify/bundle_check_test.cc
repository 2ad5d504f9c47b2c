#include <gtest/gtest.h>

#include "bytes.h"
#include "checks.h"
#include "test_writer.h"

namespace verify {
namespace {

// Two calls in case C-17, one elsewhere, and the erasure of the first call's data key.
TestLog SmallLog() {
  TestLog log;
  TestEvent call;
  call.streams = {{1, "C-17"}, {2, "P-9"}};
  call.personal = "personal";
  log.Add(call);
  TestEvent other = call;
  other.streams = {{1, "C-18"}};
  log.Add(other);
  call.data_key_id = std::string(16, '\xee');
  log.Add(call);
  log.Publish();
  TestEvent erased;
  erased.type = "constancia.event.v1.PersonalDataErased";
  erased.streams = {{2, "P-9"}, {5, "ledger"}};
  erased.public_payload = WireBytes(1, std::string(16, '\xdd'));
  log.Add(erased);
  log.Publish();
  return log;
}

Status CheckFiles(const Files& files, const Trust& trust, Report* report = nullptr) {
  MemoryArchive archive(files);
  Report unused;
  return CheckBundle(archive, trust, report != nullptr ? report : &unused);
}

// Only what a bundler chose: without manifests and signature.
Files Content(const Files& bundle) {
  Files files;
  for (const auto& [path, bytes] : bundle) {
    if (path.substr(0, 5) == "data/" || path.substr(0, 7) == "proofs/") files[path] = bytes;
  }
  return files;
}

TEST(Bundle, IsProvenWithAllItsParts) {
  const TestLog log = SmallLog();
  Report report;
  const Status status = CheckFiles(log.WholeBundle(), log.Reader(), &report);
  ASSERT_TRUE(status.ok()) << status.failure().file << ": " << status.failure().detail;
  const std::string text = ReportText(report, Language::kEnglish);
  EXPECT_NE(text.find("case/C-17"), std::string::npos) << text;
  EXPECT_NE(text.find("has no event in the log"), std::string::npos) << text;
  EXPECT_NE(text.find("personal parts of 1 events are erased"), std::string::npos) << text;
}

TEST(Bundle, WithAnyByteFlippedIsNotProven) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  const Files bundle = log.WholeBundle();
  for (const auto& [path, bytes] : bundle) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      Files flipped = bundle;
      flipped[path][i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
      ASSERT_FALSE(CheckFiles(flipped, trust).ok()) << path << " byte " << i;
    }
  }
}

// The operator makes manifests and signature anew for every change: what is proven must not
// depend on them. Every third byte, to keep the test short.
TEST(Bundle, CannotBeForgedByItsOwnSigner) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  const Files content = Content(log.WholeBundle());
  for (const auto& [path, bytes] : content) {
    for (size_t i = 0; i < bytes.size(); i += 3) {
      Files flipped = content;
      flipped[path][i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
      // What follows position and leaf hash in the listing is a reading, not proven. The bundle's
      // copy of an old checkpoint may lose its cosignature: only the log's line is asked for.
      const size_t line = i == 0 ? 0 : bytes.rfind('\n', i - 1) + 1;
      const bool in_reading = path == "data/events.jsonl" && i >= bytes.find("\"x\"", line);
      const bool in_cosignature =
          (path == "proofs/checkpoint.old" || path.substr(0, 20) == "proofs/completeness/") &&
          i >= bytes.rfind("\xE2\x80\x94");
      if (in_reading || in_cosignature) continue;
      ASSERT_FALSE(CheckFiles(log.Bundle(flipped), trust).ok()) << path << " byte " << i;
    }
  }
}

TEST(Bundle, CannotLeaveOutAnEventOfAStreamExportedWhole) {
  const TestLog log = SmallLog();
  const auto positions = log.streams.at(log.KeyOf(1, "C-17"));
  for (const uint64_t kept : positions) {
    Files files = Content(log.WholeBundle());
    files.erase("data/related.bin");
    files.erase("data/events.jsonl");
    files["data/events.bin"] = log.RecordOf(kept, 2);
    files["proofs/inclusion.txt"] = log.Inclusion({kept});
    const Status status = CheckFiles(log.Bundle(files), log.Reader());
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.failure().step, Step::kCompleteness);
    // Without the claim to be complete the event alone is proven, and the report says so.
    files.erase("proofs/completeness/" + HexEncode(log.KeyOf(1, "C-17")) + ".txt");
    Report report;
    ASSERT_TRUE(CheckFiles(log.Bundle(files), log.Reader(), &report).ok());
    EXPECT_NE(ReportJson(report, Language::kEnglish).find("not_complete_streams"),
              std::string::npos);
  }
}

TEST(Bundle, AcceptsAnErasureOnlyByALaterEventThatNamesTheKey) {
  const TestLog log = SmallLog();
  const auto positions = log.streams.at(log.KeyOf(1, "C-17"));
  const uint64_t erasing = log.streams.at(log.KeyOf(5, "ledger")).back();
  const auto check = [&](uint64_t erased, uint64_t by) {
    Files files;
    files["data/events.bin"] = log.RecordOf(erased, 3, by);
    files["data/related.bin"] = log.RecordOf(erasing);
    files["proofs/checkpoint"] = log.Checkpoint();
    files["proofs/inclusion.txt"] = log.Inclusion({erased, erasing});
    return CheckFiles(log.Bundle(files), log.Reader());
  };
  EXPECT_TRUE(check(positions[0], erasing).ok());
  EXPECT_EQ(check(positions[1], erasing).failure().step, Step::kErasure);  // another key
  EXPECT_EQ(check(positions[0], erasing + 1).failure().step, Step::kErasure);
  EXPECT_EQ(check(positions[0], 0).failure().step, Step::kErasure);
}

TEST(Bundle, MustExtendTheCheckpointTheReaderHolds) {
  const TestLog log = SmallLog();
  Trust trust = log.Reader();
  trust.old_checkpoint = log.Checkpoint(2);
  EXPECT_TRUE(CheckFiles(log.WholeBundle(), trust).ok());
  trust.old_checkpoint = log.Checkpoint(6);
  EXPECT_FALSE(CheckFiles(log.WholeBundle(), trust).ok());  // the proof is for another size
  trust.old_checkpoint = log.Checkpoint();
  Files files = Content(log.WholeBundle());
  files.erase("proofs/consistency.txt");
  files.erase("proofs/checkpoint.old");
  EXPECT_TRUE(CheckFiles(log.Bundle(files), trust).ok());
  trust.old_checkpoint = log.Checkpoint(2);
  EXPECT_FALSE(CheckFiles(log.Bundle(files), trust).ok());
}

TEST(Bundle, RefusesFilesThatNothingLists) {
  const TestLog log = SmallLog();
  for (const char* path :
       {"extra.txt", "data/extra.txt", "proofs/extra", "fetch.txt", "tagmanifest-sha256.txt"}) {
    Files files = log.WholeBundle();
    files[path] = "";
    EXPECT_FALSE(CheckFiles(files, log.Reader()).ok()) << path;
  }
}

TEST(Bundle, IsNotProvenByAPolicyThatDoesNotTrustIt) {
  const TestLog log = SmallLog();
  TestLog other;
  other.log_key = TestKey('\x09');
  EXPECT_FALSE(CheckFiles(log.WholeBundle(), other.Reader()).ok());
}

}  // namespace
}  // namespace verify
