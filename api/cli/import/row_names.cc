#include "api/cli/import/row_names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"

namespace constancia::api {
namespace {

constexpr size_t kDerivedIdBytes = 10;

absl::Status Refuse(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

}  // namespace

std::string DerivedId(std::string_view ledger_key, std::string_view system,
                      std::string_view value) {
  std::string message(system);
  message.push_back('\0');
  message += value;
  return HexEncode(HmacSha256(ledger_key, message).view().substr(0, kDerivedIdBytes));
}

absl::StatusOr<RowNames> RowNames::Make(const std::vector<std::string>& columns,
                                        std::string file_digest) {
  RowNames names;
  names.columns_ = columns.size();
  names.file_digest_ = std::move(file_digest);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty()) return Refuse(absl::StrCat("column ", i + 1, " has no name"));
    if (!names.names_.emplace(columns[i], Source{Kind::kColumn, i}).second) {
      return Refuse(absl::StrCat("two columns are called \"", columns[i], "\""));
    }
  }
  names.names_.emplace("@row", Source{Kind::kRow});
  names.names_.emplace("@file", Source{Kind::kFile});
  return names;
}

absl::Status RowNames::AddId(std::string name, size_t column, std::optional<std::string> ledger_key,
                             std::string system) {
  if (name.empty()) return Refuse("an id needs a name");
  if (!names_.emplace(name, Source{Kind::kId, column, std::move(ledger_key), std::move(system)})
           .second) {
    return Refuse(absl::StrCat("\"", name, "\" is the name of a column or another id already"));
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> RowNames::Column(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.kind != Kind::kColumn) {
    return Refuse(absl::StrCat("the file has no column \"", ToAbsl(name), "\""));
  }
  return found->second.column;
}

absl::StatusOr<std::string> RowNames::ValueOf(std::string_view name, const RowView& row) const {
  const Source& source = names_.find(name)->second;
  if (source.kind == Kind::kRow) return absl::StrCat(row.number);
  if (source.kind == Kind::kFile) return file_digest_.substr(0, 16);
  const std::string& value = row.row.fields[source.column];
  if (value.empty()) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("\"", ToAbsl(name), "\" is empty"));
  }
  if (!source.ledger_key.has_value()) return value;
  return DerivedId(*source.ledger_key, source.system, value);
}

}  // namespace constancia::api
