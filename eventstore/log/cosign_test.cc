#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/verify.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/cosignature.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/witness_policy.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

using ::constancia::testing::CaseStream;
using ::constancia::testing::kTestOrigin;
using ::constancia::testing::TestLedger;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kThen = 1'767'960'000;  // where the clock of a TestLedger stands

// A ledger with a checkpoint over one event, and a policy that asks for one of two witnesses.
class CosignTest : public ::testing::Test {
 protected:
  CosignTest() {
    // A checkpoint is made when the log closes, and at no other time.
    ledger_.options().limits.checkpoint_interval = absl::InfiniteDuration();
    EXPECT_TRUE(ledger_.Create().ok());
    EXPECT_TRUE(ledger_.Append("C1").ok());
    Restart();
    const VerifierKey log{kTestOrigin, KeyType::kEd25519, ledger_.key().public_key()};
    const auto vkey = [](const std::string& name, const Ed25519Key& key) {
      return VerifierKey{name, KeyType::kCosignature, key.public_key()}.ToText();
    };
    const auto policy = WitnessPolicy::Parse(absl::StrCat(
        "log ", log.ToText(), "\nwitness one ", vkey("one.example", one_), "\nwitness two ",
        vkey("two.example", two_), "\ngroup either any one two\nquorum either\n"));
    EXPECT_TRUE(policy.ok()) << policy.status();
    policy_ = *policy;
  }

  void Restart() {
    ledger_.Close();
    ASSERT_TRUE(ledger_.Open().ok());
  }

  SignedCheckpoint Latest() { return ledger_.reader().LatestCheckpoint(); }

  // The line of a witness over `text`, without its LF.
  static std::string Line(const std::string& name, const Ed25519Key& key, const std::string& text,
                          int64_t seconds) {
    std::string line = SignatureLine(name, MakeKeyId(name, KeyType::kCosignature, key.public_key()),
                                     MakeCosignature(key, text, seconds).value());
    line.pop_back();
    return line;
  }
  std::string LineOfOne(int64_t seconds = kThen) {
    return Line("one.example", one_, ToText(Latest().checkpoint), seconds);
  }
  std::string LineOfTwo(int64_t seconds = kThen) {
    return Line("two.example", two_, ToText(Latest().checkpoint), seconds);
  }

  absl::StatusOr<SignedCheckpoint> Add(const std::vector<std::string>& lines) {
    return ledger_.log().AddCosignatures(policy_, Latest().checkpoint.size,
                                         Latest().checkpoint.root, lines);
  }

  void ExpectRefused(const absl::Status& status, Reason reason, const std::string& field) {
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_EQ(FieldOf(status), field);
    EXPECT_EQ(Latest().note, bare_);
  }

  TestLedger ledger_;
  SeededRandom random_{7};
  const Ed25519Key one_ = Ed25519Key::Generate(random_);
  const Ed25519Key two_ = Ed25519Key::Generate(random_);
  const Ed25519Key stranger_ = Ed25519Key::Generate(random_);
  WitnessPolicy policy_;
  std::string bare_;
};

TEST_F(CosignTest, RefusesWhatNoWitnessSaidOfThisCheckpoint) {
  bare_ = Latest().note;
  const uint64_t size = Latest().checkpoint.size;
  const std::string text = ToText(Latest().checkpoint);
  const Checkpoint older = ledger_.reader().CheckpointAt(2)->checkpoint;
  EventLog& log = ledger_.log();

  ExpectRefused(log.AddCosignatures(policy_, size + 1, std::nullopt, {LineOfOne()}).status(),
                error::v1::NOT_FOUND, "size");
  ExpectRefused(log.AddCosignatures(policy_, 3, std::nullopt, {LineOfOne()}).status(),
                error::v1::NOT_FOUND, "size");
  ExpectRefused(log.AddCosignatures(policy_, size, older.root, {LineOfOne()}).status(),
                error::v1::PROOF_INVALID, "root");
  ExpectRefused(Add({"one.example signed it"}).status(), error::v1::INPUT_MALFORMED,
                "cosignatures[0]");
  ExpectRefused(Add({Line("one.example", stranger_, text, kThen)}).status(),
                error::v1::WITNESS_UNKNOWN, "cosignatures[0]");
  ExpectRefused(Add({Line("one.example", one_, ToText(older), kThen)}).status(),
                error::v1::PROOF_INVALID, "cosignatures[0]");
  ExpectRefused(Add({LineOfOne(kThen + 301)}).status(), error::v1::SOURCE_CLOCK_SKEW,
                "cosignatures[0]");
  // All or none.
  ExpectRefused(Add({LineOfOne(), Line("two.example", one_, text, kThen)}).status(),
                error::v1::WITNESS_UNKNOWN, "cosignatures[1]");
}

