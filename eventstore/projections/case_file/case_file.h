// The case file: parties, obligations with their balance, stage, state and dates of a case.
//
// Inline: it decides (stage, suspensions, zone and region of the debtor), so it is up to date
// before an append is answered. A row a case, key `<case id>`, value casefile.v1.CaseFile.
//
// Independent events may arrive in any order: payments before the obligation they pay, completions
// before attempts.
//
// Used by: api/commands, api/service (CaseService), api/export.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "core/base/position.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

class CaseFiles final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "case_file";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 3; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

struct CaseView {
  casefile::v1::CaseFile file;
  // True for everything before it.
  Position as_of;
};

// Reads the file of a case. Fails with NOT_FOUND.
absl::StatusOr<CaseView> ReadCase(const EventLog& log, std::string_view case_id);

// The same from rows that may be ahead of the log; nothing when no event of the case is there.
absl::StatusOr<std::optional<casefile::v1::CaseFile>> ReadCaseFile(const RowSource& rows,
                                                                   std::string_view case_id);

// Reads at most `limit` files whose ids come after `after` ("" is the first), by id.
absl::StatusOr<std::vector<CaseView>> ListCases(const EventLog& log, std::string_view after,
                                                size_t limit);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_
