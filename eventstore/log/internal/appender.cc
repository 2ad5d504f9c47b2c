#include "eventstore/log/internal/appender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/thread.h"

namespace constancia::eventstore {

Appender::Appender(const Options& options)
    : options_(options),
      next_(options.next),
      recorded_at_(options.recorded_at),
      previous_group_(options.previous_group),
      signer_(options.signer) {
  for (const auto& [stream, tail] : options.open->streams) open_.versions[stream] = tail.version();
  open_.ids = options.open->idempotency;
  open_.event_ids = options.open->ids;
  open_events_ = options.open->events.size();
  first_open_ = options.monotonic->Elapsed();
}

Appender::~Appender() { Close(); }

void Appender::Start() {
  thread_ = StartThread("appender", [this] { Run(); });
}

absl::Status Appender::Enqueue(PreparedAppend& append) {
  RETURN_IF_ERROR(options_.health->status());
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    if (closing_ || closed_) {
      return Error(error::v1::SHUTTING_DOWN, "the log is closing; retry later");
    }
    if (queue_.size() >= options_.limits.queue_appends_max ||
        queue_bytes_ + append.bytes > options_.limits.queue_bytes_max) {
      return Error(error::v1::QUEUE_FULL, "too many appends wait; retry later");
    }
    first = queue_.empty();
    queue_bytes_ += append.bytes;
    queue_.push_back(std::move(append));
  }
  // Behind others it changes nothing for the thread.
  if (first) waker_.Wake();
  return absl::OkStatus();
}

void Appender::Covered() {
  {
    absl::MutexLock lock(&mutex_);
    ++covered_epochs_;
    frozen_events_ = 0;
  }
  waker_.Wake();
}

void Appender::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  waker_.Wake();
  if (thread_.joinable()) thread_.join();
}

void Appender::Wake() { waker_.Wake(); }

void Appender::Run() {
  std::vector<PreparedAppend> taken;
  while (TakeQueued(taken)) {
    auto group = std::make_unique<Group>(options_.log->NewBatch());
    group->first = next_;
    group->outcomes.reserve(taken.size());
    for (PreparedAppend& append : taken) {
      group->outcomes.push_back(Order(append, *group));
      if (append.next_signer != nullptr) group->next_signer = append.next_signer;
    }
    taken.clear();
    if (!group->leaf_hashes.empty()) {
      if (const absl::Status sealed = Seal(*group); !sealed.ok()) group->broken = sealed;
    }
    if (group->next_signer != nullptr) signer_ = group->next_signer;
    CountAndCut(*group);
    options_.syncer->Push(std::move(group));
  }
  std::deque<PreparedAppend> left;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    left.swap(queue_);
  }
  for (PreparedAppend& append : left) append.done(options_.health->status());
}

absl::Duration Appender::UntilDue() const {
  // While a checkpoint is being made none can be due, so the clock matters only afterwards.
  if (open_events_ == 0 || cut_epochs_ != covered_epochs_) return absl::InfiniteDuration();
  return first_open_ + options_.limits.checkpoint_interval - options_.monotonic->Elapsed();
}

void Appender::AwaitWork() {
  while (true) {
    absl::Duration wait;
    {
      absl::MutexLock lock(&mutex_);
      if (HasWork()) return;
      wait = UntilDue();
    }
    waker_.Wait(wait);
  }
}

bool Appender::TakeQueued(std::vector<PreparedAppend>& taken) {
  // What there is to do stays so: others only add to it.
  AwaitWork();
  absl::MutexLock lock(&mutex_);
  NoticeCovered();
  if (options_.health->halted()) return false;

  size_t events = 0;
  size_t bytes = 0;
  const size_t events_max = std::min(options_.limits.group_events_max, Room());
  while (!queue_.empty()) {
    PreparedAppend& front = queue_.front();
    const bool fits = events + front.events.size() <= events_max &&
                      (taken.empty() || bytes + front.bytes <= options_.limits.group_bytes_max);
    if (!fits) break;
    events += front.events.size();
    bytes += front.bytes;
    const bool last = front.next_signer != nullptr;
    taken.push_back(std::move(front));
    queue_.pop_front();
    if (last) break;
  }
  queue_bytes_ -= bytes;
  return !taken.empty() || CheckpointIsDue();
}

