// The reader's own policy: whose signatures make a checkpoint acceptable to him.
//
// A text file of lines, separated by spaces or tabs (C2SP tlog-policy):
//   log <vkey> [url]                       a key of a log; its name is the origin
//   retired <vkey> <size>                  a log key that counts up to this tree size
//   witness <name> <vkey> [url]
//   group <name> all|any|<k> <member>...   witnesses or groups defined above
//   quorum <name> | quorum none            exactly once
//   # comment
// It is never taken from what is being verified.
//
// Used by: every command.
#ifndef CONSTANCIA_VERIFY_POLICY_H_
#define CONSTANCIA_VERIFY_POLICY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint.h"
#include "note.h"
#include "result.h"

namespace verify {

struct Cosigner {
  std::string name;   // as in the policy
  uint64_t time = 0;  // seconds since 1970-01-01 UTC
};

// What made a checkpoint acceptable.
struct Acceptance {
  std::vector<std::string> log_keys;  // hex key ids
  std::vector<Cosigner> cosigners;
};

class Policy {
 public:
  static Result<Policy> Parse(std::string_view text);

  // Accepts a checkpoint: a log key of its origin signed it, every line of a trusted key
  // verifies, and the quorum holds.
  Result<Acceptance> Accept(const Checkpoint& checkpoint) const;

  // As Accept, without asking for the quorum: for an earlier checkpoint the reader holds, and
  // for notes by the log that are not checkpoints. `size` is what retired keys are measured by.
  Result<Acceptance> AcceptLogSignature(const Note& note, std::string_view origin,
                                        uint64_t size) const;

  // The log key with this id that may sign for `origin` at tree size `size`.
  const VerifierKey* FindLogKey(std::string_view origin, std::string_view key_id,
                                uint64_t size) const;

  bool has_quorum() const { return !quorum_.empty(); }

 private:
  struct LogKey {
    VerifierKey key;
    std::optional<uint64_t> retired_at;
  };
  struct Group {
    size_t needed = 0;
    std::vector<std::string> members;
  };

  Status ParseLine(const std::vector<std::string_view>& words);
  Status AddGroup(const std::vector<std::string_view>& words);
  Status CheckNewKey(const VerifierKey& key) const;
  Status CheckNewName(std::string_view name) const;
  bool Holds(const std::string& name, const std::vector<Cosigner>& cosigners) const;

  std::vector<LogKey> logs_;
  std::map<std::string, VerifierKey> witnesses_;
  std::map<std::string, Group> groups_;
  std::string quorum_;  // empty for `quorum none`
  bool quorum_seen_ = false;
};

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_POLICY_H_
