// What falls due when: permits that lapse, promises to be judged, duties to be missed, complaints
// and disputes whose duty is not yet on record, and cases that time may move on.
//
// Inline, so that what is no longer due is gone before an append is answered. A row says that
// something may have to happen because time passed; what happens, if anything, is decided over the
// case. Its instant is never after the one at which that is so.
//
// Keys: `d/<instant, 20 digits>/<kind>/<id>` with the row, and `k/<kind>/<id>` with the first key,
// so that the event that settles it finds it. The instant is never before the one at which the
// event was recorded: who has read until now finds what is new behind it.
//
// Used by: api/commands (run_timers).

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_DUE_TIMES_DUE_TIMES_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_DUE_TIMES_DUE_TIMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/time.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

enum class DueKind : char {
  kPermit = 'p',     // a permit that nobody used; by its id
  kPromise = 'r',    // a promise that stands; by case and promise
  kDuty = 'u',       // a duty that is open; by the event that created it
  kComplaint = 'c',  // a complaint that has no duty yet; by the event that received it
  kDispute = 'i',    // a dispute likewise
  kStage = 's',      // a case in STAGE_PERSUASIVE; by its id
};

struct Due {
  Instant at;
  DueKind kind = DueKind::kPermit;
  // The event that made it due, as text.
  std::string event_id;
  std::string case_id;
  // Of a case, as it was opened.
  std::string creditor_id;
  std::string portfolio_id;
  // Of the row.
  std::string key;
};

class DueTimes final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "due_times";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 1; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

// Everything that may be due from `from` to `until`, both inclusive, earliest first.
absl::StatusOr<std::vector<Due>> ReadDue(const RowSource& rows, Instant from, Instant until);

// Whether the row is still there: nothing has settled it.
absl::StatusOr<bool> IsDue(const RowSource& rows, const Due& due);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_DUE_TIMES_DUE_TIMES_H_
