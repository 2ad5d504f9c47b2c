#include "eventstore/proof/merkle.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/crypto/sha256.h"
#include "eventstore/proof/compact_range.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

namespace json = boost::json;

// Reads a JSON vector of `folder`; CONSTANCIA_NEEDS_FOLDER stands before it.
json::value ReadVector(const std::string& folder, const std::string& path) {
  return json::parse(ReadTestFile(folder + "/" + path));
}

std::string Text(const json::value& value) { return json::value_to<std::string>(value); }

std::string Hex(const Hash& hash) { return HexEncode(hash.view()); }

Hash FromHex(const json::value& value) { return Hash::From(*HexDecode(Text(value))).value(); }

std::vector<Hash> HexList(const json::value& values) {
  std::vector<Hash> hashes;
  for (const auto& value : values.as_array()) hashes.push_back(FromHex(value));
  return hashes;
}

// Base64 hashes; nothing when one is not 32 bytes long, which a reader refuses before any proof.
std::optional<std::vector<Hash>> Base64List(const json::value& values) {
  std::vector<Hash> hashes;
  if (values.is_null()) return hashes;
  for (const auto& value : values.as_array()) {
    const auto hash = Hash::From(Base64Decode(Text(value)).value_or(""));
    if (!hash) return std::nullopt;
    hashes.push_back(*hash);
  }
  return hashes;
}

std::vector<Hash> NumberedLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i)
    leaves.push_back(LeafHash(std::string(1, static_cast<char>(i))));
  return leaves;
}

// The definition of RFC 6962, word by word.
Hash RecursiveRoot(std::span<const Hash> leaves) {
  if (leaves.empty()) return Sha256("");
  if (leaves.size() == 1) return leaves[0];
  size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return NodeHash(RecursiveRoot(leaves.first(k)), RecursiveRoot(leaves.subspan(k)));
}

TEST(VerifyInclusion, DecidesEveryPublicProbe) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value probes = ReadVector(*vectors, "transparency-dev-merkle/inclusion.json");
  for (const auto& probe : probes.as_array()) {
    const auto root = Hash::From(Base64Decode(Text(probe.at("root"))).value_or(""));
    const auto leaf = Hash::From(Base64Decode(Text(probe.at("leafHash"))).value_or(""));
    const auto proof = Base64List(probe.at("proof"));
    const bool verified =
        root && leaf && proof &&
        VerifyInclusion(probe.at("leafIdx").to_number<uint64_t>(),
                        probe.at("treeSize").to_number<uint64_t>(), *leaf, *proof, *root)
            .ok();
    EXPECT_EQ(verified, !probe.at("wantErr").as_bool()) << probe.at("file");
  }
  EXPECT_GT(probes.as_array().size(), 40u);
}

TEST(VerifyConsistency, DecidesEveryPublicProbe) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value probes = ReadVector(*vectors, "transparency-dev-merkle/consistency.json");
  for (const auto& probe : probes.as_array()) {
    const auto root1 = Hash::From(Base64Decode(Text(probe.at("root1"))).value_or(""));
    const auto root2 = Hash::From(Base64Decode(Text(probe.at("root2"))).value_or(""));
    const auto proof = Base64List(probe.at("proof"));
    const bool verified =
        root1 && root2 && proof &&
        VerifyConsistency(probe.at("size1").to_number<uint64_t>(),
                          probe.at("size2").to_number<uint64_t>(), *proof, *root1, *root2)
            .ok();
    // One probe calls any two equal bytes roots; we have no word for a hash of another length.
    const bool expressible = root1 && root2;
    EXPECT_EQ(verified, expressible && !probe.at("wantErr").as_bool()) << probe.at("file");
  }
  EXPECT_GT(probes.as_array().size(), 40u);
}

