// Checkpoints (C2SP tlog-checkpoint): the signed size and root hash of a log.
//
// The text is three lines: origin, size in decimal, base64 of the root. Further lines are read and
// ignored; we write none. The log signs under a key named like its origin, and never signs two
// checkpoints between which no consistency proof exists.
//
// Used by: eventstore/log (notary), witness_policy, api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_CHECKPOINT_H_
#define CONSTANCIA_EVENTSTORE_PROOF_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/crypto/ed25519.h"

namespace constancia::eventstore {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root;
  bool operator==(const Checkpoint&) const = default;
};

// Returns the three lines that are signed.
std::string ToText(const Checkpoint& checkpoint);

// Reads the text of a note. Fails with INPUT_MALFORMED.
absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text);

// Returns the signed note, under the origin as key name. Fails when the key cannot be reached.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_CHECKPOINT_H_
