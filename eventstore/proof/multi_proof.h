// One proof for many leaves of a tree, and the file `proofs/inclusion.txt` of an export.
//
// The proof is the set of maximal perfect nodes that cover every leaf not in the set, sorted by
// level and then index. For leaves that stand close together it is far smaller than a proof for
// each.
//
//     constancia-inclusion/v1
//     size <decimal>
//     leaves <decimal>
//     <index>                  one a line, rising
//     nodes <decimal>
//     <level> <index> <b64>    one a line, rising
//
// Used by: api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_MULTI_PROOF_H_
#define CONSTANCIA_EVENTSTORE_PROOF_MULTI_PROOF_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {

struct PlacedNode {
  NodeId id;
  Hash hash;
  bool operator==(const PlacedNode&) const = default;
};

struct MultiProof {
  uint64_t size = 0;              // of the tree
  std::vector<uint64_t> indices;  // of the proven leaves, rising
  std::vector<PlacedNode> nodes;  // everything else, by level then index
  bool operator==(const MultiProof&) const = default;
};

// `indices` rise strictly and stay below `size`.
absl::StatusOr<MultiProof> MakeMultiProof(const NodeReader& nodes, std::vector<uint64_t> indices,
                                          uint64_t size);

// Fails with PROOF_INVALID unless `leaf_hashes`, one for each of `proof.indices`, and the nodes
// lead to `root`; also when an entry is missing, unused, out of order or covers a proven leaf.
absl::Status VerifyMultiProof(const MultiProof& proof, std::span<const Hash> leaf_hashes,
                              const Hash& root);

std::string ToText(const MultiProof& proof);

// Fails with INPUT_MALFORMED.
absl::StatusOr<MultiProof> ParseMultiProof(std::string_view text);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_MULTI_PROOF_H_
