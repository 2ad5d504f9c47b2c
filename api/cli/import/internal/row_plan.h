// A mapping made ready: names resolved to columns, types to descriptors, formats to readers.
//
// Used by: RowMapper, which runs it; compile.cc, which makes it.
// Threads: one.
#ifndef CONSTANCIA_API_CLI_IMPORT_INTERNAL_ROW_PLAN_H_
#define CONSTANCIA_API_CLI_IMPORT_INTERNAL_ROW_PLAN_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/cli/import/amount_text.h"
#include "api/cli/import/row_mapper.h"
#include "api/cli/import/row_names.h"
#include "api/cli/import/row_template.h"
#include "api/cli/import/timestamp_text.h"
#include "core/base/money.h"

namespace google::protobuf {
class Descriptor;
class Message;
class Timestamp;
}  // namespace google::protobuf

namespace constancia::api {

// A condition on one column.
struct ColumnTest {
  size_t column;
  bool when_empty;
  std::vector<std::string> texts;  // Empty: any text that is not empty.

  bool Holds(const RowView& row) const;
};

struct TimeSource {
  size_t column;
  std::string column_name;
  std::string zone;
  TimestampText text;
};

struct ActorSource {
  ledger::v1::ActorKind kind;
  RowTemplate id;
  std::optional<RowTemplate> role;
};

struct OnBehalfOfSource {
  RowTemplate creditor;
  std::optional<RowTemplate> agency;
};

struct AmountSource {
  size_t column;
  std::string column_name;
  RowTemplate currency;
  AmountStyle style;
};

// What a running total stood at, in minor units, for each value of its key column.
struct RunningTotal {
  AmountSource amount;
  size_t key_column;
  std::map<std::string, int64_t> last;
};

// Sets one field of an event from a row. Fails with NOT_FOUND when a column it needs is empty.
using FieldSetter = std::function<absl::Status(const RowView&, google::protobuf::Message*)>;

struct FieldPlan {
  std::string name;
  bool optional;
  FieldSetter set;
};

struct EventPlan {
  const google::protobuf::Descriptor* type;
  std::vector<ColumnTest> when;
  TimeSource occurred_at;
  ActorSource actor;
  std::optional<OnBehalfOfSource> on_behalf_of;
  std::vector<RowTemplate> streams;
  std::optional<RowTemplate> subject;
  std::vector<FieldPlan> fields;
};

struct RowPlan {
  explicit RowPlan(RowNames row_names) : names(std::move(row_names)) {}

  absl::StatusOr<std::string> Fill(const RowTemplate& text, const RowView& row) const;
  absl::StatusOr<Money> Amount(const AmountSource& source, const RowView& row) const;
  // The text of a column. Fails with NOT_FOUND when it is empty.
  absl::StatusOr<std::string> Text(size_t column, std::string_view name, const RowView& row) const;

  RowNames names;
  std::vector<std::vector<ColumnTest>> ignore;
  std::vector<std::string> external_id;  // Names of columns; empty: file and row.
  std::vector<EventPlan> events;
  std::vector<std::unique_ptr<RunningTotal>> totals;  // Setters point to them.
};

void PutInstant(Instant instant, google::protobuf::Timestamp* timestamp);

// Makes the plan. Fails as RowMapper::Make does.
absl::StatusOr<std::unique_ptr<RowPlan>> CompileMapping(const MappingFile& file,
                                                        RowMapper::Setting setting,
                                                        const Zones& zones,
                                                        const Catalogue& catalogue);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_INTERNAL_ROW_PLAN_H_
