#include "stream_map.h"

#include "bytes.h"

namespace verify {
namespace {

Hash InnerHash(const Hash& left, const Hash& right) {
  char input[65];
  input[0] = 0x11;
  std::memcpy(input + 1, left.bytes.data(), 32);
  std::memcpy(input + 33, right.bytes.data(), 32);
  return Sha256(std::string_view(input, sizeof(input)));
}

}  // namespace

std::string MapValue(uint64_t count, uint64_t last, const Hash& stream_root) {
  std::string value;
  AppendU64(&value, count);
  AppendU64(&value, last);
  value += stream_root.view();
  return value;
}

Hash MapValueHash(std::string_view value) { return Sha256({"\x12", value}); }

Hash MapLeafHash(const Hash& key, const Hash& value_hash) {
  return Sha256({"\x10", key.view(), value_hash.view()});
}

uint32_t StreamMap::NewLeaf(const Hash& key, const Hash& leaf_hash) {
  Node leaf;
  leaf.hash = leaf_hash;
  leaf.key = key;
  leaf.is_leaf = true;
  nodes_.push_back(leaf);
  ++leaves_;
  return static_cast<uint32_t>(nodes_.size() - 1);
}

void StreamMap::Set(const Hash& key, const Hash& value_hash) {
  const Hash leaf_hash = MapLeafHash(key, value_hash);
  // `parent` and `side` name the link that is followed; parent 0 stands for root_.
  uint32_t parent = 0;
  int side = 0;
  const auto link = [&]() -> uint32_t& { return parent == 0 ? root_ : nodes_[parent].child[side]; };
  unsigned depth = 0;
  while (link() != 0 && !nodes_[link()].is_leaf) {
    parent = link();
    nodes_[parent].is_stale = true;
    side = key.bit(depth++);
  }
  const uint32_t found = link();
  if (found == 0) {
    const uint32_t leaf = NewLeaf(key, leaf_hash);
    link() = leaf;
    return;
  }
  if (nodes_[found].key == key) {
    nodes_[found].hash = leaf_hash;
    return;
  }
  // Two keys now share this subtree: inner nodes down to the bit where they part.
  const Hash other = nodes_[found].key;
  while (true) {
    nodes_.emplace_back();
    const uint32_t inner = static_cast<uint32_t>(nodes_.size() - 1);
    nodes_[inner].is_stale = true;
    link() = inner;
    parent = inner;
    side = key.bit(depth);
    if (other.bit(depth) != side) {
      nodes_[inner].child[1 - side] = found;
      const uint32_t leaf = NewLeaf(key, leaf_hash);
      nodes_[inner].child[side] = leaf;
      return;
    }
    ++depth;
  }
}

void StreamMap::Refresh(uint32_t index) {
  Node& node = nodes_[index];
  if (!node.is_stale) return;
  Refresh(node.child[0]);
  Refresh(node.child[1]);
  node.hash = InnerHash(nodes_[node.child[0]].hash, nodes_[node.child[1]].hash);
  node.is_stale = false;
}

const Hash& StreamMap::Root() {
  Refresh(root_);
  return nodes_[root_].hash;
}

Result<Hash> RootFromMapPath(const Hash& key, const MapTerminal& terminal,
                             const std::vector<Hash>& siblings) {
  const size_t depth = siblings.size();
  if (depth > 256) return NotProven("the path in the map is longer than a key");
  if (depth > 0 && siblings[0].is_zero()) {
    return NotProven("the deepest sibling in the map is the empty subtree");
  }
  Hash root;
  if (terminal.kind == MapTerminal::Kind::kPresent) {
    root = MapLeafHash(key, terminal.value_hash);
  } else if (terminal.kind == MapTerminal::Kind::kOther) {
    if (terminal.other_key == key) return NotProven("the other key in the map is this very key");
    for (unsigned d = 0; d < depth; ++d) {
      if (terminal.other_key.bit(d) != key.bit(d)) {
        return NotProven("the other key in the map does not lie on the path of this key");
      }
    }
    root = MapLeafHash(terminal.other_key, terminal.value_hash);
  }
  for (size_t d = depth; d-- > 0;) {
    const Hash& sibling = siblings[depth - 1 - d];
    root = key.bit(static_cast<unsigned>(d)) ? InnerHash(sibling, root) : InnerHash(root, sibling);
  }
  return root;
}

}  // namespace verify
