#include "api/cli/bench_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "api/cli/append_stream.h"
#include "api/cli/latencies.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using Ticks = std::chrono::steady_clock;
using v1::EventService;

int64_t MicrosSince(Ticks::time_point begun) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Ticks::now() - begun).count();
}

// Makes appends of one note each, in cases that nobody else uses.
class NoteMaker {
 public:
  NoteMaker(const CommandContext& context, const Client& client, uint32_t payload_bytes)
      : prefix_(FreshRequestId(context)),
        parent_(client.parent()),
        actor_(client.actor()),
        text_(payload_bytes, 'x'),
        now_seconds_(context.clock->Now().micros / kMicrosPerSecond) {}

  v1::AppendEventsRequest Make() {
    const uint64_t number = next_.fetch_add(1);
    const std::string name = absl::StrCat("bench-", number % 1000);
    event::v1::NoteAdded note;
    note.set_text(text_);
    note.set_category(event::v1::NOTE_CATEGORY_GENERAL);
    note.set_case_id(name);
    v1::AppendEventsRequest append;
    append.set_parent(parent_);
    append.set_request_id(absl::StrCat(prefix_, "-", number));
    v1::EventDraft* draft = append.add_events();
    draft->mutable_payload()->PackFrom(note);
    draft->mutable_occurred_at()->set_seconds(now_seconds_);
    draft->set_zone("Etc/UTC");
    *draft->mutable_actor() = actor_;
    draft->add_streams("case/" + name);
    draft->add_streams("debtor/" + name);
    return append;
  }

 private:
  const std::string prefix_;
  const std::string parent_;
  const ledger::v1::Actor actor_;
  const std::string text_;
  const int64_t now_seconds_;
  std::atomic<uint64_t> next_ = 0;
};

// What one caller saw.
struct Seen {
  Latencies latencies;
  uint64_t events = 0;
  absl::Status failure;
};

Seen AppendUntil(const Client& client, NoteMaker* notes, Ticks::time_point end) {
  Seen seen;
  const auto stub = EventService::NewStub(client.channel());
  while (Ticks::now() < end) {
    const auto append = notes->Make();
    const auto begun = Ticks::now();
    const auto response = Call(*stub, &EventService::Stub::AppendEvents, append);
    if (!response.ok()) {
      seen.failure = response.status();
      return seen;
    }
    seen.latencies.Add(MicrosSince(begun));
    ++seen.events;
  }
  return seen;
}

Seen StreamUntil(const Client& client, NoteMaker* notes, size_t window, Ticks::time_point end) {
  Seen seen;
  absl::Mutex mutex;
  std::deque<Ticks::time_point> begun;
  absl::Status refused;
  AppendStream stream(client, window, [&](uint64_t, const auto& result) {
    const absl::MutexLock lock(&mutex);
    if (!result.ok()) refused = result.status();
    seen.latencies.Add(MicrosSince(begun.front()));
    begun.pop_front();
    ++seen.events;
  });
  while (Ticks::now() < end) {
    auto append = notes->Make();
    {
      const absl::MutexLock lock(&mutex);
      begun.push_back(Ticks::now());
    }
    if (!stream.Send(std::move(append))) break;
  }
  const absl::Status call = stream.Finish();
  seen.failure = call.ok() ? refused : call;
  return seen;
}

Seen ReadUntil(const Client& client, Ticks::time_point end) {
  Seen seen;
  const auto stub = EventService::NewStub(client.channel());
  v1::ListEventsRequest request;
  request.set_parent(client.parent());
  request.set_page_size(100);
  while (Ticks::now() < end) {
    const auto begun = Ticks::now();
    const auto page = Call(*stub, &EventService::Stub::ListEvents, request);
    if (!page.ok()) {
      seen.failure = page.status();
      return seen;
    }
    seen.latencies.Add(MicrosSince(begun));
    seen.events += static_cast<uint64_t>(page->events_size());
    request.set_page_token(page->next_page_token());  // Empty on the last page: from the start.
  }
  return seen;
}

std::string Millis(int64_t micros) {
  return absl::StrFormat("%.3f", static_cast<double>(micros) / 1000);
}

}  // namespace

Outcome Bench(const CommandContext& context, const BenchOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  NoteMaker notes(context, client, options.payload_bytes);
  std::vector<Seen> seen(options.callers);
  const auto begun = Ticks::now();
  const auto end = begun + std::chrono::seconds(options.seconds);
  {
    std::vector<std::thread> callers;
    for (Seen& mine : seen) {
      callers.emplace_back([&] {
        mine = options.load == BenchLoad::kRead ? ReadUntil(client, end)
               : options.load == BenchLoad::kStream
                   ? StreamUntil(client, &notes, options.window, end)
                   : AppendUntil(client, &notes, end);
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  const double seconds = static_cast<double>(MicrosSince(begun)) / 1e6;
  Latencies all;
  uint64_t events = 0;
  for (const Seen& mine : seen) {
    RETURN_IF_ERROR(mine.failure);
    all.Add(mine.latencies);
    events += mine.events;
  }
  RecordWriter writer(context.format, Shape::kOne,
                      {{"calls"},
                       {"calls_per_second"},
                       {"events_per_second"},
                       {"p50_ms"},
                       {"p90_ms"},
                       {"p99_ms"},
                       {"max_ms"}},
                      context.out);
  writer.Add({absl::StrCat(all.count()),
              absl::StrFormat("%.0f", static_cast<double>(all.count()) / seconds),
              absl::StrFormat("%.0f", static_cast<double>(events) / seconds),
              Millis(all.Percentile(50)), Millis(all.Percentile(90)), Millis(all.Percentile(99)),
              Millis(all.Percentile(100))});
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
