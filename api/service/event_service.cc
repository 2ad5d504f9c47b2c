#include "api/service/event_service.h"

#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "api/service/call.h"
#include "api/service/live_calls.h"
#include "api/service/stream_append_call.h"
#include "api/service/watch_events_call.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;

// How soon a watcher learns of an event at the latest.
constexpr absl::Duration kFollowInterval = absl::Milliseconds(200);

using Service = v1::EventService::WithRawCallbackMethod_AppendEvents<
    v1::EventService::WithRawCallbackMethod_StreamAppend<
        v1::EventService::WithRawCallbackMethod_GetEvent<
            v1::EventService::WithRawCallbackMethod_ListEvents<
                v1::EventService::WithRawCallbackMethod_WatchEvents<v1::EventService::Service>>>>>;

class EventServiceAdapter final : public ServiceAdapter, private Service {
 public:
  EventServiceAdapter(const RecordEvents* record, const ReadEvents* read,
                      const eventstore::EventLog* log, Workers* workers)
      : record_(record), read_(read), log_(log), workers_(workers), follower_([this] {
          Follow();
        }) {}

  ~EventServiceAdapter() override {
    stopping_.Notify();
    follower_.join();
  }

  std::string_view name() const override { return v1::EventService::service_full_name(); }
  grpc::Service* service() override { return this; }

  void Drain() override {
    appends_.Drain();
    watches_.Drain();
  }

 private:
  grpc::ServerUnaryReactor* AppendEvents(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    v1::AppendEventsRequest message;
    const absl::StatusOr<Caller> caller = CallerOf(*context);
    const absl::Status parsed = caller.ok() ? Parse(*request, &message) : caller.status();
    if (!parsed.ok()) {
      reactor->Finish(ToGrpc(parsed, LanguageOf(*context)));
      return reactor;
    }
    record_->Run(
        *caller, message,
        [context, reactor, response](const absl::StatusOr<v1::AppendEventsResponse>& result) {
          if (result.ok()) *response = Serialize(*result);
          reactor->Finish(ToGrpc(result.status(), LanguageOf(*context)));
        });
    return reactor;
  }

  grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* StreamAppend(
      CallbackServerContext* context) override {
    return new StreamAppendCall(CallerOf(*context), record_, &appends_, LanguageOf(*context));
  }

  grpc::ServerUnaryReactor* GetEvent(CallbackServerContext* context, const ByteBuffer* request,
                                     ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetEventRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::GetEventRequest& message) {
          return read_->Get(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListEvents(CallbackServerContext* context, const ByteBuffer* request,
                                       ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListEventsRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListEventsRequest& message) {
          return read_->List(caller, message);
        });
  }

  grpc::ServerWriteReactor<ByteBuffer>* WatchEvents(CallbackServerContext* context,
                                                    const ByteBuffer* request) override {
    v1::WatchEventsRequest message;
    const auto query = [&]() -> absl::StatusOr<EventQuery> {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      RETURN_IF_ERROR(Parse(*request, &message));
      return read_->PrepareWatch(caller, message);
    }();
    return new WatchEventsCall(query, Position{message.from_position()}, read_, workers_, &watches_,
                               LanguageOf(*context));
  }

  void Follow() {
    const eventstore::LogReader& reader = log_->reader();
    Position end = reader.end();
    while (!stopping_.HasBeenNotified()) {
      if (watches_.empty() || !reader.AwaitLog(end, 1, kFollowInterval).ok()) {
        stopping_.WaitForNotificationWithTimeout(kFollowInterval);
      }
      end = reader.end();
      watches_.ForEach([end](WatchEventsCall& call) { call.Wake(end); });
    }
  }

  const RecordEvents* const record_;
  const ReadEvents* const read_;
  const eventstore::EventLog* const log_;
  Workers* const workers_;
  LiveCalls<StreamAppendCall> appends_;
  LiveCalls<WatchEventsCall> watches_;
  absl::Notification stopping_;
  std::thread follower_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeEventService(const RecordEvents* record, const ReadEvents* read,
                                                 const eventstore::EventLog* log,
                                                 Workers* workers) {
  return std::make_unique<EventServiceAdapter>(record, read, log, workers);
}

}  // namespace constancia::api
