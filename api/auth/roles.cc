#include "api/auth/roles.h"

#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

// In the order of Role.
constexpr std::array<std::string_view, 13> kNames = {"AGENT",
                                                     "SUPERVISOR",
                                                     "COMPLIANCE",
                                                     "LEGAL",
                                                     "FINANCE",
                                                     "RECORDS_MANAGER",
                                                     "AUDITOR_INTERNAL",
                                                     "REGULATOR",
                                                     "CREDITOR_VIEWER",
                                                     "INTEGRATOR",
                                                     "OPERATOR",
                                                     "ADMIN",
                                                     "DESIGNATED_OFFICER"};
static_assert(kNames.size() == static_cast<size_t>(Role::kCaller));

}  // namespace

std::string_view RoleName(Role role) {
  const auto index = static_cast<size_t>(role);
  return index < kNames.size() ? kNames[index] : std::string_view();
}

std::optional<Role> ParseRole(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

absl::StatusOr<Roles> Roles::Parse(std::string_view names) {
  Roles roles = {};
  for (const absl::string_view name :
       absl::StrSplit(ToAbsl(names), absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
    const std::optional<Role> role = ParseRole(ToStd(name));
    if (!role.has_value() || role == Role::kIntegrator) {
      return Error(error::v1::SETUP_INVALID,
                   absl::StrCat("\"", name, "\" is not a role that a person can have"), "",
                   {{"role", std::string(name)}});
    }
    roles.Add(*role);
  }
  return roles;
}

std::optional<Role> Roles::First() const {
  if (bits_ == 0) return std::nullopt;
  return static_cast<Role>(std::countr_zero(bits_));
}

std::string Roles::ToText() const {
  std::string text;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (!Has(static_cast<Role>(i))) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", ToAbsl(kNames[i]));
  }
  return text;
}

}  // namespace constancia::api
