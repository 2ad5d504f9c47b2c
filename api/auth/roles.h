// Roles: what a caller is in the company, or to it.
//
// Used by: api/auth.
// Threads: any; values.
#ifndef CONSTANCIA_API_AUTH_ROLES_H_
#define CONSTANCIA_API_AUTH_ROLES_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

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
  // Every authenticated caller of the tenant. Nobody is given it, and everybody has it.
  kCaller,
};

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) Add(role);
  }

  // Reads names as in "COMPLIANCE LEGAL", parted by spaces or commas. Fails with SETUP_INVALID for
  // one that is none, and for INTEGRATOR, which is for sources only.
  static absl::StatusOr<Roles> Parse(std::string_view names);

  // Every role there is.
  static constexpr Roles All() {
    Roles roles;
    roles.bits_ = (Bit(Role::kCaller) << 1) - 1;
    return roles;
  }

  constexpr void Add(Role role) { bits_ |= Bit(role); }
  constexpr bool Has(Role role) const { return (bits_ & Bit(role)) != 0; }
  constexpr bool Meets(Roles other) const { return (bits_ & other.bits_) != 0; }

  // The first of them, in the order of Role.
  std::optional<Role> First() const;
  constexpr Roles And(Roles other) const {
    Roles both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }

  // Their names in the order of Role, parted by spaces.
  std::string ToText() const;

  friend constexpr bool operator==(Roles, Roles) = default;

 private:
  static constexpr uint32_t Bit(Role role) { return uint32_t{1} << static_cast<int>(role); }
  uint32_t bits_ = 0;
};

// "COMPLIANCE". Empty for kCaller, which is no role that anybody is given.
std::string_view RoleName(Role role);

// The role of this name, INTEGRATOR among them.
std::optional<Role> ParseRole(std::string_view name);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_ROLES_H_
