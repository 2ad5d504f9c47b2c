// The audit feed: every leaf of the log as a line without personal data, from which anybody can
// rebuild every map root and the log root.
//
//     event <index> <b64 leaf hash> <b64 stream key>...
//     map <index> <b64 of the map-root leaf, 57 bytes>
//
// Lines stand in log order, one for each position from where the feed begins.
//
// Used by: eventstore/log, api/service, api/export.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_AUDIT_FEED_H_
#define CONSTANCIA_EVENTSTORE_PROOF_AUDIT_FEED_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/hash.h"

namespace constancia::eventstore {

struct AuditEvent {
  uint64_t index = 0;
  Hash leaf_hash;
  std::vector<Hash> stream_keys;  // 1 to 8
  bool operator==(const AuditEvent&) const = default;
};

struct AuditMapRoot {
  uint64_t index = 0;
  std::string leaf;  // 57 bytes
  bool operator==(const AuditMapRoot&) const = default;
};

using AuditLine = std::variant<AuditEvent, AuditMapRoot>;

// Returns the line with its LF.
std::string ToText(const AuditLine& line);

// Reads a line without its LF. Fails with INPUT_MALFORMED.
absl::StatusOr<AuditLine> ParseAuditLine(std::string_view line);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_AUDIT_FEED_H_
