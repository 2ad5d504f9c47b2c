#include "api/service/audit_feed_call.h"

#include <utility>

#include "api/commands/limits.h"
#include "api/service/call.h"
#include "api/service/status.h"
#include "constancia/v1/ledger_service.pb.h"
#include "core/base/status.h"

namespace constancia::api {

AuditFeedCall::AuditFeedCall(absl::StatusOr<ProveLedger::FeedRange> range, const ProveLedger* prove,
                             Workers* workers, LiveCalls<AuditFeedCall>* live, Language language)
    : range_(std::move(range)), prove_(prove), workers_(workers), live_(live), language_(language) {
  const absl::Status taken = range_.ok() ? live_->Add(this, kAuditFeedsMax) : range_.status();
  if (taken.ok()) {
    OnWriteDone(true);
  } else {
    Finish(ToGrpc(taken, language_));
  }
}

void AuditFeedCall::OnWriteDone(bool ok) {
  if (!ok) return Finish(grpc::Status::CANCELLED);
  if (draining_) {
    return Finish(ToGrpc(Error(error::v1::SHUTTING_DOWN, "the server is stopping"), language_));
  }
  if (!workers_->TryPost([this] { ReadOn(); })) Finish(ToGrpc(TooBusy(), language_));
}

void AuditFeedCall::ReadOn() {
  v1::AuditFeedChunk chunk;
  const absl::Status read = prove_->ReadFeed(&*range_, &chunk);
  if (!read.ok() || chunk.lines().empty()) return Finish(ToGrpc(read, language_));
  chunk_ = Serialize(chunk);
  StartWrite(&chunk_);
}

void AuditFeedCall::OnDone() {
  live_->Remove(this);
  delete this;
}

}  // namespace constancia::api
