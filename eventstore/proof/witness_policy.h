// Whom a reader trusts: logs, witnesses, and how many of them must have signed (C2SP tlog-policy).
//
//     log <vkey> [url]
//     retired <vkey> <size>          a log key that counts only up to that checkpoint size
//     witness <name> <vkey> [url]
//     group <name> all|any|<k> <member>...
//     quorum <name>|none             exactly one
//
// Words are parted by spaces and tabs, '#' begins a comment line, a name is defined before it is
// used and is a member at most once, and no public key stands twice. At most 32 logs, 32 witnesses
// and 32 groups. `retired` is our addition. The reader brings this file; it is never taken from
// what it judges.
//
// Used by: api/export, eventstore/log (its own note, cosignatures).
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_WITNESS_POLICY_H_
#define CONSTANCIA_EVENTSTORE_PROOF_WITNESS_POLICY_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/ed25519.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

class WitnessPolicy {
 public:
  struct Witnessed {
    std::string name;  // in the policy
    int64_t seconds = 0;
  };
  struct Accepted {
    Checkpoint checkpoint;
    std::vector<Witnessed> witnesses;  // whose cosignatures verified, in the order of the policy
  };

  // Fails with INPUT_MALFORMED, naming the line.
  static absl::StatusOr<WitnessPolicy> Parse(std::string_view text);

  // Accepts a signed checkpoint when a listed log signed it, under its own origin, and the quorum
  // holds. Fails with INPUT_MALFORMED or PROOF_INVALID; a cosignature of a listed witness that does
  // not verify refuses the checkpoint.
  absl::StatusOr<Accepted> Accept(std::string_view signed_checkpoint) const;

  // Tells whether enough witnesses have cosigned. Fails as Accept does for everything else.
  absl::StatusOr<bool> HoldsQuorum(std::string_view signed_checkpoint) const;

  // Verifies one cosignature of `checkpoint_text`. Fails with WITNESS_UNKNOWN when its key is that
  // of no listed witness, and with PROOF_INVALID when it does not verify.
  absl::StatusOr<Witnessed> CheckCosignature(std::string_view checkpoint_text,
                                             const NoteSignature& cosignature) const;

  // Keys that may sign for `origin` at `size`, retired ones included: also for seals, with the
  // position sealed last plus one as the size.
  std::vector<VerifierKey> LogKeys(std::string_view origin, uint64_t size) const;

 private:
  struct Log {
    VerifierKey key;
    uint64_t size_max = 0;
  };
  struct Witness {
    std::string name;
    VerifierKey key;
  };
  struct Group {
    std::string name;
    size_t needed = 0;
    std::vector<std::string> members;
  };
  class Parser;

  // Everything that Accept checks but the quorum.
  absl::StatusOr<Accepted> Open(std::string_view signed_checkpoint) const;
  bool Holds(const Accepted& accepted) const;
  bool Holds(std::string_view name, const std::set<std::string, std::less<>>& witnessed) const;

  std::vector<Log> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Group> groups_;
  std::string quorum_;  // a witness, a group, or "none"
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_WITNESS_POLICY_H_
