#include "eventstore/proof/completeness.h"

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/header.h"
#include "eventstore/proof/audit_feed.h"
#include "eventstore/proof/consistency_file.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/witness_policy.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

// A log of 40 events in ten streams and, as its last leaf, the map root.
class CompletenessTest : public testing::Test {
 protected:
  static constexpr uint64_t kEvents = 40;

  CompletenessTest() {
    std::vector<StreamMap::Entry> entries;
    for (uint64_t i = 0; i < kEvents; ++i) leaves_.push_back(LeafHash(std::to_string(i)));
    for (uint64_t s = 0; s < 10; ++s) {
      const std::vector<Hash> events = EventsOf(s);
      entries.push_back({KeyOf(s), MapValueHash(EncodeMapValue(events.size(), kEvents - 10 + s,
                                                               RootOf(events)))});
    }
    map_.Update(entries);
    map_root_leaf_ = EncodeMapRootLeaf({kEvents, map_.size(), map_.root(), kEvents / 2});
    leaves_.push_back(LeafHash(map_root_leaf_));
    note_ = SignCheckpoint({"log.example", leaves_.size(), RootOf(leaves_)}, key_).value();
  }

  static Ed25519Key MakeKey() {
    SeededRandom random(1);
    return Ed25519Key::Generate(random);
  }
  static Hash KeyOf(uint64_t stream) { return Sha256("stream " + std::to_string(stream)); }

  // Event i is in stream i modulo 10.
  std::vector<Hash> EventsOf(uint64_t stream) const {
    std::vector<Hash> events;
    for (uint64_t i = stream; i < kEvents; i += 10) events.push_back(leaves_[i]);
    return events;
  }

  CompletenessProof Prove(const Hash& key, uint64_t count, uint64_t last) const {
    CompletenessProof proof;
    proof.key = key;
    proof.count = count;
    proof.last = last;
    proof.map = map_.Prove(key);
    proof.map_root_leaf = map_root_leaf_;
    proof.index = kEvents;
    proof.proof = MakeInclusionProof(MemoryTree(leaves_), kEvents, leaves_.size()).value();
    proof.checkpoint = note_;
    return proof;
  }

  // What a reader does: parse, accept the checkpoint, verify.
  absl::Status Check(std::string_view text, std::span<const Hash> events) const {
    ASSIGN_OR_RETURN(const CompletenessProof proof, ParseCompleteness(text));
    if (proof.key != asked_) return Error(error::v1::PROOF_INVALID, "another stream");
    ASSIGN_OR_RETURN(const auto accepted, policy_.Accept(proof.checkpoint));
    return VerifyCompleteness(proof, accepted.checkpoint, events);
  }

  const Ed25519Key key_ = MakeKey();
  const WitnessPolicy policy_ =
      WitnessPolicy::Parse(
          "log " + VerifierKey{"log.example", KeyType::kEd25519, key_.public_key()}.ToText() +
          "\nquorum none\n")
          .value();
  std::vector<Hash> leaves_;
  StreamMap map_;
  std::string map_root_leaf_;
  std::string note_;
  Hash asked_;
};

TEST_F(CompletenessTest, HoldsForEveryStreamAndEveryAbsentOne) {
  for (uint64_t s = 0; s < 10; ++s) {
    asked_ = KeyOf(s);
    EXPECT_EQ(Check(ToText(Prove(asked_, 4, kEvents - 10 + s)), EventsOf(s)), absl::OkStatus());
  }
  for (uint64_t s = 10; s < 60; ++s) {
    asked_ = KeyOf(s);
    EXPECT_EQ(Check(ToText(Prove(asked_, 0, 0)), {}), absl::OkStatus());
  }
}

TEST_F(CompletenessTest, RefusesMissingAddedSwappedAndAlteredEvents) {
  asked_ = KeyOf(3);
  const std::string text = ToText(Prove(asked_, 4, 33));
  std::vector<Hash> events = EventsOf(3);
  ASSERT_TRUE(Check(text, events).ok());
  EXPECT_FALSE(Check(text, std::span(events).first(3)).ok());
  EXPECT_FALSE(Check(text, std::span(events).last(3)).ok());
  EXPECT_FALSE(Check(ToText(Prove(asked_, 3, 23)), std::span(events).first(3)).ok());
  EXPECT_FALSE(Check(ToText(Prove(asked_, 4, 32)), events).ok());
  EXPECT_FALSE(Check(ToText(Prove(asked_, 4, 40)), events).ok());
  EXPECT_FALSE(Check(ToText(Prove(asked_, 0, 0)), {}).ok());
  std::swap(events[1], events[2]);
  EXPECT_FALSE(Check(text, events).ok());
  std::swap(events[1], events[2]);
  events[0] = leaves_[0];
  EXPECT_FALSE(Check(text, events).ok());
  events = EventsOf(3);
  events.push_back(leaves_[0]);
  EXPECT_FALSE(Check(text, events).ok());
}

