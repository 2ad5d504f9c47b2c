// Who may do what, and what a case is narrowed by: registered callers with their roles, grants to
// outsiders, open proposals, keys of sources; and of each case the creditor, portfolios, team,
// agent, people and whether it goes to court.
//
// Inline: it decides, so a role that was taken away is gone with the answer that says so. An
// assignment that was wrong is put right by CaseReassigned; the latest to happen counts, in
// whatever order they arrive.
//
// Used by: api/auth, api/commands, api/server.
// Threads: any.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_ACCESS_ACCESS_ROWS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_ACCESS_ACCESS_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/casefile/v1/access.pb.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

class AccessRows final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "access";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 1; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

// Each fails with DAMAGED when a row does not parse, and as the source of rows does.

// What `caller`, as in "person/ana", was given; empty when nothing.
absl::StatusOr<casefile::v1::CallerAccess> ReadCaller(const RowSource& rows,
                                                      std::string_view caller);

// Nothing when the case was neither opened nor assigned, and no debt of it was placed.
absl::StatusOr<std::optional<casefile::v1::CaseScope>> ReadCaseScope(const RowSource& rows,
                                                                     std::string_view case_id);

// The cases that a person is in, by id.
absl::StatusOr<std::vector<std::string>> ReadCasesOf(const RowSource& rows,
                                                     std::string_view party_id);

// The team an agent joined; empty when none is known.
absl::StatusOr<std::string> ReadTeamOf(const RowSource& rows, std::string_view agent_id);

absl::StatusOr<std::optional<casefile::v1::GrantState>> ReadGrant(const RowSource& rows,
                                                                  std::string_view grant_id);

// All grants of a grantee, ended ones too.
absl::StatusOr<std::vector<casefile::v1::GrantState>> ReadGrantsOf(const RowSource& rows,
                                                                   std::string_view grantee);

// Whether a proposal waits for a second person.
absl::StatusOr<bool> IsOpenProposal(const RowSource& rows, std::string_view event_id);

// A key registered for a source and not revoked.
struct RegisteredKey {
  std::string source;
  std::string key_id;
  std::string public_key;
};
absl::StatusOr<std::vector<RegisteredKey>> ReadSourceKeys(const RowSource& rows);

// At most `limit` callers or grants whose names or ids come after `after` ("" is the first).
absl::StatusOr<std::vector<std::pair<std::string, casefile::v1::CallerAccess>>> ListCallers(
    const EventLog& log, std::string_view after, size_t limit);
absl::StatusOr<std::vector<casefile::v1::GrantState>> ListGrants(const EventLog& log,
                                                                 std::string_view after,
                                                                 size_t limit);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_ACCESS_ACCESS_ROWS_H_
