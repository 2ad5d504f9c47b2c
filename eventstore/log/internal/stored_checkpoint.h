// Checkpoints as the log keeps them: a row for the note that the log signed, and one for each
// witness's line.
//
// Used by: LogReader, recovery, EventLog (cosign.cc).
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STORED_CHECKPOINT_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STORED_CHECKPOINT_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/log_reader.h"
#include "eventstore/tables/log_tables.h"

namespace constancia::eventstore {

// Joins the note that the log signed with the lines of witnesses, each with its LF. Fails with
// INPUT_MALFORMED when that is no checkpoint.
absl::StatusOr<SignedCheckpoint> JoinCheckpoint(std::string note,
                                                std::span<const std::string> lines);

// Reads the checkpoint of exactly `size`, cosignatures behind the log's own lines. Fails with
// DAMAGED when it is missing or cannot be read.
absl::StatusOr<SignedCheckpoint> ReadStoredCheckpoint(const LogTables& log, uint64_t size);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_STORED_CHECKPOINT_H_
