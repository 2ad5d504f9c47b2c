// Who may do what: the roles of callers, held against the table of methods.
//
// A source is always and only INTEGRATOR. People and operators have the roles that the settings of
// the server give them by name ("operator/alice"), those that were given in the ledger, and
// REGULATOR while a grant of theirs lives. A method is open to the roles its row names and to
// nobody else; what a role sees within it is narrowed by View.
//
// Used by: api/commands, api/export, api/server.
// Threads: any, after Follow. A source is answered without reading anything.
#ifndef CONSTANCIA_API_AUTH_ACCESS_H_
#define CONSTANCIA_API_AUTH_ACCESS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"
#include "api/auth/methods.h"
#include "api/auth/roles.h"
#include "api/auth/view.h"
#include "core/base/clock.h"
#include "core/event/stream.h"
#include "eventstore/projections/row_source.h"

namespace constancia::api {

class Access {
 public:
  // `roles` are those of people and operators, by Caller::name().
  explicit Access(std::map<std::string, Roles, std::less<>> roles) : roles_(std::move(roles)) {}

  // From now on what the ledger gives counts as well. Both outlive the object.
  void Follow(const eventstore::EventLog* log, Clock* clock);

  // What cannot be read counts as not given.
  Roles RolesOf(const Caller& caller) const;

  // Those of the settings alone.
  Roles SettingsRolesOf(std::string_view name) const;
  // The callers that the settings name.
  const std::map<std::string, Roles, std::less<>>& settings() const { return roles_; }

  // Fails with SCOPE_NOT_GRANTED when no role of `caller` is open to `method`.
  absl::Status Check(const Caller& caller, Method method) const;

  // The name of the first role of `caller` that is open to `method`; empty when there is none.
  std::string RoleFor(const Caller& caller, Method method) const;

  // What `caller` sees through `method` now. Fails as Check does, and as reading the ledger does.
  absl::StatusOr<View> ViewFor(const Caller& caller, Method method) const;

  // Check, and that the case or the person is in the scope of the caller. Fail with
  // SCOPE_NOT_GRANTED, whether or not there is such a case or person.
  absl::Status CheckCase(const Caller& caller, Method method, std::string_view case_id) const;
  absl::Status CheckPerson(const Caller& caller, Method method, std::string_view party_id) const;

  // Fails with SCOPE_NOT_GRANTED when `caller` may not append facts of `family`, as the catalogue
  // names it, to `streams`. A source may append all of them; a person those of his desk, about the
  // cases he sees and, where no case is named, the people in them.
  absl::Status CheckAppend(const Caller& caller, std::string_view family,
                           const std::vector<Stream>& streams) const;

 private:
  // The roles among `open` that the caller holds now, each with what narrows it.
  absl::StatusOr<std::vector<View::Hold>> HoldsOf(const Caller& caller, Roles open) const;
  const eventstore::RowSource* rows() const { return rows_.has_value() ? &*rows_ : nullptr; }

  const std::map<std::string, Roles, std::less<>> roles_;
  std::optional<eventstore::StoredRows> rows_;
  Clock* clock_ = nullptr;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_ACCESS_H_
