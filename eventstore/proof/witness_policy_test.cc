#include "eventstore/proof/witness_policy.h"

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "eventstore/proof/cosignature.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/tlog_proof.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

class WitnessPolicyTest : public testing::Test {
 protected:
  static Ed25519Key AKey(uint64_t seed) {
    SeededRandom random(seed);
    return Ed25519Key::Generate(random);
  }
  static std::string Vkey(const std::string& name, const Ed25519Key& key, KeyType type) {
    return VerifierKey{name, type, key.public_key()}.ToText();
  }
  std::string Cosigned(const std::string& note, const std::string& name, const Ed25519Key& key,
                       int64_t seconds) const {
    const std::string text = ParseNote(note)->text;
    return note + SignatureLine(name, MakeKeyId(name, KeyType::kCosignature, key.public_key()),
                                MakeCosignature(key, text, seconds).value());
  }

  const Ed25519Key log_ = AKey(1);
  const Ed25519Key old_log_ = AKey(2);
  const Ed25519Key w1_ = AKey(3);
  const Ed25519Key w2_ = AKey(4);
  const Ed25519Key w3_ = AKey(5);
  const std::string log_line_ = "log " + Vkey("agency.example/l", log_, KeyType::kEd25519) + "\n";
  const std::string retired_line_ =
      "retired " + Vkey("agency.example/l", old_log_, KeyType::kEd25519) + " 100\n";
  const std::string witness_lines_ =
      "witness one " + Vkey("w1.example", w1_, KeyType::kCosignature) + " https://w1.example\n" +
      "witness\ttwo " + Vkey("w2.example", w2_, KeyType::kCosignature) + "\n" + "witness three " +
      Vkey("w3.example", w3_, KeyType::kCosignature) + "\n";
  const Checkpoint checkpoint_ = {"agency.example/l", 100, EmptyRoot()};
};

TEST_F(WitnessPolicyTest, RefusesWhatIsMalformed) {
  const std::vector<std::string> malformed = {
      "",
      log_line_,
      log_line_ + "quorum none\nquorum none\n",
      log_line_ + "quorum one\n",
      log_line_ + log_line_ + "quorum none\n",
      log_line_ + "retired " + log_line_.substr(4, log_line_.size() - 5) + " 5\nquorum none\n",
      "retired " + log_line_.substr(4, log_line_.size() - 5) + " 05\nquorum none\n",
      "log " + Vkey("w", w1_, KeyType::kCosignature) + "\nquorum none\n",
      "witness one " + Vkey("w", w1_, KeyType::kEd25519) + "\nquorum none\n",
      "witness none " + Vkey("w", w1_, KeyType::kCosignature) + "\nquorum none\n",
      witness_lines_ + "group g 0 one two\nquorum g\n",
      witness_lines_ + "group g 3 one two\nquorum g\n",
      witness_lines_ + "group g all\nquorum g\n",
      witness_lines_ + "group g all one one\nquorum g\n",
      witness_lines_ + "group g all one four\nquorum g\n",
      witness_lines_ + "group g all one\ngroup h all one\nquorum g\n",
      witness_lines_ + "group one all two\nquorum none\n",
      witness_lines_ + "quorum g\ngroup g all one\n",
      "elephant\nquorum none\n",
      "log " + log_line_.substr(4, 30) + "\nquorum none\n",
      log_line_.substr(0, log_line_.size() - 1) + "\r\nquorum none\n",
  };
  for (const std::string& text : malformed) {
    EXPECT_EQ(ReasonOf(WitnessPolicy::Parse(text).status()), error::v1::INPUT_MALFORMED) << text;
  }
}

TEST_F(WitnessPolicyTest, WantsAListedLogAndItsOwnOrigin) {
  const auto policy = WitnessPolicy::Parse("# ours\n\n" + log_line_ + "quorum none");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->Accept(SignCheckpoint(checkpoint_, log_).value())->checkpoint, checkpoint_);
  EXPECT_EQ(ReasonOf(policy->Accept(SignCheckpoint(checkpoint_, w1_).value()).status()),
            error::v1::PROOF_INVALID);
  EXPECT_EQ(ReasonOf(policy
                         ->Accept(SignNote("other.example\n1\n" + ToText(checkpoint_).substr(21),
                                           "agency.example/l", log_)
                                      .value())
                         .status()),
            error::v1::PROOF_INVALID);
  EXPECT_EQ(ReasonOf(policy->Accept("no note").status()), error::v1::INPUT_MALFORMED);
}

TEST_F(WitnessPolicyTest, CountsARetiredKeyUpToItsSizeOnly) {
  const auto policy = WitnessPolicy::Parse(log_line_ + retired_line_ + "quorum none\n").value();
  Checkpoint checkpoint = checkpoint_;
  EXPECT_TRUE(policy.Accept(SignCheckpoint(checkpoint, old_log_).value()).ok());
  EXPECT_EQ(policy.LogKeys("agency.example/l", 100).size(), 2u);
  checkpoint.size = 101;
  EXPECT_FALSE(policy.Accept(SignCheckpoint(checkpoint, old_log_).value()).ok());
  EXPECT_TRUE(policy.Accept(SignCheckpoint(checkpoint, log_).value()).ok());
  EXPECT_EQ(policy.LogKeys("agency.example/l", 101).size(), 1u);
  EXPECT_TRUE(policy.LogKeys("other.example", 1).empty());
}

