// constancia.v1.EventService over gRPC.
//
// Appends are taken on gRPC's own threads and answered on the log's; everything that reads runs on
// the workers; one thread follows the log for all watchers.
//
// Used by: api/server.
#ifndef CONSTANCIA_API_SERVICE_EVENT_SERVICE_H_
#define CONSTANCIA_API_SERVICE_EVENT_SERVICE_H_

#include <memory>

#include "api/commands/read_events.h"
#include "api/commands/record_events.h"
#include "api/service/adapter.h"
#include "api/service/workers.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

// All outlive the adapter.
std::unique_ptr<ServiceAdapter> MakeEventService(const RecordEvents* record, const ReadEvents* read,
                                                 const eventstore::EventLog* log, Workers* workers);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_EVENT_SERVICE_H_
