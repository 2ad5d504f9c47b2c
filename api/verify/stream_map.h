// The map of all streams: a compact sparse Merkle tree over 256-bit keys.
//
//   empty subtree                = 32 zero bytes
//   subtree with exactly one key = H(0x10 || key || H(0x12 || value))   whatever its depth
//   any other subtree at depth d = H(0x11 || subtree of bit d = 0 || subtree of bit d = 1)
//
// Bit 0 is the top bit of byte 0. Which key sits at the end of a path is fixed by the root alone,
// so one root can never serve both a proof of presence and one of absence.
//
// Used by: the replay of a log (StreamMap), completeness proofs (RootFromMapPath).
// Threads: one.
#ifndef CONSTANCIA_VERIFY_STREAM_MAP_H_
#define CONSTANCIA_VERIFY_STREAM_MAP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "hash.h"
#include "result.h"

namespace verify {

// What the map holds for a stream: u64be count || u64be last log index || stream root.
std::string MapValue(uint64_t count, uint64_t last, const Hash& stream_root);
Hash MapValueHash(std::string_view value);
Hash MapLeafHash(const Hash& key, const Hash& value_hash);

class StreamMap {
 public:
  // Sets the value of `key`, which may be new.
  void Set(const Hash& key, const Hash& value_hash);
  // Recomputes what changed since the last call.
  const Hash& Root();
  uint64_t size() const { return leaves_; }

 private:
  // Children of an inner node are indexes into nodes_; 0 is the empty subtree.
  struct Node {
    Hash hash;
    Hash key;  // only of a leaf
    uint32_t child[2] = {0, 0};
    bool is_leaf = false;
    bool is_stale = false;  // only of an inner node
  };
  uint32_t NewLeaf(const Hash& key, const Hash& leaf_hash);
  void Refresh(uint32_t index);

  std::vector<Node> nodes_{Node{}};  // nodes_[0] is the empty subtree
  uint32_t root_ = 0;
  uint64_t leaves_ = 0;
};

// What sits at the end of a key's path.
struct MapTerminal {
  enum class Kind { kPresent, kEmpty, kOther };
  Kind kind = Kind::kEmpty;
  Hash other_key;   // of kOther
  Hash value_hash;  // of kPresent and kOther
};

// The map root that a path leads to. `siblings` run from the deepest up to the root's child.
// Fails when there are more than 256 siblings, when the deepest is the empty subtree (such a pair
// would have collapsed), or when another key is shown that does not lie on the path of `key`.
Result<Hash> RootFromMapPath(const Hash& key, const MapTerminal& terminal,
                             const std::vector<Hash>& siblings);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_STREAM_MAP_H_