bool Appender::HasWork() const {
  if (options_.health->halted() || CheckpointIsDue()) return true;
  if (!queue_.empty()) return FrontFits();
  return closing_ && open_events_ == 0;
}

bool Appender::FrontFits() const { return queue_.front().events.size() <= Room(); }

bool Appender::CheckpointIsDue() const {
  if (open_events_ == 0 || cut_epochs_ != covered_epochs_) return false;
  return open_events_ >= options_.limits.checkpoint_events ||
         (queue_.empty() ? closing_ : !FrontFits()) || UntilDue() <= absl::ZeroDuration();
}

size_t Appender::Room() const {
  const size_t uncovered = open_events_ + frozen_events_;
  return options_.limits.uncovered_events_max -
         std::min(options_.limits.uncovered_events_max, uncovered);
}

void Appender::NoticeCovered() {
  if (moved_ == covered_epochs_) return;
  moved_ = covered_epochs_;
  frozen_ = Memory();
}

bool Appender::MustAskState(const PreparedAppend& append) const {
  return append.looked_up_at < moved_;
}

Outcome Appender::Order(PreparedAppend& append, Group& group) {
  Outcome outcome;
  outcome.done = std::move(append.done);
  absl::StatusOr<KnownIds> known = FindKnown(append);
  if (known.ok() && known->any()) {
    outcome.repeated.emplace(std::move(append), *std::move(known));
    return outcome;
  }
  outcome.refused.Update(known.status());
  outcome.refused.Update(CheckChosenIds(append));
  outcome.refused.Update(CheckExpectations(append));
  if (outcome.refused.ok()) outcome.refused = RememberVersions(append);
  outcome.leases = std::move(append.leases);
  if (outcome.refused.ok()) Record(append, group, outcome);
  return outcome;
}

absl::StatusOr<KnownIds> Appender::FindKnown(const PreparedAppend& append) const {
  const auto find = [&](const std::string& key) -> absl::StatusOr<std::optional<Position>> {
    for (const Memory* memory : {&open_, &frozen_}) {
      if (const auto found = memory->ids.find(key); found != memory->ids.end()) {
        return found->second;
      }
    }
    if (!MustAskState(append)) return std::nullopt;
    ASSIGN_OR_RETURN(const auto positions, options_.state->ReadIdempotency({&key, 1}));
    return positions.front();
  };
  KnownIds known;
  known.external.resize(append.events.size());
  ASSIGN_OR_RETURN(known.request, find(append.request_key));
  for (size_t i = 0; i < append.events.size(); ++i) {
    const PreparedEvent& event = append.events[i];
    if (event.consequence || event.external_key.empty()) continue;
    ASSIGN_OR_RETURN(known.external[i], find(event.external_key));
  }
  return known;
}

absl::Status Appender::CheckChosenIds(const PreparedAppend& append) const {
  for (size_t i = 0; i < append.events.size(); ++i) {
    const PreparedEvent& event = append.events[i];
    if (!event.id_chosen) continue;
    bool known = open_.event_ids.contains(event.id) || frozen_.event_ids.contains(event.id);
    if (!known && MustAskState(append)) {
      ASSIGN_OR_RETURN(const std::optional<Position> at,
                       options_.state->ReadEvent(event.id.view()));
      known = at.has_value();
    }
    if (known) return KnownEventId(i);
  }
  return absl::OkStatus();
}

