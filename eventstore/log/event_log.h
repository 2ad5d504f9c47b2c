// EventLog is the one place where events become permanent.
//
// Appending gives an event its position and its place in its streams, seals it with its commit
// group and writes the group with one sync. Checkpoints with the map of all streams follow within a
// second. Nothing here changes or removes an event; erasure lives in eventstore/retention.
//
// Inside: the calling thread validates, seals the personal part and encodes; the *appender* thread
// orders; the *syncer* thread writes and brings the inline projections up to date; the *answerer*
// thread answers; the *notary* thread makes checkpoints and writes what can be recomputed.
//
// A ledger's folder holds `log` (entries, groups, checkpoints: synced, the truth), `state` (all
// that can be rebuilt from it; may be deleted) and `keys` (data keys).
//
// Memory: an event that no checkpoint covers yet is kept with its rows, about 1.5 KiB without the
// rows of projections; at most Limits::uncovered_events_max are.
//
// Used by: api/commands, api/service, api/export, eventstore/projections, eventstore/retention.
// Threads: any thread may call any method.
// Durability: when an append is answered with OK, its events survive loss of power.
#ifndef CONSTANCIA_EVENTSTORE_LOG_EVENT_LOG_H_
#define CONSTANCIA_EVENTSTORE_LOG_EVENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/position.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "core/event/stream.h"
#include "eventstore/log/append.h"
#include "eventstore/log/data_keys.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/log/log_reader.h"

namespace rocksdb {
class Env;
}

namespace constancia::eventstore {

class LogCore;
class TrailingRows;
class WitnessPolicy;

// Witnesses of one checkpoint.
inline constexpr size_t kCosignaturesMax = 64;

class EventLog {
 public:
  struct Limits {
    size_t queue_appends_max = 4'096;   // waiting for the appender; beyond: QUEUE_FULL
    size_t queue_bytes_max = 64 << 20;  // of what waits
    size_t group_events_max = 4'096;    // at least kAppendTotalMax
    size_t group_bytes_max = 4 << 20;
    size_t checkpoint_events = 4'096;  // a checkpoint is due after so many events ...
    absl::Duration checkpoint_interval =
        absl::Seconds(1);                  // ... or so long after the first of them
    size_t uncovered_events_max = 16'384;  // appends wait beyond; at least kAppendTotalMax
    // When `state` is further behind the log than a crash leaves it, it is filled in bulk.
    size_t bulk_rebuild_entries = 400'000;
  };

  // Pointers outlive the log.
  struct Options {
    // Holds log/, state/ and keys/.
    std::string folder;
    // The log's key: the newest one that the log names.
    const Signer* signer = nullptr;
    // The key before it, while checkpoints are signed with both.
    const Signer* retiring_signer = nullptr;
    // Wrap the data keys. The highest generation wraps; older ones still open what they wrapped.
    std::vector<MasterKey> master_keys;
    Clock* clock = nullptr;
    // Says when a checkpoint is due; nullptr is the machine's.
    MonotonicClock* monotonic = nullptr;
    Random* random = nullptr;
    std::vector<const InlineProjection*> projections;
    Limits limits;
    // File system below the tables; nullptr is the operating system's.
    rocksdb::Env* env = nullptr;
    size_t cache_bytes = 256 << 20;  // of blocks of the tables, all three databases together
  };

  // Makes a new ledger in `options.folder`: K, `LedgerCreated` at position 0, the first map root at
  // 1, the checkpoint of size 2. Fails with EXISTS_ALREADY when a ledger is there.
  static absl::Status Create(const Options& options, std::string_view origin,
                             std::string_view tenant);

  // Opens a ledger and brings everything to the end of its log: rows, projections, map, and a
  // checkpoint that was due. Every map root on the way is recomputed and compared.
  // Fails with DAMAGED, naming the position, when stored bytes are not what was written; with
  // SETUP_INVALID when there is no ledger, it is open elsewhere, or the keys are not its own.
  static absl::StatusOr<std::unique_ptr<EventLog>> Open(const Options& options);

  // Closes.
  ~EventLog();

  // Answers everything accepted, makes the last checkpoint and stops. Later appends fail with
  // SHUTTING_DOWN.
  void Close();

  // What the ledger says of itself.
  const std::string& origin() const;
  const std::string& tenant() const;
  const StreamKeys& stream_keys() const;

