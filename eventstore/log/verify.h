// VerifyLog recomputes everything a ledger claims, from its stored entries.
//
// Every leaf is hashed, parsed and followed into its streams: sequence numbers without gaps,
// positions contiguous, `recorded_at` never going back, digests of sealed parts, the root and chain
// of the groups, the root of every checkpoint's tree and its signature, the last map root; then
// `state` is compared with what was recomputed. Damage is reported by position and reading goes on
// behind it, so one run names everything.
//
// Used by: api/cli (ledger verify), tests.
// Threads: the ledger is not open elsewhere.
#ifndef CONSTANCIA_EVENTSTORE_LOG_VERIFY_H_
#define CONSTANCIA_EVENTSTORE_LOG_VERIFY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/position.h"
#include "eventstore/log/inline_projection.h"

namespace rocksdb {
class Env;
}

namespace constancia::eventstore {

struct VerifyOptions {
  std::string folder;
  bool every_map_root = false;  // not the last one only
  bool every_seal = false;      // verify the signature of each group
  bool state = true;            // compare `state` where there is one
  // Rebuilt and compared with their stored rows.
  std::vector<const InlineProjection*> projections;
  rocksdb::Env* env = nullptr;
  // Called now and then with the positions read and the number there are.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct VerifyFinding {
  // Where in the log, when the finding has a place there.
  std::optional<Position> position;
  std::string what;
};

struct VerifyReport {
  uint64_t size = 0;  // positions read
  uint64_t events = 0;
  uint64_t groups = 0;
  uint64_t checkpoints = 0;
  uint64_t streams = 0;
  uint64_t checkpoint_size = 0;         // of the latest checkpoint
  std::vector<VerifyFinding> findings;  // by position; at most kFindingsMax are kept
  uint64_t findings_total = 0;
  static constexpr size_t kFindingsMax = 1'000;

  bool ok() const { return findings_total == 0; }
};

// Fails only when there is nothing to read; damage is in the report.
absl::StatusOr<VerifyReport> VerifyLog(const VerifyOptions& options);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_VERIFY_H_
