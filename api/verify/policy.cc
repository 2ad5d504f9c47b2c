#include "policy.h"

#include <algorithm>

#include "bytes.h"

namespace verify {
namespace {

constexpr size_t kLogsMax = 32;
constexpr size_t kWitnessesMax = 32;
constexpr size_t kGroupsMax = 32;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

Result<Policy> Policy::Parse(std::string_view text) {
  Policy policy;
  size_t number = 0;
  if (!IsUtf8(text)) return Unreadable("the policy is not UTF-8");
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::vector<std::string_view> words = Words(line);
    if (words.empty() || words[0][0] == '#') continue;
    if (Status status = policy.ParseLine(words); !status.ok()) {
      return Unreadable("line " + std::to_string(number) + ": " + status.failure().detail);
    }
  }
  if (policy.logs_.empty()) return Unreadable("the policy names no log");
  if (!policy.quorum_seen_) return Unreadable("the policy has no quorum line");
  return policy;
}

Status Policy::ParseLine(const std::vector<std::string_view>& words) {
  if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
    LogKey log;
    VERIFY_ASSIGN(log.key, ParseVerifierKey(words[1]));
    if (log.key.type != kEd25519) return NotProven("a log key must be of type 1 (Ed25519)");
    VERIFY_TRY(CheckNewKey(log.key));
    logs_.push_back(log);
    if (logs_.size() > kLogsMax) return NotProven("more than 32 log keys");
    return {};
  }
  if (words[0] == "retired" && words.size() == 3) {
    LogKey log;
    VERIFY_ASSIGN(log.key, ParseVerifierKey(words[1]));
    log.retired_at = ParseDecimal(words[2]);
    if (log.key.type != kEd25519) return NotProven("a log key must be of type 1 (Ed25519)");
    if (!log.retired_at) return NotProven("the size of a retired key must be decimal");
    VERIFY_TRY(CheckNewKey(log.key));
    logs_.push_back(log);
    if (logs_.size() > kLogsMax) return NotProven("more than 32 log keys");
    return {};
  }
  if (words[0] == "witness" && (words.size() == 3 || words.size() == 4)) {
    VERIFY_TRY(CheckNewName(words[1]));
    VERIFY_ASSIGN(const VerifierKey key, ParseVerifierKey(words[2]));
    if (key.type != kCosignatureV1 && key.type != kCosignatureMlDsa44) {
      return NotProven("a witness key must be of type 4 (cosignature/v1)");
    }
    VERIFY_TRY(CheckNewKey(key));
    witnesses_[std::string(words[1])] = key;
    if (witnesses_.size() > kWitnessesMax) return NotProven("more than 32 witnesses");
    return {};
  }
  if (words[0] == "group" && words.size() >= 4) return AddGroup(words);
  if (words[0] == "quorum" && words.size() == 2) {
    if (quorum_seen_) return NotProven("a second quorum line");
    quorum_seen_ = true;
    if (words[1] == "none") return {};
    quorum_ = std::string(words[1]);
    if (witnesses_.count(quorum_) == 0 && groups_.count(quorum_) == 0) {
      return NotProven("the quorum names no witness or group defined above");
    }
    return {};
  }
  return NotProven("not a line of a policy");
}

Status Policy::AddGroup(const std::vector<std::string_view>& words) {
  VERIFY_TRY(CheckNewName(words[1]));
  Group group;
  for (size_t i = 3; i < words.size(); ++i) {
    const std::string member(words[i]);
    if (witnesses_.count(member) == 0 && groups_.count(member) == 0) {
      return NotProven("'" + member + "' is not defined above");
    }
    bool taken = std::count(group.members.begin(), group.members.end(), member) != 0;
    for (const auto& [name, other] : groups_) {
      taken = taken || std::count(other.members.begin(), other.members.end(), member) != 0;
    }
    if (taken) return NotProven("'" + member + "' is a member twice");
    group.members.push_back(member);
  }
  const auto needed = words[2] == "all"   ? std::optional<uint64_t>(group.members.size())
                      : words[2] == "any" ? std::optional<uint64_t>(1)
                                          : ParseDecimal(words[2]);
  if (!needed || *needed == 0 || *needed > group.members.size()) {
    return NotProven("a group needs all, any, or a number from 1 to that of its members");
  }
  group.needed = *needed;
  groups_[std::string(words[1])] = group;
  if (groups_.size() > kGroupsMax) return NotProven("more than 32 groups");
  return {};
}

