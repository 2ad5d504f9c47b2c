#include "eventstore/log/internal/syncer.h"

#include <utility>

#include "core/base/status.h"
#include "eventstore/log/internal/thread.h"

namespace constancia::eventstore {
Syncer::Syncer(Options options) : options_(std::move(options)) {
  thread_ = StartThread("syncer", [this] { Run(); });
}

Syncer::~Syncer() { Close(); }

void Syncer::Push(std::unique_ptr<Group> group) {
  absl::MutexLock lock(&mutex_);
  const auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return waiting_ == nullptr; };
  mutex_.Await(absl::Condition(&free));
  waiting_ = std::move(group);
}

void Syncer::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Group> Syncer::Pop() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_ != nullptr || closing_;
  };
  mutex_.Await(absl::Condition(&ready));
  return std::move(waiting_);
}

void Syncer::Run() {
  while (std::unique_ptr<Group> group = Pop()) {
    Finish(*group);
    options_.answerer->Push(std::move(group));
  }
}

void Syncer::Finish(Group& group) {
  if (!group.broken.ok()) options_.halt(group.broken);
  if (!options_.health->halted() && !group.leaf_hashes.empty()) {
    // Whoever used a key enqueued its append after the key was written, so this covers the group.
    absl::Status written = options_.data_keys->SyncMade();
    if (written.ok()) written = options_.log->Write(std::move(group.batch));
    if (!written.ok()) options_.halt(written);
  }
  if (group.next_signer != nullptr) options_.publication->Rotate(group.next_signer);

  for (Outcome& outcome : group.outcomes) {
    if (!options_.health->halted() && !outcome.events.empty()) {
      const absl::Status visible = MakeVisible(outcome);
      if (!visible.ok()) options_.halt(visible);
    }
    if (options_.health->halted()) outcome.refused = options_.health->status();
  }
  if (group.cut.has_value() && !options_.health->halted()) {
    options_.notary->Push(options_.overlay->Freeze(), *group.cut);
  }
}

absl::Status Syncer::MakeVisible(const Outcome& outcome) {
  const std::shared_ptr<const Epoch> open = options_.overlay->open();
  const std::shared_ptr<const Epoch> frozen = options_.overlay->frozen();
  const std::vector<ProjectionTable>& projections = *options_.projections;
  std::vector<RowChanges> rows(projections.size());
  for (const RecordedEvent& event : outcome.events) {
    for (size_t i = 0; i < projections.size(); ++i) {
      RETURN_IF_ERROR(ApplyEvent(event, projections[i], i, *options_.state,
                                 {open.get(), frozen.get()}, rows[i]));
    }
  }
  options_.overlay->Record(outcome.events, outcome.leaf_hashes, std::move(rows));
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