TEST(MerkleTree, HasTheKnownRootsAndNodes) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value known = ReadVector(*vectors, "transparency-dev-merkle/known_answers.json");
  for (const auto& answer : known.at("leaf_hash").as_array()) {
    EXPECT_EQ(Hex(LeafHash(Text(answer.at("data_ascii")))), Text(answer.at("hash")));
  }
  std::vector<Hash> leaves;
  for (const auto& input : known.at("leaf_inputs_hex").as_array()) {
    leaves.push_back(LeafHash(*HexDecode(Text(input))));
  }
  const MemoryTree tree(leaves);
  const auto& levels = known.at("perfect_node_hashes_by_level_hex").as_array();
  for (size_t level = 0; level < levels.size(); ++level) {
    const std::vector<Hash> nodes = HexList(levels[level]);
    for (size_t i = 0; i < nodes.size(); ++i) {
      EXPECT_EQ(tree.ReadNode({static_cast<int>(level), i}).value(), nodes[i]);
    }
  }
  const std::vector<Hash> roots = HexList(known.at("root_hash_by_tree_size_hex"));
  CompactRange range;
  for (size_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(RootOf(std::span(leaves).first(size)), roots[size]) << size;
    EXPECT_EQ(MakeRoot(tree, size).value(), roots[size]) << size;
    EXPECT_EQ(range.Root(), roots[size]) << size;
    for (size_t i = 0; const NodeId node : CoverRange(0, size)) {
      EXPECT_EQ(range.nodes()[i++], HexList(levels[static_cast<size_t>(node.level)])[node.index]);
    }
    if (size < leaves.size()) range.Append(leaves[size]);
  }
}

TEST(MerkleTree, AgreesWithCertificateTransparency) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = ReadVector(*vectors, "certificate-transparency/merkle_tree.json");
  std::vector<Hash> leaves;
  for (const auto& input : file.at("leaf_inputs_hex").as_array()) {
    leaves.push_back(LeafHash(*HexDecode(Text(input))));
  }
  const MemoryTree tree(leaves);
  const std::vector<Hash> roots = HexList(file.at("roots_by_size_1_to_8"));
  for (size_t i = 0; i < roots.size(); ++i) EXPECT_EQ(MakeRoot(tree, i + 1).value(), roots[i]);
  for (const auto& path : file.at("audit_paths").as_array()) {
    const auto leaf = path.at("leaf_1based").to_number<uint64_t>();
    const auto size = path.at("tree_size").to_number<uint64_t>();
    if (leaf == 0) continue;
    EXPECT_EQ(MakeInclusionProof(tree, leaf - 1, size).value(), HexList(path.at("path")));
  }
  for (const auto& item : file.at("consistency_proofs").as_array()) {
    EXPECT_EQ(MakeConsistencyProof(tree, item.at("snapshot1").to_number<uint64_t>(),
                                   item.at("snapshot2").to_number<uint64_t>())
                  .value(),
              HexList(item.at("proof")));
  }
  const json::value& hasher = file.at("tree_hasher");
  const json::value& leaf = hasher.at("leaf").at(0);
  EXPECT_EQ(LeafHash(*HexDecode(Text(leaf.at("data_hex")))), FromHex(leaf.at("hash")));
  const json::value& node = hasher.at("node").at(0);
  EXPECT_EQ(NodeHash(FromHex(node.at("left")), FromHex(node.at("right"))),
            FromHex(node.at("hash")));
}

// One rolling hash over every aligned subtree of a tree of 130 leaves.
TEST(MerkleTree, HasEverySubtreeOfTheAccumulatedAnswer) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value answer = ReadVector(*vectors, "transparency-dev-merkle/accumulated.json");
  constexpr uint64_t kSize = 130;
  const std::vector<Hash> leaves = NumberedLeaves(kSize);
  const MemoryTree tree(leaves);
  Sha256Stream stream;
  for (uint64_t end = 0; end <= kSize; ++end) {
    for (uint64_t start = 0; start < end; ++start) {
      uint64_t width = 1;
      while (width < end - start) width *= 2;
      if (start % width != 0) continue;
      std::vector<Hash> nodes;
      for (NodeId node : CoverRange(start, end)) nodes.push_back(tree.ReadNode(node).value());
      stream.Update(absl::StrFormat("[%d, %d) %s\n", start, end, Hex(FoldNodes(nodes))));
    }
    // The vectors count the empty subtree, too.
    stream.Update(absl::StrFormat("[%d, %d) %s\n", end, end, Hex(EmptyRoot())));
  }
  EXPECT_EQ(Hex(stream.Finish()), Text(answer.at("subtree_hash").at("sha256_of_all_lines")));
}

