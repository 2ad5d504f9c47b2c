// Leaves of the log: the bytes that are hashed, stored and exported for each event and map root.
//
// A leaf is one type byte and a body. An event's body is the message EventHeader, written once:
// the desk encodes fields 1 to 15, the appender adds recorded_at (16) and the streams (17) behind
// them. Nothing is ever encoded again for checking; readers parse the bytes they were given.
//
// Used by: eventstore/log (writes and reads), api/export.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_HEADER_H_
#define CONSTANCIA_CORE_EVENT_HEADER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/event/stream.h"

namespace constancia {

using ledger::v1::EventHeader;

inline constexpr size_t kLeafBytesMax = 65'535;
inline constexpr size_t kPublicPartBytesMax = 32 * 1024;
inline constexpr size_t kPersonalPartBytesMax = 256 * 1024;

enum class LeafKind : uint8_t { kEvent = 0x01, kMapRoot = 0x02 };

// Returns what kind of leaf this is, nothing when it is empty or of no known kind.
std::optional<LeafKind> KindOfLeaf(std::string_view leaf);

// Checks fields 1 to 15: who, what, when and whence are there, ids and codes have their form, sizes
// hold. A leaf made of a header that passes never exceeds kLeafBytesMax.
// Fails with SCHEMA_INVALID, ACTOR_REQUIRED, EVENT_TOO_LARGE or PERSONAL_DATA_MISPLACED, naming
// the field.
absl::Status CheckDesk(const EventHeader& header);

// Encodes fields 1 to 15 of a header that passes CheckDesk. recorded_at and streams are not set.
std::string EncodeDesk(const EventHeader& header);

// Returns the leaf: type byte, `desk` as EncodeDesk made it, recorded_at, streams.
std::string FinishLeaf(std::string_view desk, Instant recorded_at,
                       std::span<const StreamPlace> streams);

// Reads the leaf of an event. Fails with DAMAGED unless it is complete: known fields only, in
// order, with the sizes they have; one to eight different streams, the source's among them; and a
// subject that is one of its debtors or agents when there is a personal part. It does not ask again
// what CheckDesk asks of strings, so that stricter rules never make an old log unreadable.
absl::StatusOr<EventHeader> ParseEventLeaf(std::string_view leaf);

// The leaf that says what the map of all streams was. Fixed 57 bytes:
//   0x02 || u64be covered || u64be key count || 32-byte map root || u64be index of the one before
struct MapRootLeaf {
  static constexpr size_t kSize = 57;
  static constexpr uint64_t kNoPrevious = UINT64_MAX;

  // The map describes exactly the entries [0, covered); equals this leaf's own index.
  uint64_t covered = 0;
  uint64_t key_count = 0;
  Hash root;
  // Log index of the map-root leaf before, kNoPrevious for the first.
  uint64_t previous = kNoPrevious;

  friend bool operator==(const MapRootLeaf&, const MapRootLeaf&) = default;
};

std::string EncodeMapRootLeaf(const MapRootLeaf& leaf);

// Fails with DAMAGED unless `leaf` is 57 bytes that begin with 0x02 and `previous` is below
// `covered` or absent.
absl::StatusOr<MapRootLeaf> ParseMapRootLeaf(std::string_view leaf);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_HEADER_H_
