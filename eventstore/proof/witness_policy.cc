#include "eventstore/proof/witness_policy.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/proof/cosignature.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kLinesOfAKindMax = 32;
constexpr std::string_view kNoQuorum = "none";

std::vector<std::string_view> WordsOf(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(kBlanks);
    if (begin == line.npos) return words;
    const size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

}  // namespace

// Fills a policy line by line.
class WitnessPolicy::Parser {
 public:
  absl::StatusOr<WitnessPolicy> Parse(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      RETURN_IF_ERROR(TakeLine(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (policy_.quorum_.empty()) return Malformed("the quorum line is missing");
    return std::move(policy_);
  }

 private:
  absl::Status TakeLine(std::string_view line) {
    const std::vector<std::string_view> words = WordsOf(line);
    if (words.empty() || words[0].starts_with('#')) return absl::OkStatus();
    if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
      return TakeLog(words[1], std::numeric_limits<uint64_t>::max());
    }
    if (words[0] == "retired" && words.size() == 3) {
      const std::optional<uint64_t> size = ParseDecimal(words[2]);
      if (!size) return Malformed("the size is not a decimal number");
      return TakeLog(words[1], *size);
    }
    if (words[0] == "witness" && (words.size() == 3 || words.size() == 4)) {
      return TakeWitness(words[1], words[2]);
    }
    if (words[0] == "group" && words.size() >= 4) {
      return TakeGroup(words[1], words[2], std::span(words).subspan(3));
    }
    if (words[0] == "quorum" && words.size() == 2) return TakeQuorum(words[1]);
    return Malformed("expected log, retired, witness, group or quorum with its words");
  }

  absl::Status TakeLog(std::string_view vkey, uint64_t size_max) {
    ASSIGN_OR_RETURN(VerifierKey key, TakeKey(vkey, KeyType::kEd25519));
    const auto same_kind =
        std::count_if(policy_.logs_.begin(), policy_.logs_.end(), [size_max](const Log& log) {
          constexpr uint64_t kNow = std::numeric_limits<uint64_t>::max();
          return (log.size_max == kNow) == (size_max == kNow);
        });
    if (static_cast<size_t>(same_kind) == kLinesOfAKindMax) return Malformed("more than 32 logs");
    policy_.logs_.push_back({std::move(key), size_max});
    return absl::OkStatus();
  }

  absl::Status TakeWitness(std::string_view name, std::string_view vkey) {
    ASSIGN_OR_RETURN(VerifierKey key, TakeKey(vkey, KeyType::kCosignature));
    RETURN_IF_ERROR(Define(name));
    if (policy_.witnesses_.size() == kLinesOfAKindMax) return Malformed("more than 32 witnesses");
    policy_.witnesses_.push_back({std::string(name), std::move(key)});
    return absl::OkStatus();
  }

  absl::Status TakeGroup(std::string_view name, std::string_view needed,
                         std::span<const std::string_view> members) {
    Group group;
    group.name = name;
    for (std::string_view member : members) {
      if (!defined_.contains(member)) return Malformed("a member is not defined before");
      if (!members_.insert(std::string(member)).second) {
        return Malformed("a member stands in two places");
      }
      group.members.emplace_back(member);
    }
    const std::optional<uint64_t> number = ParseDecimal(needed);
    if (needed == "all") {
      group.needed = members.size();
    } else if (needed == "any") {
      group.needed = 1;
    } else if (number && *number >= 1 && *number <= members.size()) {
      group.needed = static_cast<size_t>(*number);
    } else {
      return Malformed("a group needs all, any, or a number of its members");
    }
    RETURN_IF_ERROR(Define(name));
    if (policy_.groups_.size() == kLinesOfAKindMax) return Malformed("more than 32 groups");
    policy_.groups_.push_back(std::move(group));
    return absl::OkStatus();
  }

  absl::Status TakeQuorum(std::string_view name) {
    if (!policy_.quorum_.empty()) return Malformed("a second quorum line");
    if (name != kNoQuorum && !defined_.contains(name)) {
      return Malformed("the quorum is not defined before");
    }
    policy_.quorum_ = name;
    return absl::OkStatus();
  }

  absl::StatusOr<VerifierKey> TakeKey(std::string_view vkey, KeyType type) {
    absl::StatusOr<VerifierKey> key = VerifierKey::Parse(vkey);
    if (!key.ok()) return Malformed(ToStd(key.status().message()));
    if (key->type != type) return Malformed("a key of the other type: log is 1, witness is 4");
    if (!keys_.insert(key->key).second) return Malformed("a public key stands twice");
    return key;
  }

  absl::Status Define(std::string_view name) {
    if (name == kNoQuorum || !defined_.insert(std::string(name)).second) {
      return Malformed("the name is taken");
    }
    return absl::OkStatus();
  }

  absl::Status Malformed(std::string_view what) const {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat("policy line ", line_, ": ", ToAbsl(what)), "",
                 {{"line", absl::StrCat(line_)}});
  }

