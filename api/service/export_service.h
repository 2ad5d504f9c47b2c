// constancia.v1.ExportService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_EXPORT_SERVICE_H_
#define CONSTANCIA_API_SERVICE_EXPORT_SERVICE_H_

#include <memory>

#include "api/export/export_jobs.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// Both outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeExportService(ExportJobs* jobs, Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_EXPORT_SERVICE_H_
