#include "api/service/policy_service.h"

#include <grpcpp/grpcpp.h>

#include "api/service/call.h"
#include "constancia/v1/policy_service.grpc.pb.h"

namespace constancia::api {
namespace {

using Base = v1::PolicyService::WithRawCallbackMethod_ListPacks<
    v1::PolicyService::WithRawCallbackMethod_GetPack<
        v1::PolicyService::WithRawCallbackMethod_ListHolidays<
            v1::PolicyService::WithRawCallbackMethod_ReplayPolicy<v1::PolicyService::Service>>>>;

class PolicyService final : public ServiceAdapter, private Base {
 public:
  PolicyService(const ReadPolicy* read, api::ReplayPolicy* replay, Workers* workers)
      : read_(read), replay_(replay), workers_(workers) {}

  std::string_view name() const override { return v1::PolicyService::service_full_name(); }
  grpc::Service* service() override { return this; }

 private:
  grpc::ServerUnaryReactor* ListPacks(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListPacksRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListPacksRequest& message) {
          return read_->ListPacks(caller, message);
        });
  }

  grpc::ServerUnaryReactor* GetPack(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetPackRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::GetPackRequest& message) {
          return read_->GetPack(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListHolidays(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListHolidaysRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListHolidaysRequest& message) {
          return read_->ListHolidays(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ReplayPolicy(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ReplayPolicyRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ReplayPolicyRequest& message) {
          return replay_->Run(caller, message);
        });
  }

  const ReadPolicy* const read_;
  api::ReplayPolicy* const replay_;
  Workers* const workers_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakePolicyService(const ReadPolicy* read, ReplayPolicy* replay,
                                                  Workers* workers) {
  return std::make_unique<PolicyService>(read, replay, workers);
}

}  // namespace constancia::api
