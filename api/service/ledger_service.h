// constancia.v1.LedgerService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_LEDGER_SERVICE_H_
#define CONSTANCIA_API_SERVICE_LEDGER_SERVICE_H_

#include <memory>

#include "api/commands/prove_ledger.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// Both outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeLedgerService(const ProveLedger* prove, Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_LEDGER_SERVICE_H_
