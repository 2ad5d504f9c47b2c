#include "eventstore/log/internal/notary.h"

#include <sys/resource.h>

#include <utility>

#include "core/base/check.h"
#include "core/base/status.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/thread.h"

namespace constancia::eventstore {
namespace {

constexpr int kNiceness = 10;

}  // namespace

absl::StatusOr<SignedCheckpoint> WriteCheckpoint(const Notarizer::Step& step, Position cut,
                                                 const std::string& origin,
                                                 const Publication& publication, LogTables& log) {
  SignedCheckpoint signed_checkpoint{{origin, step.size, step.root}, ""};
  ASSIGN_OR_RETURN(signed_checkpoint.note, publication.Sign(signed_checkpoint.checkpoint));
  Batch batch = log.NewBatch();
  log.PutEntry(batch, cut, EncodeEntry(step.map_root_leaf, ""));
  log.PutCheckpoint(batch, step.size, signed_checkpoint.note);
  RETURN_IF_ERROR(log.Write(std::move(batch)));
  return signed_checkpoint;
}

Notary::Notary(Options options, Notarizer notarizer)
    : options_(std::move(options)), notarizer_(std::move(notarizer)) {
  thread_ = StartThread("notary", [this] { Run(); });
}

Notary::~Notary() { Close(); }

void Notary::Push(std::shared_ptr<const Epoch> epoch, Position cut) {
  absl::MutexLock lock(&mutex_);
  CHECK(epoch_ == nullptr);
  epoch_ = std::move(epoch);
  cut_ = cut;
}

void Notary::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Notary::WithMap(absl::FunctionRef<void(const StreamMap&)> read) const {
  absl::ReaderMutexLock lock(&map_mutex_);
  read(notarizer_.map());
}

void Notary::Run() {
  // In Linux the priority of a process id that names a thread is that of the thread.
  setpriority(PRIO_PROCESS, 0, kNiceness);
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return epoch_ != nullptr || closing_;
  };
  while (true) {
    std::shared_ptr<const Epoch> epoch;
    Position cut;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&has_work));
      if (epoch_ == nullptr) return;
      epoch = epoch_;
      cut = cut_;
    }
    if (options_.health->halted()) return;
    const absl::Status covered = Cover(*epoch, cut);
    {
      absl::MutexLock lock(&mutex_);
      epoch_ = nullptr;
    }
    if (!covered.ok()) {
      options_.halt(covered);
      return;
    }
    options_.publication->AnswerCovered();
    options_.on_covered();
  }
}

absl::Status Notary::Cover(const Epoch& epoch, Position cut) {
  ASSIGN_OR_RETURN(Notarizer::Step step, notarizer_.Begin(epoch));
  SignedCheckpoint signed_checkpoint;
  {
    absl::MutexLock lock(&map_mutex_);
    notarizer_.Complete(epoch, cut, step);
    ASSIGN_OR_RETURN(signed_checkpoint, WriteCheckpoint(step, cut, options_.origin,
                                                        *options_.publication, *options_.log));
    RETURN_IF_ERROR(
        options_.state->Write(StateBatch(*options_.state, epoch, step, *options_.projections)));
    options_.overlay->Drop();
    options_.publication->Publish(std::move(signed_checkpoint));
  }
  unflushed_events_ += epoch.events.size();
  if (unflushed_events_ >= kFlushEvents) {
    unflushed_events_ = 0;
    RETURN_IF_ERROR(options_.state->Flush(/*wait=*/false));
  }
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
