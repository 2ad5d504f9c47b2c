#include "api/service/case_service.h"

#include <grpcpp/grpcpp.h>

#include <optional>

#include "api/service/call.h"
#include "constancia/v1/case_service.grpc.pb.h"

namespace constancia::api {
namespace {

using Base =
    v1::CaseService::WithRawCallbackMethod_GetCase<v1::CaseService::WithRawCallbackMethod_ListCases<
        v1::CaseService::WithRawCallbackMethod_SearchCases<
            v1::CaseService::WithRawCallbackMethod_GetTimeline<v1::CaseService::Service>>>>;

// Nothing when the caller does not say.
std::optional<Language> LanguageAsked(const grpc::CallbackServerContext& context) {
  if (!context.client_metadata().contains("accept-language")) return std::nullopt;
  return LanguageOf(context);
}

class CaseService final : public ServiceAdapter, private Base {
 public:
  CaseService(const ReadCases* read, Workers* workers) : read_(read), workers_(workers) {}

  std::string_view name() const override { return v1::CaseService::service_full_name(); }
  grpc::Service* service() override { return this; }

 private:
  grpc::ServerUnaryReactor* GetCase(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::GetCaseRequest& message) {
          return read_->Get(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListCases(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListCasesRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ListCasesRequest& message) {
          return read_->List(caller, message);
        });
  }

  grpc::ServerUnaryReactor* SearchCases(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::SearchCasesRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::SearchCasesRequest& message) {
          return read_->Search(caller, message);
        });
  }

  grpc::ServerUnaryReactor* GetTimeline(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetTimelineRequest>(
        workers_, context, request, response,
        [this, context](const Caller& caller, const v1::GetTimelineRequest& message) {
          return read_->Timeline(caller, message, LanguageAsked(*context));
        });
  }

  const ReadCases* const read_;
  Workers* const workers_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeCaseService(const ReadCases* read, Workers* workers) {
  return std::make_unique<CaseService>(read, workers);
}

}  // namespace constancia::api
