#include "proof_files.h"

#include "bytes.h"

namespace verify {
namespace {

constexpr uint64_t kPathMax = 64;
constexpr uint64_t kSiblingsMax = 256;

std::optional<Hash> HashFromBase64(std::string_view text) {
  const auto bytes = Base64Decode(text);
  return bytes ? Hash::From(*bytes) : std::nullopt;
}

std::optional<Hash> HashFromHex(std::string_view text) {
  const auto bytes = HexDecode(text);
  return bytes ? Hash::From(*bytes) : std::nullopt;
}

// Reads `word <decimal>` and as many lines of base64 hashes.
Result<std::vector<Hash>> ReadHashes(Lines* lines, std::string_view word, uint64_t max) {
  const auto count = lines->DecimalField(word);
  if (!count || *count > max) {
    return NotProven("expected a line '" + std::string(word) + " <number>' of at most " +
                     std::to_string(max));
  }
  std::vector<Hash> hashes;
  for (uint64_t i = 0; i < *count; ++i) {
    const auto line = lines->Next();
    const auto hash = line ? HashFromBase64(*line) : std::nullopt;
    if (!hash) return NotProven("'" + std::string(word) + "' must be lines of base64 of 32 bytes");
    hashes.push_back(*hash);
  }
  return hashes;
}

Status ExpectHead(Lines* lines, std::string_view head) {
  const auto line = lines->Next();
  if (!line || *line != head) return NotProven("line 1 must be '" + std::string(head) + "'");
  return {};
}

Failure Missing(std::string_view what) {
  return NotProven("expected a line '" + std::string(what) + "'");
}

}  // namespace

Result<TlogProof> ParseTlogProof(std::string_view bytes) {
  Lines lines(bytes);
  VERIFY_TRY(ExpectHead(&lines, kTlogProofHead));
  TlogProof proof;
  if (lines.rest().substr(0, 6) == "extra ") {
    if (!Base64Decode(*lines.Field("extra"))) return NotProven("'extra' must be base64");
  }
  const auto index = lines.DecimalField("index");
  if (!index) return Missing("index <decimal>");
  proof.index = *index;
  while (true) {
    const auto line = lines.Next();
    if (!line) return NotProven("the proof ends before its checkpoint");
    if (line->empty()) break;
    const auto hash = HashFromBase64(*line);
    if (!hash || proof.path.size() == kPathMax) {
      return NotProven("the path must be at most 64 lines of base64 of 32 bytes");
    }
    proof.path.push_back(*hash);
  }
  VERIFY_ASSIGN(proof.checkpoint, ParseCheckpoint(lines.rest()));
  return proof;
}

Result<Completeness> ParseCompleteness(std::string_view bytes) {
  Lines lines(bytes);
  VERIFY_TRY(ExpectHead(&lines, kCompletenessHead));
  Completeness proof;
  const auto key_text = lines.Field("key");
  const auto key = key_text ? HashFromHex(*key_text) : std::nullopt;
  if (!key) return Missing("key <64 hex digits>");
  proof.key = *key;
  const auto count = lines.DecimalField("count");
  if (!count) return Missing("count <decimal>");
  proof.count = *count;
  if (proof.count > 0) {
    const auto last = lines.DecimalField("last");
    if (!last) return Missing("last <decimal>");
    proof.last = *last;
  }
  const auto terminal = lines.Field("terminal");
  if (!terminal) return Missing("terminal present|empty|other");
  const std::vector<std::string_view> words = Split(*terminal, ' ');
  if (words.size() == 1 && words[0] == "present") {
    proof.terminal.kind = MapTerminal::Kind::kPresent;
  } else if (words.size() == 1 && words[0] == "empty") {
    proof.terminal.kind = MapTerminal::Kind::kEmpty;
  } else if (words.size() == 3 && words[0] == "other") {
    const auto other = HashFromHex(words[1]);
    const auto value = HashFromHex(words[2]);
    if (!other || !value) return NotProven("'other' must be followed by two hashes in hex");
    proof.terminal = {MapTerminal::Kind::kOther, *other, *value};
  } else {
    return Missing("terminal present|empty|other");
  }
  if ((proof.count > 0) != (proof.terminal.kind == MapTerminal::Kind::kPresent)) {
    return NotProven("a stream is present exactly when its count is above 0");
  }
  VERIFY_ASSIGN(proof.siblings, ReadHashes(&lines, "siblings", kSiblingsMax));
  const auto map_root_text = lines.Field("maproot");
  const auto map_root = map_root_text ? Base64Decode(*map_root_text) : std::nullopt;
  if (!map_root) return Missing("maproot <base64>");
  proof.map_root_leaf = *map_root;
  const auto index = lines.DecimalField("index");
  if (!index) return Missing("index <decimal>");
  proof.index = *index;
  VERIFY_ASSIGN(proof.path, ReadHashes(&lines, "proof", kPathMax));
  const auto empty = lines.Next();
  if (!empty || !empty->empty()) return NotProven("an empty line must stand before the checkpoint");
  VERIFY_ASSIGN(proof.checkpoint, ParseCheckpoint(lines.rest()));
  return proof;
}

Status CheckCompleteness(const Completeness& proof, const Hash& stream_root) {
  const Checkpoint& checkpoint = proof.checkpoint;
  if (checkpoint.size == 0 || proof.index != checkpoint.size - 1) {
    return NotProven("the map root must be the last entry of the checkpoint's tree");
  }
  VERIFY_ASSIGN(const MapRoot map_root, ParseMapRoot(proof.map_root_leaf));
  if (map_root.covered != proof.index) {
    return NotProven("the map root does not cover exactly the entries before it");
  }
  if (RootFromInclusion(proof.index, checkpoint.size, LeafHash(proof.map_root_leaf), proof.path) !=
      checkpoint.root) {
    return NotProven("the map root is not in the checkpoint's tree");
  }
  MapTerminal terminal = proof.terminal;
  if (terminal.kind == MapTerminal::Kind::kPresent) {
    if (proof.last >= map_root.covered || proof.count > proof.last + 1) {
      return NotProven("the stream's last position does not fit its count and the map root");
    }
    terminal.value_hash = MapValueHash(MapValue(proof.count, proof.last, stream_root));
  }
  VERIFY_ASSIGN(const Hash root, RootFromMapPath(proof.key, terminal, proof.siblings));
  if (root != map_root.root) {
    return NotProven(proof.count == 0 ? "the path does not show that the stream is absent"
                                      : "the events given are not the stream that the map holds");
  }
  return {};
}

Result<Seal> ParseSeal(std::string_view bytes) {
  Lines lines(bytes);
  VERIFY_TRY(ExpectHead(&lines, "constancia-seal/v1"));
  Seal seal;
  const auto origin = lines.Field("origin");
  if (!origin || !IsKeyName(*origin)) return Missing("origin <name>");
  seal.origin = std::string(*origin);
  const auto first = lines.DecimalField("first");
  const auto count = lines.DecimalField("count");
  const auto index = lines.DecimalField("index");
  if (!first || !count || !index) return NotProven("expected lines 'first', 'count' and 'index'");
  seal.first = *first;
  seal.count = *count;
  seal.index = *index;
  if (seal.count < 1 || seal.count > 4096 || seal.index < seal.first ||
      seal.index - seal.first >= seal.count) {
    return NotProven("the event does not lie in a group of 1 to 4,096 entries");
  }
  VERIFY_ASSIGN(seal.path, ReadHashes(&lines, "path", kPathMax));
  const auto line = lines.Next();
  if (!line) return NotProven("the signature line is missing");
  VERIFY_ASSIGN(const NoteSignature signature, ParseSignatureLine(*line));
  if (signature.name != seal.origin || signature.signature.size() != 64 || !lines.done()) {
    return NotProven("the last line must be one signature of 64 bytes by the origin");
  }
  seal.key_id = signature.key_id;
  seal.signature = signature.signature;
  return seal;
}

Result<Consistency> ParseConsistency(std::string_view bytes) {
  Lines lines(bytes);
  VERIFY_TRY(ExpectHead(&lines, "constancia-consistency/v1"));
  Consistency consistency;
  const auto old_size = lines.DecimalField("old");
  const auto new_size = lines.DecimalField("new");
  if (!old_size || !new_size)
    return NotProven("expected lines 'old <decimal>' and 'new <decimal>'");
  consistency.old_size = *old_size;
  consistency.new_size = *new_size;
  VERIFY_ASSIGN(consistency.proof, ReadHashes(&lines, "proof", 2 * kPathMax));
  if (!lines.done()) return NotProven("text behind the proof");
  return consistency;
}

Status CheckConsistency(const Checkpoint& old_checkpoint, const Checkpoint& new_checkpoint,
                        const Consistency& proof) {
  if (old_checkpoint.origin != new_checkpoint.origin) {
    return NotProven("the two checkpoints are of different logs");
  }
  if (proof.old_size != old_checkpoint.size || proof.new_size != new_checkpoint.size) {
    return NotProven("the proof is for other sizes than those of the checkpoints");
  }
  const bool holds = old_checkpoint.size == 0
                         ? proof.proof.empty()
                         : ConsistencyHolds(old_checkpoint.size, new_checkpoint.size,
                                            old_checkpoint.root, new_checkpoint.root, proof.proof);
  if (!holds) return NotProven("the new checkpoint does not extend the old one");
  return {};
}

Result<Inclusion> ParseInclusion(std::string_view bytes) {
  Lines lines(bytes);
  VERIFY_TRY(ExpectHead(&lines, "constancia-inclusion/v1"));
  Inclusion inclusion;
  const auto size = lines.DecimalField("size");
  const auto leaves = lines.DecimalField("leaves");
  if (!size || !leaves) return NotProven("expected lines 'size <decimal>' and 'leaves <decimal>'");
  inclusion.size = *size;
  for (uint64_t i = 0; i < *leaves; ++i) {
    const auto line = lines.Next();
    const auto index = line ? ParseDecimal(*line) : std::nullopt;
    if (!index) return NotProven("'leaves' must be as many lines of decimal positions");
    if (!inclusion.leaves.empty() && *index <= inclusion.leaves.back()) {
      return NotProven("the positions must rise");
    }
    inclusion.leaves.push_back(*index);
  }
  const auto nodes = lines.DecimalField("nodes");
  if (!nodes) return Missing("nodes <decimal>");
  for (uint64_t i = 0; i < *nodes; ++i) {
    const auto line = lines.Next();
    const auto words = line ? Split(*line, ' ') : std::vector<std::string_view>();
    if (words.size() != 3) return NotProven("'nodes' must be as many lines of three words");
    const auto level = ParseDecimal(words[0]);
    const auto index = ParseDecimal(words[1]);
    const auto hash = HashFromBase64(words[2]);
    if (!level || *level > 63 || !index || !hash) return NotProven("a node is malformed");
    const NodePlace place(static_cast<unsigned>(*level), *index);
    if (!inclusion.nodes.empty() && place <= inclusion.nodes.rbegin()->first) {
      return NotProven("the nodes must be sorted by level, then index, each once");
    }
    inclusion.nodes.emplace_hint(inclusion.nodes.end(), place, *hash);
  }
  if (!lines.done()) return NotProven("text behind the nodes");
  return inclusion;
}

}  // namespace verify
