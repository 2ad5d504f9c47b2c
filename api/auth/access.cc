#include "api/auth/access.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr Roles kDesks = {Role::kAgent, Role::kSupervisor, Role::kCompliance, Role::kLegal,
                          Role::kFinance};
// Who reads business data of every source.
constexpr Roles kReaders = {Role::kSupervisor, Role::kCompliance, Role::kLegal,
                            Role::kAuditorInternal};

// Whose desk a family of facts is.
Roles DeskOf(std::string_view family) {
  for (const std::string_view name : {"PARTY", "CONSENT", "PORTFOLIO", "CONTACT", "NEGOTIATION"}) {
    if (family == name) return {Role::kAgent, Role::kSupervisor};
  }
  if (family == "MONEY" || family == "WRITE_OFF") return {Role::kFinance};
  if (family == "LEGAL") return {Role::kLegal};
  if (family == "RIGHTS") return {Role::kCompliance};
  if (family == "CORRECTION") return kDesks;
  return {};
}

absl::Status NotGranted(std::string_view what, const Caller& caller) {
  return Error(error::v1::SCOPE_NOT_GRANTED,
               absl::StrCat(caller.name(), " may not ", ToAbsl(what),
                            "; ask an administrator for the role that may"),
               "", {{"caller", caller.name()}});
}

}  // namespace

Roles Access::RolesOf(const Caller& caller) const {
  if (caller.kind == CallerKind::kSource) return {Role::kIntegrator, Role::kCaller};
  const auto found = roles_.find(caller.name());
  Roles roles = found == roles_.end() ? Roles() : found->second;
  roles.Add(Role::kCaller);
  return roles;
}

absl::Status Access::Check(const Caller& caller, Method method) const {
  if (method->roles.Meets(RolesOf(caller))) return absl::OkStatus();
  return NotGranted("call this method", caller);
}

std::string Access::RoleFor(const Caller& caller, Method method) const {
  const std::optional<Role> role = RolesOf(caller).And(method->roles).First();
  return role.has_value() ? std::string(RoleName(*role)) : "";
}

absl::Status Access::CheckAppend(const Caller& caller, std::string_view family) const {
  if (caller.kind == CallerKind::kSource || DeskOf(family).Meets(RolesOf(caller))) {
    return absl::OkStatus();
  }
  return NotGranted("append events of this family", caller);
}

std::optional<std::string> Access::OnlySourceOf(const Caller& caller) const {
  if (kReaders.Meets(RolesOf(caller))) return std::nullopt;
  return std::string(caller.source());
}

}  // namespace constancia::api
