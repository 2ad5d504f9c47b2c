#include "eventstore/proof/multi_proof.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "eventstore/proof/compact_range.h"
#include "eventstore/proof/internal/lines.h"

namespace constancia::eventstore {
namespace {

constexpr std::string_view kHeading = "constancia-inclusion/v1";

absl::Status Invalid(std::string_view what) {
  return Error(error::v1::PROOF_INVALID, absl::StrCat("multi-leaf proof: ", ToAbsl(what)));
}

// The maximal perfect nodes over the leaves of [0, size) that are not in `indices`, by level then
// index. They follow from the set alone, so the checker knows which ones to expect.
std::vector<NodeId> NodesBeside(std::span<const uint64_t> indices, uint64_t size) {
  std::vector<NodeId> nodes;
  // Parts the tree where it is parted: a node without a proven leaf is given whole.
  const auto visit = [&](const auto& self, NodeId node, std::span<const uint64_t> inside) -> void {
    if (inside.empty()) {
      nodes.push_back(node);
      return;
    }
    if (node.level == 0) return;
    const NodeId left = {node.level - 1, node.index * 2};
    const NodeId right = {node.level - 1, node.index * 2 + 1};
    const auto middle = std::lower_bound(inside.begin(), inside.end(), right.index << right.level);
    self(self, left, {inside.begin(), middle});
    self(self, right, {middle, inside.end()});
  };
  for (NodeId top : CoverRange(0, size)) {
    const uint64_t begin = top.index << top.level;
    const auto first = std::lower_bound(indices.begin(), indices.end(), begin);
    const auto last =
        std::upper_bound(first, indices.end(), begin + ((uint64_t{1} << top.level) - 1));
    visit(visit, top, {first, last});
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

bool RisesBelow(std::span<const uint64_t> indices, uint64_t size) {
  return std::adjacent_find(indices.begin(), indices.end(), std::greater_equal<>()) ==
             indices.end() &&
         (indices.empty() || indices.back() < size);
}

}  // namespace

absl::StatusOr<MultiProof> MakeMultiProof(const NodeReader& nodes, std::vector<uint64_t> indices,
                                          uint64_t size) {
  CHECK(RisesBelow(indices, size));
  MultiProof proof;
  proof.size = size;
  for (NodeId id : NodesBeside(indices, size)) {
    ASSIGN_OR_RETURN(const Hash hash, nodes.ReadNode(id));
    proof.nodes.push_back({id, hash});
  }
  proof.indices = std::move(indices);
  return proof;
}

absl::Status VerifyMultiProof(const MultiProof& proof, std::span<const Hash> leaf_hashes,
                              const Hash& root) {
  if (!RisesBelow(proof.indices, proof.size)) {
    return Invalid("the leaves do not rise below the tree size");
  }
  if (leaf_hashes.size() != proof.indices.size()) return Invalid("another number of leaves");
  const std::vector<NodeId> expected = NodesBeside(proof.indices, proof.size);
  if (!std::equal(expected.begin(), expected.end(), proof.nodes.begin(), proof.nodes.end(),
                  [](NodeId id, const PlacedNode& node) { return id == node.id; })) {
    return Invalid("a node is missing, unused or out of order");
  }

  // The given nodes and the leaves part [0, size); appended from left to right they make the tree.
  std::vector<PlacedNode> parts = proof.nodes;
  for (size_t i = 0; i < leaf_hashes.size(); ++i) {
    parts.push_back({{0, proof.indices[i]}, leaf_hashes[i]});
  }
  std::sort(parts.begin(), parts.end(), [](const PlacedNode& a, const PlacedNode& b) {
    return a.id.index << a.id.level < b.id.index << b.id.level;
  });
  CompactRange range;
  for (const PlacedNode& part : parts) range.AppendNode(part.id.level, part.hash);
  if (range.Root() != root) return Invalid("it leads to another root");
  return absl::OkStatus();
}

std::string ToText(const MultiProof& proof) {
  std::string text = absl::StrCat(ToAbsl(kHeading), "\nsize ", proof.size, "\nleaves ",
                                  proof.indices.size(), "\n");
  for (uint64_t index : proof.indices) absl::StrAppend(&text, index, "\n");
  absl::StrAppend(&text, "nodes ", proof.nodes.size(), "\n");
  for (const PlacedNode& node : proof.nodes) {
    absl::StrAppend(&text, node.id.level, " ", node.id.index, " ", Base64Encode(node.hash.view()),
                    "\n");
  }
  return text;
}

absl::StatusOr<MultiProof> ParseMultiProof(std::string_view text) {
  proof_internal::LineReader lines("inclusion.txt", text);
  MultiProof proof;
  RETURN_IF_ERROR(lines.Expect(kHeading));
  ASSIGN_OR_RETURN(proof.size, lines.Number("size"));
  ASSIGN_OR_RETURN(const uint64_t leaves, lines.Count("leaves"));
  for (uint64_t i = 0; i < leaves; ++i) {
    ASSIGN_OR_RETURN(const uint64_t index, lines.Number(""));
    proof.indices.push_back(index);
  }
  ASSIGN_OR_RETURN(const uint64_t nodes, lines.Count("nodes"));
  for (uint64_t i = 0; i < nodes; ++i) {
    ASSIGN_OR_RETURN(const std::vector<std::string_view> words, lines.Words(3));
    const std::optional<uint64_t> level = ParseDecimal(words[0]);
    const std::optional<uint64_t> index = ParseDecimal(words[1]);
    const std::optional<Hash> hash = proof_internal::HashFromBase64(words[2]);
    if (!level || *level > 63 || !index || *index > (UINT64_MAX >> *level) || !hash) {
      return lines.Malformed("<level> <index> <base64 of 32 bytes>");
    }
    proof.nodes.push_back({{static_cast<int>(*level), *index}, *hash});
  }
  RETURN_IF_ERROR(lines.End());
  return proof;
}

}  // namespace constancia::eventstore
