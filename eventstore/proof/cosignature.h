// Witness cosignatures, version 1 (C2SP tlog-cosignature): "at that time this was the largest
// consistent tree of this origin that I had seen".
//
// What follows the key id in the note's signature line is u64be seconds since 1970 || Ed25519
// signature, over the lines `cosignature/v1` and `time <seconds>` and the checkpoint text.
//
// Used by: note, witness_policy; eventstore/log (AddCosignature).
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_COSIGNATURE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_COSIGNATURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/crypto/ed25519.h"

namespace constancia::eventstore {

// Returns the stated time, in seconds since 1970. Fails with PROOF_INVALID when `cosignature` (time
// and signature) is not one of `key` over `checkpoint_text`, or the time is above 2^63 - 1.
absl::StatusOr<int64_t> VerifyCosignature(const PublicKey& key, std::string_view checkpoint_text,
                                          std::string_view cosignature);

// Returns time and signature over `checkpoint_text`; `seconds` is not negative. Fails when the key
// cannot be reached.
absl::StatusOr<std::string> MakeCosignature(const Signer& signer, std::string_view checkpoint_text,
                                            int64_t seconds);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_COSIGNATURE_H_
