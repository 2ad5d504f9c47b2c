// Everything that is read from the log: entries, streams, seals, checkpoints and proofs.
//
// Readers see what is synced and nothing else. Proofs are about published checkpoints; completeness
// proofs about the latest one.
//
// Used by: api/service, api/commands, api/export, eventstore/projections.
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_LOG_LOG_READER_H_
#define CONSTANCIA_EVENTSTORE_LOG_LOG_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/event/sealing.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "eventstore/log/append.h"
#include "eventstore/log/recorded_event.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/multi_proof.h"
#include "eventstore/proof/tile.h"

namespace constancia::eventstore {

class LogCore;

// A checkpoint with its signed note: the lines of the log's keys, then those of witnesses.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string note;
};

class LogReader {
 public:
  // `core` outlives the reader.
  explicit LogReader(const LogCore* core) : core_(core) {}

  // The position behind the last synced event.
  Position end() const;

  // Reads the event at `position`. Fails with NOT_FOUND when no event stands there (a map root
  // does, or nothing yet) and with DAMAGED when its bytes are not those that were written.
  absl::StatusOr<RecordedEvent> ReadEvent(Position position) const;

  // Reads the leaf bytes at `position`, of an event or a map root. Fails likewise.
  absl::StatusOr<std::string> ReadLeaf(Position position) const;

  // Reads at most `limit` events from position `from` on, map roots left out.
  absl::StatusOr<std::vector<RecordedEvent>> ReadLog(Position from, size_t limit) const;

  // The same, waiting up to `timeout` for the first one; empty when none came.
  absl::StatusOr<std::vector<RecordedEvent>> AwaitLog(Position from, size_t limit,
                                                      absl::Duration timeout) const;

  // Reads at most `limit` events of a stream from sequence `from` on; empty behind its end.
  absl::StatusOr<std::vector<RecordedEvent>> ReadStream(const Stream& stream, Sequence from,
                                                        size_t limit) const;

  // The positions of the same events.
  absl::StatusOr<std::vector<Position>> ReadStreamPositions(const Hash& stream_key, Sequence from,
                                                            size_t limit) const;

  // Returns the number of events of a stream, 0 when it does not exist.
  absl::StatusOr<StreamVersion> VersionOf(const Stream& stream) const;

  // Finds an event by its id.
  absl::StatusOr<std::optional<Position>> FindEvent(const EventId& id) const;

  // Returns what the append of this source and request id returned, nothing when there was none.
  absl::StatusOr<std::optional<AppendResult>> FindRequest(std::string_view source,
                                                          std::string_view request_id) const;

  // Reads all events of the append whose first event stands at `first`.
  absl::StatusOr<std::vector<RecordedEvent>> ReadAppend(Position first) const;

  // Returns the receipts of events, in the order asked.
  absl::StatusOr<std::vector<Receipt>> ReceiptsOf(const std::vector<Position>& positions) const;

  // Opens the personal part of an event. Fails with PERSONAL_PART_ERASED when its key was destroyed
  // and with NOT_FOUND when it has none.
  absl::StatusOr<OpenedPersonal> OpenPersonal(const RecordedEvent& event) const;

  // The latest published checkpoint. There is always one.
  SignedCheckpoint LatestCheckpoint() const;

  // The checkpoint of exactly `size`, or the last one at or before it. Fails with NOT_FOUND.
  absl::StatusOr<SignedCheckpoint> CheckpointAt(uint64_t size) const;
  absl::StatusOr<SignedCheckpoint> CheckpointAtOrBefore(uint64_t size) const;

  // Proofs against the tree of `size` leaves. Fail with NOT_PUBLISHED when `size` lies beyond the
  // latest checkpoint, and with INPUT_MALFORMED when a position does not lie within `size`.
  absl::StatusOr<std::vector<Hash>> InclusionProof(Position position, uint64_t size) const;
  absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t old_size, uint64_t size) const;
  absl::StatusOr<MultiProof> InclusionProofs(std::vector<uint64_t> positions, uint64_t size) const;

  // The proof that a stream has exactly the events it has in the latest checkpoint, or none.
  absl::StatusOr<CompletenessProof> ProveCompleteness(const Stream& stream) const;

  // Several of them, all about one checkpoint, in the order asked.
  absl::StatusOr<std::vector<CompletenessProof>> ProveCompleteness(
      const std::vector<Hash>& stream_keys) const;

  // Gives the lines of the audit feed for positions [from, to), each with its LF, until `take`
  // returns false. `to` is at most the size of the latest checkpoint, else NOT_PUBLISHED.
  absl::Status ReadAuditFeed(Position from, Position to,
                             absl::FunctionRef<bool(std::string_view)> take) const;

  // For publishing. Leaf bytes of positions [from, from + count), all below the latest checkpoint.
  absl::StatusOr<std::vector<std::string>> ReadLeaves(Position from, uint64_t count) const;

  // The 32 * width bytes of a tile of the latest checkpoint's tree or an earlier one.
  absl::StatusOr<std::string> ReadTile(TileId tile) const;

  // Gives the bytes of the group rows whose first position lies in [from, to), in order.
  absl::Status ReadGroupRows(Position from, Position to,
                             absl::FunctionRef<absl::Status(std::string_view)> take) const;

 private:
  absl::Status CheckPublished(uint64_t size) const;

  const LogCore* const core_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_LOG_READER_H_
