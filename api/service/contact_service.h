// ContactService over gRPC.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_
#define CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_

#include <memory>

#include "api/commands/ask_gate.h"
#include "api/service/adapter.h"

namespace constancia::api {

// `gate` outlives the adapter.
std::unique_ptr<ServiceAdapter> MakeContactService(const AskGate* gate);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_CONTACT_SERVICE_H_
