// Places in the log and in its streams. Distinct types, so that one is never taken for the other.

#ifndef CONSTANCIA_CORE_BASE_POSITION_H_
#define CONSTANCIA_CORE_BASE_POSITION_H_

#include <compare>
#include <cstdint>
#include <utility>

namespace constancia {

// Place of a leaf in the log, from 0; contiguous with the map-root leaves, never reused.
struct Position {
  uint64_t value = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Position& position) {
    return H::combine(std::move(state), position.value);
  }
};

// Place of an event in one stream, from 0, without gaps.
struct Sequence {
  uint64_t value = 0;
  friend auto operator<=>(const Sequence&, const Sequence&) = default;
};

// Number of events of a stream. 0 is a stream that does not exist.
struct StreamVersion {
  uint64_t value = 0;
  friend auto operator<=>(const StreamVersion&, const StreamVersion&) = default;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_POSITION_H_
