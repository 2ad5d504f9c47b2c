#include "api/service/stream_append_call.h"

#include <utility>

#include "api/commands/limits.h"
#include "api/service/call.h"
#include "api/service/status.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/status.h"
#include "google/rpc/status.pb.h"

namespace constancia::api {

StreamAppendCall::StreamAppendCall(absl::StatusOr<Caller> caller, const RecordEvents* record,
                                   LiveCalls<StreamAppendCall>* live, Language language)
    : caller_(std::move(caller)), record_(record), live_(live), language_(language) {
  const absl::Status taken = caller_.ok() ? live_->Add(this, kStreamsMax) : caller_.status();
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    finished_ = !taken.ok();
    step = NextStep();
  }
  if (!taken.ok()) step.finish = ToGrpc(taken, language_);
  Take(std::move(step));
}

void StreamAppendCall::Drain() {
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    draining_ = true;
    step = NextStep();
  }
  Take(std::move(step));
}

void StreamAppendCall::OnReadDone(bool ok) {
  std::optional<uint64_t> number;
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    if (finished_) return;
    if (ok) {
      number = first_ + results_.size();
      results_.emplace_back();
    } else {
      reading_ = false;
      reads_ended_ = true;
      step = NextStep();
    }
  }
  if (number.has_value()) return Handle(*number);
  Take(std::move(step));
}

void StreamAppendCall::Handle(uint64_t number) {
  v1::AppendEventsRequest request;
  const absl::Status parsed = Parse(request_, &request);
  if (parsed.ok()) {
    record_->Run(*caller_, request,
                 [this, number](const absl::StatusOr<v1::AppendEventsResponse>& result) {
                   SetResult(number, result);
                 });
  } else {
    SetResult(number, parsed);
  }
  // gRPC keeps the call until this reaction returns, so the object is still there.
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
    step = NextStep();
  }
  Take(std::move(step));
}

void StreamAppendCall::SetResult(uint64_t number,
                                 const absl::StatusOr<v1::AppendEventsResponse>& result) {
  v1::StreamAppendResponse response;
  if (result.ok()) {
    *response.mutable_appended() = *result;
  } else {
    *response.mutable_error() = ToRpc(result.status(), language_);
  }
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    results_[number - first_] = Serialize(response);
    step = NextStep();
  }
  Take(std::move(step));
}

void StreamAppendCall::OnWriteDone(bool) {
  // A write that failed is followed by a read that fails; what was read is still taken to its end.
  Step step;
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    results_.pop_front();
    ++first_;
    step = NextStep();
  }
  Take(std::move(step));
}

void StreamAppendCall::OnDone() {
  live_->Remove(this);
  delete this;
}

StreamAppendCall::Step StreamAppendCall::NextStep() {
  Step step;
  if (finished_) return step;
  if (!reading_ && !reads_ended_ && !draining_ && results_.size() < kStreamInFlightMax) {
    reading_ = true;
    step.read = true;
  }
  if (!writing_ && !results_.empty() && results_.front().has_value()) {
    writing_ = true;
    step.write = &*results_.front();
  }
  if ((reads_ended_ || draining_) && results_.empty()) {
    finished_ = true;
    step.finish = reads_ended_ ? grpc::Status::OK
                               : ToGrpc(Error(error::v1::SHUTTING_DOWN,
                                              "the server is stopping; everything it took is "
                                              "answered; go on with another call"),
                                        language_);
  }
  return step;
}

void StreamAppendCall::Take(Step step) {
  if (step.read) StartRead(&request_);
  if (step.write != nullptr) StartWrite(step.write);
  if (step.finish.has_value()) Finish(*std::move(step.finish));
}

}  // namespace constancia::api
