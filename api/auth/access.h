// Who may do what: roles, and the table of methods.
//
// A source is always and only INTEGRATOR. The roles of people and operators are settings of the
// server, named by caller ("operator/alice"). A method is open to the roles its row names and to
// nobody else; within a method the scope narrows further: a source reads its own events only.
//
// Used by: api/commands, api/service, api/web.
// Threads: any; Access is immutable.
#ifndef CONSTANCIA_API_AUTH_ACCESS_H_
#define CONSTANCIA_API_AUTH_ACCESS_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/caller.h"

namespace constancia::api {

enum class Role : uint8_t {
  kAgent,
  kSupervisor,
  kCompliance,
  kLegal,
  kFinance,
  kRecordsManager,
  kAuditorInternal,
  kRegulator,
  kCreditorViewer,
  kIntegrator,
  kOperator,
  kAdmin,
  kDesignatedOfficer,
};

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) bits_ |= Bit(role);
  }

  // Reads names as in "COMPLIANCE LEGAL", parted by spaces or commas. Fails with SETUP_INVALID for
  // one that is none, and for INTEGRATOR, which is for sources only.
  static absl::StatusOr<Roles> Parse(std::string_view names);

  constexpr bool Has(Role role) const { return (bits_ & Bit(role)) != 0; }
  constexpr bool Meets(Roles other) const { return (bits_ & other.bits_) != 0; }

 private:
  static constexpr uint32_t Bit(Role role) { return uint32_t{1} << static_cast<int>(role); }
  uint32_t bits_ = 0;
};

// What can be asked of the server. Methods that share a row of the table share a name here.
enum class Method {
  kAppendEvents,
  kReadEvents,
  kGate,
  kReadContactLedger,
  kReadCases,
  kExport,
  kReadProofs,
  kReadMetrics,
};

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
