#include "api/service/export_service.h"

#include "api/service/call.h"
#include "api/service/download_export_call.h"
#include "api/service/live_calls.h"
#include "constancia/v1/export_service.grpc.pb.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;

using Service = v1::ExportService::WithRawCallbackMethod_CreateExport<
    v1::ExportService::WithRawCallbackMethod_GetExport<
        v1::ExportService::WithRawCallbackMethod_ListExports<
            v1::ExportService::WithRawCallbackMethod_DownloadExport<v1::ExportService::Service>>>>;

class ExportServiceAdapter final : public ServiceAdapter, private Service {
 public:
  ExportServiceAdapter(ExportJobs* jobs, Workers* workers) : jobs_(jobs), workers_(workers) {}

  std::string_view name() const override { return v1::ExportService::service_full_name(); }
  grpc::Service* service() override { return this; }
  void Drain() override { downloads_.Drain(); }

 private:
  grpc::ServerUnaryReactor* CreateExport(CallbackServerContext* context, const ByteBuffer* request,
                                         ByteBuffer* response) override {
    return AnswerOnWorkers<v1::CreateExportRequest>(
        workers_, context, request, response,
        [jobs = jobs_](const Caller& caller, const v1::CreateExportRequest& message) {
          return jobs->Create(caller, message);
        });
  }

  grpc::ServerUnaryReactor* GetExport(CallbackServerContext* context, const ByteBuffer* request,
                                      ByteBuffer* response) override {
    return AnswerOnWorkers<v1::GetExportRequest>(
        workers_, context, request, response,
        [jobs = jobs_](const Caller& caller, const v1::GetExportRequest& message) {
          return jobs->Get(caller, message);
        });
  }

  grpc::ServerUnaryReactor* ListExports(CallbackServerContext* context, const ByteBuffer* request,
                                        ByteBuffer* response) override {
    return AnswerOnWorkers<v1::ListExportsRequest>(
        workers_, context, request, response,
        [jobs = jobs_](const Caller& caller, const v1::ListExportsRequest& message) {
          return jobs->List(caller, message);
        });
  }

  grpc::ServerWriteReactor<ByteBuffer>* DownloadExport(CallbackServerContext* context,
                                                       const ByteBuffer* request) override {
    const absl::StatusOr<Caller> caller = CallerOf(*context);
    v1::DownloadExportRequest message;
    const absl::Status parsed = caller.ok() ? Parse(*request, &message) : caller.status();
    const auto open = [jobs = jobs_, caller, message,
                       parsed]() -> absl::StatusOr<std::unique_ptr<ExportFile>> {
      RETURN_IF_ERROR(parsed);
      return jobs->Download(*caller, message);
    };
    return new DownloadExportCall(open, workers_, &downloads_, LanguageOf(*context));
  }

  ExportJobs* const jobs_;
  Workers* const workers_;
  LiveCalls<DownloadExportCall> downloads_;
};

}  // namespace

std::unique_ptr<ServiceAdapter> MakeExportService(ExportJobs* jobs, Workers* workers) {
  return std::make_unique<ExportServiceAdapter>(jobs, workers);
}

}  // namespace constancia::api
