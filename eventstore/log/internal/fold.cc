#include "eventstore/log/internal/fold.h"

#include <optional>
#include <utility>

namespace constancia::eventstore {
namespace {

class FoldRows : public Rows {
 public:
  FoldRows(TableId table, size_t index, const StateTables& state,
           const std::vector<const Epoch*>& epochs, RowChanges& changes)
      : table_(table), index_(index), state_(state), epochs_(epochs), changes_(changes) {}

  std::optional<std::string> Get(std::string_view key) override {
    if (const auto found = changes_.find(key); found != changes_.end()) return found->second;
    for (const Epoch* epoch : epochs_) {
      if (epoch == nullptr) continue;
      const RowChanges& rows = epoch->rows[index_];
      if (const auto found = rows.find(key); found != rows.end()) return found->second;
    }
    absl::StatusOr<std::optional<std::string>> row = state_.ReadRow(table_, key);
    if (row.ok()) return *std::move(row);
    status_.Update(row.status());
    return std::nullopt;
  }

  void Put(std::string_view key, std::string_view value) override {
    changes_.insert_or_assign(std::string(key), std::string(value));
  }

  void Delete(std::string_view key) override {
    changes_.insert_or_assign(std::string(key), std::nullopt);
  }

  const absl::Status& status() const { return status_; }

 private:
  const TableId table_;
  const size_t index_;
  const StateTables& state_;
  const std::vector<const Epoch*>& epochs_;
  RowChanges& changes_;
  absl::Status status_;
};

}  // namespace

absl::Status ApplyEvent(const RecordedEvent& event, const ProjectionTable& projection, size_t index,
                        const StateTables& state, const std::vector<const Epoch*>& epochs,
                        RowChanges& changes) {
  FoldRows rows(projection.table, index, state, epochs, changes);
  projection.projection->Apply(event, rows);
  return rows.status();
}

}  // namespace constancia::eventstore
