// What a name in a mapping stands for: a column, an id made from one, the row, the file.
//
// Used by: RowMapper.
// Threads: any; immutable.
#ifndef CONSTANCIA_API_CLI_IMPORT_ROW_NAMES_H_
#define CONSTANCIA_API_CLI_IMPORT_ROW_NAMES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/cli/import/csv_reader.h"

namespace constancia::api {

// The row at hand.
struct RowView {
  const CsvRow& row;
  uint64_t number;
};

// Returns HMAC-SHA256(K, system || 0x00 || value) in 20 hex digits: an id that tells nothing about
// the value to who lacks K.
std::string DerivedId(std::string_view ledger_key, std::string_view system, std::string_view value);

class RowNames {
 public:
  // Fails with INPUT_MALFORMED when a column has no name or two have the same.
  static absl::StatusOr<RowNames> Make(const std::vector<std::string>& columns,
                                       std::string file_digest);

  // Adds an id called `name` from column `column`, derived when there is a key. Fails with
  // INPUT_MALFORMED when the name is taken.
  absl::Status AddId(std::string name, size_t column, std::optional<std::string> ledger_key,
                     std::string system);

  // Place of a column. Fails with INPUT_MALFORMED when there is none of that name.
  absl::StatusOr<size_t> Column(std::string_view name) const;

  bool Knows(std::string_view name) const { return names_.contains(name); }
  size_t columns() const { return columns_; }

  // Fails with NOT_FOUND when the column is empty. Knows(name), and the row has all columns.
  absl::StatusOr<std::string> ValueOf(std::string_view name, const RowView& row) const;

 private:
  enum class Kind { kColumn, kId, kRow, kFile };
  struct Source {
    Kind kind;
    size_t column = 0;
    std::optional<std::string> ledger_key = {};
    std::string system = {};
  };

  RowNames() = default;

  std::map<std::string, Source, std::less<>> names_;
  size_t columns_ = 0;
  std::string file_digest_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_ROW_NAMES_H_