Status Policy::CheckNewKey(const VerifierKey& key) const {
  const auto same = [&](const VerifierKey& other) { return other.key == key.key; };
  const auto pair = [&](const VerifierKey& other) {
    return other.name == key.name && other.id == key.id;
  };
  for (const LogKey& log : logs_) {
    if (same(log.key) || pair(log.key)) return NotProven("the same public key stands above");
  }
  for (const auto& [name, witness] : witnesses_) {
    if (same(witness) || pair(witness)) return NotProven("the same public key stands above");
  }
  return {};
}

Status Policy::CheckNewName(std::string_view name) const {
  const std::string text(name);
  if (text == "none") return NotProven("'none' is not a name");
  if (witnesses_.count(text) != 0 || groups_.count(text) != 0) {
    return NotProven("'" + text + "' is defined twice");
  }
  return {};
}

Result<Acceptance> Policy::AcceptLogSignature(const Note& note, std::string_view origin,
                                              uint64_t size) const {
  Acceptance acceptance;
  for (const NoteSignature& signature : note.signatures) {
    for (const LogKey& log : logs_) {
      if (log.key.name != origin || !NamesKey(signature, log.key)) continue;
      if (log.retired_at && size > *log.retired_at) continue;
      if (!Ed25519Verify(log.key.key, note.text, signature.signature)) {
        return NotProven("the signature of log key " + HexEncode(log.key.id) + " is wrong");
      }
      const std::string id = HexEncode(log.key.id);
      if (std::count(acceptance.log_keys.begin(), acceptance.log_keys.end(), id) == 0) {
        acceptance.log_keys.push_back(id);
      }
    }
  }
  if (acceptance.log_keys.empty()) {
    return NotProven("no log key of the policy signed for '" + Printable(origin) + "' at size " +
                     std::to_string(size));
  }
  return acceptance;
}

Result<Acceptance> Policy::Accept(const Checkpoint& checkpoint) const {
  VERIFY_ASSIGN(Acceptance acceptance,
                AcceptLogSignature(checkpoint.note, checkpoint.origin, checkpoint.size));
  for (const NoteSignature& signature : checkpoint.note.signatures) {
    for (const auto& [name, witness] : witnesses_) {
      if (witness.type != kCosignatureV1 || !NamesKey(signature, witness)) continue;
      const auto time = CosignedAt(signature, witness, checkpoint.note.text);
      if (!time) return NotProven("the cosignature of witness '" + name + "' is wrong");
      acceptance.cosigners.push_back({name, *time});
    }
  }
  if (!quorum_.empty() && !Holds(quorum_, acceptance.cosigners)) {
    return NotProven("the quorum '" + quorum_ + "' of the policy is not reached");
  }
  return acceptance;
}

bool Policy::Holds(const std::string& name, const std::vector<Cosigner>& cosigners) const {
  const auto group = groups_.find(name);
  if (group == groups_.end()) {
    return std::any_of(cosigners.begin(), cosigners.end(),
                       [&](const Cosigner& cosigner) { return cosigner.name == name; });
  }
  size_t holding = 0;
  for (const std::string& member : group->second.members) holding += Holds(member, cosigners);
  return holding >= group->second.needed;
}

const VerifierKey* Policy::FindLogKey(std::string_view origin, std::string_view key_id,
                                      uint64_t size) const {
  for (const LogKey& log : logs_) {
    if (log.key.name == origin && log.key.id == key_id &&
        (!log.retired_at || size <= *log.retired_at)) {
      return &log.key;
    }
  }
  return nullptr;
}

}  // namespace verify
