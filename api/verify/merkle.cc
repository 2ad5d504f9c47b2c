#include "merkle.h"

#include <bit>
#include <string>

namespace verify {
namespace {

// Folds perfect nodes, left to right, into a root.
Hash Fold(const std::vector<Hash>& nodes) {
  if (nodes.empty()) return Sha256("");
  Hash root = nodes.back();
  for (size_t i = nodes.size() - 1; i-- > 0;) root = NodeHash(nodes[i], root);
  return root;
}

std::string Name(const NodePlace& place) {
  return "node (level " + std::to_string(place.first) + ", index " + std::to_string(place.second) +
         ")";
}

// Computes perfect nodes from the proven leaves and the nodes given.
class Folder {
 public:
  Folder(const std::map<uint64_t, Hash>& leaves, const std::map<NodePlace, Hash>& nodes)
      : leaves_(leaves), nodes_(nodes) {}

  size_t used() const { return used_; }

  Result<Hash> At(unsigned level, uint64_t index) {
    const uint64_t first = index << level;
    const uint64_t last = first + ((uint64_t{1} << level) - 1);
    const auto leaf = leaves_.lower_bound(first);
    const bool has_leaf = leaf != leaves_.end() && leaf->first <= last;
    const auto node = nodes_.find({level, index});
    if (node != nodes_.end()) {
      if (has_leaf) {
        Failure failure = NotProven(Name(node->first) + " covers an entry that is itself proven");
        failure.position = leaf->first;
        return failure;
      }
      ++used_;
      return node->second;
    }
    if (!has_leaf) return NotProven(Name({level, index}) + " is missing from the proof");
    if (level == 0) return leaf->second;
    VERIFY_ASSIGN(const Hash left, At(level - 1, index * 2));
    VERIFY_ASSIGN(const Hash right, At(level - 1, index * 2 + 1));
    return NodeHash(left, right);
  }

 private:
  const std::map<uint64_t, Hash>& leaves_;
  const std::map<NodePlace, Hash>& nodes_;
  size_t used_ = 0;
};

}  // namespace

void Frontier::Append(const Hash& leaf_hash) {
  Hash node = leaf_hash;
  for (uint64_t bits = size_; bits & 1; bits >>= 1) {
    node = NodeHash(nodes_.back(), node);
    nodes_.pop_back();
  }
  nodes_.push_back(node);
  ++size_;
}

Hash Frontier::Root() const { return Fold(nodes_); }

std::optional<Hash> RootFromInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                                      const std::vector<Hash>& proof) {
  if (index >= size) return std::nullopt;
  const int inner = std::bit_width(index ^ (size - 1));
  const int border = inner == 64 ? 0 : std::popcount(index >> inner);
  if (proof.size() != static_cast<size_t>(inner + border)) return std::nullopt;
  uint64_t fn = index, sn = size - 1;
  Hash root = leaf_hash;
  for (const Hash& hash : proof) {
    if (sn == 0) return std::nullopt;
    if ((fn & 1) != 0 || fn == sn) {
      root = NodeHash(hash, root);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      root = NodeHash(root, hash);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return std::nullopt;
  return root;
}

bool ConsistencyHolds(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                      const Hash& new_root, const std::vector<Hash>& proof) {
  if (old_size == 0 || old_size > new_size) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (proof.empty()) return false;
  std::vector<Hash> hashes;
  if (std::has_single_bit(old_size)) hashes.push_back(old_root);
  hashes.insert(hashes.end(), proof.begin(), proof.end());
  uint64_t fn = old_size - 1, sn = new_size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash old_found = hashes[0], new_found = hashes[0];
  for (size_t i = 1; i < hashes.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      old_found = NodeHash(hashes[i], old_found);
      new_found = NodeHash(hashes[i], new_found);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_found = NodeHash(new_found, hashes[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && old_found == old_root && new_found == new_root;
}

Result<Hash> RootFromLeaves(uint64_t size, const std::map<uint64_t, Hash>& leaves,
                            const std::map<NodePlace, Hash>& nodes) {
  if (!leaves.empty() && leaves.rbegin()->first >= size) {
    Failure failure = NotProven("this entry lies outside the tree");
    failure.position = leaves.rbegin()->first;
    return failure;
  }
  Folder folder(leaves, nodes);
  std::vector<Hash> perfect;
  uint64_t covered = 0;
  for (unsigned level = 64; level-- > 0;) {
    if (((size >> level) & 1) == 0) continue;
    VERIFY_ASSIGN(const Hash node, folder.At(level, covered >> level));
    perfect.push_back(node);
    covered += uint64_t{1} << level;
  }
  if (folder.used() != nodes.size()) return NotProven("the proof holds nodes it has no use for");
  // A pair of given siblings would have been given as their parent. All used nodes lie below a
  // perfect node of the tree, so the parent exists unless both are such nodes themselves.
  for (const auto& [place, hash] : nodes) {
    const auto& [level, index] = place;
    const bool parent_is_perfect = ((index >> 1) + 1) <= (level == 63 ? 0 : size >> (level + 1));
    if ((index & 1) == 0 && parent_is_perfect && nodes.count({level, index + 1}) != 0) {
      return NotProven(Name(place) + " and its sibling are both given: the nodes are not maximal");
    }
  }
  return Fold(perfect);
}

}  // namespace verify
