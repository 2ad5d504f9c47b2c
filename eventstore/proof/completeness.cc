#include "eventstore/proof/completeness.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/proof/internal/lines.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {
namespace {

constexpr std::string_view kHeading = "constancia-completeness/v1";
constexpr uint64_t kSiblingsMax = 256;
constexpr uint64_t kProofHashesMax = 64;

absl::Status Invalid(std::string_view what) {
  return Error(error::v1::PROOF_INVALID, absl::StrCat("completeness: ", ToAbsl(what)));
}

std::string TerminalText(const MapProof& map) {
  switch (map.terminal) {
    case MapProof::Terminal::kPresent:
      return "present";
    case MapProof::Terminal::kEmpty:
      return "empty";
    case MapProof::Terminal::kOther:
      return absl::StrCat("other ", HexEncode(map.other_key.view()), " ",
                          HexEncode(map.other_value_hash.view()));
  }
  CHECK(false);
}

// Reads what TerminalText writes into `map`; tells whether it could.
bool ParseTerminal(std::string_view text, MapProof& map) {
  const std::vector<std::string_view> words = proof_internal::SplitWords(text);
  if (words.size() == 1 && words[0] == "present") {
    map.terminal = MapProof::Terminal::kPresent;
    return true;
  }
  if (words.size() == 1 && words[0] == "empty") {
    map.terminal = MapProof::Terminal::kEmpty;
    return true;
  }
  if (words.size() != 3 || words[0] != "other") return false;
  const std::optional<Hash> key = proof_internal::HashFromHex(words[1]);
  const std::optional<Hash> value_hash = proof_internal::HashFromHex(words[2]);
  if (!key || !value_hash) return false;
  map.terminal = MapProof::Terminal::kOther;
  map.other_key = *key;
  map.other_value_hash = *value_hash;
  return true;
}

}  // namespace

std::string ToText(const CompletenessProof& proof) {
  std::string text = absl::StrCat(ToAbsl(kHeading), "\nkey ", HexEncode(proof.key.view()),
                                  "\ncount ", proof.count, "\n");
  if (proof.count > 0) absl::StrAppend(&text, "last ", proof.last, "\n");
  absl::StrAppend(&text, "terminal ", TerminalText(proof.map), "\nsiblings ",
                  proof.map.siblings.size(), "\n");
  proof_internal::AppendHashLines(&text, proof.map.siblings);
  absl::StrAppend(&text, "maproot ", Base64Encode(proof.map_root_leaf), "\nindex ", proof.index,
                  "\nproof ", proof.proof.size(), "\n");
  proof_internal::AppendHashLines(&text, proof.proof);
  return absl::StrCat(text, "\n", proof.checkpoint);
}

absl::StatusOr<CompletenessProof> ParseCompleteness(std::string_view text) {
  proof_internal::LineReader lines("completeness proof", text);
  CompletenessProof proof;
  RETURN_IF_ERROR(lines.Expect(kHeading));
  ASSIGN_OR_RETURN(const std::string_view hex, lines.Value("key"));
  const std::optional<Hash> key = proof_internal::HashFromHex(hex);
  if (!key) return lines.Malformed("key <64 hex digits>");
  proof.key = *key;
  ASSIGN_OR_RETURN(proof.count, lines.Number("count"));
  if (proof.count > 0) {
    ASSIGN_OR_RETURN(proof.last, lines.Number("last"));
  }
  ASSIGN_OR_RETURN(const std::string_view terminal, lines.Value("terminal"));
  if (!ParseTerminal(terminal, proof.map)) return lines.Malformed("terminal present|empty|other");
  ASSIGN_OR_RETURN(proof.map.siblings, lines.Hashes("siblings", kSiblingsMax));
  ASSIGN_OR_RETURN(const std::string_view leaf, lines.Value("maproot"));
  const std::optional<std::string> leaf_bytes = Base64Decode(leaf);
  if (!leaf_bytes || leaf_bytes->size() != MapRootLeaf::kSize) {
    return lines.Malformed("maproot <base64 of 57 bytes>");
  }
  proof.map_root_leaf = *leaf_bytes;
  ASSIGN_OR_RETURN(proof.index, lines.Number("index"));
  ASSIGN_OR_RETURN(proof.proof, lines.Hashes("proof", kProofHashesMax));
  RETURN_IF_ERROR(lines.Expect(""));
  proof.checkpoint = lines.TakeRest();
  return proof;
}

absl::Status VerifyCompleteness(const CompletenessProof& proof, const Checkpoint& checkpoint,
                                std::span<const Hash> leaf_hashes) {
  if (checkpoint.size == 0 || proof.index != checkpoint.size - 1) {
    return Invalid("the map root is not the last leaf of the checkpoint");
  }
  const absl::StatusOr<MapRootLeaf> leaf = ParseMapRootLeaf(proof.map_root_leaf);
  if (!leaf.ok()) return Invalid("the last leaf is not a map root");
  if (leaf->covered != proof.index) return Invalid("the map root covers another range");
  RETURN_IF_ERROR(VerifyInclusion(proof.index, checkpoint.size, LeafHash(proof.map_root_leaf),
                                  proof.proof, checkpoint.root));

  if (leaf_hashes.size() != proof.count) {
    return Invalid(
        absl::StrCat("the stream has ", proof.count, " events, not ", leaf_hashes.size()));
  }
  std::optional<Hash> value_hash;
  if (proof.count > 0) {
    // So many events do not fit below the last one otherwise, nor the last one below the map root.
    if (proof.last >= proof.index || proof.count - 1 > proof.last) {
      return Invalid("the last event cannot stand where it is said to");
    }
    value_hash = MapValueHash(EncodeMapValue(proof.count, proof.last, RootOf(leaf_hashes)));
  }
  return VerifyMapProof(proof.map, proof.key, value_hash, leaf->root);
}

}  // namespace constancia::eventstore
