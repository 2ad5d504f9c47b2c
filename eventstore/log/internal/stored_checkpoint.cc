#include "eventstore/log/internal/stored_checkpoint.h"

#include <optional>
#include <string>
#include <utility>

#include "core/base/status.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

absl::StatusOr<SignedCheckpoint> ReadStoredCheckpoint(const LogTables& log, uint64_t size) {
  const Position last{size - 1};
  ASSIGN_OR_RETURN(std::optional<std::string> note, log.ReadCheckpoint(size));
  if (!note.has_value()) return DamagedAt(last, "its checkpoint is missing");
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, log.ReadCosignatures(size));
  for (const std::string& line : lines) note->append(line);
  const absl::StatusOr<Note> parsed = ParseNote(*note);
  const absl::StatusOr<Checkpoint> checkpoint =
      parsed.ok() ? ParseCheckpoint(parsed->text) : parsed.status();
  if (!checkpoint.ok() || checkpoint->size != size) {
    return DamagedAt(last, "its checkpoint cannot be read");
  }
  return SignedCheckpoint{*checkpoint, *std::move(note)};
}

}  // namespace constancia::eventstore
