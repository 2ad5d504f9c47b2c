// Answers questions about trees, maps and completeness proofs, one a line, so that the Python
// implementation beside it can compare. Bytes are hex, lists are joined with commas, "-" is empty.
//
//     root <hashes>                                -> <hash>
//     inclusion <index> <hashes>                   -> <hashes>
//     consistency <old> <hashes>                   -> <hashes>
//     verify_inclusion <index> <size> <leaf> <path> <root>       -> yes | no
//     verify_consistency <old> <new> <path> <root> <root>        -> yes | no
//     multi <indices> <hashes>                     -> <level>/<index>/<hash> joined with commas
//     update <key>=<value hash>,...                -> <hash>: the map's root afterwards
//     forget                                       -> -: the map is empty again
//     map <key>                                    -> <terminal> <siblings>: empty, present or
//     other/<key>/<value hash> completeness <file> <key> <leaf hashes> <policy>           -> yes |
//     no
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/multi_proof.h"
#include "eventstore/proof/stream_map.h"
#include "eventstore/proof/witness_policy.h"

namespace constancia::eventstore {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text == "-") return parts;
  for (size_t at; (at = text.find(separator)) != text.npos; text.remove_prefix(at + 1)) {
    parts.push_back(text.substr(0, at));
  }
  parts.push_back(text);
  return parts;
}

uint64_t Number(std::string_view text) { return ParseDecimal(text).value(); }

std::string Bytes(std::string_view hex) { return hex == "-" ? "" : HexDecode(hex).value(); }

Hash OneHash(std::string_view hex) { return Hash::From(Bytes(hex)).value(); }

std::vector<Hash> Hashes(std::string_view list) {
  std::vector<Hash> hashes;
  for (std::string_view hex : Split(list, ',')) hashes.push_back(OneHash(hex));
  return hashes;
}

std::string Hex(const Hash& hash) { return HexEncode(hash.view()); }

std::string Join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : ",") + part;
  return joined.empty() ? "-" : joined;
}

std::string Hex(const std::vector<Hash>& hashes) {
  std::vector<std::string> parts;
  for (const Hash& hash : hashes) parts.push_back(Hex(hash));
  return Join(parts);
}

std::string YesOrNo(const absl::Status& status) { return status.ok() ? "yes" : "no"; }

std::string Multi(std::string_view list, const std::vector<Hash>& leaves) {
  std::vector<uint64_t> indices;
  std::vector<Hash> chosen;
  for (std::string_view index : Split(list, ',')) {
    indices.push_back(Number(index));
    chosen.push_back(leaves[indices.back()]);
  }
  const MultiProof proof = MakeMultiProof(MemoryTree(leaves), indices, leaves.size()).value();
  CHECK(VerifyMultiProof(proof, chosen, RootOf(leaves)).ok());
  std::vector<std::string> parts;
  for (const PlacedNode& node : proof.nodes) {
    parts.push_back(std::to_string(node.id.level) + "/" + std::to_string(node.id.index) + "/" +
                    Hex(node.hash));
  }
  return Join(parts);
}

std::string Prove(const StreamMap& map, const Hash& key) {
  const MapProof proof = map.Prove(key);
  CHECK(VerifyMapProof(proof, key, map.Find(key), map.root()).ok());
  std::string terminal = "empty";
  if (proof.terminal == MapProof::Terminal::kPresent) terminal = "present";
  if (proof.terminal == MapProof::Terminal::kOther) {
    terminal = "other/" + Hex(proof.other_key) + "/" + Hex(proof.other_value_hash);
  }
  return terminal + " " + Hex(proof.siblings);
}

absl::Status CheckCompleteness(std::string_view file, const Hash& key,
                               const std::vector<Hash>& leaves, std::string_view policy_text) {
  ASSIGN_OR_RETURN(const WitnessPolicy policy, WitnessPolicy::Parse(policy_text));
  ASSIGN_OR_RETURN(const CompletenessProof proof, ParseCompleteness(file));
  if (proof.key != key) return Error(error::v1::PROOF_INVALID, "another stream");
  ASSIGN_OR_RETURN(const WitnessPolicy::Accepted accepted, policy.Accept(proof.checkpoint));
  return VerifyCompleteness(proof, accepted.checkpoint, leaves);
}

std::string Answer(const std::vector<std::string_view>& words, StreamMap& map) {
  const std::string_view command = words.at(0);
  if (command == "root") return Hex(RootOf(Hashes(words.at(1))));
  if (command == "inclusion") {
    const std::vector<Hash> leaves = Hashes(words.at(2));
    return Hex(MakeInclusionProof(MemoryTree(leaves), Number(words.at(1)), leaves.size()).value());
  }
  if (command == "consistency") {
    const std::vector<Hash> leaves = Hashes(words.at(2));
    return Hex(
        MakeConsistencyProof(MemoryTree(leaves), Number(words.at(1)), leaves.size()).value());
  }
  if (command == "verify_inclusion") {
    return YesOrNo(VerifyInclusion(Number(words.at(1)), Number(words.at(2)), OneHash(words.at(3)),
                                   Hashes(words.at(4)), OneHash(words.at(5))));
  }
  if (command == "verify_consistency") {
    return YesOrNo(VerifyConsistency(Number(words.at(1)), Number(words.at(2)), Hashes(words.at(3)),
                                     OneHash(words.at(4)), OneHash(words.at(5))));
  }
  if (command == "multi") return Multi(words.at(1), Hashes(words.at(2)));
  if (command == "update") {
    std::vector<StreamMap::Entry> entries;
    for (std::string_view pair : Split(words.at(1), ',')) {
      entries.push_back({OneHash(pair.substr(0, 64)), OneHash(pair.substr(65))});
    }
    map.Update(entries);
    return Hex(map.root());
  }
  if (command == "forget") {
    map = StreamMap();
    return "-";
  }
  if (command == "map") return Prove(map, OneHash(words.at(1)));
  CHECK(command == "completeness");
  return YesOrNo(CheckCompleteness(Bytes(words.at(1)), OneHash(words.at(2)), Hashes(words.at(3)),
                                   Bytes(words.at(4))));
}

}  // namespace
}  // namespace constancia::eventstore

int main() {
  constancia::eventstore::StreamMap map;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << constancia::eventstore::Answer(constancia::eventstore::Split(line, ' '), map)
              << std::endl;
  }
}
