// ContactService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_
#define CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_

#include <memory>

#include "api/commands/ask_gate.h"
#include "api/commands/complete_contact.h"
#include "api/commands/read_contact_ledger.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"

namespace constancia::api {

// All outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeContactService(const AskGate* gate,
                                                   const CompleteContact* complete,
                                                   const ReadContactLedger* ledger,
                                                   Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_
