// Every kind of export, in one list. A new one is a folder below and a line in kinds.cc.
//
// Used by: ExportJobs.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_KINDS_H_
#define CONSTANCIA_API_EXPORT_KINDS_H_

#include "absl/status/statusor.h"
#include "api/export/bag/bag_writer.h"
#include "api/export/bag/evidence.h"
#include "api/export/order.h"
#include "core/crypto/ed25519.h"
#include "core/event/catalogue.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

// What a kind reads. All outlive the call.
struct ExportSources {
  const eventstore::EventLog* log = nullptr;
  const Catalogue* catalogue = nullptr;
  PublicKey log_key;  // the log signs with it now
  CosignedNote cosigned;
};

// Makes the contents of a bag at the latest published checkpoint. Fails with NOT_PUBLISHED when it
// must be made again at a later one, and with LIMIT_EXCEEDED.
using BuildContents = absl::StatusOr<BagContents> (*)(const ExportOrder& order,
                                                      const ExportSources& sources);

// Null when there is no such kind yet.
BuildContents FindKind(event::v1::ExportKind kind);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_KINDS_H_
