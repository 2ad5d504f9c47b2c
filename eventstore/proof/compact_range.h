// The frontier of a growing tree: all the state an appender needs.
//
// It holds one perfect node for each one-bit of the size, widest first. Appending costs about one
// hash; every node it forms is perfect, so that is the moment to store it.
//
// Encoded as u64be size || nodes, at most 8 + 64 * 32 bytes; 104 bytes for a stream of 50 events.
//
// Used by: eventstore/log (main tree, stream heads), multi_proof.
// Threads: one thread at a time.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_COMPACT_RANGE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_COMPACT_RANGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {

class CompactRange {
 public:
  using OnNode = absl::FunctionRef<void(NodeId, const Hash&)>;

  // Fails with DAMAGED when the number of nodes is not the one the size asks for.
  static absl::StatusOr<CompactRange> Decode(std::string_view bytes);
  std::string Encode() const;

  uint64_t size() const { return size_; }
  std::span<const Hash> nodes() const { return nodes_; }
  Hash Root() const;

  // Appends a leaf; `on_node` sees it and every node it completes, bottom up.
  void Append(const Hash& leaf_hash);
  void Append(const Hash& leaf_hash, OnNode on_node);

  // Appends a perfect node of 2^level leaves at once: what merges an adjacent range, node by node.
  // size() is a multiple of 2^level.
  void AppendNode(int level, const Hash& node);
  void AppendNode(int level, const Hash& node, OnNode on_node);

 private:
  uint64_t size_ = 0;
  std::vector<Hash> nodes_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_COMPACT_RANGE_H_
