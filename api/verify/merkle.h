// RFC 6962 trees: frontier, inclusion, consistency, and many leaves proven at once.
//
// Used by: checks of the log, of streams and of commit groups.
#ifndef CONSTANCIA_VERIFY_MERKLE_H_
#define CONSTANCIA_VERIFY_MERKLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "hash.h"
#include "result.h"

namespace verify {

// The perfect nodes that cover [0, size), left to right: one for each one-bit of size.
class Frontier {
 public:
  void Append(const Hash& leaf_hash);
  uint64_t size() const { return size_; }
  // The RFC 6962 root; SHA-256 of nothing for the empty tree.
  Hash Root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash> nodes_;
};

// The root that `proof` leads to from a leaf at `index` of `size` leaves; nothing when the proof
// has the wrong number of hashes or the index is not below the size.
std::optional<Hash> RootFromInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                                      const std::vector<Hash>& proof);

// Whether `proof` shows that the tree of `old_size` is a prefix of that of `new_size`.
// Sizes must not be 0: from nothing there is nothing to prove.
bool ConsistencyHolds(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                      const Hash& new_root, const std::vector<Hash>& proof);

// Node coordinates: level l, index i covers the leaves [i * 2^l, (i + 1) * 2^l).
using NodePlace = std::pair<unsigned, uint64_t>;

// The root of a tree of `size` leaves from the leaf hashes in `leaves` (by index) and the hashes
// of the maximal perfect nodes that cover every other leaf. Refuses entries that are missing,
// unused, not maximal, outside the tree, or that cover a given leaf.
Result<Hash> RootFromLeaves(uint64_t size, const std::map<uint64_t, Hash>& leaves,
                            const std::map<NodePlace, Hash>& nodes);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_MERKLE_H_
