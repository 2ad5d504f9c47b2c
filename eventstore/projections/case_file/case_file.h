// The case file: what is known of a case and its persons, now or as of an earlier position.
//
// Inline: it decides (stage, suspensions, flags, zone and region of the debtor, balances), so it is
// up to date before an append is answered. Rows: case_rows.h.
//
// Independent events may arrive in any order: payments before the obligation they pay, completions
// before attempts, corrections before what they correct. What was corrected counts as corrected,
// what was annulled does not count. A corrected date is read on the clock of the event as it was
// recorded.
//
// What an event costs: a contact two rows of bounded size (tallies.h); any other the facts of its
// concern in its case or person, which are read and folded again.
//
// Used by: api/commands, api/service (CaseService), api/export.
// Threads: any thread may call any reader.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "core/base/position.h"
#include "core/base/time.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

class CaseFiles final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "case_file";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 4; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

struct CaseView {
  casefile::v1::CaseFile file;
  // True for everything before it.
  Position as_of;
};

// Reads the file of a case, with its persons and their flags. Fails with NOT_FOUND.
absl::StatusOr<CaseView> ReadCase(const EventLog& log, std::string_view case_id);

// Reads the same as it was known at an earlier time: of the events of the case and of its persons
// only those before `before` and recorded at or before `known_at` count. Costs a fold of those
// streams. Fails with NOT_FOUND when none of the case is left, and as reading the log does.
struct AsOf {
  Position before{UINT64_MAX};
  Instant known_at{INT64_MAX};
};
absl::StatusOr<CaseView> ReadCaseAsOf(const LogReader& reader, std::string_view case_id,
                                      const AsOf& as_of);

// Reads the file without its persons, from rows that may be ahead of the log; nothing when no event
// of the case is there.
absl::StatusOr<std::optional<casefile::v1::CaseFile>> ReadCaseFile(const RowSource& rows,
                                                                   std::string_view case_id);

// Reads what is known of a person; an empty file when nothing is.
absl::StatusOr<casefile::v1::PersonFile> ReadPerson(const RowSource& rows,
                                                    std::string_view party_id);

// Which cases a list holds; a field that is not set lets every case through.
struct CaseFilter {
  event::v1::Stage stage = event::v1::STAGE_UNSPECIFIED;
  casefile::v1::CaseState state = casefile::v1::CASE_STATE_UNSPECIFIED;
  std::string creditor_id = {};
  std::string agent_id = {};
};

struct CasePage {
  // By id, without persons.
  std::vector<casefile::v1::CaseFile> files;
  // Where the next page goes on: pass it as `after`. Empty on the last page. A page may hold fewer
  // than asked for, even none, and not be the last.
  std::string next;
  Position as_of;
};

// Reads at most `limit` files whose ids come after `after` ("" is the first).
absl::StatusOr<CasePage> ListCases(const EventLog& log, const CaseFilter& filter,
                                   std::string_view after, size_t limit);

// A case that an id leads to.
struct CaseKey {
  std::string case_id;
  // What the id is of: case, obligation, party, docket, complaint, dispute, promise, agreement,
  // title.
  std::string kind;
};

struct CaseKeys {
  std::vector<CaseKey> found;
  // At least one more is there.
  bool more = false;
  Position as_of;
};

// Finds the cases that `id`, an id as the events write it, leads to: at most `limit`, by kind and
// case.
absl::StatusOr<CaseKeys> FindCases(const EventLog& log, std::string_view id, size_t limit);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_FILE_H_