TEST(MerkleProofs, HoldForEverySizeAndBreakWithEveryHash) {
  constexpr uint64_t kSize = 40;
  const std::vector<Hash> leaves = NumberedLeaves(kSize);
  const MemoryTree tree(leaves);
  for (uint64_t size = 1; size <= kSize; ++size) {
    const Hash root = RecursiveRoot(std::span(leaves).first(size));
    ASSERT_EQ(MakeRoot(tree, size).value(), root);
    for (uint64_t index = 0; index < size; ++index) {
      std::vector<Hash> proof = MakeInclusionProof(tree, index, size).value();
      ASSERT_TRUE(VerifyInclusion(index, size, leaves[index], proof, root).ok());
      EXPECT_FALSE(VerifyInclusion(size, size, leaves[index], proof, root).ok());
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], proof, EmptyRoot()).ok());
      for (size_t i = 0; i < proof.size(); ++i) {
        EXPECT_FALSE(
            VerifyInclusion(index, size, leaves[index], std::span(proof).first(i), root).ok());
        proof[i].bytes[i] ^= 1;
        EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], proof, root).ok());
        proof[i].bytes[i] ^= 1;
      }
      proof.push_back(root);
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], proof, root).ok());
    }
    for (uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Hash old_root = MakeRoot(tree, old_size).value();
      std::vector<Hash> proof = MakeConsistencyProof(tree, old_size, size).value();
      ASSERT_TRUE(VerifyConsistency(old_size, size, proof, old_root, root).ok());
      EXPECT_FALSE(VerifyConsistency(0, size, proof, old_root, root).ok());
      EXPECT_FALSE(VerifyConsistency(old_size, size, proof, EmptyRoot(), root).ok());
      EXPECT_FALSE(VerifyConsistency(old_size, size, proof, old_root, EmptyRoot()).ok());
      for (size_t i = 0; i < proof.size(); ++i) {
        EXPECT_FALSE(
            VerifyConsistency(old_size, size, std::span(proof).first(i), old_root, root).ok());
        proof[i].bytes[i] ^= 1;
        EXPECT_FALSE(VerifyConsistency(old_size, size, proof, old_root, root).ok());
        proof[i].bytes[i] ^= 1;
      }
      proof.push_back(root);
      EXPECT_FALSE(VerifyConsistency(old_size, size, proof, old_root, root).ok());
    }
  }
}

TEST(CoverRange, PartsEveryRangeIntoPerfectNodes) {
  for (uint64_t end = 0; end <= 70; ++end) {
    for (uint64_t begin = 0; begin <= end; ++begin) {
      uint64_t at = begin;
      for (NodeId node : CoverRange(begin, end)) {
        ASSERT_EQ(node.index << node.level, at);
        at += uint64_t{1} << node.level;
      }
      EXPECT_EQ(at, end);
    }
  }
  EXPECT_EQ(CoverRange(0, UINT64_MAX).size(), 64u);
}

TEST(CompactRange, IsRefusedWhenItsNodesDoNotFitItsSize) {
  CompactRange range;
  for (const Hash& leaf : NumberedLeaves(11)) range.Append(leaf);
  const std::string bytes = range.Encode();
  EXPECT_EQ(bytes.size(), 8u + 3 * 32);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReasonOf(CompactRange::Decode(bytes.substr(0, size)).status()), error::v1::DAMAGED);
  }
  EXPECT_FALSE(CompactRange::Decode(bytes + "x").ok());
  EXPECT_FALSE(CompactRange::Decode(std::string(8, '\xff')).ok());
  const auto decoded = CompactRange::Decode(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->Encode(), bytes);
  EXPECT_EQ(decoded->Root(), range.Root());
}

TEST(CompactRange, NamesEveryPerfectNodeOnce) {
  constexpr uint64_t kSize = 100;
  const std::vector<Hash> leaves = NumberedLeaves(kSize);
  std::map<NodeId, Hash> seen;
  CompactRange range;
  for (const Hash& leaf : leaves) {
    range.Append(leaf, [&seen](NodeId node, const Hash& hash) {
      EXPECT_TRUE(seen.emplace(node, hash).second);
    });
  }
  EXPECT_EQ(seen.size(), 100u + 50 + 25 + 12 + 6 + 3 + 1);
  for (const auto& [node, hash] : seen) {
    const uint64_t width = uint64_t{1} << node.level;
    EXPECT_EQ(hash, RecursiveRoot(std::span(leaves).subspan(node.index * width, width)));
  }
}

TEST(CompactRange, MergesWithTheRangeBehindIt) {
  const std::vector<Hash> leaves = NumberedLeaves(90);
  const MemoryTree tree(leaves);
  for (uint64_t middle = 0; middle <= leaves.size(); ++middle) {
    CompactRange range;
    for (uint64_t i = 0; i < middle; ++i) range.Append(leaves[i]);
    for (NodeId node : CoverRange(middle, leaves.size())) {
      range.AppendNode(node.level, tree.ReadNode(node).value());
    }
    EXPECT_EQ(range.size(), leaves.size());
    EXPECT_EQ(range.Root(), RecursiveRoot(leaves));
  }
}

}  // namespace
}  // namespace constancia::eventstore
