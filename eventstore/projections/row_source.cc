#include "eventstore/projections/row_source.h"

#include <algorithm>

#include "core/base/status.h"
#include "eventstore/log/event_log.h"

namespace constancia::eventstore {

absl::StatusOr<std::optional<std::string>> StoredRows::Read(std::string_view key) const {
  ASSIGN_OR_RETURN(EventLog::Row row, log_->ReadRow(projection_, key));
  return std::move(row.value);
}

absl::StatusOr<std::vector<RowSource::Row>> StoredRows::Scan(std::string_view prefix,
                                                             std::string_view from,
                                                             std::string_view to) const {
  constexpr size_t kPage = 64;
  std::vector<Row> rows;
  std::string next(from);
  while (true) {
    ASSIGN_OR_RETURN(EventLog::RowList page, log_->ScanRows(projection_, prefix, next, kPage));
    for (Row& row : page.rows) {
      if (row.first >= to) return rows;
      rows.push_back(std::move(row));
    }
    if (page.rows.size() < kPage) return rows;
    next = rows.back().first + '\0';
  }
}

absl::StatusOr<std::optional<std::string>> AppendedRows::Read(std::string_view key) const {
  if (const auto found = changes_.find(key); found != changes_.end()) return found->second;
  return base_->Read(key);
}

absl::StatusOr<std::vector<RowSource::Row>> AppendedRows::Scan(std::string_view prefix,
                                                               std::string_view from,
                                                               std::string_view to) const {
  ASSIGN_OR_RETURN(std::vector<Row> stored, base_->Scan(prefix, from, to));
  std::vector<Row> merged;
  auto change = changes_.lower_bound(std::max(prefix, from));
  const auto take_change = [&] {
    if (change->second.has_value()) merged.emplace_back(change->first, *change->second);
    ++change;
  };
  const auto changes_left = [&] {
    return change != changes_.end() && change->first.starts_with(prefix) && change->first < to;
  };
  for (Row& row : stored) {
    while (changes_left() && change->first < row.first) take_change();
    if (changes_left() && change->first == row.first) {
      take_change();
    } else {
      merged.push_back(std::move(row));
    }
  }
  while (changes_left()) take_change();
  return merged;
}

std::optional<std::string> AppendedRows::Get(std::string_view key) {
  absl::StatusOr<std::optional<std::string>> row = Read(key);
  if (row.ok()) return *std::move(row);
  status_.Update(row.status());
  return std::nullopt;
}

void AppendedRows::Put(std::string_view key, std::string_view value) {
  changes_.insert_or_assign(std::string(key), std::string(value));
}

void AppendedRows::Delete(std::string_view key) {
  changes_.insert_or_assign(std::string(key), std::nullopt);
}

}  // namespace constancia::eventstore