// What a witness is called is the caller's to say; a note may hold no control characters and 64
// KiB.
TEST_F(CosignTest, RefusesWhatWouldMakeTheCheckpointUnreadable) {
  bare_ = Latest().note;
  const VerifierKey log{kTestOrigin, KeyType::kEd25519, ledger_.key().public_key()};
  for (const std::string& name : {std::string("bell\a.example"), std::string(70'000, 'w')}) {
    const VerifierKey witness{name, KeyType::kCosignature, one_.public_key()};
    const auto policy = WitnessPolicy::Parse(
        absl::StrCat("log ", log.ToText(), "\nwitness one ", witness.ToText(), "\nquorum one\n"));
    ASSERT_TRUE(policy.ok()) << policy.status();
    const std::string line = Line(name, one_, ToText(Latest().checkpoint), kThen);
    ExpectRefused(ledger_.log()
                      .AddCosignatures(*policy, Latest().checkpoint.size, std::nullopt, {line})
                      .status(),
                  error::v1::INPUT_MALFORMED, "cosignatures");
  }
  // Nothing of it was kept.
  Restart();
  EXPECT_EQ(Latest().note, bare_);
  EXPECT_TRUE(Add({LineOfOne()}).ok());
}

TEST_F(CosignTest, ShowsItWhereverTheCheckpointIsShownAlsoAfterAPowerCut) {
  const SignedCheckpoint bare = Latest();
  EXPECT_FALSE(policy_.Accept(bare.note).ok());
  const auto added = Add({LineOfOne()});
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->note, bare.note + LineOfOne() + "\n");
  const auto accepted = policy_.Accept(added->note);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->witnesses.front().name, "one");

  for (const bool crashed : {false, true}) {
    if (crashed) {
      ledger_.Crash();
      ASSERT_TRUE(ledger_.Open().ok());
    }
    EXPECT_EQ(Latest().note, added->note);
    EXPECT_EQ(ledger_.reader().CheckpointAt(bare.checkpoint.size)->note, added->note);
    EXPECT_EQ(ledger_.reader().ProveCompleteness(CaseStream("C1"))->checkpoint, added->note);
  }
  // A later checkpoint has none of its own yet, and the earlier one keeps its.
  ASSERT_TRUE(ledger_.Append("C1").ok());
  Restart();
  EXPECT_THAT(Latest().note, Not(HasSubstr("one.example")));
  EXPECT_EQ(ledger_.reader().CheckpointAt(bare.checkpoint.size)->note, added->note);

  ledger_.Close();
  VerifyOptions verify;
  verify.folder = ledger_.options().folder;
  verify.env = ledger_.disk().env();
  const auto report = VerifyLog(verify);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok());
}

TEST_F(CosignTest, KeepsTheLatestOfEachWitness) {
  const std::string bare = Latest().note;
  ASSERT_TRUE(Add({LineOfOne()}).ok());
  ASSERT_TRUE(Add({LineOfOne(), LineOfTwo()}).ok());
  EXPECT_EQ(policy_.Accept(Latest().note)->witnesses.size(), 2u);
  const std::string both = Latest().note;
  ASSERT_TRUE(Add({LineOfOne()}).ok());
  ASSERT_TRUE(Add({LineOfOne(kThen - 60)}).ok());
  EXPECT_EQ(Latest().note, both);
  ASSERT_TRUE(Add({LineOfOne(kThen + 60)}).ok());
  EXPECT_THAT(Latest().note, HasSubstr(LineOfOne(kThen + 60)));
  EXPECT_THAT(Latest().note, Not(HasSubstr(LineOfOne())));
  EXPECT_THAT(Latest().note, HasSubstr(LineOfTwo()));
}

TEST_F(CosignTest, HaltsTheLogWhenItCannotBeKept) {
  ledger_.disk().FailSyncs(".log");
  EXPECT_EQ(ReasonOf(Add({LineOfOne()}).status()), error::v1::LOG_HALTED);
  ledger_.disk().Heal();
  EXPECT_EQ(ReasonOf(ledger_.Append("C2").status()), error::v1::LOG_HALTED);
}

}  // namespace
}  // namespace constancia::eventstore
