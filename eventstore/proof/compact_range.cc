#include "eventstore/proof/compact_range.h"

#include <bit>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace constancia::eventstore {

absl::StatusOr<CompactRange> CompactRange::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::optional<uint64_t> size = reader.TakeU64();
  CompactRange range;
  if (size) {
    range.size_ = *size;
    range.nodes_.reserve(static_cast<size_t>(std::popcount(*size)));
    for (int i = 0; i < std::popcount(*size); ++i) {
      const std::optional<Hash> node = Hash::From(reader.Take(Hash::kSize).value_or(""));
      if (!node) break;
      range.nodes_.push_back(*node);
    }
  }
  if (!size || range.nodes_.size() != static_cast<size_t>(std::popcount(*size)) || !reader.done()) {
    return Error(error::v1::DAMAGED, "a tree frontier has not the nodes its size asks for");
  }
  return range;
}

std::string CompactRange::Encode() const {
  std::string bytes;
  bytes.reserve(sizeof(size_) + nodes_.size() * Hash::kSize);
  AppendU64(&bytes, size_);
  for (const Hash& node : nodes_) bytes += node.view();
  return bytes;
}

Hash CompactRange::Root() const {
  if (nodes_.empty()) return EmptyRoot();
  return FoldNodes(nodes_);
}

void CompactRange::Append(const Hash& leaf_hash) { AppendNode(0, leaf_hash); }

void CompactRange::Append(const Hash& leaf_hash, OnNode on_node) {
  AppendNode(0, leaf_hash, on_node);
}

void CompactRange::AppendNode(int level, const Hash& node) {
  AppendNode(level, node, [](NodeId, const Hash&) {});
}

void CompactRange::AppendNode(int level, const Hash& node, OnNode on_node) {
  const uint64_t width = uint64_t{1} << level;
  CHECK(size_ % width == 0);
  Hash hash = node;
  on_node({level, size_ >> level}, hash);
  // Each one-bit of the old size from `level` up is a left sibling that is waiting.
  for (; (size_ >> level & 1) == 1; ++level) {
    hash = NodeHash(nodes_.back(), hash);
    nodes_.pop_back();
    on_node({level + 1, size_ >> (level + 1)}, hash);
  }
  nodes_.push_back(hash);
  size_ += width;
}

}  // namespace constancia::eventstore
