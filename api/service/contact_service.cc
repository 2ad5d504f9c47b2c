#include "api/service/contact_service.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "api/service/batch_check_call.h"
#include "api/service/call.h"
#include "api/service/live_calls.h"
#include "api/service/status.h"
#include "constancia/v1/contact_service.grpc.pb.h"

namespace constancia::api {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;

using Service = v1::ContactService::WithRawCallbackMethod_CheckContact<
    v1::ContactService::WithRawCallbackMethod_ReserveContact<
        v1::ContactService::WithRawCallbackMethod_CompleteContact<
            v1::ContactService::WithRawCallbackMethod_CancelPermit<
                v1::ContactService::WithRawCallbackMethod_ListPermits<
                    v1::ContactService::WithRawCallbackMethod_GetContactLedger<
                        v1::ContactService::WithRawCallbackMethod_BatchCheckContacts<
                            v1::ContactService::Service>>>>>>>;

class ContactService final : public ServiceAdapter, private Service {
 public:
  ContactService(const AskGate* gate, const api::CompleteContact* complete,
                 const ReadContactLedger* ledger, Workers* workers)
      : gate_(gate), complete_(complete), ledger_(ledger), workers_(workers) {}

  std::string_view name() const override { return v1::ContactService::service_full_name(); }
  grpc::Service* service() override { return this; }
  void Drain() override { batches_.Drain(); }

 private:
  // A check reads a few rows that are in memory: it is answered where it arrives.
  grpc::ServerUnaryReactor* CheckContact(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const absl::Status status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      v1::CheckContactRequest message;
      RETURN_IF_ERROR(Parse(*request, &message));
      ASSIGN_OR_RETURN(const v1::CheckContactResponse answer, gate_->Check(caller, message));
      *response = Serialize(answer);
      return absl::OkStatus();
    }();
    reactor->Finish(ToGrpc(status, LanguageOf(*context)));
    return reactor;
  }

  grpc::ServerUnaryReactor* ReserveContact(CallbackServerContext* context,
                                           const ByteBuffer* request,
                                           ByteBuffer* response) override {
    return Decide<v1::ReserveContactRequest>(
        context, request, response, [this](const Caller& caller, const auto& message, auto done) {
          gate_->Reserve(caller, message, std::move(done));
        });
  }

  grpc::ServerUnaryReactor* CompleteContact(CallbackServerContext* context,
                                            const ByteBuffer* request,
                                            ByteBuffer* response) override {
    return Decide<v1::CompleteContactRequest>(
        context, request, response, [this](const Caller& caller, const auto& message, auto done) {
          complete_->Run(caller, message, std::move(done));
        });
  }

  grpc::ServerUnaryReactor* CancelPermit(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    return Decide<v1::CancelPermitRequest>(
        context, request, response, [this](const Caller& caller, const auto& message, auto done) {
          gate_->Cancel(caller, message, std::move(done));
        });
  }

  grpc::ServerUnaryReactor* ListPermits(CallbackServerContext* context, const ByteBuffer* request,
                                        ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListPermitsRequest>(
        workers_, context, request, response,
        [ledger = ledger_](const Caller& caller, const v1::ListPermitsRequest& message) {
          return ledger->ListPermits(caller, message);
        });
  }

  grpc::ServerUnaryReactor* GetContactLedger(CallbackServerContext* context,
                                             const ByteBuffer* request,
                                             ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetContactLedgerRequest>(
        workers_, context, request, response,
        [ledger = ledger_](const Caller& caller, const v1::GetContactLedgerRequest& message) {
          return ledger->Get(caller, message);
        });
  }

  grpc::ServerWriteReactor<ByteBuffer>* BatchCheckContacts(CallbackServerContext* context,
                                                           const ByteBuffer* request) override {
    const auto taken = [&]() -> absl::StatusOr<v1::BatchCheckContactsRequest> {
      ASSIGN_OR_RETURN(const Caller caller, CallerOf(*context));
      v1::BatchCheckContactsRequest message;
      RETURN_IF_ERROR(Parse(*request, &message));
      RETURN_IF_ERROR(ledger_->CheckBatch(caller, message));
      return message;
    };
    return new BatchCheckCall(taken(), ledger_, workers_, &batches_, LanguageOf(*context));
  }

  // Answers with what `decide(caller, message, done)` calls back with.
  template <typename Request, typename Decision>
  static grpc::ServerUnaryReactor* Decide(CallbackServerContext* context, const ByteBuffer* request,
                                          ByteBuffer* response, Decision decide) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    Request message;
    const absl::StatusOr<Caller> caller = CallerOf(*context);
    const absl::Status status = caller.ok() ? Parse(*request, &message) : caller.status();
    if (!status.ok()) {
      reactor->Finish(ToGrpc(status, LanguageOf(*context)));
      return reactor;
    }
    decide(*caller, message, [context, reactor, response](auto answer) {
      if (answer.ok()) *response = Serialize(*answer);
      reactor->Finish(ToGrpc(answer.status(), LanguageOf(*context)));
    });
    return reactor;
  }

  const AskGate* const gate_;
  const api::CompleteContact* const complete_;
  const ReadContactLedger* const ledger_;
  Workers* const workers_;
  LiveCalls<BatchCheckCall> batches_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeContactService(const AskGate* gate,
                                                   const CompleteContact* complete,
                                                   const ReadContactLedger* ledger,
                                                   Workers* workers) {
  return std::make_unique<ContactService>(gate, complete, ledger, workers);
}

}  // namespace constancia::api
