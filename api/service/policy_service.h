// PolicyService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_POLICY_SERVICE_H_
#define CONSTANCIA_API_SERVICE_POLICY_SERVICE_H_

#include <memory>

#include "api/commands/read_policy.h"
#include "api/commands/replay_policy.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// All outlive the adapter.
std::unique_ptr<ServiceAdapter> MakePolicyService(const ReadPolicy* read, ReplayPolicy* replay,
                                                  Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_POLICY_SERVICE_H_
