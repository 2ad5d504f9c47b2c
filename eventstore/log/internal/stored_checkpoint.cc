#include "eventstore/log/internal/stored_checkpoint.h"

#include <optional>
#include <string>
#include <utility>

#include "core/base/status.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

absl::StatusOr<SignedCheckpoint> JoinCheckpoint(std::string note,
                                                std::span<const std::string> lines) {
  for (const std::string& line : lines) note.append(line);
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, ParseCheckpoint(parsed.text));
  return SignedCheckpoint{checkpoint, std::move(note)};
}

absl::StatusOr<SignedCheckpoint> ReadStoredCheckpoint(const LogTables& log, uint64_t size) {
  const Position last{size - 1};
  ASSIGN_OR_RETURN(std::optional<std::string> note, log.ReadCheckpoint(size));
  if (!note.has_value()) return DamagedAt(last, "its checkpoint is missing");
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, log.ReadCosignatures(size));
  absl::StatusOr<SignedCheckpoint> joined = JoinCheckpoint(*std::move(note), lines);
  if (!joined.ok() || joined->checkpoint.size != size) {
    return DamagedAt(last, "its checkpoint cannot be read");
  }
  return joined;
}

}  // namespace constancia::eventstore
