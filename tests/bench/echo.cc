#include "tests/bench/echo.h"

#include "absl/strings/str_cat.h"
#include "constancia/bench/v1/echo.grpc.pb.h"
#include "tests/bench/calls.h"

namespace constancia::bench {

using v1::Blob;

class EchoServer::Service final : public v1::Echo::CallbackService {
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, const Blob* request,
                                  Blob* response) override {
    response->set_bytes(request->bytes());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerBidiReactor<Blob, Blob>* Stream(grpc::CallbackServerContext*) override {
    class Reactor final : public grpc::ServerBidiReactor<Blob, Blob> {
     public:
      Reactor() { StartRead(&blob_); }
      void OnReadDone(bool ok) override {
        if (ok) {
          StartWrite(&blob_);
        } else {
          Finish(grpc::Status::OK);
        }
      }
      void OnWriteDone(bool ok) override {
        if (ok) StartRead(&blob_);
      }
      void OnDone() override { delete this; }

     private:
      Blob blob_;
    };
    return new Reactor;
  }
};

EchoServer::EchoServer(const std::shared_ptr<grpc::ServerCredentials>& credentials)
    : service_(std::make_unique<Service>()) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
}

EchoServer::~EchoServer() { server_->Shutdown(); }

Channels Connect(const std::string& address,
                 const std::shared_ptr<grpc::ChannelCredentials>& credentials, size_t count) {
  Channels channels;
  for (size_t i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channels.push_back(grpc::CreateCustomChannel(address, credentials, arguments));
  }
  return channels;
}

namespace {

Operation UnaryEcho(const Channels& channels, size_t bytes, size_t slots) {
  auto stubs = std::make_shared<std::vector<std::unique_ptr<v1::Echo::Stub>>>();
  for (const auto& channel : channels) stubs->push_back(v1::Echo::NewStub(channel));
  return UnaryOperation<Blob, Blob>(
      slots, [bytes](size_t, Blob* request) { request->set_bytes(std::string(bytes, 'e')); },
      [stubs](size_t slot, grpc::ClientContext* context, const Blob* request, Blob* response,
              std::function<void(grpc::Status)> done) {
        (*stubs)[slot % stubs->size()]->async()->Unary(context, request, response, std::move(done));
      });
}

}  // namespace

Measured EchoUnary(const Channels& channels, size_t bytes, size_t slots, absl::Duration warm_up,
                   absl::Duration duration) {
  return RunClosed(slots, warm_up, duration, UnaryEcho(channels, bytes, slots));
}

Measured EchoOpen(const Channels& channels, size_t bytes, double rate, absl::Duration warm_up,
                  absl::Duration duration) {
  constexpr size_t kSlots = 4'096;
  return RunOpen(rate, kSlots, warm_up, duration, UnaryEcho(channels, bytes, kSlots));
}

Measured EchoStream(const Channels& channels, size_t bytes, size_t window, absl::Duration warm_up,
                    absl::Duration duration) {
  std::vector<std::unique_ptr<v1::Echo::Stub>> stubs;
  for (const auto& channel : channels) stubs.push_back(v1::Echo::NewStub(channel));
  return RunStreams<Blob, Blob>(
      channels.size(), window, warm_up, duration,
      [bytes](Blob* request) {
        request->set_bytes(std::string(bytes, 'e'));
        return true;
      },
      [](const Blob&) { return std::string(); },
      [&](size_t i, FullStream<Blob, Blob>* stream) {
        stubs[i]->async()->Stream(stream->context(), stream);
      });
}

}  // namespace constancia::bench
