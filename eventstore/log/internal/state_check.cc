#include "eventstore/log/internal/state_check.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/proof/tile.h"

namespace constancia::eventstore {
namespace {

// The rows of one projection, all in memory.
class MemoryRows : public Rows {
 public:
  explicit MemoryRows(RowChanges& rows) : rows_(rows) {}
  std::optional<std::string> Get(std::string_view key) override {
    const auto found = rows_.find(key);
    return found == rows_.end() ? std::nullopt : found->second;
  }
  void Put(std::string_view key, std::string_view value) override {
    rows_.insert_or_assign(std::string(key), std::string(value));
  }
  void Delete(std::string_view key) override { rows_.erase(std::string(key)); }

 private:
  RowChanges& rows_;
};

}  // namespace

StateCheck::StateCheck(const StateTables* state, std::vector<const InlineProjection*> projections,
                       Report report)
    : state_(state), projections_(std::move(projections)), report_(std::move(report)) {
  rows_.resize(projections_.size());
  const absl::StatusOr<std::optional<Position>> applied = state_->ReadApplied("");
  if (!applied.ok()) report_(std::nullopt, std::string(applied.status().message()));
  if (applied.ok()) applied_ = applied->value_or(Position{0});
}

void StateCheck::Take(const ScannedEntry& entry) {
  streams_.Add(entry.streams);
  events_.Add(entry.events);
  idempotency_.Add(entry.external_ids);
  // The events of one append stand together; their request id leads to the first of them.
  if (entry.request_hash != last_request_) {
    std::string position;
    AppendU64(&position, entry.position.value);
    idempotency_.AddHashed(entry.request_hash, position);
    last_request_ = entry.request_hash;
  }
  for (size_t i = 0; i < projections_.size(); ++i) {
    MemoryRows rows(rows_[i]);
    projections_[i]->Apply(*entry.event, rows);
  }
}

std::optional<Hash> StateCheck::LeafHashAt(Position position) {
  if (position >= applied_) return std::nullopt;
  const uint64_t index = position.value / kTileWidth;
  if (index != tile_index_) {
    const absl::StatusOr<std::optional<std::string>> row = state_->ReadTile(0, index);
    tile_ = row.ok() ? row->value_or("") : "";
    tile_index_ = index;
  }
  const size_t at = position.value % kTileWidth * Hash::kSize;
  if (tile_.size() < at + Hash::kSize) return std::nullopt;
  return Hash::From(std::string_view(tile_).substr(at, Hash::kSize));
}

void StateCheck::TakeTiles(const std::map<TileBuilder::Key, std::string>& tiles) {
  for (const auto& [key, hashes] : tiles) {
    const absl::StatusOr<std::optional<std::string>> row = state_->ReadTile(key.first, key.second);
    // A tile that is partial here may be wider in `state`.
    if (row.ok() && row->has_value() && (*row)->starts_with(hashes)) continue;
    report_(std::nullopt, absl::StrCat("`state`: tile ", key.second, " of level ", key.first,
                                       " is not that of the log"));
  }
}

void StateCheck::Finish(const Heads& heads) {
  CompareSums("streams", streams_);
  CompareSums("idempotency", idempotency_);
  CompareSums("events", events_);
  CompareHeads(heads);
  for (size_t i = 0; i < projections_.size(); ++i) {
    CompareRows(StateTables::ProjectionTable(projections_[i]->name(), projections_[i]->version()),
                rows_[i]);
  }
}

void StateCheck::CompareSums(std::string_view table, const RowSum& expected) {
  RowSum stored;
  std::optional<Cursor> cursor = state_->Walk(table);
  for (; cursor->valid(); cursor->Next()) stored.Add(cursor->key(), cursor->value());
  if (!cursor->status().ok()) {
    report_(std::nullopt, std::string(cursor->status().message()));
  } else if (stored != expected) {
    report_(std::nullopt,
            absl::StrCat("`state`: the ", stored.rows, " rows of table ", ToAbsl(table),
                         " are not the ", expected.rows, " that the log makes"));
  }
}

void StateCheck::CompareHeads(const Heads& heads) {
  uint64_t stored = 0;
  const absl::Status scanned =
      state_->ScanHeads([&](const Hash& stream, std::string_view row) -> absl::Status {
        ++stored;
        const auto found = heads.find(stream);
        if (found != heads.end() && EncodeHead(found->second) == row) return absl::OkStatus();
        std::optional<Position> last;
        if (found != heads.end()) last = Position{found->second.last};
        report_(last, absl::StrCat("`state`: the head of stream ", HexEncode(stream.view()),
                                   " is not that of its events"));
        return absl::OkStatus();
      });
  if (!scanned.ok()) {
    report_(std::nullopt, std::string(scanned.message()));
  } else if (stored != heads.size()) {
    report_(std::nullopt, absl::StrCat("`state`: there are ", stored, " heads, and ", heads.size(),
                                       " streams in the log"));
  }
}

void StateCheck::CompareRows(std::string_view table, const RowChanges& expected) {
  std::optional<Cursor> cursor = state_->Walk(table);
  if (!cursor.has_value()) return;  // of another version: made again when the ledger is opened
  auto row = expected.begin();
  for (; cursor->valid() && row != expected.end(); cursor->Next(), ++row) {
    if (cursor->key() != row->first || cursor->value() != row->second) break;
  }
  if (cursor->valid() || row != expected.end() || !cursor->status().ok()) {
    report_(std::nullopt, absl::StrCat("`state`: the rows of ", ToAbsl(table),
                                       " are not those that the log makes"));
  }
}

}  // namespace constancia::eventstore
