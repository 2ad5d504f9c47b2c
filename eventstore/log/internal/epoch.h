// What was recorded since a checkpoint, in memory: everything that `state` does not hold yet.
//
// One epoch is open and grows with every synced group; when a checkpoint is due it is frozen, the
// notary writes it to `state`, and it goes. Readers look into the open epoch, then the frozen one,
// then `state`.
//
// Threads: the owner of an open epoch guards it; a frozen one is immutable.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_EPOCH_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_EPOCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/event/uuid.h"
#include "eventstore/log/recorded_event.h"

namespace constancia::eventstore {

// Changed rows of one projection; no value is a deleted row.
using RowChanges = absl::btree_map<std::string, std::optional<std::string>, std::less<>>;

struct Epoch {
  struct Event {
    Position position;
    Hash leaf_hash;
    EventId id;
  };
  // The events that a stream gained.
  struct Tail {
    uint64_t first_sequence = 0;
    std::vector<uint32_t> events;  // indices into `events`
    uint64_t version() const { return first_sequence + events.size(); }
  };

  explicit Epoch(size_t projections) : rows(projections) {}

  // Adds an event with its place in streams and its ids, its rows apart.
  void Add(const RecordedEvent& event, const Hash& leaf_hash);

  std::vector<Event> events;
  absl::flat_hash_map<Hash, Tail> streams;
  absl::flat_hash_map<std::string, Position> idempotency;  // first event of a request; external ids
  absl::flat_hash_map<EventId, Position> ids;
  std::vector<RowChanges> rows;  // by projection
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_EPOCH_H_
