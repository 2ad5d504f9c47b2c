// Checkpoints (C2SP tlog-checkpoint) and witness cosignatures (C2SP tlog-cosignature).
//
// Used by: the policy, which decides whether a checkpoint is accepted, and every check.
#ifndef CONSTANCIA_VERIFY_CHECKPOINT_H_
#define CONSTANCIA_VERIFY_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hash.h"
#include "note.h"
#include "result.h"

namespace verify {

// The head of a log: what a checkpoint says. Not to be believed before the policy accepts it.
struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root;
  Note note;  // as signed
};

// Parses a signed checkpoint strictly.
Result<Checkpoint> ParseCheckpoint(std::string_view bytes);

// When `signature` is a valid cosignature of `key` over the checkpoint text: its time in seconds
// since 1970-01-01 UTC. Nothing when it does not verify.
std::optional<uint64_t> CosignedAt(const NoteSignature& signature, const VerifierKey& key,
                                   std::string_view checkpoint_text);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_CHECKPOINT_H_
