// The rows of a projection that follows the log on its own: what is looked at, never decided on.
//
// The follower reads events from applied() on (LogReader::AwaitLog), makes rows and commits them
// with the position they are then true for. Rows are not synced: after a crash applied() is an
// earlier position, the rows are those of that position, and the follower goes on from there.
//
// Used by: eventstore/projections.
// Threads: one thread commits; any thread reads.
#ifndef CONSTANCIA_EVENTSTORE_LOG_TRAILING_ROWS_H_
#define CONSTANCIA_EVENTSTORE_LOG_TRAILING_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/position.h"
#include "eventstore/tables/database.h"

namespace constancia::eventstore {

class StateTables;

class TrailingRows {
 public:
  // Opens the rows of this version, made empty when there are none. `state` outlives them.
  static absl::StatusOr<std::unique_ptr<TrailingRows>> Open(StateTables* state,
                                                            std::string_view name,
                                                            uint32_t version);

  // The position up to which (exclusive) the rows are true.
  absl::StatusOr<Position> applied() const;

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const;

  // At most `limit` rows whose keys begin with `prefix`, from key `from` on, in order of keys.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Scan(std::string_view prefix,
                                                                        std::string_view from,
                                                                        size_t limit) const;

  // Writes `changes` (no value: delete) together with the position they make the rows true for.
  absl::Status Commit(const std::map<std::string, std::optional<std::string>, std::less<>>& changes,
                      Position applied);

  // Drops the rows of other versions: when these have caught up and nobody reads the others.
  absl::Status DropOtherVersions();

 private:
  TrailingRows(StateTables* state, std::string name, uint32_t version, TableId table);

  StateTables* const state_;
  const std::string name_;
  const uint32_t version_;
  const TableId table_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_TRAILING_ROWS_H_