  // Appends all drafts at consecutive positions, or none; then calls `done`.
  //
  // A repetition (same source and request id, or same source and external ids) with the same
  // content gets the receipts of the first time. Fails with
  //   STREAM_MOVED          an expectation does not hold; reread and decide again
  //   IDEMPOTENCY_CONFLICT  other content under a known id, or only some of the events are known
  //   QUEUE_FULL            too many appends wait; retry later
  //   LOG_HALTED            a write failed; nothing is accepted until the log is opened again
  //   SHUTTING_DOWN         Close was called
  //   SCHEMA_INVALID, STREAM_INVALID, SUBJECT_REQUIRED, ACTOR_REQUIRED, EVENT_TOO_LARGE,
  //   LIMIT_EXCEEDED        the request is not one the log can store
  // A failure after LOG_HALTED leaves open whether the events were kept: repeat the request after
  // the restart.
  void Append(AppendRequest request, AppendCallback done);

  // Appends and waits for the answer.
  absl::StatusOr<AppendResult> AppendAndWait(AppendRequest request);

  // Calls `done` once a published checkpoint covers `position`; with LOG_HALTED or SHUTTING_DOWN
  // when that will not happen.
  void WhenPublished(Position position, absl::AnyInvocable<void(absl::Status)> done);

  // Waits for that. Fails with NOT_PUBLISHED when `timeout` passes first.
  absl::Status WaitPublished(Position position, absl::Duration timeout);

  // LOG_HALTED after a failed write, else OK.
  absl::Status health() const;

  // Everything that reads entries, streams, seals, checkpoints and proofs. Lives as long as the
  // log.
  const LogReader& reader() const;

  // A row of an inline projection, and the position up to which (exclusive) it is true. When the
  // row is read to decide, read the versions of the streams concerned first: then an event that
  // falls between the two reads makes the append fail with STREAM_MOVED, never pass unseen.
  struct Row {
    std::optional<std::string> value;
    Position as_of;
  };
  absl::StatusOr<Row> ReadRow(std::string_view projection, std::string_view key) const;

  // The rows of an inline projection whose keys begin with `prefix`, from key `from` on ("" is the
  // first), in order of keys, at most `limit`.
  struct RowList {
    std::vector<std::pair<std::string, std::string>> rows;
    Position as_of;
  };
  absl::StatusOr<RowList> ScanRows(std::string_view projection, std::string_view prefix,
                                   std::string_view from, size_t limit) const;

  // Opens the rows of a projection that follows the log on its own. See trailing_rows.h. Fails with
  // DAMAGED when they are true for more than the log holds.
  absl::StatusOr<std::unique_ptr<TrailingRows>> OpenTrailing(std::string_view name,
                                                             uint32_t version);

  // Appends `KeyRotated`, sealed by the old key; every group after it is sealed by `next`, and
  // every checkpoint signed by both until RetireLogKey. `next` outlives the log.
  absl::StatusOr<Receipt> RotateLogKey(const Signer* next, const ledger::v1::Actor& actor);

  // Ends the overlap: checkpoints are signed by the current key alone.
  void RetireLogKey();

  // Keeps cosignatures, as signature lines without their LF, of the checkpoint of `size`; from then
  // on everything that shows the checkpoint shows them. Of each witness the latest is kept, so a
  // repetition changes nothing. Returns the checkpoint with all it has. All are kept or none. Fails
  // with
  //   NOT_FOUND (size)        no checkpoint of this size was published
  //   PROOF_INVALID           (root) `root` is not that of the checkpoint; (cosignatures[i]) the
  //                           signature does not verify
  //   WITNESS_UNKNOWN         (cosignatures[i]) it is by no witness of `policy`
  //   INPUT_MALFORMED         (cosignatures[i]) it is no signature line; (cosignatures) with them
  //                           the checkpoint would be no signed note
  //   SOURCE_CLOCK_SKEW       (cosignatures[i]) its time lies more than 5 minutes ahead
  //   LIMIT_EXCEEDED          more than kCosignaturesMax of one checkpoint
  //   LOG_HALTED              they could not be written
  absl::StatusOr<SignedCheckpoint> AddCosignatures(const WitnessPolicy& policy, uint64_t size,
                                                   const std::optional<Hash>& root,
                                                   const std::vector<std::string>& lines);

  DataKeys& data_keys();

  // Empties the sealed parts of entries whose data keys are destroyed, and rewrites the files they
  // stood in. Leaves, and so every hash, stay as they are. Only for eventstore/retention.
  absl::Status EmptySealed(const std::vector<Position>& positions);

 private:
  explicit EventLog(std::unique_ptr<LogCore> core);

  std::unique_ptr<LogCore> core_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_EVENT_LOG_H_
