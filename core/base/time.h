// Instants. Civil time and zones are in zone.h.

#ifndef CONSTANCIA_CORE_BASE_TIME_H_
#define CONSTANCIA_CORE_BASE_TIME_H_

#include <compare>
#include <cstdint>

namespace constancia {

// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
  int64_t micros = 0;

  friend auto operator<=>(const Instant&, const Instant&) = default;
};

inline constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_TIME_H_