absl::Status Appender::CheckExpectations(const PreparedAppend& append) const {
  for (size_t i = 0; i < append.expectations.size(); ++i) {
    const PreparedExpectation& expectation = append.expectations[i];
    ASSIGN_OR_RETURN(const uint64_t version, VersionOf(append, expectation.stream));
    const bool holds =
        expectation.version.has_value() ? version == expectation.version->value : version > 0;
    if (holds) continue;
    const std::string wanted = expectation.version.has_value()
                                   ? absl::StrCat("version ", expectation.version->value)
                                   : "any version above 0";
    return Error(error::v1::STREAM_MOVED,
                 absl::StrCat("stream ", expectation.text, " is at version ", version, ", not at ",
                              wanted, "; read it again and decide again"),
                 absl::StrCat("expectations[", i, "]"),
                 {{"stream", expectation.text}, {"version", absl::StrCat(version)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Appender::VersionOf(const PreparedAppend& append,
                                             const StreamRef& stream) const {
  for (const Memory* memory : {&open_, &frozen_}) {
    if (const auto found = memory->versions.find(stream.key); found != memory->versions.end()) {
      return found->second;
    }
  }
  if (stream.version.has_value() && !MustAskState(append)) return *stream.version;
  ASSIGN_OR_RETURN(const std::optional<std::string> head, options_.state->ReadHead(stream.key));
  if (!head.has_value()) return 0;
  return VersionOfHead(*head);
}

absl::Status Appender::RememberVersions(const PreparedAppend& append) {
  for (const PreparedEvent& event : append.events) {
    for (const StreamRef& stream : event.streams) {
      if (open_.versions.contains(stream.key)) continue;
      ASSIGN_OR_RETURN(const uint64_t version, VersionOf(append, stream));
      open_.versions.emplace(stream.key, version);
    }
  }
  return absl::OkStatus();
}

void Appender::Record(PreparedAppend& append, Group& group, Outcome& outcome) {
  recorded_at_ = std::max(recorded_at_, options_.clock->Now());
  open_.ids.emplace(std::move(append.request_key), next_);
  outcome.events.reserve(append.events.size());
  outcome.leaf_hashes.reserve(append.events.size());
  for (PreparedEvent& event : append.events) {
    for (size_t i = 0; i < event.places.size(); ++i) {
      event.places[i].set_sequence(open_.versions.find(event.streams[i].key)->second++);
    }
    std::string leaf = FinishLeaf(event.desk, recorded_at_, event.places);
    const Hash leaf_hash = LeafHash(leaf);
    options_.log->PutEntry(group.batch, next_, EncodeEntry(leaf, event.sealed));
    group.leaf_hashes.push_back(leaf_hash);
    outcome.leaf_hashes.push_back(leaf_hash);

    event.header.set_recorded_at(recorded_at_.micros);
    for (ledger::v1::StreamPlace& place : event.places) event.header.add_streams()->Swap(&place);
    outcome.events.push_back({next_, std::move(event.header), std::move(leaf), ""});

    if (!event.external_key.empty()) open_.ids.emplace(std::move(event.external_key), next_);
    open_.event_ids.emplace(event.id, next_);
    ++next_.value;
  }
}

absl::Status Appender::Seal(Group& group) {
  const auto count = static_cast<uint32_t>(group.leaf_hashes.size());
  group.tree.emplace(group.leaf_hashes);
  ASSIGN_OR_RETURN(const Hash root, MakeRoot(*group.tree, count));
  ASSIGN_OR_RETURN(group.signature, signer_->Sign(GroupMessage(group.first.value, count, root)));
  group.key_id = MakeKeyId(options_.origin, KeyType::kEd25519, signer_->public_key());

  ledger::v1::GroupRow row;
  row.set_first(group.first.value);
  row.set_count(count);
  row.set_root(root.str());
  row.set_key_id(std::string(group.key_id.view()));
  row.set_signature(std::string(group.signature.view()));
  row.set_previous(previous_group_.str());
  const std::string bytes = row.SerializeAsString();
  previous_group_ = GroupRowHash(bytes);
  options_.log->PutGroup(group.batch, group.first, bytes);
  return absl::OkStatus();
}

void Appender::CountAndCut(Group& group) {
  absl::MutexLock lock(&mutex_);
  NoticeCovered();
  if (open_events_ == 0) first_open_ = options_.monotonic->Elapsed();
  open_events_ += group.leaf_hashes.size();
  if (!CheckpointIsDue()) return;
  group.cut = next_;
  ++next_.value;
  ++cut_epochs_;
  frozen_events_ = std::exchange(open_events_, 0);
  frozen_ = std::exchange(open_, Memory());
}

}  // namespace constancia::eventstore
