// An event as it stands in the log.
//
// Used by: projections, api/export, api/service.
#ifndef CONSTANCIA_EVENTSTORE_LOG_RECORDED_EVENT_H_
#define CONSTANCIA_EVENTSTORE_LOG_RECORDED_EVENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/position.h"

namespace constancia::eventstore {

struct RecordedEvent {
  Position position;
  // `leaf`, parsed. `header.public_payload()` is the part of the payload that decides and counts.
  ledger::v1::EventHeader header;
  // The hashed bytes, type byte included.
  std::string leaf;
  // The sealed personal part; empty when there is none and after it was disposed of.
  std::string sealed;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_RECORDED_EVENT_H_
