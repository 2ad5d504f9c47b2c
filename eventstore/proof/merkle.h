// Merkle trees over a list of leaves (RFC 6962 section 2.1) and the proofs about them.
//
// A node is named by coordinates: (level l, index i) covers the leaves [i*2^l, (i+1)*2^l). A node
// all of whose leaves exist is perfect and never changes again; only perfect nodes are kept
// anywhere. Nothing is padded and no last leaf is doubled.
//
// Used by: everything else in this folder; eventstore/log, api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_MERKLE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_MERKLE_H_

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"

namespace constancia::eventstore {

struct NodeId {
  int level = 0;
  uint64_t index = 0;
  auto operator<=>(const NodeId&) const = default;
};

// H(0x00 || leaf), H(0x01 || left || right) and H(""): the first byte keeps a node from passing for
// a leaf.
Hash LeafHash(std::string_view leaf);
Hash NodeHash(const Hash& left, const Hash& right);
Hash EmptyRoot();

// Returns the root over the perfect nodes of CoverRange, in that order; there is at least one.
Hash FoldNodes(std::span<const Hash> nodes);

// Returns the root over `leaf_hashes`.
Hash RootOf(std::span<const Hash> leaf_hashes);

// Gives perfect nodes of one tree.
class NodeReader {
 public:
  virtual ~NodeReader() = default;

  // Fails when the node is not perfect in the tree, or cannot be read.
  virtual absl::StatusOr<Hash> ReadNode(NodeId node) const = 0;
};

// A small tree held whole: a commit group, a stream that is being proven.
class MemoryTree : public NodeReader {
 public:
  explicit MemoryTree(std::span<const Hash> leaf_hashes);

  uint64_t size() const { return levels_.empty() ? 0 : levels_.front().size(); }
  absl::StatusOr<Hash> ReadNode(NodeId node) const override;

 private:
  std::vector<std::vector<Hash>> levels_;  // perfect nodes, leaves first
};

// Returns the coordinates of the perfect nodes that together cover [begin, end), left to right.
std::vector<NodeId> CoverRange(uint64_t begin, uint64_t end);

// Returns the root of the first `size` leaves.
absl::StatusOr<Hash> MakeRoot(const NodeReader& nodes, uint64_t size);

// Returns the inclusion proof of leaf `index` in the first `size` leaves, the leaf's sibling first.
// `index` is below `size`.
absl::StatusOr<std::vector<Hash>> MakeInclusionProof(const NodeReader& nodes, uint64_t index,
                                                     uint64_t size);

// Returns the proof that the first `new_size` leaves begin with the first `old_size`, for
// 0 < old_size <= new_size.
absl::StatusOr<std::vector<Hash>> MakeConsistencyProof(const NodeReader& nodes, uint64_t old_size,
                                                       uint64_t new_size);

// Returns the root that `proof` leads to. Fails with PROOF_INVALID when `index` is not below `size`
// or the proof has not exactly the length these two ask for.
absl::StatusOr<Hash> RootFromInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                                       std::span<const Hash> proof);

// Fails with PROOF_INVALID unless `proof` ties the leaf to its place under `root`.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             std::span<const Hash> proof, const Hash& root);

// Fails with PROOF_INVALID unless `proof` shows that the tree of `new_size` begins with that of
// `old_size`. Size 0 is refused: who starts from nothing has nothing to compare.
absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, std::span<const Hash> proof,
                               const Hash& old_root, const Hash& new_root);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_MERKLE_H_
