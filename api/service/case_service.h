// CaseService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_CASE_SERVICE_H_
#define CONSTANCIA_API_SERVICE_CASE_SERVICE_H_

#include <memory>

#include "api/commands/keep_case.h"
#include "api/commands/read_cases.h"
#include "api/commands/transition_case.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// All outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeCaseService(const ReadCases* read,
                                                const TransitionCase* transition,
                                                const KeepCase* keep, Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_CASE_SERVICE_H_
