// What readers see of the epochs that `state` does not hold yet, and how far the synced log goes.
//
// Whoever finds nothing here goes on to `state`. Between the two looks the notary may have moved an
// epoch over; `written()` tells, and the look is repeated.
//
// Threads: any thread reads; the syncer records and freezes, the notary drops.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_OVERLAY_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_OVERLAY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/event/uuid.h"
#include "eventstore/log/internal/epoch.h"
#include "eventstore/log/recorded_event.h"

namespace constancia::eventstore {

class Overlay {
 public:
  // `end` is the position behind the last event of `open`, or of `state` when that is empty.
  Overlay(std::shared_ptr<Epoch> open, Position end, size_t projections);

  // Makes one append visible: its events and the rows that changed with them, by projection.
  void Record(const std::vector<RecordedEvent>& events, const std::vector<Hash>& leaf_hashes,
              std::vector<RowChanges> rows);

  // Closes the open epoch and begins the next. The one frozen before was dropped.
  std::shared_ptr<const Epoch> Freeze();

  // Forgets the frozen epoch: `state` holds it.
  void Drop();

  // The position behind the last event.
  Position end() const;

  // Waits until the log goes beyond `position`, at most `timeout`, and returns its end.
  Position AwaitBeyond(Position position, absl::Duration timeout) const;

  // Wakes whoever waits; from now on nobody does.
  void StopWaiting();

  // How many epochs have gone over to `state`.
  uint64_t written() const;

  // Nothing: look into `state`.
  std::optional<uint64_t> VersionOf(const Hash& stream) const;
  std::optional<Position> FindIdempotency(std::string_view key) const;
  std::optional<Position> FindEvent(const EventId& id) const;

  // Positions of the events of a stream from `from` on, as far as they are here. `first` is the
  // sequence of the first of the stream that is here, nothing when none is.
  struct StreamPart {
    std::optional<uint64_t> first;
    std::vector<Position> positions;
  };
  StreamPart ReadStream(const Hash& stream, Sequence from, size_t limit) const;

  // The row in the newest epoch that changed it. Outer nothing: look into `state`; inner: deleted.
  struct RowView {
    std::optional<std::optional<std::string>> row;
    Position end;
    uint64_t written = 0;
  };
  RowView ReadRow(size_t projection, std::string_view key) const;

  // Every changed row whose key begins with `prefix`, from `from` on.
  struct ChangesView {
    RowChanges changes;
    Position end;
    uint64_t written = 0;
  };
  ChangesView ReadChanges(size_t projection, std::string_view prefix, std::string_view from) const;

  // For the syncer, which alone changes the open epoch: both as they are now.
  std::shared_ptr<const Epoch> open() const;
  std::shared_ptr<const Epoch> frozen() const;

 private:
  const size_t projections_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<Epoch> open_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Epoch> frozen_ ABSL_GUARDED_BY(mutex_);
  Position end_ ABSL_GUARDED_BY(mutex_);
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_OVERLAY_H_
