#include "eventstore/proof/multi_proof.h"

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

std::vector<Hash> NumberedLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  return leaves;
}

std::vector<Hash> Chosen(const std::vector<Hash>& leaves, const std::vector<uint64_t>& indices) {
  std::vector<Hash> chosen;
  for (uint64_t index : indices) chosen.push_back(leaves[index]);
  return chosen;
}

TEST(VerifyMultiProof, RefusesMissingUnusedAndMisplacedNodes) {
  const std::vector<Hash> leaves = NumberedLeaves(21);
  const MemoryTree tree(leaves);
  const std::vector<uint64_t> indices = {3, 4, 17};
  const std::vector<Hash> chosen = Chosen(leaves, indices);
  const Hash root = RootOf(leaves);
  const MultiProof proof = MakeMultiProof(tree, indices, leaves.size()).value();
  ASSERT_TRUE(VerifyMultiProof(proof, chosen, root).ok());
  const auto refused = [&](const MultiProof& altered) {
    return ReasonOf(VerifyMultiProof(altered, chosen, root)) == error::v1::PROOF_INVALID;
  };

  for (size_t i = 0; i < proof.nodes.size(); ++i) {
    MultiProof altered = proof;
    altered.nodes[i].hash.bytes[0] ^= 1;
    EXPECT_TRUE(refused(altered));
    altered = proof;
    altered.nodes.erase(altered.nodes.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_TRUE(refused(altered));
    altered = proof;
    altered.nodes.insert(altered.nodes.begin() + static_cast<ptrdiff_t>(i), altered.nodes[i]);
    EXPECT_TRUE(refused(altered));
    altered = proof;
    altered.nodes[i].id.index += 1;
    EXPECT_TRUE(refused(altered));
    if (i > 0) {
      altered = proof;
      std::swap(altered.nodes[i], altered.nodes[i - 1]);
      EXPECT_TRUE(refused(altered));
    }
  }
  MultiProof overlapping = proof;
  overlapping.nodes.insert(overlapping.nodes.begin(), {{0, 3}, leaves[3]});
  EXPECT_TRUE(refused(overlapping));
  MultiProof unsorted = proof;
  std::swap(unsorted.indices[0], unsorted.indices[1]);
  EXPECT_TRUE(refused(unsorted));
  MultiProof beyond = proof;
  beyond.indices.back() = beyond.size;
  EXPECT_TRUE(refused(beyond));
  EXPECT_FALSE(VerifyMultiProof(proof, std::span(chosen).first(2), root).ok());
  EXPECT_FALSE(VerifyMultiProof(proof, chosen, EmptyRoot()).ok());
}

TEST(MultiProof, HoldsForEverySetOfASmallTree) {
  for (uint64_t size = 0; size <= 11; ++size) {
    const std::vector<Hash> leaves = NumberedLeaves(size);
    const MemoryTree tree(leaves);
    const Hash root = RootOf(leaves);
    for (uint64_t set = 0; set < uint64_t{1} << size; ++set) {
      std::vector<uint64_t> indices;
      for (uint64_t i = 0; i < size; ++i) {
        if ((set >> i & 1) == 1) indices.push_back(i);
      }
      const MultiProof proof = MakeMultiProof(tree, indices, size).value();
      ASSERT_TRUE(VerifyMultiProof(proof, Chosen(leaves, indices), root).ok())
          << size << " " << set;
      EXPECT_EQ(ParseMultiProof(ToText(proof)).value(), proof);
    }
  }
}

TEST(MultiProof, IsSmallForLeavesThatStandTogether) {
  const std::vector<Hash> leaves = NumberedLeaves(1 << 12);
  const MemoryTree tree(leaves);
  std::vector<uint64_t> together;
  for (uint64_t i = 1000; i < 1050; ++i) together.push_back(i);
  EXPECT_LT(MakeMultiProof(tree, together, leaves.size())->nodes.size(), 24u);
}

TEST(ParseMultiProof, RefusesEverySpellingButOne) {
  const MultiProof proof = {5, {1, 3}, {{{0, 0}, EmptyRoot()}, {{0, 2}, EmptyRoot()}}};
  const std::string text = ToText(proof);
  ASSERT_EQ(ParseMultiProof(text).value(), proof);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(ReasonOf(ParseMultiProof(text.substr(0, size)).status()), error::v1::INPUT_MALFORMED);
  }
  const std::vector<std::string> wrong_texts = {
      text + "\n",
      "constancia-inclusion/v1\nsize 05\nleaves 0\nnodes 0\n",
      "constancia-inclusion/v1\nsize 5\nleaves 9999999999999\nnodes 0\n",
      "constancia-inclusion/v1\nsize 5\nleaves 0\nnodes 1\n64 0 " + text.substr(text.rfind(' ')),
      "constancia-inclusion/v1\r\nsize 5\nleaves 0\nnodes 0\n",
      "constancia-inclusion/v1\nsize 5\nleaves 0\nnodes 1\n0  0 AAAA\n"};
  for (const std::string& wrong : wrong_texts) {
    EXPECT_FALSE(ParseMultiProof(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace constancia::eventstore