TEST_F(CompletenessTest, RefusesAnyByteChangedAndAnyCut) {
  for (uint64_t s : {3, 12, 13, 14, 15, 16}) {
    asked_ = KeyOf(s);
    const bool present = s < 10;
    const std::vector<Hash> events = present ? EventsOf(s) : std::vector<Hash>();
    const std::string text = ToText(Prove(asked_, events.size(), present ? 33 : 0));
    ASSERT_TRUE(Check(text, events).ok());
    for (size_t i = 0; i < text.size(); ++i) {
      std::string altered = text;
      altered[i] = static_cast<char>(altered[i] ^ 1);
      EXPECT_FALSE(Check(altered, events).ok()) << altered.substr(i);
      EXPECT_FALSE(Check(text.substr(0, i), events).ok()) << i;
    }
  }
}

TEST_F(CompletenessTest, RefusesAMapRootThatIsNotTheLastLeaf) {
  asked_ = KeyOf(3);
  leaves_.push_back(LeafHash("one more"));
  note_ = SignCheckpoint({"log.example", leaves_.size(), RootOf(leaves_)}, key_).value();
  EXPECT_EQ(ReasonOf(Check(ToText(Prove(asked_, 4, 33)), EventsOf(3))), error::v1::PROOF_INVALID);
}

TEST_F(CompletenessTest, RefusesAMapRootThatCoversAnotherRange) {
  asked_ = KeyOf(3);
  leaves_.pop_back();
  map_root_leaf_ = EncodeMapRootLeaf({kEvents - 1, map_.size(), map_.root(), kEvents / 2});
  leaves_.push_back(LeafHash(map_root_leaf_));
  note_ = SignCheckpoint({"log.example", leaves_.size(), RootOf(leaves_)}, key_).value();
  EXPECT_FALSE(Check(ToText(Prove(asked_, 4, 33)), EventsOf(3)).ok());
}

TEST(ConsistencyFile, ReadsWhatItWritesAndNothingElse) {
  const ConsistencyFile file = {3, 7, {EmptyRoot(), LeafHash("")}};
  const std::string text = ToText(file);
  EXPECT_EQ(ParseConsistencyFile(text).value(), file);
  for (size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(ReasonOf(ParseConsistencyFile(text.substr(0, i)).status()),
              error::v1::INPUT_MALFORMED);
  }
  EXPECT_FALSE(ParseConsistencyFile(text + "x\n").ok());
}

TEST(AuditLine, ReadsWhatItWritesAndNothingElse) {
  const AuditLine event = AuditEvent{7, LeafHash("7"), {EmptyRoot(), LeafHash("")}};
  const AuditLine map = AuditMapRoot{8, EncodeMapRootLeaf({8, 2, EmptyRoot(), 1})};
  for (const AuditLine& line : {event, map}) {
    std::string text = ToText(line);
    ASSERT_EQ(text.back(), '\n');
    text.pop_back();
    EXPECT_EQ(ParseAuditLine(text).value(), line);
    EXPECT_FALSE(ParseAuditLine(text + " ").ok());
    EXPECT_FALSE(ParseAuditLine(text + "\n").ok());
    EXPECT_FALSE(ParseAuditLine(" " + text).ok());
    EXPECT_FALSE(ParseAuditLine(text.substr(0, text.size() - 1)).ok());
  }
  const std::string key = " " + ToText(event).substr(8, 44);
  EXPECT_FALSE(ParseAuditLine("event 7" + key).ok());
  EXPECT_FALSE(ParseAuditLine("event 07" + key + key).ok());
  EXPECT_TRUE(ParseAuditLine("event 7" + key + key).ok());
  std::string nine = "event 7" + key;
  for (int i = 0; i < 9; ++i) nine += key;
  EXPECT_FALSE(ParseAuditLine(nine).ok());
}

}  // namespace
}  // namespace constancia::eventstore
