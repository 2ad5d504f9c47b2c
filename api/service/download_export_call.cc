#include "api/service/download_export_call.h"

#include <string>
#include <utility>

#include "api/service/call.h"
#include "api/service/status.h"
#include "constancia/v1/export_service.pb.h"
#include "core/base/status.h"

namespace constancia::api {

DownloadExportCall::DownloadExportCall(Open open, Workers* workers,
                                       LiveCalls<DownloadExportCall>* live, Language language)
    : open_(std::move(open)), workers_(workers), live_(live), language_(language) {
  const absl::Status taken = live_->Add(this, kDownloadsMax);
  if (taken.ok()) {
    OnWriteDone(true);
  } else {
    Finish(ToGrpc(taken, language_));
  }
}

void DownloadExportCall::OnWriteDone(bool ok) {
  if (!ok) return Finish(grpc::Status::CANCELLED);
  if (draining_) {
    return Finish(ToGrpc(Error(error::v1::SHUTTING_DOWN, "the server is stopping"), language_));
  }
  if (!workers_->TryPost([this] { ReadOn(); })) Finish(ToGrpc(TooBusy(), language_));
}

void DownloadExportCall::ReadOn() {
  if (file_ == nullptr) {
    absl::StatusOr<std::unique_ptr<ExportFile>> file = open_();
    if (!file.ok()) return Finish(ToGrpc(file.status(), language_));
    file_ = *std::move(file);
  }
  absl::StatusOr<std::string> bytes = file_->Read(kDownloadChunkBytes);
  if (!bytes.ok() || bytes->empty()) return Finish(ToGrpc(bytes.status(), language_));
  v1::DownloadExportResponse response;
  response.set_data(*std::move(bytes));
  chunk_ = Serialize(response);
  StartWrite(&chunk_);
}

void DownloadExportCall::OnDone() {
  live_->Remove(this);
  delete this;
}

}  // namespace constancia::api
