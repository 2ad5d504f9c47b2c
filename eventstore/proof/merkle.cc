#include "eventstore/proof/merkle.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/proof/compact_range.h"

namespace constancia::eventstore {
namespace {

absl::Status Invalid(std::string_view what) { return Error(error::v1::PROOF_INVALID, what); }

// The largest power of two below `size`, which is at least 2: where a tree parts in two.
uint64_t Split(uint64_t size) { return std::bit_floor(size - 1); }

// The root over [begin, end), where `begin` is a multiple of a power of two not below end - begin.
absl::StatusOr<Hash> SubtreeRoot(const NodeReader& reader, uint64_t begin, uint64_t end) {
  std::vector<Hash> nodes;
  for (NodeId node : CoverRange(begin, end)) {
    ASSIGN_OR_RETURN(const Hash hash, reader.ReadNode(node));
    nodes.push_back(hash);
  }
  return FoldNodes(nodes);
}

}  // namespace

Hash LeafHash(std::string_view leaf) { return Sha256Joined({std::string_view("\x00", 1), leaf}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  char bytes[1 + 2 * Hash::kSize];
  bytes[0] = 0x01;
  std::memcpy(bytes + 1, left.bytes.data(), Hash::kSize);
  std::memcpy(bytes + 1 + Hash::kSize, right.bytes.data(), Hash::kSize);
  return Sha256({bytes, sizeof(bytes)});
}

Hash EmptyRoot() { return Sha256(""); }

Hash FoldNodes(std::span<const Hash> nodes) {
  Hash root = nodes.back();
  for (size_t i = nodes.size() - 1; i > 0; --i) root = NodeHash(nodes[i - 1], root);
  return root;
}

Hash RootOf(std::span<const Hash> leaf_hashes) {
  CompactRange range;
  for (const Hash& leaf_hash : leaf_hashes) range.Append(leaf_hash);
  return range.Root();
}

MemoryTree::MemoryTree(std::span<const Hash> leaf_hashes) {
  CompactRange range;
  for (const Hash& leaf_hash : leaf_hashes) {
    range.Append(leaf_hash, [this](NodeId node, const Hash& hash) {
      if (levels_.size() == static_cast<size_t>(node.level)) levels_.emplace_back();
      levels_[static_cast<size_t>(node.level)].push_back(hash);
    });
  }
}

absl::StatusOr<Hash> MemoryTree::ReadNode(NodeId node) const {
  const auto level = static_cast<size_t>(node.level);
  if (level >= levels_.size() || node.index >= levels_[level].size()) {
    return Invalid(absl::StrCat("node ", node.level, "/", node.index, " is not in the tree"));
  }
  return levels_[level][node.index];
}

std::vector<NodeId> CoverRange(uint64_t begin, uint64_t end) {
  std::vector<NodeId> nodes;
  while (begin < end) {
    // The widest node that begins here and does not pass the end.
    const int level = std::min(begin == 0 ? 63 : std::countr_zero(begin),
                               static_cast<int>(std::bit_width(end - begin)) - 1);
    nodes.push_back({level, begin >> level});
    begin += uint64_t{1} << level;
  }
  return nodes;
}

absl::StatusOr<Hash> MakeRoot(const NodeReader& nodes, uint64_t size) {
  if (size == 0) return EmptyRoot();
  return SubtreeRoot(nodes, 0, size);
}

absl::StatusOr<std::vector<Hash>> MakeInclusionProof(const NodeReader& nodes, uint64_t index,
                                                     uint64_t size) {
  CHECK(index < size);
  std::vector<Hash> proof;
  // Walks from the root down to the leaf and notes the root of the half that is left aside.
  for (uint64_t begin = 0, end = size; end - begin > 1;) {
    const uint64_t middle = begin + Split(end - begin);
    const bool left = index < middle;
    ASSIGN_OR_RETURN(const Hash sibling,
                     left ? SubtreeRoot(nodes, middle, end) : SubtreeRoot(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<std::vector<Hash>> MakeConsistencyProof(const NodeReader& nodes, uint64_t old_size,
                                                       uint64_t new_size) {
  CHECK(0 < old_size && old_size <= new_size);
  std::vector<Hash> proof;
  uint64_t begin = 0;
  uint64_t end = new_size;
  // Walks down to the subtree that ends where the old tree ended.
  while (old_size < end) {
    const uint64_t middle = begin + Split(end - begin);
    const bool left = old_size <= middle;
    ASSIGN_OR_RETURN(const Hash sibling,
                     left ? SubtreeRoot(nodes, middle, end) : SubtreeRoot(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  // When that subtree is the old tree itself, the checker knows its root.
  if (begin != 0) {
    ASSIGN_OR_RETURN(const Hash root, SubtreeRoot(nodes, begin, end));
    proof.push_back(root);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<Hash> RootFromInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                                       std::span<const Hash> proof) {
  if (index >= size) return Invalid("inclusion proof: the index is not below the tree size");
  // fn and sn walk up from the leaf and from the last leaf; where they meet, the path lies on the
  // right edge.
  uint64_t fn = index;
  uint64_t sn = size - 1;
  Hash root = leaf_hash;
  for (const Hash& sibling : proof) {
    if (sn == 0) return Invalid("inclusion proof: too many hashes");
    if ((fn & 1) == 1 || fn == sn) {
      root = NodeHash(sibling, root);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      root = NodeHash(root, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return Invalid("inclusion proof: too few hashes");
  return root;
}

absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             std::span<const Hash> proof, const Hash& root) {
  ASSIGN_OR_RETURN(const Hash computed, RootFromInclusion(index, size, leaf_hash, proof));
  if (computed != root) return Invalid("inclusion proof: it leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, std::span<const Hash> proof,
                               const Hash& old_root, const Hash& new_root) {
  if (old_size == 0 || old_size > new_size) {
    return Invalid("consistency proof: the old size must be above 0 and at most the new size");
  }
  if (old_size == new_size) {
    if (!proof.empty()) return Invalid("consistency proof: hashes between equal sizes");
    if (old_root != new_root) return Invalid("consistency proof: equal sizes, different roots");
    return absl::OkStatus();
  }
  if (proof.empty()) return Invalid("consistency proof: empty");

  // A tree of 2^n leaves is a node of the new one, so the proof leaves its root out.
  const bool perfect = std::has_single_bit(old_size);
  Hash old_seen = perfect ? old_root : proof.front();
  Hash new_seen = old_seen;
  if (!perfect) proof = proof.subspan(1);

  uint64_t fn = old_size - 1;
  uint64_t sn = new_size - 1;
  while ((fn & 1) == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  for (const Hash& hash : proof) {
    if (sn == 0) return Invalid("consistency proof: too many hashes");
    if ((fn & 1) == 1 || fn == sn) {
      old_seen = NodeHash(hash, old_seen);
      new_seen = NodeHash(hash, new_seen);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_seen = NodeHash(new_seen, hash);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return Invalid("consistency proof: too few hashes");
  if (old_seen != old_root) return Invalid("consistency proof: it leads to another old root");
  if (new_seen != new_root) return Invalid("consistency proof: it leads to another new root");
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
