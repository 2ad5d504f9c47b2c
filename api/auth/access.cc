#include "api/auth/access.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "eventstore/projections/access/access_rows.h"

namespace constancia::api {
namespace {

// A view has a bit for each.
constexpr size_t kHoldsMax = 64;

constexpr Roles kDesks = {Role::kAgent, Role::kSupervisor, Role::kCompliance, Role::kLegal,
                          Role::kFinance};
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

void Access::Follow(const eventstore::EventLog* log, Clock* clock) {
  rows_.emplace(log, eventstore::AccessRows::kName);
  clock_ = clock;
}

Roles Access::SettingsRolesOf(std::string_view name) const {
  const auto found = roles_.find(name);
  return found == roles_.end() ? Roles() : found->second;
}

absl::StatusOr<std::vector<View::Hold>> Access::HoldsOf(const Caller& caller, Roles open) const {
  std::vector<View::Hold> holds;
  const auto add = [&](Role role, std::vector<std::string> scope) {
    // As many as a view has bits for; whoever gives roles sets a lower bound.
    if (open.Has(role) && holds.size() < kHoldsMax) {
      holds.push_back({.role = role, .scope = std::move(scope), .grant = {}});
    }
  };
  if (caller.kind == CallerKind::kSource) {
    add(Role::kIntegrator, {});
    add(Role::kCaller, {});
    return holds;
  }
  const std::string name = caller.name();
  const Roles from_settings = SettingsRolesOf(name);
  for (int i = 0; i < static_cast<int>(Role::kCaller); ++i) {
    const Role role = static_cast<Role>(i);
    // It is a grant that says what a regulator sees.
    if (from_settings.Has(role) && role != Role::kRegulator) add(role, {});
  }
  if (rows_.has_value()) {
    const int64_t now = clock_->Now().micros;
    ASSIGN_OR_RETURN(const casefile::v1::CallerAccess given, eventstore::ReadCaller(*rows_, name));
    for (const casefile::v1::RoleHeld& held : given.roles()) {
      const std::optional<Role> role = ParseRole(held.role());
      const bool over = held.until_micros() != 0 && held.until_micros() <= now;
      // It is a certificate that makes a source, and a grant that makes a regulator.
      if (!role.has_value() || *role == Role::kIntegrator || *role == Role::kRegulator) continue;
      if (!over) add(*role, {held.scope().begin(), held.scope().end()});
    }
    if (open.Has(Role::kRegulator)) {
      ASSIGN_OR_RETURN(const auto grants, eventstore::ReadGrantsOf(*rows_, name));
      for (const casefile::v1::GrantState& grant : grants) {
        const bool lives =
            !grant.revoked() && grant.from_micros() <= now && now < grant.to_micros();
        if (lives && holds.size() < kHoldsMax) {
          holds.push_back({.role = Role::kRegulator, .scope = {}, .grant = grant});
        }
      }
    }
  }
  add(Role::kCaller, {});
  return holds;
}

Roles Access::RolesOf(const Caller& caller) const {
  if (caller.kind == CallerKind::kSource) return {Role::kIntegrator, Role::kCaller};
  Roles roles = {Role::kCaller};
  const absl::StatusOr<std::vector<View::Hold>> holds = HoldsOf(caller, Roles::All());
  if (!holds.ok()) return roles;
  for (const View::Hold& hold : *holds) roles.Add(hold.role);
  return roles;
}

absl::Status Access::Check(const Caller& caller, Method method) const {
  // What every caller may do needs no role, and what the settings allow nothing of the ledger.
  if (method->roles.Has(Role::kCaller)) return absl::OkStatus();
  if (caller.kind == CallerKind::kSource && method->roles.Has(Role::kIntegrator))
    return absl::OkStatus();
  if (method->roles.Meets(RolesOf(caller))) return absl::OkStatus();
  return NotGranted("call this method", caller);
}

std::string Access::RoleFor(const Caller& caller, Method method) const {
  const std::optional<Role> role = RolesOf(caller).And(method->roles).First();
  return role.has_value() ? std::string(RoleName(*role)) : "";
}

absl::StatusOr<View> Access::ViewFor(const Caller& caller, Method method) const {
  ASSIGN_OR_RETURN(std::vector<View::Hold> holds, HoldsOf(caller, method->roles));
  if (holds.empty()) return NotGranted("call this method", caller);
  return View(caller, std::move(holds), rows());
}

absl::Status Access::CheckCase(const Caller& caller, Method method,
                               std::string_view case_id) const {
  ASSIGN_OR_RETURN(View view, ViewFor(caller, method));
  return view.CheckCase(case_id);
}

absl::Status Access::CheckPerson(const Caller& caller, Method method,
                                 std::string_view party_id) const {
  ASSIGN_OR_RETURN(View view, ViewFor(caller, method));
  return view.CheckPerson(party_id);
}

absl::Status Access::CheckAppend(const Caller& caller, std::string_view family,
                                 const std::vector<Stream>& streams) const {
  if (caller.kind == CallerKind::kSource) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<View::Hold> holds, HoldsOf(caller, DeskOf(family)));
  if (holds.empty()) return NotGranted("append events of this family", caller);
  View view(caller, std::move(holds), rows());
  if (view.SeesAllCases()) return absl::OkStatus();
  bool names_case = false;
  for (const Stream& stream : streams) {
    if (stream.kind != ledger::v1::STREAM_KIND_CASE) continue;
    names_case = true;
    RETURN_IF_ERROR(view.CheckCase(stream.name));
  }
  if (names_case) return absl::OkStatus();
  bool names_person = false;
  for (const Stream& stream : streams) {
    if (stream.kind != ledger::v1::STREAM_KIND_DEBTOR) continue;
    names_person = true;
    RETURN_IF_ERROR(view.CheckPerson(stream.name));
  }
  if (!names_person) return NotGranted("append events that name no case and no debtor", caller);
  return absl::OkStatus();
}

}  // namespace constancia::api
