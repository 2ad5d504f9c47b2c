#include "api/service/contact_service.h"

#include <grpcpp/grpcpp.h>

#include "api/service/call.h"
#include "api/service/status.h"
#include "constancia/v1/contact_service.grpc.pb.h"

namespace constancia::api {
namespace {

using Base = v1::ContactService::WithRawCallbackMethod_CheckContact<
    v1::ContactService::WithRawCallbackMethod_ReserveContact<v1::ContactService::Service>>;

class ContactService final : public ServiceAdapter, private Base {
 public:
  explicit ContactService(const AskGate* gate) : gate_(gate) {}

  std::string_view name() const override { return v1::ContactService::service_full_name(); }
  grpc::Service* service() override { return this; }

 private:
  // A check reads a few rows that are in memory: it is answered where it arrives.
  grpc::ServerUnaryReactor* CheckContact(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const absl::Status status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      v1::CheckContactRequest message;
      RETURN_IF_ERROR(Parse(*request, &message));
      ASSIGN_OR_RETURN(const v1::CheckContactResponse answer, gate_->Check(caller, message));
      *response = Serialize(answer);
      return absl::OkStatus();
    }();
    reactor->Finish(ToGrpc(status));
    return reactor;
  }

  grpc::ServerUnaryReactor* ReserveContact(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    v1::ReserveContactRequest message;
    const absl::StatusOr<Caller> caller = CallerOf(*context);
    absl::Status status = caller.ok() ? Parse(*request, &message) : caller.status();
    if (!status.ok()) {
      reactor->Finish(ToGrpc(status));
      return reactor;
    }
    gate_->Reserve(*caller, message,
                   [reactor, response](absl::StatusOr<v1::ReserveContactResponse> answer) {
                     if (answer.ok()) *response = Serialize(*answer);
                     reactor->Finish(ToGrpc(answer.status()));
                   });
    return reactor;
  }

  const AskGate* const gate_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeContactService(const AskGate* gate) {
  return std::make_unique<ContactService>(gate);
}

}  // namespace constancia::api
