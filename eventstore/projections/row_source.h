// Rows of one projection, to be read: as the log has them, or as they will be once some drafts are
// appended. So what is about to be recorded is judged by the very fold that will record it.
//
// Used by: the projections' readers, api/commands.
// Threads: StoredRows: any. AppendedRows: one.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_ROW_SOURCE_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_ROW_SOURCE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore {

class EventLog;

class RowSource {
 public:
  using Row = std::pair<std::string, std::string>;

  virtual ~RowSource() = default;

  virtual absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const = 0;

  // The rows whose keys begin with `prefix`, from key `from` on and before key `to`, in order.
  virtual absl::StatusOr<std::vector<Row>> Scan(std::string_view prefix, std::string_view from,
                                                std::string_view to) const = 0;
};

// What the log has.
class StoredRows final : public RowSource {
 public:
  // Both outlive the object.
  StoredRows(const EventLog* log, std::string_view projection)
      : log_(log), projection_(projection) {}

  absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const override;
  absl::StatusOr<std::vector<Row>> Scan(std::string_view prefix, std::string_view from,
                                        std::string_view to) const override;

 private:
  const EventLog* const log_;
  const std::string_view projection_;
};

// What the log would have after more events: a projection applies them here, and nowhere else.
class AppendedRows final : public RowSource, public Rows {
 public:
  // `base` outlives the object.
  explicit AppendedRows(const RowSource* base) : base_(base) {}

  absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const override;
  absl::StatusOr<std::vector<Row>> Scan(std::string_view prefix, std::string_view from,
                                        std::string_view to) const override;

  std::optional<std::string> Get(std::string_view key) override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;

  // Why a row could not be read while events were applied; OK when all could.
  const absl::Status& status() const { return status_; }

 private:
  const RowSource* const base_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;
  absl::Status status_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_ROW_SOURCE_H_
