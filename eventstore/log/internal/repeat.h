// Answers an append whose ids the log knows already: the same content gets the first receipts
// again, other content a conflict.
//
// Used by: EventLog (before queueing), the syncer (for repetitions that came close together).
// Threads: any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_REPEAT_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_REPEAT_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/append.h"
#include "eventstore/log/internal/prepared.h"
#include "eventstore/log/log_reader.h"

namespace constancia::eventstore {

// Where the ids of an append stand already.
struct KnownIds {
  std::optional<Position> request;                // first event of the append of this request id
  std::vector<std::optional<Position>> external;  // by event
  bool any() const;
};

// `known.any()` holds, and what it names is synced. Fails with IDEMPOTENCY_CONFLICT, naming what is
// known, when the content is not that of the events there, or only some of the events are known.
absl::StatusOr<AppendResult> AnswerRepeated(const PreparedAppend& append, const KnownIds& known,
                                            const LogReader& reader);

// IDEMPOTENCY_CONFLICT: the event id that a draft chose is that of another event.
absl::Status KnownEventId(size_t index);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_REPEAT_H_
