// Recovery: brings `state` and memory to the end of the log when it is opened.
//
// Entries from the lowest applied position on are read again; every group is tied to the one
// before, every map root is recomputed and compared, and a position that was left free for a map
// root and has entries behind it gets the bytes that belong there. The first difference refuses the
// ledger.
//
// Used by: LogCore.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_RECOVERY_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_RECOVERY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/base/time.h"
#include "eventstore/log/internal/fold.h"
#include "eventstore/log/internal/notarizer.h"
#include "eventstore/log/internal/publication.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

struct Recovered {
  // Events behind the latest checkpoint, with their rows.
  std::shared_ptr<Epoch> open;
  Notarizer notarizer;
  Position end;         // behind the last entry
  Instant recorded_at;  // of the last event
  Hash previous_group;  // hash of the last group row, zero when there is none
};

// `projections` have their tables open. `publication` signs a map root that is missing, and gets
// the latest checkpoint. Fails with DAMAGED, naming the position.
absl::StatusOr<Recovered> Recover(const std::string& origin, LogTables& log, StateTables& state,
                                  const std::vector<ProjectionTable>& projections,
                                  Publication& publication);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_RECOVERY_H_
