#include "api/service/watch_events_call.h"

#include <utility>

#include "absl/time/clock.h"
#include "api/commands/limits.h"
#include "api/service/call.h"
#include "api/service/status.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

grpc::ByteBuffer Progress(Position next) {
  v1::WatchEventsResponse response;
  response.set_next_position(next.value);
  return Serialize(response);
}

}  // namespace

WatchEventsCall::WatchEventsCall(absl::StatusOr<EventQuery> query, Position from,
                                 const ReadEvents* read, Workers* workers,
                                 LiveCalls<WatchEventsCall>* live, Language language)
    : query_(std::move(query)),
      read_(read),
      workers_(workers),
      live_(live),
      language_(language),
      next_(from),
      said_(absl::Now()) {
  const absl::Status taken = query_.ok() ? live_->Add(this, kWatchersMax) : query_.status();
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_.ok()) ended_ = taken;
    step = NextStep();
  }
  Take(std::move(step));
}

void WatchEventsCall::Wake(Position end) {
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    behind_ = behind_ || next_ < end;
    if (!behind_ && answers_.empty() && absl::Now() - said_ >= kWatchHeartbeat) {
      answers_.push_back(Progress(next_));
      said_ = absl::Now();
    }
    step = NextStep();
  }
  Take(std::move(step));
}

void WatchEventsCall::Drain() {
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    ended_ = Error(error::v1::SHUTTING_DOWN,
                   "the server is stopping; resume from the last next_position");
    step = NextStep();
  }
  Take(std::move(step));
}

void WatchEventsCall::OnCancel() {
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    ended_ = absl::CancelledError();
    step = NextStep();
  }
  Take(std::move(step));
}

void WatchEventsCall::OnWriteDone(bool ok) {
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    answers_.pop_front();
    if (!ok) ended_ = absl::CancelledError();
    step = NextStep();
  }
  Take(std::move(step));
}

void WatchEventsCall::OnDone() {
  live_->Remove(this);
  delete this;
}

void WatchEventsCall::Read() {
  Position from;
  {
    const absl::MutexLock lock(&mutex_);
    from = next_;
  }
  absl::StatusOr<ReadEvents::News> news = read_->ReadNews(*query_, from);
  std::deque<grpc::ByteBuffer> answers;
  if (news.ok()) {
    for (v1::Event& event : news->events) {
      v1::WatchEventsResponse response;
      response.set_next_position(event.position() + 1);
      *response.mutable_event() = std::move(event);
      answers.push_back(Serialize(response));
    }
  }
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!news.ok()) {
      if (ended_.ok()) ended_ = news.status();
    } else {
      next_ = news->next;
      behind_ = !news->caught_up;
      if (!answers.empty()) said_ = absl::Now();
      answers_ = std::move(answers);
    }
    step = NextStep();
  }
  Take(std::move(step));
}

WatchEventsCall::Step WatchEventsCall::NextStep() {
  Step step;
  if (finished_ || writing_ || reading_) return step;
  if (!ended_.ok()) {
    finished_ = true;
    step.finish = absl::IsCancelled(ended_) ? grpc::Status::CANCELLED : ToGrpc(ended_, language_);
  } else if (!answers_.empty()) {
    writing_ = true;
    step.write = &answers_.front();
  } else if (behind_) {
    reading_ = true;
    step.read = true;
  }
  return step;
}

void WatchEventsCall::Take(Step step) {
  if (step.write != nullptr) StartWrite(step.write);
  if (step.finish.has_value()) Finish(*std::move(step.finish));
  if (step.read && !workers_->TryPost([this] { Read(); })) {
    // The workers are behind. The next waking tries again.
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
  }
}

}  // namespace constancia::api
