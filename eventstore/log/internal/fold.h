// Brings the inline projections forward by events, over the rows of the epochs and of `state`.
//
// Threads: one (the syncer; recovery before it starts).
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_FOLD_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_FOLD_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/log/internal/epoch.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

// A projection and where its rows are.
struct ProjectionTable {
  const InlineProjection* projection = nullptr;
  std::string name;  // of the table
  TableId table;
};

// Applies `event` to one projection and adds what changes to `changes`. A row is looked for there,
// then in `epochs` in their order (nullptr is passed over), each asked for its rows number `index`,
// then in `state`. Fails when `state` cannot be read.
absl::Status ApplyEvent(const RecordedEvent& event, const ProjectionTable& projection, size_t index,
                        const StateTables& state, const std::vector<const Epoch*>& epochs,
                        RowChanges& changes);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_FOLD_H_
