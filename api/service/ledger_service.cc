#include "api/service/ledger_service.h"

#include "api/service/audit_feed_call.h"
#include "api/service/call.h"
#include "api/service/live_calls.h"
#include "constancia/v1/ledger_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;

using Service = v1::LedgerService::WithRawCallbackMethod_GetCheckpoint<
    v1::LedgerService::WithRawCallbackMethod_AddCosignature<
        v1::LedgerService::WithRawCallbackMethod_GetInclusionProof<
            v1::LedgerService::WithRawCallbackMethod_GetConsistencyProof<
                v1::LedgerService::WithRawCallbackMethod_GetCompletenessProof<
                    v1::LedgerService::WithRawCallbackMethod_GetAuditFeed<
                        v1::LedgerService::Service>>>>>>;

class LedgerServiceAdapter final : public ServiceAdapter, private Service {
 public:
  LedgerServiceAdapter(const ProveLedger* prove, Workers* workers)
      : prove_(prove), workers_(workers) {}

  std::string_view name() const override { return v1::LedgerService::service_full_name(); }
  grpc::Service* service() override { return this; }
  void Drain() override { feeds_.Drain(); }

 private:
  grpc::ServerUnaryReactor* GetCheckpoint(CallbackServerContext* context, const ByteBuffer* request,
                                          ByteBuffer* response) override {
    return Answer(context, request, response, &ProveLedger::GetCheckpoint);
  }

  grpc::ServerUnaryReactor* AddCosignature(CallbackServerContext* context,
                                           const ByteBuffer* request,
                                           ByteBuffer* response) override {
    return Answer(context, request, response, &ProveLedger::AddCosignature);
  }

  grpc::ServerUnaryReactor* GetInclusionProof(CallbackServerContext* context,
                                              const ByteBuffer* request,
                                              ByteBuffer* response) override {
    return Answer(context, request, response, &ProveLedger::GetInclusionProof);
  }

  grpc::ServerUnaryReactor* GetConsistencyProof(CallbackServerContext* context,
                                                const ByteBuffer* request,
                                                ByteBuffer* response) override {
    return Answer(context, request, response, &ProveLedger::GetConsistencyProof);
  }

  grpc::ServerUnaryReactor* GetCompletenessProof(CallbackServerContext* context,
                                                 const ByteBuffer* request,
                                                 ByteBuffer* response) override {
    return Answer(context, request, response, &ProveLedger::GetCompletenessProof);
  }

  grpc::ServerWriteReactor<ByteBuffer>* GetAuditFeed(CallbackServerContext* context,
                                                     const ByteBuffer* request) override {
    const auto range = [&]() -> absl::StatusOr<ProveLedger::FeedRange> {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      v1::GetAuditFeedRequest message;
      RETURN_IF_ERROR(Parse(*request, &message));
      return prove_->PrepareFeed(caller, message);
    }();
    return new AuditFeedCall(range, prove_, workers_, &feeds_, LanguageOf(*context));
  }

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Answer(
      CallbackServerContext* context, const ByteBuffer* request, ByteBuffer* response,
      absl::StatusOr<Response> (ProveLedger::*method)(const Caller&, const Request&) const) {
    return AnswerOnWorkers<Request>(workers_, context, request, response,
                                    [this, method](const Caller& caller, const Request& message) {
                                      return (prove_->*method)(caller, message);
                                    });
  }

  const ProveLedger* const prove_;
  Workers* const workers_;
  LiveCalls<AuditFeedCall> feeds_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeLedgerService(const ProveLedger* prove, Workers* workers) {
  return std::make_unique<LedgerServiceAdapter>(prove, workers);
}

}  // namespace constancia::api
