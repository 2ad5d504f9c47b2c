// Who may do what: the roles of callers, held against the table of methods.
//
// A source is always and only INTEGRATOR. The roles of people and operators are settings of the
// server, named by caller ("operator/alice"). A method is open to the roles its row names and to
// nobody else; within a method the scope narrows further: a source reads its own events only.
//
// Used by: api/commands, api/export, api/server.
// Threads: any; Access is immutable.
#ifndef CONSTANCIA_API_AUTH_ACCESS_H_
#define CONSTANCIA_API_AUTH_ACCESS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "api/auth/caller.h"
#include "api/auth/methods.h"
#include "api/auth/roles.h"

namespace constancia::api {

class Access {
 public:
  // `roles` are those of people and operators, by Caller::name().
  explicit Access(std::map<std::string, Roles, std::less<>> roles) : roles_(std::move(roles)) {}

  Roles RolesOf(const Caller& caller) const;

  // Fails with SCOPE_NOT_GRANTED when no role of `caller` is open to `method`.
  absl::Status Check(const Caller& caller, Method method) const;

  // The name of the first role of `caller` that is open to `method`; empty when there is none.
  std::string RoleFor(const Caller& caller, Method method) const;

  // Fails with SCOPE_NOT_GRANTED when `caller` may not append facts of `family`, as the catalogue
  // names it. A source may append all of them; a person those of his desk.
  absl::Status CheckAppend(const Caller& caller, std::string_view family) const;

  // The only source whose events `caller` may read; nothing when he may read all of them.
  std::optional<std::string> OnlySourceOf(const Caller& caller) const;

 private:
  const std::map<std::string, Roles, std::less<>> roles_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_ACCESS_H_
