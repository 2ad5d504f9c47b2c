#include "api/cli/append_stream.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "constancia/v1/event_service.grpc.pb.h"

namespace constancia::api {

class AppendStream::Impl {
 public:
  Impl(const Client& client, size_t window, OnResult on_result)
      : parent_(client.parent()),
        window_(window),
        on_result_(std::move(on_result)),
        stub_(v1::EventService::NewStub(client.channel())),
        stream_(stub_->StreamAppend(&context_)),
        reader_([this] { Read(); }) {}

  ~Impl() {
    if (!reader_.joinable()) return;
    context_.TryCancel();
    reader_.join();
    stream_->Finish();
  }

  bool Send(v1::AppendEventsRequest request) {
    request.set_parent(parent_);
    {
      absl::MutexLock lock(&mutex_);
      const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return ended_ || waiting_ < window_;
      };
      mutex_.Await(absl::Condition(&room));
      if (ended_) return false;
      ++waiting_;
    }
    return stream_->Write(request);
  }

  absl::Status Finish() {
    stream_->WritesDone();
    reader_.join();
    return FromGrpc(stream_->Finish());
  }

 private:
  void Read() {
    v1::StreamAppendResponse response;
    for (uint64_t ordinal = 0; stream_->Read(&response); ++ordinal) {
      if (response.has_error()) {
        on_result_(ordinal, FromRpc(response.error()));
      } else {
        on_result_(ordinal, std::move(*response.mutable_appended()));
      }
      const absl::MutexLock lock(&mutex_);
      --waiting_;
    }
    const absl::MutexLock lock(&mutex_);
    ended_ = true;
  }

  const std::string parent_;
  const size_t window_;
  const OnResult on_result_;
  grpc::ClientContext context_;
  const std::unique_ptr<v1::EventService::Stub> stub_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::AppendEventsRequest, v1::StreamAppendResponse>>
      stream_;

  absl::Mutex mutex_;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread reader_;  // Last: it uses all of the above.
};

AppendStream::AppendStream(const Client& client, size_t window, OnResult on_result)
    : impl_(std::make_unique<Impl>(client, window, std::move(on_result))) {}
AppendStream::~AppendStream() = default;
bool AppendStream::Send(v1::AppendEventsRequest request) { return impl_->Send(std::move(request)); }
absl::Status AppendStream::Finish() { return impl_->Finish(); }

}  // namespace constancia::api
