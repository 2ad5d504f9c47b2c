// Entry rows of the log: u32be length || leaf bytes || sealed personal part.
//
// `sealed` is empty where there is none and after it was disposed of.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/position.h"
#include "eventstore/log/recorded_event.h"

namespace constancia::eventstore {

struct EntryView {
  std::string_view leaf;
  std::string_view sealed;
};

std::string EncodeEntry(std::string_view leaf, std::string_view sealed);

// Views into `row`. Fails with DAMAGED.
absl::StatusOr<EntryView> ParseEntry(std::string_view row);

// Reads the header of an event's entry. Fails with DAMAGED, naming the position, also when the
// sealed bytes are there and not those of the header's digest.
absl::StatusOr<ledger::v1::EventHeader> ParseHeader(Position position, const EntryView& entry);

// Reads the whole entry of an event. Fails as ParseEntry and ParseHeader do, naming the position.
absl::StatusOr<RecordedEvent> ParseEvent(Position position, std::string_view row);

// DAMAGED, with the position in text and variables.
absl::Status DamagedAt(Position position, std::string_view what);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_ENTRY_H_
