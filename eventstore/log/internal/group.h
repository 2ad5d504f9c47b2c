// A commit group on its way from the appender to the syncer.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/crypto/ed25519.h"
#include "eventstore/log/append.h"
#include "eventstore/log/data_keys.h"
#include "eventstore/log/internal/repeat.h"
#include "eventstore/log/recorded_event.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/note.h"
#include "eventstore/tables/database.h"

namespace constancia::eventstore {

// What became of one append. Answers of every kind wait for the sync of the group they are in, so
// that whoever is told that a stream has moved can read what moved it.
struct Outcome {
  // Recorded: the events with their leaf hashes.
  std::vector<RecordedEvent> events;
  std::vector<Hash> leaf_hashes;
  std::vector<KeyLease> leases;
  // Repeated: where its ids stand, and the append to compare.
  std::optional<std::pair<PreparedAppend, KnownIds>> repeated;
  // Refused.
  absl::Status refused;
  AppendCallback done;
};

struct Group {
  explicit Group(Batch empty) : batch(std::move(empty)) {}

  std::vector<Outcome> outcomes;
  std::vector<Hash> leaf_hashes;
  std::optional<MemoryTree> tree;  // over them
  Batch batch;
  Position first;
  size_t bytes = 0;
  KeyId key_id;
  Signature signature;
  // Why the group cannot be written: its key was not reached.
  absl::Status broken;
  // Seals every group after this one.
  const Signer* next_signer = nullptr;
  // A checkpoint is due: the position left free for its map root, right behind the group.
  std::optional<Position> cut;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_GROUP_H_
