#include "eventstore/log/internal/overlay.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace constancia::eventstore {

Overlay::Overlay(std::shared_ptr<Epoch> open, Position end, size_t projections)
    : projections_(projections), open_(std::move(open)), end_(end) {}

void Overlay::Record(const std::vector<RecordedEvent>& events, const std::vector<Hash>& leaf_hashes,
                     std::vector<RowChanges> rows) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < events.size(); ++i) open_->Add(events[i], leaf_hashes[i]);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (auto& [key, value] : rows[i]) open_->rows[i][key] = std::move(value);
  }
  end_ = Position{events.back().position.value + 1};
}

std::shared_ptr<const Epoch> Overlay::Freeze() {
  absl::MutexLock lock(&mutex_);
  CHECK(frozen_ == nullptr);
  frozen_ = std::exchange(open_, std::make_shared<Epoch>(projections_));
  return frozen_;
}

void Overlay::Drop() {
  absl::MutexLock lock(&mutex_);
  frozen_ = nullptr;
  ++written_;
}

Position Overlay::end() const {
  absl::ReaderMutexLock lock(&mutex_);
  return end_;
}

Position Overlay::AwaitBeyond(Position position, absl::Duration timeout) const {
  const auto beyond = [this, position]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return end_ > position || stopped_;
  };
  absl::ReaderMutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&beyond), timeout);
  return end_;
}

void Overlay::StopWaiting() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

uint64_t Overlay::written() const {
  absl::ReaderMutexLock lock(&mutex_);
  return written_;
}

std::optional<uint64_t> Overlay::VersionOf(const Hash& stream) const {
  absl::ReaderMutexLock lock(&mutex_);
  for (const Epoch* epoch : {static_cast<const Epoch*>(open_.get()), frozen_.get()}) {
    if (epoch == nullptr) continue;
    const auto found = epoch->streams.find(stream);
    if (found != epoch->streams.end()) return found->second.version();
  }
  return std::nullopt;
}

std::optional<Position> Overlay::FindIdempotency(std::string_view key) const {
  const std::string owned(key);
  absl::ReaderMutexLock lock(&mutex_);
  for (const Epoch* epoch : {static_cast<const Epoch*>(open_.get()), frozen_.get()}) {
    if (epoch == nullptr) continue;
    const auto found = epoch->idempotency.find(owned);
    if (found != epoch->idempotency.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<Position> Overlay::FindEvent(const EventId& id) const {
  absl::ReaderMutexLock lock(&mutex_);
  for (const Epoch* epoch : {static_cast<const Epoch*>(open_.get()), frozen_.get()}) {
    if (epoch == nullptr) continue;
    const auto found = epoch->ids.find(id);
    if (found != epoch->ids.end()) return found->second;
  }
  return std::nullopt;
}

Overlay::StreamPart Overlay::ReadStream(const Hash& stream, Sequence from, size_t limit) const {
  StreamPart part;
  absl::ReaderMutexLock lock(&mutex_);
  for (const Epoch* epoch : {frozen_.get(), static_cast<const Epoch*>(open_.get())}) {
    if (epoch == nullptr) continue;
    const auto found = epoch->streams.find(stream);
    if (found == epoch->streams.end()) continue;
    const Epoch::Tail& tail = found->second;
    if (!part.first.has_value()) part.first = tail.first_sequence;
    const uint64_t begin = std::max(from.value, tail.first_sequence) - tail.first_sequence;
    for (uint64_t i = begin; i < tail.events.size() && part.positions.size() < limit; ++i) {
      part.positions.push_back(epoch->events[tail.events[i]].position);
    }
  }
  return part;
}

Overlay::RowView Overlay::ReadRow(size_t projection, std::string_view key) const {
  absl::ReaderMutexLock lock(&mutex_);
  RowView view;
  view.end = end_;
  view.written = written_;
  for (const Epoch* epoch : {static_cast<const Epoch*>(open_.get()), frozen_.get()}) {
    if (epoch == nullptr) continue;
    const RowChanges& changes = epoch->rows[projection];
    const auto found = changes.find(key);
    if (found == changes.end()) continue;
    view.row = found->second;
    break;
  }
  return view;
}

Overlay::ChangesView Overlay::ReadChanges(size_t projection, std::string_view prefix,
                                          std::string_view from) const {
  absl::ReaderMutexLock lock(&mutex_);
  ChangesView view;
  view.end = end_;
  view.written = written_;
  for (const Epoch* epoch : {frozen_.get(), static_cast<const Epoch*>(open_.get())}) {
    if (epoch == nullptr) continue;
    const RowChanges& changes = epoch->rows[projection];
    for (auto row = changes.lower_bound(std::max(prefix, from));
         row != changes.end() && row->first.starts_with(prefix); ++row) {
      view.changes[row->first] = row->second;
    }
  }
  return view;
}

std::shared_ptr<const Epoch> Overlay::open() const {
  absl::ReaderMutexLock lock(&mutex_);
  return open_;
}

std::shared_ptr<const Epoch> Overlay::frozen() const {
  absl::ReaderMutexLock lock(&mutex_);
  return frozen_;
}

}  // namespace constancia::eventstore
