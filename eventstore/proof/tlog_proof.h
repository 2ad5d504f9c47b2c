// tlog-proof (C2SP): one entry, its inclusion proof and the checkpoint it leads to, in one file.
//
//     c2sp.org/tlog-proof@v1
//     extra <b64>                   optional; nothing vouches for it
//     index <decimal>
//     <b64>                         zero or more, the leaf's sibling first
//
//     <the signed checkpoint, verbatim, with any cosignatures>
//
// To check one: hash the entry you hold, accept the checkpoint by your policy, verify inclusion.
//
// Used by: eventstore/log, api/service, api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_TLOG_PROOF_H_
#define CONSTANCIA_EVENTSTORE_PROOF_TLOG_PROOF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "eventstore/proof/witness_policy.h"

namespace constancia::eventstore {

struct TlogProof {
  std::optional<std::string> extra;
  uint64_t index = 0;
  std::vector<Hash> proof;
  std::string checkpoint;  // the signed note
  bool operator==(const TlogProof&) const = default;
};

std::string ToText(const TlogProof& proof);

// Fails with INPUT_MALFORMED. The checkpoint is taken as it stands; the policy reads it.
absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text);

// Checks the proof of a leaf the caller hashed himself and returns the accepted checkpoint.
// Fails with PROOF_INVALID or INPUT_MALFORMED.
absl::StatusOr<WitnessPolicy::Accepted> VerifyTlogProof(const TlogProof& proof,
                                                        const Hash& leaf_hash,
                                                        const WitnessPolicy& policy);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_TLOG_PROOF_H_
