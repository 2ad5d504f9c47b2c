#include "eventstore/log/internal/answerer.h"

#include <utility>
#include <vector>

#include "core/base/check.h"
#include "eventstore/log/internal/thread.h"

namespace constancia::eventstore {
namespace {

AppendResult MakeReceipts(const Group& group, const Outcome& outcome) {
  AppendResult result;
  result.receipts.reserve(outcome.events.size());
  const auto count = static_cast<uint32_t>(group.leaf_hashes.size());
  for (size_t i = 0; i < outcome.events.size(); ++i) {
    const RecordedEvent& event = outcome.events[i];
    absl::StatusOr<std::vector<Hash>> path =
        MakeInclusionProof(*group.tree, event.position.value - group.first.value, count);
    CHECK(path.ok());
    Receipt& receipt = result.receipts.emplace_back();
    receipt.event_id = *EventId::From(event.header.event_id());
    receipt.position = event.position;
    receipt.leaf_hash = outcome.leaf_hashes[i];
    receipt.seal = {group.first.value, count, *std::move(path), group.key_id, group.signature};
    receipt.recorded_at = {event.header.recorded_at()};
    for (const auto& place : event.header.streams()) {
      receipt.sequences.push_back(Sequence{place.sequence()});
    }
  }
  return result;
}

absl::StatusOr<AppendResult> AnswerTo(const Group& group, const Outcome& outcome,
                                      const LogReader& reader) {
  if (!outcome.refused.ok()) return outcome.refused;
  if (!outcome.repeated.has_value()) return MakeReceipts(group, outcome);
  const auto& [append, known] = *outcome.repeated;
  return AnswerRepeated(append, known, reader);
}

}  // namespace

Answerer::Answerer(const LogReader* reader) : reader_(reader) {
  thread_ = StartThread("answerer", [this] { Run(); });
}

Answerer::~Answerer() { Close(); }

void Answerer::Push(std::unique_ptr<Group> group) {
  absl::MutexLock lock(&mutex_);
  const auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return waiting_ == nullptr; };
  mutex_.Await(absl::Condition(&free));
  waiting_ = std::move(group);
}

void Answerer::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Group> Answerer::Pop() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_ != nullptr || closing_;
  };
  mutex_.Await(absl::Condition(&ready));
  return std::move(waiting_);
}

void Answerer::Run() {
  while (const std::unique_ptr<Group> group = Pop()) {
    for (Outcome& outcome : group->outcomes) outcome.done(AnswerTo(*group, outcome, *reader_));
  }
}

}  // namespace constancia::eventstore
