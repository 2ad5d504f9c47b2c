#include "api/auth/access.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr std::array<std::pair<std::string_view, Role>, 13> kRoleNames = {{
    {"AGENT", Role::kAgent},
    {"SUPERVISOR", Role::kSupervisor},
    {"COMPLIANCE", Role::kCompliance},
    {"LEGAL", Role::kLegal},
    {"FINANCE", Role::kFinance},
    {"RECORDS_MANAGER", Role::kRecordsManager},
    {"AUDITOR_INTERNAL", Role::kAuditorInternal},
    {"REGULATOR", Role::kRegulator},
    {"CREDITOR_VIEWER", Role::kCreditorViewer},
    {"INTEGRATOR", Role::kIntegrator},
    {"OPERATOR", Role::kOperator},
    {"ADMIN", Role::kAdmin},
    {"DESIGNATED_OFFICER", Role::kDesignatedOfficer},
}};

constexpr Roles kDesks = {Role::kAgent, Role::kSupervisor, Role::kCompliance, Role::kLegal,
                          Role::kFinance};
// Who reads business data without a narrower scope. An agent reads the cases assigned to him, a
// regulator and a creditor what a grant names: they have no row before such scopes are checked.
constexpr Roles kReaders = {Role::kSupervisor, Role::kCompliance, Role::kLegal,
                            Role::kAuditorInternal};

// The table. `everybody` is every authenticated caller of the tenant.
struct Row {
  Roles roles = {};
  bool everybody = false;
};

Row RowOf(Method method) {
  switch (method) {
    case Method::kAppendEvents:
      return {.roles = {Role::kIntegrator, Role::kAgent, Role::kSupervisor, Role::kCompliance,
                        Role::kLegal, Role::kFinance}};
    case Method::kReadEvents:
      return {.roles = {Role::kIntegrator, Role::kSupervisor, Role::kCompliance, Role::kLegal,
                        Role::kAuditorInternal}};
    case Method::kGate:
      return {.roles = {Role::kIntegrator, Role::kAgent, Role::kSupervisor}};
    case Method::kReadContactLedger:
      return {.roles = {Role::kIntegrator, Role::kAgent, Role::kSupervisor, Role::kCompliance,
                        Role::kLegal, Role::kAuditorInternal}};
    case Method::kReadCases:
      return {.roles = kReaders};
    case Method::kExport:
      return {.roles = {Role::kCompliance, Role::kDesignatedOfficer}};
    case Method::kReadProofs:
      return {.everybody = true};
    case Method::kReadMetrics:
      return {.roles = {Role::kOperator}};
  }
  return {};
}

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

absl::StatusOr<Roles> Roles::Parse(std::string_view names) {
  Roles roles = {};
  for (const absl::string_view name :
       absl::StrSplit(ToAbsl(names), absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
    bool known = false;
    for (const auto& [role_name, role] : kRoleNames) {
      if (ToStd(name) != role_name || role == Role::kIntegrator) continue;
      roles.bits_ |= Bit(role);
      known = true;
    }
    if (!known) {
      return Error(error::v1::SETUP_INVALID,
                   absl::StrCat("\"", name, "\" is not a role that a person can have"), "",
                   {{"role", std::string(name)}});
    }
  }
  return roles;
}

Roles Access::RolesOf(const Caller& caller) const {
  if (caller.kind == CallerKind::kSource) return {Role::kIntegrator};
  const auto found = roles_.find(caller.name());
  return found == roles_.end() ? Roles() : found->second;
}

absl::Status Access::Check(const Caller& caller, Method method) const {
  const Row row = RowOf(method);
  if (row.everybody || row.roles.Meets(RolesOf(caller))) return absl::OkStatus();
  return NotGranted("call this method", caller);
}

std::string Access::RoleFor(const Caller& caller, Method method) const {
  const Row row = RowOf(method);
  const Roles roles = RolesOf(caller);
  for (const auto& [name, role] : kRoleNames) {
    if (roles.Has(role) && (row.everybody || row.roles.Has(role))) return std::string(name);
  }
  return "";
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
