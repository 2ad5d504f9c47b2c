#include "api/service/access_service.h"

#include <grpcpp/grpcpp.h>

#include "api/service/call.h"
#include "constancia/v1/access_service.grpc.pb.h"

namespace constancia::api {
namespace {

using Base = v1::AccessService::WithRawCallbackMethod_RegisterCaller<
    v1::AccessService::WithRawCallbackMethod_GrantRole<
        v1::AccessService::WithRawCallbackMethod_RevokeRole<
            v1::AccessService::WithRawCallbackMethod_ListRoles<
                v1::AccessService::WithRawCallbackMethod_IssueGrant<
                    v1::AccessService::WithRawCallbackMethod_RevokeGrant<
                        v1::AccessService::WithRawCallbackMethod_ListGrants<
                            v1::AccessService::WithRawCallbackMethod_RegisterSourceKey<
                                v1::AccessService::WithRawCallbackMethod_RevokeSourceKey<
                                    v1::AccessService::WithRawCallbackMethod_ListAccessLog<
                                        v1::AccessService::Service>>>>>>>>>>;

class AccessService final : public ServiceAdapter, private Base {
 public:
  AccessService(const ManageAccess* manage, const AccessLog* log, Workers* workers)
      : manage_(manage), log_(log), workers_(workers) {}

  std::string_view name() const override { return v1::AccessService::service_full_name(); }
  grpc::Service* service() override { return this; }

 private:
  grpc::ServerUnaryReactor* RegisterCaller(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::RegisterCallerRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::RegisterCallerRequest& message) {
          return manage_->RegisterCaller(caller, message);
        });
  }

  grpc::ServerUnaryReactor* GrantRole(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GrantRoleRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::GrantRoleRequest& message) {
          return manage_->GrantRole(caller, message);
        });
  }

  grpc::ServerUnaryReactor* RevokeRole(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::RevokeRoleRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::RevokeRoleRequest& message) {
          return manage_->RevokeRole(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListRoles(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListRolesRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListRolesRequest& message) {
          return manage_->ListRoles(caller, message);
        });
  }

  grpc::ServerUnaryReactor* IssueGrant(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::IssueGrantRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::IssueGrantRequest& message) {
          return manage_->IssueGrant(caller, message);
        });
  }

  grpc::ServerUnaryReactor* RevokeGrant(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::RevokeGrantRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::RevokeGrantRequest& message) {
          return manage_->RevokeGrant(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListGrants(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListGrantsRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListGrantsRequest& message) {
          return manage_->ListGrants(caller, message);
        });
  }

  grpc::ServerUnaryReactor* RegisterSourceKey(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::RegisterSourceKeyRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::RegisterSourceKeyRequest& message) {
          return manage_->RegisterSourceKey(caller, message);
        });
  }

  grpc::ServerUnaryReactor* RevokeSourceKey(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::RevokeSourceKeyRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::RevokeSourceKeyRequest& message) {
          return manage_->RevokeSourceKey(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListAccessLog(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListAccessLogRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListAccessLogRequest& message) {
          return log_->List(caller, message);
        });
  }

  const ManageAccess* const manage_;
  const AccessLog* const log_;
  Workers* const workers_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeAccessService(const ManageAccess* manage, const AccessLog* log,
                                                  Workers* workers) {
  return std::make_unique<AccessService>(manage, log, workers);
}

}  // namespace constancia::api
