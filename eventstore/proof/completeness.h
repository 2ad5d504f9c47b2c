// The proof that an export holds all events of a stream, up to a checkpoint.
//
// The checkpoint's last leaf states the root of the stream map; the map states how many events the
// stream has, where its last one stands, and the root of the tree over them. So the events in hand
// are all there are, in order, none altered; or the stream does not exist.
//
//     constancia-completeness/v1
//     key <hex stream key>
//     count <decimal>                      0 when absent
//     last <decimal>                       omitted when count is 0
//     terminal present | empty | other <hex key> <hex value hash>
//     siblings <decimal>                   then as many lines of b64, deepest first
//     maproot <b64 of the map-root leaf, 57 bytes>
//     index <decimal>                      tree size - 1
//     proof <decimal>                      then as many lines of b64, the leaf's sibling first
//
//     <the signed checkpoint, verbatim>
//
// Used by: eventstore/log (makes them), api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_COMPLETENESS_H_
#define CONSTANCIA_EVENTSTORE_PROOF_COMPLETENESS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/stream_map.h"

namespace constancia::eventstore {

struct CompletenessProof {
  Hash key;            // of the stream
  uint64_t count = 0;  // of its events, 0 when it does not exist
  uint64_t last = 0;   // log index of the last one; 0 when count is
  MapProof map;
  std::string map_root_leaf;  // 57 bytes
  uint64_t index = 0;         // of that leaf in the log
  std::vector<Hash> proof;    // of that leaf
  std::string checkpoint;     // the signed note
  bool operator==(const CompletenessProof&) const = default;
};

std::string ToText(const CompletenessProof& proof);

// Fails with INPUT_MALFORMED. The checkpoint is taken as it stands; the policy reads it.
absl::StatusOr<CompletenessProof> ParseCompleteness(std::string_view text);

// Checks everything between `checkpoint`, accepted from `proof.checkpoint` by the reader's policy,
// and the leaf hashes of the events in hand. Fails with PROOF_INVALID, naming the step. What
// remains for the caller: that every event names this stream and the right sequence number, and
// stands where it says in the log (multi_proof), the last one at `proof.last`.
absl::Status VerifyCompleteness(const CompletenessProof& proof, const Checkpoint& checkpoint,
                                std::span<const Hash> leaf_hashes);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_COMPLETENESS_H_