  WitnessPolicy policy_;
  std::set<std::string, std::less<>> defined_;
  std::set<std::string, std::less<>> members_;
  std::set<PublicKey> keys_;
  uint64_t line_ = 0;
};

absl::StatusOr<WitnessPolicy> WitnessPolicy::Parse(std::string_view text) {
  return Parser().Parse(text);
}

std::vector<VerifierKey> WitnessPolicy::LogKeys(std::string_view origin, uint64_t size) const {
  std::vector<VerifierKey> keys;
  for (const Log& log : logs_) {
    if (log.key.name == origin && size <= log.size_max) keys.push_back(log.key);
  }
  return keys;
}

absl::StatusOr<WitnessPolicy::Accepted> WitnessPolicy::Open(
    std::string_view signed_checkpoint) const {
  ASSIGN_OR_RETURN(const Note note, ParseNote(signed_checkpoint));
  Accepted accepted;
  ASSIGN_OR_RETURN(accepted.checkpoint, ParseCheckpoint(note.text));

  std::vector<VerifierKey> trusted = LogKeys(accepted.checkpoint.origin, accepted.checkpoint.size);
  RETURN_IF_ERROR(OpenNote(signed_checkpoint, trusted).status());
  for (const Witness& witness : witnesses_) trusted.push_back(witness.key);
  ASSIGN_OR_RETURN(const Note opened, OpenNote(signed_checkpoint, trusted));

  for (const Witness& witness : witnesses_) {
    const KeyId id = witness.key.id();
    const auto line = std::find_if(
        opened.signatures.begin(), opened.signatures.end(), [&](const NoteSignature& signature) {
          return signature.name == witness.key.name && signature.id == id;
        });
    if (line == opened.signatures.end()) continue;
    const uint64_t seconds = *ByteReader(line->signature).TakeU64();
    accepted.witnesses.push_back({witness.name, static_cast<int64_t>(seconds)});
  }
  return accepted;
}

absl::StatusOr<WitnessPolicy::Accepted> WitnessPolicy::Accept(
    std::string_view signed_checkpoint) const {
  ASSIGN_OR_RETURN(Accepted accepted, Open(signed_checkpoint));
  if (!Holds(accepted)) {
    return Error(error::v1::PROOF_INVALID,
                 absl::StrCat("checkpoint: too few witnesses signed for quorum ", quorum_));
  }
  return accepted;
}

absl::StatusOr<bool> WitnessPolicy::HoldsQuorum(std::string_view signed_checkpoint) const {
  ASSIGN_OR_RETURN(const Accepted accepted, Open(signed_checkpoint));
  return Holds(accepted);
}

absl::StatusOr<WitnessPolicy::Witnessed> WitnessPolicy::CheckCosignature(
    std::string_view checkpoint_text, const NoteSignature& cosignature) const {
  const auto witness =
      std::find_if(witnesses_.begin(), witnesses_.end(), [&](const Witness& candidate) {
        return candidate.key.name == cosignature.name && candidate.key.id() == cosignature.id;
      });
  if (witness == witnesses_.end()) {
    return Error(error::v1::WITNESS_UNKNOWN,
                 "no witness of this name and key is in the policy; add its line first");
  }
  ASSIGN_OR_RETURN(const int64_t seconds,
                   VerifyCosignature(witness->key.key, checkpoint_text, cosignature.signature));
  return Witnessed{witness->name, seconds};
}

bool WitnessPolicy::Holds(const Accepted& accepted) const {
  std::set<std::string, std::less<>> witnessed;
  for (const Witnessed& witness : accepted.witnesses) witnessed.insert(witness.name);
  return quorum_ == kNoQuorum || Holds(quorum_, witnessed);
}

bool WitnessPolicy::Holds(std::string_view name,
                          const std::set<std::string, std::less<>>& witnessed) const {
  const auto group = std::find_if(groups_.begin(), groups_.end(),
                                  [name](const Group& g) { return g.name == name; });
  if (group == groups_.end()) return witnessed.contains(name);
  const auto held =
      std::count_if(group->members.begin(), group->members.end(),
                    [&](const std::string& member) { return Holds(member, witnessed); });
  return static_cast<size_t>(held) >= group->needed;
}

}  // namespace constancia::eventstore
