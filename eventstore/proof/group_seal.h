// Seals: the proof an appender holds from the moment of the answer.
//
// A commit group is signed once, over
//
//     "constancia/seal/v1" || 0x00 || u64be first position || u32be count || root
//
// where root is the RFC 6962 root over the leaf hashes of the group. The seal of one event is that
// signature and the path of its leaf in the group; it depends on nothing that comes later. A note
// holds no zero byte, so no checkpoint signature passes for a seal. The groups form a chain: each
// row names the hash of the row before.
//
// As a file, `.seal`:
//
//     constancia-seal/v1
//     origin <origin>
//     first <decimal>
//     count <decimal>
//     index <decimal>               the event's position
//     path <decimal>                then as many lines of b64, the leaf's sibling first
//     — <origin> <b64(key id || signature)>
//
// Used by: eventstore/log (appender, receipts), api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_GROUP_SEAL_H_
#define CONSTANCIA_EVENTSTORE_PROOF_GROUP_SEAL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/crypto/ed25519.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

inline constexpr uint32_t kGroupEventsMax = 4096;

// Returns the bytes that the signature of a group covers.
std::string GroupMessage(uint64_t first, uint32_t count, const Hash& root);

// Returns H(0x22 || row): what the next group row names as `previous`.
Hash GroupRowHash(std::string_view row);

struct Seal {
  uint64_t first = 0;  // position of the group's first event
  uint32_t count = 0;  // of events in the group
  std::vector<Hash> path;
  KeyId key_id;
  Signature signature;
  bool operator==(const Seal&) const = default;
};

// Fails with PROOF_INVALID unless `seal` is that of the leaf at `position` under `key`, a log key
// of type kEd25519.
absl::Status VerifySeal(const Seal& seal, uint64_t position, const Hash& leaf_hash,
                        const VerifierKey& key);

struct SealFile {
  std::string origin;
  uint64_t position = 0;
  Seal seal;
  bool operator==(const SealFile&) const = default;
};

std::string ToText(const SealFile& file);

// Fails with INPUT_MALFORMED.
absl::StatusOr<SealFile> ParseSealFile(std::string_view text);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_GROUP_SEAL_H_