TEST_F(WitnessPolicyTest, HoldsWhenEnoughOfTheNestedGroupsSigned) {
  const auto policy = WitnessPolicy::Parse(log_line_ + witness_lines_ +
                                           "group pair any one two\ngroup top 2 pair three\n"
                                           "quorum top\n")
                          .value();
  const std::string bare = SignCheckpoint(checkpoint_, log_).value();
  const std::string with_one = Cosigned(bare, "w1.example", w1_, 11);
  const std::string with_two = Cosigned(with_one, "w2.example", w2_, 12);
  EXPECT_EQ(ReasonOf(policy.Accept(bare).status()), error::v1::PROOF_INVALID);
  EXPECT_FALSE(policy.Accept(with_one).ok());
  EXPECT_FALSE(policy.Accept(with_two).ok());
  EXPECT_FALSE(policy.Accept(Cosigned(with_one, "w1.example", w1_, 99)).ok());
  const auto accepted = policy.Accept(Cosigned(with_one, "w3.example", w3_, 13));
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  ASSERT_EQ(accepted->witnesses.size(), 2u);
  EXPECT_EQ(accepted->witnesses[0].name, "one");
  EXPECT_EQ(accepted->witnesses[0].seconds, 11);
  EXPECT_EQ(accepted->witnesses[1].name, "three");

  // A cosignature of a listed witness over something else refuses the whole.
  Checkpoint other = checkpoint_;
  other.size = 7;
  const std::string foreign =
      SignatureLine("w2.example", MakeKeyId("w2.example", KeyType::kCosignature, w2_.public_key()),
                    MakeCosignature(w2_, ToText(other), 5).value());
  EXPECT_FALSE(policy.Accept(Cosigned(with_one, "w3.example", w3_, 13) + foreign).ok());
}

TEST_F(WitnessPolicyTest, ChecksOneCosignatureAndSaysWhyNot) {
  const auto policy = WitnessPolicy::Parse(log_line_ + witness_lines_ + "quorum one\n").value();
  const std::string text = ToText(checkpoint_);
  const auto line = [&](const std::string& name, const Signer& key,
                        const std::string& signed_text) {
    return NoteSignature{name, MakeKeyId(name, KeyType::kCosignature, key.public_key()),
                         MakeCosignature(key, signed_text, 11).value()};
  };
  EXPECT_EQ(ReasonOf(policy.CheckCosignature(text, line("w9.example", w1_, text)).status()),
            error::v1::WITNESS_UNKNOWN);
  EXPECT_EQ(ReasonOf(policy.CheckCosignature(text, line("w1.example", w2_, text)).status()),
            error::v1::WITNESS_UNKNOWN);
  Checkpoint other = checkpoint_;
  other.size = 7;
  EXPECT_EQ(
      ReasonOf(policy.CheckCosignature(text, line("w1.example", w1_, ToText(other))).status()),
      error::v1::PROOF_INVALID);
  const auto witnessed = policy.CheckCosignature(text, line("w1.example", w1_, text));
  ASSERT_TRUE(witnessed.ok()) << witnessed.status();
  EXPECT_EQ(witnessed->name, "one");
  EXPECT_EQ(witnessed->seconds, 11);

  const std::string bare = SignCheckpoint(checkpoint_, log_).value();
  EXPECT_FALSE(policy.HoldsQuorum(bare).value());
  EXPECT_TRUE(policy.HoldsQuorum(Cosigned(bare, "w1.example", w1_, 11)).value());
  EXPECT_FALSE(policy.HoldsQuorum(SignCheckpoint(checkpoint_, w1_).value()).ok());
}

TEST_F(WitnessPolicyTest, AcceptsATlogProofOfALeafInHand) {
  const auto policy = WitnessPolicy::Parse(log_line_ + "quorum none\n").value();
  std::vector<Hash> leaves;
  for (int i = 0; i < 13; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  const MemoryTree tree(leaves);
  TlogProof proof;
  proof.index = 6;
  proof.proof = MakeInclusionProof(tree, 6, 13).value();
  proof.checkpoint = SignCheckpoint({"agency.example/l", 13, RootOf(leaves)}, log_).value();
  for (const auto& extra : {std::optional<std::string>(), std::optional<std::string>("more")}) {
    proof.extra = extra;
    const std::string text = ToText(proof);
    ASSERT_EQ(ParseTlogProof(text).value(), proof);
    EXPECT_EQ(VerifyTlogProof(proof, leaves[6], policy)->checkpoint.size, 13u);
    EXPECT_FALSE(VerifyTlogProof(proof, leaves[5], policy).ok());
    const size_t open = text.find("index");
    for (size_t i = 0; i < text.size(); ++i) {
      std::string altered = text;
      altered[i] = static_cast<char>(altered[i] ^ 1);
      const auto parsed = ParseTlogProof(altered);
      // What `extra` says is vouched for by nobody.
      const bool in_extra = extra && i >= 23 && i < open;
      EXPECT_TRUE(in_extra || !parsed.ok() || !VerifyTlogProof(*parsed, leaves[6], policy).ok())
          << i;
    }
  }
  EXPECT_FALSE(ParseTlogProof("c2sp.org/tlog-proof@v1\nindex 06\n\n").ok());
  EXPECT_FALSE(ParseTlogProof("c2sp.org/tlog-proof@v1\nindex 6\n").ok());
}

}  // namespace
}  // namespace constancia::eventstore
