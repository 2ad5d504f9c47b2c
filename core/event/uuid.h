// Event ids: UUIDv7 (RFC 9562), ordered by the time they were made.
//
// Used by: everything that names events; a permit's id is the id of its event.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_UUID_H_
#define CONSTANCIA_CORE_EVENT_UUID_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/base/time.h"

namespace constancia {

struct EventId {
  static constexpr size_t kSize = 16;

  std::array<uint8_t, kSize> bytes{};

  // Nothing unless `raw` is exactly 16 bytes of a UUIDv7.
  static std::optional<EventId> From(std::string_view raw);

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), kSize}; }
  std::string str() const { return std::string(view()); }

  friend auto operator<=>(const EventId&, const EventId&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const EventId& id) {
    return H::combine(std::move(state), id.bytes);
  }
};

// Makes an id of the millisecond of `now` and 74 random bits. `now` is not before 1970.
EventId NewEventId(Instant now, Random& random);

// Reads "01932c5e-8a00-7000-8000-000000000001", digits in either case. Fails with SCHEMA_INVALID
// when it is anything else or another version of UUID.
absl::StatusOr<EventId> ParseEventId(std::string_view text);

// Writes it in lower case.
std::string ToText(const EventId& id);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_UUID_H_
