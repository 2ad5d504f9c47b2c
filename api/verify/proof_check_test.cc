#include <gtest/gtest.h>

#include "bytes.h"
#include "checks.h"
#include "proof_files.h"
#include "test_writer.h"

namespace verify {
namespace {

TestLog SmallLog() {
  TestLog log;
  TestEvent call;
  for (const char* name : {"C-17", "C-18", "C-17", "C-19", "C-17"}) {
    call.streams = {{1, name}};
    log.Add(call);
  }
  log.Publish();
  return log;
}

std::string Flip(std::string bytes, size_t i) {
  bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
  return bytes;
}

TEST(TlogProof, HoldsForEveryEntryAndWithNoByteChanged) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  Report report;
  for (size_t i = 0; i < log.leaves.size(); ++i) {
    const std::string proof = log.TlogProof(i);
    const Status status = CheckProof("p", proof, {log.leaves[i]}, trust, &report);
    EXPECT_TRUE(status.ok()) << status.failure().detail;
    const std::string& other = log.leaves[(i + 1) % log.leaves.size()];
    EXPECT_FALSE(CheckProof("p", proof, {other}, trust, &report).ok());
    EXPECT_FALSE(CheckProof("p", proof, {}, trust, &report).ok());
  }
  const std::string proof = log.TlogProof(3);
  for (size_t i = 0; i < proof.size(); ++i) {
    EXPECT_FALSE(CheckProof("p", Flip(proof, i), {log.leaves[3]}, trust, &report).ok()) << i;
  }
  std::string with_extra = proof;
  with_extra.insert(proof.find('\n') + 1, "extra AAAA\n");
  EXPECT_TRUE(CheckProof("p", with_extra, {log.leaves[3]}, trust, &report).ok());
}

TEST(CompletenessProof, NeedsAllEventsInOrder) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  Report report;
  std::vector<std::string> leaves;
  for (uint64_t position : log.streams.at(log.KeyOf(1, "C-17"))) {
    leaves.push_back(log.leaves[position]);
  }
  const std::string proof = log.Completeness(1, "C-17");
  const Status status = CheckProof("p", proof, leaves, trust, &report);
  ASSERT_TRUE(status.ok()) << status.failure().detail;
  for (size_t left_out = 0; left_out < leaves.size(); ++left_out) {
    auto fewer = leaves;
    fewer.erase(fewer.begin() + static_cast<long>(left_out));
    EXPECT_FALSE(CheckProof("p", proof, fewer, trust, &report).ok());
  }
  std::swap(leaves[0], leaves[1]);
  EXPECT_FALSE(CheckProof("p", proof, leaves, trust, &report).ok());
  std::swap(leaves[0], leaves[1]);
  for (size_t i = 0; i < proof.size(); ++i) {
    EXPECT_FALSE(CheckProof("p", Flip(proof, i), leaves, trust, &report).ok()) << i;
  }
}

TEST(CompletenessProof, ShowsThatAStreamIsAbsentButNotThatAPresentOneIs) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  Report report;
  bool saw_empty = false, saw_other = false;
  for (int i = 0; i < 40; ++i) {
    const std::string proof = log.Completeness(1, "absent-" + std::to_string(i));
    saw_empty = saw_empty || proof.find("terminal empty") != std::string::npos;
    saw_other = saw_other || proof.find("terminal other") != std::string::npos;
    const Status status = CheckProof("p", proof, {}, trust, &report);
    EXPECT_TRUE(status.ok()) << status.failure().detail;
    // The same path for the key of a stream that is there.
    std::string forged = proof;
    const std::string key = HexEncode(log.KeyOf(1, "C-17"));
    forged.replace(proof.find("key ") + 4, 64, key);
    EXPECT_FALSE(CheckProof("p", forged, {}, trust, &report).ok());
  }
  EXPECT_TRUE(saw_empty);
  EXPECT_TRUE(saw_other);
}

TEST(SealFile, HoldsForEveryEventAndForNoMapRoot) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  Report report;
  for (size_t i = 2; i < log.leaves.size() - 1; ++i) {
    const std::string seal = log.SealFile(i);
    const Status status = CheckSeal("s", seal, log.leaves[i], trust, &report);
    EXPECT_TRUE(status.ok()) << status.failure().detail;
    EXPECT_FALSE(CheckSeal("s", seal, log.leaves.back(), trust, &report).ok());
    EXPECT_FALSE(CheckSeal("s", seal + "\n", log.leaves[i], trust, &report).ok());
  }
  const std::string seal = log.SealFile(3);
  for (size_t i = 0; i < seal.size(); ++i) {
    EXPECT_FALSE(CheckSeal("s", Flip(seal, i), log.leaves[3], trust, &report).ok()) << i;
  }
}

TEST(ConsistencyFile, HoldsBetweenCheckpointsOfOneLog) {
  const TestLog log = SmallLog();
  const Trust trust = log.Reader();
  Report report;
  const std::string proof = log.Consistency(2);
  const auto check = [&](const std::string& old_checkpoint, const std::string& text) {
    return CheckConsistencyFiles({"old", old_checkpoint}, {"new", log.Checkpoint()},
                                 {"proof", text}, trust, &report);
  };
  EXPECT_TRUE(check(log.Checkpoint(2), proof).ok());
  EXPECT_FALSE(check(log.Checkpoint(3), proof).ok());
  for (size_t i = 0; i < proof.size(); ++i) {
    EXPECT_FALSE(check(log.Checkpoint(2), Flip(proof, i)).ok()) << i;
  }
  EXPECT_TRUE(check(log.Checkpoint(0), "constancia-consistency/v1\nold 0\nnew " +
                                           std::to_string(log.leaves.size()) + "\nproof 0\n")
                  .ok());
}

}  // namespace
}  // namespace verify
