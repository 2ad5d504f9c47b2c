// Turns rows of a CSV file into appends, as a mapping says. Pure: the file, the network and the
// ledger are somebody else's.
//
// Everything a mapping can get wrong is found before the first row, with file, line and column.
// What remains is found row by row, and only that row is refused.
//
// Used by: import csv.
// Threads: a mapper belongs to one thread, because running totals look back.
#ifndef CONSTANCIA_API_CLI_IMPORT_ROW_MAPPER_H_
#define CONSTANCIA_API_CLI_IMPORT_ROW_MAPPER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "api/cli/import/csv_reader.h"
#include "constancia/csv/v1/mapping.pb.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/zone.h"
#include "core/event/catalogue.h"
#include "policies/engine/yaml_message.h"

namespace constancia::api {

// A mapping as it was read, with the places of its parts.
class MappingFile {
 public:
  // Reads YAML; `name` is what errors call it. Fails with PACK_INVALID, naming file, line, column.
  static absl::StatusOr<MappingFile> Read(std::string_view name, std::string_view yaml);

  const csv::v1::Mapping& mapping() const { return mapping_; }
  char delimiter() const { return mapping_.delimiter().empty() ? ',' : mapping_.delimiter()[0]; }

  // Makes an error about the value at `path`, "events[2].fields[0].money".
  absl::Status ErrorAt(std::string_view path, std::string_view what) const {
    return document_.ErrorAt(path, what);
  }

 private:
  MappingFile(policies::YamlDocument document, csv::v1::Mapping mapping)
      : document_(std::move(document)), mapping_(std::move(mapping)) {}

  policies::YamlDocument document_;
  csv::v1::Mapping mapping_;
};

struct RowPlan;

class RowMapper {
 public:
  struct Setting {
    std::vector<std::string> columns;       // The header row.
    std::string file_digest;                // SHA-256 of the file in hex: "{@file}".
    std::optional<std::string> ledger_key;  // K. Absent where the ledger's folder is not at hand.
  };

  // `zones` and `catalogue` are used during the call only. Fails with PACK_INVALID when the mapping
  // does not fit itself, the catalogue or the columns, and when it derives ids without K.
  static absl::StatusOr<RowMapper> Make(const MappingFile& file, Setting setting,
                                        const Zones& zones, const Catalogue& catalogue);

  RowMapper(RowMapper&&) noexcept;
  RowMapper& operator=(RowMapper&&) noexcept;
  ~RowMapper();

  // Returns the append for row `number`, counted from 1 without the header, but for its `parent`;
  // an append without events when the row is ignored. The same row always gives the same append.
  // Fails with INPUT_MALFORMED, saying why the row cannot be taken.
  absl::StatusOr<v1::AppendEventsRequest> Map(const CsvRow& row, uint64_t number);

 private:
  explicit RowMapper(std::unique_ptr<RowPlan> plan);

  std::unique_ptr<RowPlan> plan_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_ROW_MAPPER_H_
