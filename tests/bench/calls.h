// Unary and streamed calls as operations of the load generator, over gRPC's callback API.

#ifndef CONSTANCIA_TESTS_BENCH_CALLS_H_
#define CONSTANCIA_TESTS_BENCH_CALLS_H_

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "tests/bench/load.h"

namespace constancia::bench {

inline absl::Status ToAbslStatus(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnknownError(status.error_message());
}

// `start(slot, context, request, response, callback)` makes the call; `next(slot)` the request.
template <typename Request, typename Response>
Operation UnaryOperation(size_t slots, std::function<void(size_t slot, Request*)> next,
                         std::function<void(size_t slot, grpc::ClientContext*, const Request*,
                                            Response*, std::function<void(grpc::Status)>)>
                             start) {
  struct Slot {
    std::optional<grpc::ClientContext> context;
    Request request;
    Response response;
  };
  auto state = std::make_shared<std::vector<Slot>>(slots);
  return [state, next = std::move(next), start = std::move(start)](
             size_t slot, std::function<void(absl::Status)> done) {
    Slot& own = (*state)[slot];
    own.context.emplace();
    next(slot, &own.request);
    start(slot, &*own.context, &own.request, &own.response,
          [done = std::move(done)](const grpc::Status& status) { done(ToAbslStatus(status)); });
  };
}

// One bidirectional stream that answers in order, kept full: `window` requests are in flight until
// `until`, or until there is no next one.
template <typename Request, typename Response>
class FullStream final : public grpc::ClientBidiReactor<Request, Response> {
 public:
  // `next` makes a request, or returns false when there is none; `failed` says why a response is a
  // failure, "" when it is none.
  FullStream(size_t window, absl::Time counted_from, absl::Time until,
             std::function<bool(Request*)> next, std::function<std::string(const Response&)> failed)
      : window_(window),
        counted_from_(counted_from),
        until_(until),
        next_(std::move(next)),
        failed_(std::move(failed)) {}

  grpc::ClientContext* context() { return &context_; }

  // Called when the call is bound to this reactor.
  void Begin() {
    this->StartCall();
    this->StartRead(&response_);
    const std::lock_guard lock(mutex_);
    Write();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) Write();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    const absl::Time now = absl::Now();
    const std::lock_guard lock(mutex_);
    ++answers_;
    const absl::Time began = began_.front();
    began_.pop_front();
    if (std::string why = failed_(response_); !why.empty()) {
      ++failures_;
      if (first_failure_.empty()) first_failure_ = std::move(why);
    } else if (began >= counted_from_ && now <= until_) {
      latencies_.push_back(absl::ToDoubleMilliseconds(now - began));
    }
    this->StartRead(&response_);
    Write();
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    if (!status.ok() && first_failure_.empty()) first_failure_ = status.error_message();
    failures_ += began_.size();
    ended_ = true;
  }

  bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  // After it has ended.
  std::vector<double>& latencies() { return latencies_; }
  uint64_t answers() const { return answers_; }
  uint64_t failures() const { return failures_; }
  const std::string& first_failure() const { return first_failure_; }

 private:
  // With mutex_ held.
  void Write() {
    if (writing_ || closed_ || began_.size() >= window_) return;
    if (absl::Now() >= until_ || !next_(&request_)) {
      closed_ = true;
      this->StartWritesDone();
      return;
    }
    began_.push_back(absl::Now());
    writing_ = true;
    this->StartWrite(&request_);
  }

  const size_t window_;
  const absl::Time counted_from_;
  const absl::Time until_;
  const std::function<bool(Request*)> next_;
  const std::function<std::string(const Response&)> failed_;
  grpc::ClientContext context_;
  Response response_;
  std::mutex mutex_;
  Request request_;
  std::deque<absl::Time> began_;
  bool writing_ = false;
  bool closed_ = false;
  bool ended_ = false;
  std::vector<double> latencies_;
  uint64_t answers_ = 0;
  uint64_t failures_ = 0;
  std::string first_failure_;
};

// Runs one FullStream for each of `count`; `bind(i, stream)` makes the call.
template <typename Request, typename Response>
Measured RunStreams(size_t count, size_t window, absl::Duration warm_up, absl::Duration duration,
                    const std::function<bool(Request*)>& next,
                    const std::function<std::string(const Response&)>& failed,
                    const std::function<void(size_t, FullStream<Request, Response>*)>& bind) {
  const absl::Time counted_from = absl::Now() + warm_up;
  const absl::Duration used_before = ProcessorTime();
  std::vector<std::unique_ptr<FullStream<Request, Response>>> streams;
  for (size_t i = 0; i < count; ++i) {
    streams.push_back(std::make_unique<FullStream<Request, Response>>(
        window, counted_from, counted_from + duration, next, failed));
    bind(i, streams.back().get());
    streams.back()->Begin();
  }
  std::vector<double> latencies;
  Measured measured;
  uint64_t failures = 0;
  uint64_t answers = 0;
  for (const auto& stream : streams) {
    while (!stream->ended()) absl::SleepFor(absl::Milliseconds(1));
    latencies.insert(latencies.end(), stream->latencies().begin(), stream->latencies().end());
    failures += stream->failures();
    answers += stream->answers();
    if (measured.first_failure.empty()) measured.first_failure = stream->first_failure();
  }
  std::string first_failure = std::move(measured.first_failure);
  measured = Summarise(latencies, duration, failures);
  measured.first_failure = std::move(first_failure);
  measured.processor_us =
      absl::ToDoubleMicroseconds(ProcessorTime() - used_before) / static_cast<double>(answers);
  return measured;
}

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_CALLS_H_
