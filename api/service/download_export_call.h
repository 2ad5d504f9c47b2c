// One DownloadExport call: the bytes of a finished export, chunk by chunk.
//
// Used by: export_service.
// Threads: gRPC and workers call in, one after the other; the object deletes itself when done.
#ifndef CONSTANCIA_API_SERVICE_DOWNLOAD_EXPORT_CALL_H_
#define CONSTANCIA_API_SERVICE_DOWNLOAD_EXPORT_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "api/export/export_jobs.h"
#include "api/service/live_calls.h"
#include "api/service/reason_words.h"
#include "api/service/workers.h"

namespace constancia::api {

inline constexpr size_t kDownloadsMax = 16;
inline constexpr size_t kDownloadChunkBytes = 256 << 10;

class DownloadExportCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Records the download and opens the file; it waits for the log.
  using Open = std::function<absl::StatusOr<std::unique_ptr<ExportFile>>()>;

  // Starts. The pointers outlive the call.
  DownloadExportCall(Open open, Workers* workers, LiveCalls<DownloadExportCall>* live,
                     Language language);

  // Ends with SHUTTING_DOWN behind the chunk being sent; the caller goes on from its offset later.
  void Drain() { draining_ = true; }

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void ReadOn();

  const Open open_;
  Workers* const workers_;
  LiveCalls<DownloadExportCall>* const live_;
  const Language language_;
  std::unique_ptr<ExportFile> file_;  // null until the first chunk
  grpc::ByteBuffer chunk_;
  std::atomic<bool> draining_ = false;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_DOWNLOAD_EXPORT_CALL_H_
