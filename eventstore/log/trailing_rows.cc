#include "eventstore/log/trailing_rows.h"

#include <utility>

#include "core/base/status.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

TrailingRows::TrailingRows(StateTables* state, std::string name, uint32_t version, TableId table)
    : state_(state), name_(std::move(name)), version_(version), table_(table) {}

absl::StatusOr<std::unique_ptr<TrailingRows>> TrailingRows::Open(StateTables* state,
                                                                 std::string_view name,
                                                                 uint32_t version) {
  ASSIGN_OR_RETURN(const TableId table, state->OpenProjection(name, version));
  return std::unique_ptr<TrailingRows>(new TrailingRows(state, std::string(name), version, table));
}

absl::StatusOr<Position> TrailingRows::applied() const {
  ASSIGN_OR_RETURN(const std::optional<Position> applied,
                   state_->ReadApplied(StateTables::ProjectionTable(name_, version_)));
  return applied.value_or(Position{0});
}

absl::StatusOr<std::optional<std::string>> TrailingRows::Get(std::string_view key) const {
  return state_->ReadRow(table_, key);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> TrailingRows::Scan(
    std::string_view prefix, std::string_view from, size_t limit) const {
  return state_->ScanRows(table_, prefix, from, limit);
}

absl::Status TrailingRows::Commit(
    const std::map<std::string, std::optional<std::string>, std::less<>>& changes,
    Position applied) {
  Batch batch = state_->NewBatch();
  for (const auto& [key, value] : changes) {
    if (value.has_value()) {
      batch.Put(table_, key, *value);
    } else {
      batch.Delete(table_, key);
    }
  }
  state_->PutApplied(batch, StateTables::ProjectionTable(name_, version_), applied);
  return state_->Write(std::move(batch));
}

absl::Status TrailingRows::DropOtherVersions() {
  return state_->DropOtherVersions(name_, version_);
}

}  // namespace constancia::eventstore
