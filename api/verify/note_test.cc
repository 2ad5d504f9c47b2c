#include "note.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "bytes.h"
#include "checkpoint.h"
#include "policy.h"
#include "test_vectors.h"
#include "test_writer.h"

namespace verify {
namespace {

constexpr char kFooKey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr char kFooNote[] =
    "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

TEST(Note, OfThePublicExampleVerifies) {
  const auto key = ParseVerifierKey(kFooKey);
  ASSERT_TRUE(key.ok());
  const auto note = ParseNote(kFooNote);
  ASSERT_TRUE(note.ok());
  ASSERT_EQ(note->signatures.size(), 1u);
  EXPECT_TRUE(NamesKey(note->signatures[0], *key));
  EXPECT_TRUE(Ed25519Verify(key->key, note->text, note->signatures[0].signature));
}

TEST(Note, IsMalformedWithoutTextEmptyLineOrProperSignature) {
  const std::string line = "\xE2\x80\x94 a AAAAAAA=\n";
  EXPECT_TRUE(ParseNote("text\n\n" + line).ok());
  for (const std::string& bytes :
       {std::string(), std::string("text\n"), "text\n" + line, "\n\n" + line, "\n" + line,
        std::string("text\n\n"), "text\n\n" + line.substr(0, line.size() - 1), "text\n\nx" + line,
        "te\x01xt\n\n" + line, "te\xffxt\n\n" + line,
        std::string("text\n\n\xE2\x80\x94 a b AAAAAAA=\n"),
        std::string("text\n\n\xE2\x80\x94 a+b AAAAAAA=\n"),
        std::string("text\n\n\xE2\x80\x94 a AAAAAA==\n"),
        std::string("text\n\n\xE2\x80\x94 a AAAAAAB=\n")}) {
    EXPECT_FALSE(ParseNote(bytes).ok()) << Printable(bytes);
  }
  std::string many = "text\n\n";
  for (int i = 0; i < 100; ++i) many += line;
  EXPECT_TRUE(ParseNote(many).ok());
  EXPECT_FALSE(ParseNote(many + line).ok());
}

TEST(VerifierKey, RefusesEveryProperSubstringAndEveryOtherByte) {
  const std::string good = kFooKey;
  for (size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(ParseVerifierKey(good.substr(0, i)).ok());
    if (i > 0) {
      EXPECT_FALSE(ParseVerifierKey(good.substr(i)).ok());
    }
    std::string other = good;
    ++other[i];
    EXPECT_FALSE(ParseVerifierKey(other).ok()) << other;
  }
}

TEST(Checkpoint, IsParsedStrictly) {
  const std::string root = Base64Encode(std::string(32, 'r'));
  const std::string line = "\n\xE2\x80\x94 a AAAAAAA=\n";
  EXPECT_TRUE(ParseCheckpoint("o\n7\n" + root + "\n" + line).ok());
  EXPECT_TRUE(ParseCheckpoint("o\n7\n" + root + "\nmore\n" + line).ok());
  for (const std::string& text :
       {"o\n007\n" + root + "\n", "o\n+7\n" + root + "\n", "o\n-0\n" + root + "\n",
        "o\n7 \n" + root + "\n", std::string("o\n7\n"), "o o\n7\n" + root + "\n",
        "o+o\n7\n" + root + "\n", "o\n7\n" + root.substr(4) + "\n", "o\n7\n" + root + "\n\nmore\n",
        "\n7\n" + root + "\n", "o\n0\n" + root + "\n"}) {
    EXPECT_FALSE(ParseCheckpoint(text + line).ok()) << text;
  }
}

TEST(Checkpoint, OfAnotherImplementationIsAccepted) {
  const std::string folder = VectorsFolder("tessera-testdata");
  VERIFY_NEED_VECTORS(folder);
  const auto policy = Policy::Parse(
      "log example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx\n"
      "quorum none\n");
  ASSERT_TRUE(policy.ok());
  const std::vector<std::string> all = {"one",    "two",   "three",    "four",    "five",
                                        "six",    "seven", "eit",      "nain",    "ten",
                                        "ileven", "twelf", "threeten", "fourten", "fivten"};
  for (size_t size = 0; size <= 15; ++size) {
    std::ifstream in(folder + "/log/checkpoint." + std::to_string(size));
    std::stringstream bytes;
    bytes << in.rdbuf();
    const auto checkpoint = ParseCheckpoint(bytes.str());
    ASSERT_TRUE(checkpoint.ok()) << size << checkpoint.failure().detail;
    EXPECT_TRUE(policy->Accept(*checkpoint).ok()) << size;
    EXPECT_EQ(checkpoint->size, size);
    EXPECT_EQ(checkpoint->root.view(),
              SlowRoot({all.begin(), all.begin() + static_cast<long>(size)}));
  }
}

class PolicyTest : public testing::Test {
 protected:
  std::string Key(char seed, char type = '\x01', const std::string& name = "o") {
    return VerifierKeyText(name, type, TestKey(seed).public_key());
  }
  bool Parses(const std::string& text) { return Policy::Parse(text).ok(); }
  std::string log_ = "log " + Key(1) + "\n";
};

TEST_F(PolicyTest, RefusesWhatIsAmbiguous) {
  const std::string w1 = "witness w1 " + Key(2, '\x04') + "\n";
  const std::string w2 = "witness\tw2  " + Key(3, '\x04') + " https://w2\n";
  EXPECT_TRUE(Parses(log_ + "quorum none\n"));
  EXPECT_TRUE(Parses("# c\n\n" + log_ + w1 + w2 + "group g 2 w1 w2\ngroup h any g\nquorum h\n"));
  EXPECT_TRUE(Parses(log_ + "retired " + Key(4) + " 100\nquorum none\n"));
  for (const std::string& text :
       {std::string(), log_, std::string("quorum none\n"), log_ + "quorum none\nquorum none\n",
        log_ + "quorum w1\n", log_ + log_ + "quorum none\n",
        log_ + "witness w1 " + Key(1, '\x04') + "\nquorum none\n",
        log_ + "witness w1 " + Key(2) + "\nquorum none\n",
        log_ + "log " + Key(2, '\x04') + "\nquorum none\n",
        log_ + w1 + "witness w1 " + Key(5, '\x04') + "\nquorum none\n",
        log_ + w1 + "group g 2 w1\nquorum g\n", log_ + w1 + "group g 0 w1\nquorum g\n",
        log_ + w1 + "group g all w1 w1\nquorum g\n", log_ + "group g all w1\n" + w1 + "quorum g\n",
        log_ + w1 + w2 + "group g any w1\ngroup h any w1 w2\nquorum h\n",
        log_ + "retired " + Key(1) + " 100\nquorum none\n",
        log_ + "retired " + Key(4) + "\nquorum none\n", log_ + "trust me\nquorum none\n"}) {
    EXPECT_FALSE(Parses(text)) << text;
  }
}

TEST_F(PolicyTest, CountsARetiredKeyUpToItsSize) {
  const auto policy = Policy::Parse(log_ + "retired " + Key(4) + " 7\nquorum none\n");
  ASSERT_TRUE(policy.ok());
  for (const int size : {7, 8}) {
    const std::string text =
        "o\n" + std::to_string(size) + "\n" + Base64Encode(std::string(32, 'r')) + "\n";
    const auto checkpoint = ParseCheckpoint(SignedNote(text, "o", TestKey(4)));
    ASSERT_TRUE(checkpoint.ok());
    EXPECT_EQ(policy->Accept(*checkpoint).ok(), size == 7);
  }
}

TEST_F(PolicyTest, AsksForTheQuorumAndRejectsAnyTrustedLineThatFails) {
  TestLog log;
  const Policy policy = *Policy::Parse(log.PolicyText());
  const std::string bytes = log.Checkpoint();
  EXPECT_TRUE(policy.Accept(*ParseCheckpoint(bytes)).ok());
  const size_t witness_line = bytes.rfind("\xE2\x80\x94");
  EXPECT_FALSE(policy.Accept(*ParseCheckpoint(bytes.substr(0, witness_line))).ok());
  // The log's line twice, the second time wrong: the name and id are trusted, so it must verify.
  const std::string wrong = SignatureLine(log.origin, '\x01', log.log_key, std::string(64, 'x'));
  EXPECT_FALSE(policy.Accept(*ParseCheckpoint(bytes + wrong)).ok());
  // A stranger under the log's name is skipped.
  const std::string stranger = SignatureLine(log.origin, '\x01', TestKey(9), std::string(64, 'x'));
  EXPECT_TRUE(policy.Accept(*ParseCheckpoint(bytes + stranger)).ok());
}

}  // namespace
}  // namespace verify
