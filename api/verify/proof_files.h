// The text files that carry proofs. Every parser takes the whole file and refuses anything else.
//
// Used by: the checks of proofs, seals, consistency and bundles.
#ifndef CONSTANCIA_VERIFY_PROOF_FILES_H_
#define CONSTANCIA_VERIFY_PROOF_FILES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint.h"
#include "hash.h"
#include "header.h"
#include "merkle.h"
#include "note.h"
#include "result.h"
#include "stream_map.h"

namespace verify {

constexpr std::string_view kTlogProofHead = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kCompletenessHead = "constancia-completeness/v1";

// C2SP tlog-proof: one entry in the tree of a checkpoint.
struct TlogProof {
  uint64_t index = 0;
  std::vector<Hash> path;
  Checkpoint checkpoint;
};
Result<TlogProof> ParseTlogProof(std::string_view bytes);

// Presence with all events, or absence, of one stream at a checkpoint.
struct Completeness {
  Hash key;
  uint64_t count = 0;
  uint64_t last = 0;  // of count > 0
  MapTerminal terminal;
  std::vector<Hash> siblings;  // deepest first
  std::string map_root_leaf;   // 57 bytes
  uint64_t index = 0;          // of the map-root leaf
  std::vector<Hash> path;      // of the map-root leaf
  Checkpoint checkpoint;
};
Result<Completeness> ParseCompleteness(std::string_view bytes);

// Whether the map-root leaf is the last of the checkpoint's tree and the path in the map leads
// from this stream to its root. `stream_root` is the RFC 6962 root over the leaf hashes of the
// stream's events; it is not used when the stream is absent. The caller has accepted the
// checkpoint and counted the events.
Status CheckCompleteness(const Completeness& proof, const Hash& stream_root);

// The seal of one event: its commit group's signature and its path in the group.
struct Seal {
  std::string origin;
  uint64_t first = 0;
  uint64_t count = 0;
  uint64_t index = 0;  // the event's position in the log
  std::vector<Hash> path;
  std::string key_id;     // 4 bytes
  std::string signature;  // 64 bytes
};
Result<Seal> ParseSeal(std::string_view bytes);

struct Consistency {
  uint64_t old_size = 0;
  uint64_t new_size = 0;
  std::vector<Hash> proof;
};
Result<Consistency> ParseConsistency(std::string_view bytes);

// Checks `proof` between two checkpoints of one origin. Size 0 extends to anything by an empty
// proof.
Status CheckConsistency(const Checkpoint& old_checkpoint, const Checkpoint& new_checkpoint,
                        const Consistency& proof);

// Many entries at once.
struct Inclusion {
  uint64_t size = 0;
  std::vector<uint64_t> leaves;  // rising
  std::map<NodePlace, Hash> nodes;
};
Result<Inclusion> ParseInclusion(std::string_view bytes);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_PROOF_FILES_H_
