// AccessService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_ACCESS_SERVICE_H_
#define CONSTANCIA_API_SERVICE_ACCESS_SERVICE_H_

#include <memory>

#include "api/commands/access_log.h"
#include "api/commands/manage_access.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// All outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeAccessService(const ManageAccess* manage, const AccessLog* log,
                                                  Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_ACCESS_SERVICE_H_
