// Turns what the ledger holds into messages of the API, and back.
//
// Used by: api/commands.
// Threads: any.
#ifndef CONSTANCIA_API_COMMANDS_MESSAGES_H_
#define CONSTANCIA_API_COMMANDS_MESSAGES_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "constancia/v1/event.pb.h"
#include "constancia/v1/event_service.pb.h"
#include "constancia/v1/ledger_service.pb.h"
#include "core/base/time.h"
#include "eventstore/log/append.h"
#include "eventstore/log/log_reader.h"
#include "google/protobuf/timestamp.pb.h"

namespace constancia::api {

// Reads an instant; digits finer than a microsecond are cut off. Fails with SCHEMA_INVALID, naming
// `field`, when the message is not a valid Timestamp (years 1 to 9999, nanos below a second).
absl::StatusOr<Instant> ToInstant(const google::protobuf::Timestamp& timestamp,
                                  std::string_view field);

void SetTimestamp(Instant instant, google::protobuf::Timestamp* timestamp);
void SetSeal(const eventstore::Seal& seal, v1::Seal* message);
void SetReceipt(const eventstore::Receipt& receipt, v1::Receipt* message);
void SetCheckpoint(const eventstore::SignedCheckpoint& checkpoint, v1::Checkpoint* message);

// Everything but seal and opened personal part. `personal` is NONE, ERASED when the sealed bytes
// were disposed of, or WITHHELD.
void SetEvent(const eventstore::RecordedEvent& event, v1::Event* message);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_MESSAGES_H_
