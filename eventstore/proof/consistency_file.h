// The file `proofs/consistency.txt` of an export: the log of one checkpoint begins with that of an
// earlier one.
//
//     constancia-consistency/v1
//     old <decimal>
//     new <decimal>
//     proof <decimal>               then as many lines of b64
//
// The roots are those of the two checkpoints; merkle.h verifies.
//
// Used by: api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_CONSISTENCY_FILE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_CONSISTENCY_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/hash.h"

namespace constancia::eventstore {

struct ConsistencyFile {
  uint64_t old_size = 0;
  uint64_t new_size = 0;
  std::vector<Hash> proof;
  bool operator==(const ConsistencyFile&) const = default;
};

std::string ToText(const ConsistencyFile& file);

// Fails with INPUT_MALFORMED.
absl::StatusOr<ConsistencyFile> ParseConsistencyFile(std::string_view text);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_CONSISTENCY_FILE_H_
