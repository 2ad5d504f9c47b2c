#include "api/service/batch_check_call.h"

#include <utility>

#include "api/commands/limits.h"
#include "api/service/call.h"
#include "api/service/status.h"
#include "core/base/status.h"

namespace constancia::api {

BatchCheckCall::BatchCheckCall(absl::StatusOr<v1::BatchCheckContactsRequest> request,
                               const ReadContactLedger* ledger, Workers* workers,
                               LiveCalls<BatchCheckCall>* live, Language language)
    : request_(std::move(request)),
      ledger_(ledger),
      workers_(workers),
      live_(live),
      language_(language) {
  absl::Status taken = live_->Add(this, kBatchesMax);
  if (taken.ok()) taken = request_.status();
  if (taken.ok()) {
    OnWriteDone(true);
  } else {
    Finish(ToGrpc(taken, language_));
  }
}

void BatchCheckCall::OnWriteDone(bool ok) {
  if (!ok) return Finish(grpc::Status::CANCELLED);
  if (next_ == request_->contacts_size()) return Finish(grpc::Status::OK);
  if (draining_)
    return Finish(ToGrpc(Error(error::v1::SHUTTING_DOWN, "the server is stopping"), language_));
  if (!workers_->TryPost([this] { AnswerSome(); })) Finish(ToGrpc(TooBusy(), language_));
}

void BatchCheckCall::AnswerSome() {
  const absl::StatusOr<v1::BatchCheckContactsResponse> response =
      ledger_->AnswerSome(*request_, next_, kBatchChunk);
  if (!response.ok()) return Finish(ToGrpc(response.status(), language_));
  next_ += response->results_size();
  chunk_ = Serialize(*response);
  StartWrite(&chunk_);
}

void BatchCheckCall::OnDone() {
  live_->Remove(this);
  delete this;
}

}  // namespace constancia::api
