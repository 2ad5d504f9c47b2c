#include "api/service/case_service.h"

#include <grpcpp/grpcpp.h>

#include <optional>

#include "api/service/call.h"
#include "constancia/v1/case_service.grpc.pb.h"

namespace constancia::api {
namespace {

using S = v1::CaseService;
using Base = S::WithRawCallbackMethod_GetCase<S::WithRawCallbackMethod_SearchCases<
    S::WithRawCallbackMethod_ListCases<S::WithRawCallbackMethod_GetTimeline<
        S::WithRawCallbackMethod_OpenCase<S::WithRawCallbackMethod_EvaluateTransition<
            S::WithRawCallbackMethod_TransitionCase<S::WithRawCallbackMethod_SuspendCase<
                S::WithRawCallbackMethod_ResumeCase<S::WithRawCallbackMethod_AssignCase<
                    S::WithRawCallbackMethod_AddNote<S::Service>>>>>>>>>>>;

// Nothing when the caller does not say.
std::optional<Language> LanguageAsked(const grpc::CallbackServerContext& context) {
  if (!context.client_metadata().contains("accept-language")) return std::nullopt;
  return LanguageOf(context);
}

class CaseService final : public ServiceAdapter, private Base {
 public:
  CaseService(const ReadCases* read, const api::TransitionCase* transition, const KeepCase* keep,
              Workers* workers)
      : read_(read), transition_(transition), keep_(keep), workers_(workers) {}

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

  grpc::ServerUnaryReactor* OpenCase(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::OpenCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::OpenCaseRequest& message) {
          return keep_->Open(caller, message);
        });
  }

  grpc::ServerUnaryReactor* EvaluateTransition(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::EvaluateTransitionRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::EvaluateTransitionRequest& message) {
          return transition_->Evaluate(caller, message);
        });
  }

  grpc::ServerUnaryReactor* TransitionCase(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::TransitionCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::TransitionCaseRequest& message) {
          return transition_->Run(caller, message);
        });
  }

  grpc::ServerUnaryReactor* SuspendCase(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::SuspendCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::SuspendCaseRequest& message) {
          return keep_->Suspend(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ResumeCase(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ResumeCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::ResumeCaseRequest& message) {
          return keep_->Resume(caller, message);
        });
  }

  grpc::ServerUnaryReactor* AssignCase(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::AssignCaseRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::AssignCaseRequest& message) {
          return keep_->Assign(caller, message);
        });
  }

  grpc::ServerUnaryReactor* AddNote(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    return AnswerOnWorkers<v1::AddNoteRequest>(
        workers_, context, request, response,
        [this](const Caller& caller, const v1::AddNoteRequest& message) {
          return keep_->AddNote(caller, message);
        });
  }

  const ReadCases* const read_;
  const api::TransitionCase* const transition_;
  const KeepCase* const keep_;
  Workers* const workers_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeCaseService(const ReadCases* read,
                                                const TransitionCase* transition,
                                                const KeepCase* keep, Workers* workers) {
  return std::make_unique<CaseService>(read, transition, keep, workers);
}

}  // namespace constancia::api
