// What one caller may see through one method: cases, people and events, and how personal data is
// shown to him.
//
// A role sees all cases, or is narrowed: an AGENT to the cases assigned to him, LEGAL to cases that
// are prepared for court, proposed for it or there, a CREDITOR_VIEWER to the creditors and
// portfolios that were named when he was given the role, a REGULATOR to live grants. A SUPERVISOR
// and everybody else is narrowed when the role was given for creditors, portfolios or teams. An
// INTEGRATOR sees the events of its own source.
//
// A view is true for the instant at which it was made: make one for each call.
//
// Used by: api/auth (makes it), api/commands, api/export.
// Threads: one.
#ifndef CONSTANCIA_API_AUTH_VIEW_H_
#define CONSTANCIA_API_AUTH_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"
#include "api/auth/roles.h"
#include "constancia/casefile/v1/access.pb.h"
#include "constancia/ledger/v1/header.pb.h"
#include "eventstore/projections/row_source.h"

namespace constancia::api {

class View {
 public:
  // A role that is open to the method, with what narrows it.
  struct Hold {
    Role role;
    // creditor/B-1, portfolio/PF-1, team/T-2; any of them is enough. Empty: everywhere.
    std::vector<std::string> scope;
    // Of a REGULATOR.
    std::optional<casefile::v1::GrantState> grant;
  };

  // `rows` are those of the projection `access` and outlive the view; without them nothing is known
  // of any case. At least one hold.
  View(const Caller& caller, std::vector<Hold> holds, const eventstore::RowSource* rows)
      : caller_(caller), holds_(std::move(holds)), rows_(rows) {}

  // The role that the call is made in: the first that sees.
  std::string_view role() const { return RoleName(holds_.front().role); }

  // Whether every case and every person is seen.
  bool SeesAllCases() const;

  // The only source whose events are seen; nothing when it is not narrowed by source.
  std::optional<std::string> OnlySource() const;

  absl::StatusOr<bool> SeesCase(std::string_view case_id);
  // A person is seen by who sees a case he is in, or has a grant for him.
  absl::StatusOr<bool> SeesPerson(std::string_view party_id);

  // Fail with SCOPE_NOT_GRANTED, whether or not there is such a case or person.
  absl::Status CheckCase(std::string_view case_id);
  absl::Status CheckPerson(std::string_view party_id);

  // How an event is shown.
  struct Sight {
    bool seen = false;
    // How its personal part is shown: not at all when unspecified.
    event::v1::Masking masking = event::v1::MASKING_UNSPECIFIED;
  };
  // An event is seen by who sees one of its cases; where it names none, one of its people.
  absl::StatusOr<Sight> SightOf(const ledger::v1::EventHeader& header);

  // The live grant that the caller relies on; empty when a role suffices. A caller whom only grants
  // let in relies on all of them: the first is named.
  std::string GrantId() const;

 private:
  absl::StatusOr<bool> Covers(const Hold& hold, std::string_view case_id,
                              const casefile::v1::CaseScope& scope);
  absl::StatusOr<const std::optional<casefile::v1::CaseScope>*> ScopeOf(std::string_view case_id);
  // The holds that see a case or a person, as bits by their place in `holds_`.
  absl::StatusOr<uint64_t> HoldsOnCase(std::string_view case_id);
  absl::StatusOr<uint64_t> HoldsOnPerson(std::string_view party_id);
  // Those that see whatever case there is.
  uint64_t HoldsOnAll() const;

  const Caller caller_;
  const std::vector<Hold> holds_;
  const eventstore::RowSource* const rows_;
  // What was read, for the length of the call.
  std::map<std::string, std::optional<casefile::v1::CaseScope>, std::less<>> scopes_;
  std::map<std::string, uint64_t, std::less<>> cases_;
  std::map<std::string, uint64_t, std::less<>> people_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_VIEW_H_
