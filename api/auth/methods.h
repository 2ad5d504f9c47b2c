// The table of methods: for each, which roles may call it, by what it is narrowed further, and
// whether it changes anything.
//
// A method that has no row can be called by nobody: a command cannot even name it, for the name is
// looked up when the command is compiled, and tests ask for a row for every rpc of every service.
//
// Used by: api/auth, api/commands, api/export, api/server; docs/reference/access.md is made of it.
// Threads: any; constants.
#ifndef CONSTANCIA_API_AUTH_METHODS_H_
#define CONSTANCIA_API_AUTH_METHODS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/auth/roles.h"

namespace constancia::api {

// By what a call is narrowed once the role is right.
enum class Scope : uint8_t {
  kTenant,   // nothing narrower than the ledger of the caller's tenant
  kEvents,   // each event: by its cases, its people and its source
  kCases,    // each case: assignment, team, creditor, portfolio, stage, grant
  kPeople,   // each person: by the cases he is in
  kExports,  // the exports that the caller ordered himself
};

struct MethodRow {
  std::string_view name;  // "EventService.AppendEvents"
  Roles roles;
  Scope scope;
  bool changes;
};

namespace methods {

inline constexpr Roles kDesks = {Role::kIntegrator, Role::kAgent, Role::kSupervisor,
                                 Role::kCompliance, Role::kLegal, Role::kFinance};
inline constexpr Roles kGate = {Role::kIntegrator, Role::kAgent, Role::kSupervisor};
inline constexpr Roles kGateReaders = {Role::kIntegrator, Role::kAgent, Role::kSupervisor,
                                       Role::kCompliance, Role::kLegal, Role::kAuditorInternal,
                                       Role::kRegulator};
inline constexpr Roles kCaseReaders = {
    Role::kAgent,   Role::kSupervisor,      Role::kCompliance, Role::kLegal,
    Role::kFinance, Role::kAuditorInternal, Role::kRegulator,  Role::kCreditorViewer};
inline constexpr Roles kTransitionReaders = {
    Role::kAgent,   Role::kSupervisor,      Role::kCompliance, Role::kLegal,
    Role::kFinance, Role::kAuditorInternal, Role::kRegulator};
inline constexpr Roles kEventReaders = {
    Role::kIntegrator,      Role::kAgent,     Role::kSupervisor,
    Role::kCompliance,      Role::kLegal,     Role::kFinance,
    Role::kAuditorInternal, Role::kRegulator, Role::kCreditorViewer};
inline constexpr Roles kExporters = {Role::kCompliance, Role::kDesignatedOfficer};
inline constexpr Roles kPolicyReaders = {Role::kSupervisor, Role::kCompliance, Role::kLegal,
                                         Role::kAuditorInternal};
inline constexpr Roles kAdmins = {Role::kAdmin};
inline constexpr Roles kGranters = {Role::kCompliance};
inline constexpr Roles kEverybody = {Role::kCaller};

}  // namespace methods

// By service. What is not a method of a service stands last.
inline constexpr MethodRow kMethods[] = {
    {"EventService.AppendEvents", methods::kDesks, Scope::kEvents, true},
    {"EventService.StreamAppend", methods::kDesks, Scope::kEvents, true},
    {"EventService.GetEvent", methods::kEventReaders, Scope::kEvents, false},
    {"EventService.ListEvents", methods::kEventReaders, Scope::kEvents, false},
    {"EventService.WatchEvents", methods::kEventReaders, Scope::kEvents, false},

    {"ContactService.CheckContact", methods::kGate, Scope::kPeople, false},
    {"ContactService.BatchCheckContacts", methods::kGate, Scope::kPeople, false},
    {"ContactService.ReserveContact", methods::kGate, Scope::kPeople, true},
    {"ContactService.CompleteContact", methods::kGate, Scope::kPeople, true},
    {"ContactService.CancelPermit", methods::kGate, Scope::kPeople, true},
    {"ContactService.ListPermits", methods::kGateReaders, Scope::kPeople, false},
    {"ContactService.GetContactLedger", methods::kGateReaders, Scope::kPeople, false},

    {"CaseService.OpenCase", {Role::kIntegrator, Role::kSupervisor}, Scope::kCases, true},
    {"CaseService.GetCase", methods::kCaseReaders, Scope::kCases, false},
    {"CaseService.ListCases", methods::kCaseReaders, Scope::kCases, false},
    {"CaseService.SearchCases", methods::kCaseReaders, Scope::kCases, false},
    {"CaseService.GetTimeline", methods::kCaseReaders, Scope::kCases, false},
    {"CaseService.EvaluateTransition", methods::kTransitionReaders, Scope::kCases, false},
    // Which of them, the transition says.
    {"CaseService.TransitionCase",
     {Role::kAgent, Role::kSupervisor, Role::kCompliance, Role::kLegal, Role::kFinance},
     Scope::kCases,
     true},
    {"CaseService.SuspendCase",
     {Role::kAgent, Role::kSupervisor, Role::kLegal, Role::kCompliance},
     Scope::kCases,
     true},
    // The role that suspended, or compliance.
    {"CaseService.ResumeCase",
     {Role::kAgent, Role::kSupervisor, Role::kLegal, Role::kCompliance},
     Scope::kCases,
     true},
    {"CaseService.AssignCase", {Role::kSupervisor}, Scope::kCases, true},
    {"CaseService.AddNote",
     {Role::kAgent, Role::kSupervisor, Role::kLegal, Role::kCompliance, Role::kFinance},
     Scope::kCases,
     true},

    {"ExportService.CreateExport", methods::kExporters, Scope::kCases, true},
    {"ExportService.GetExport", methods::kExporters, Scope::kExports, false},
    {"ExportService.ListExports", methods::kExporters, Scope::kExports, false},
    {"ExportService.DownloadExport", methods::kExporters, Scope::kExports, false},

    {"LedgerService.GetCheckpoint", methods::kEverybody, Scope::kTenant, false},
    {"LedgerService.GetInclusionProof", methods::kEverybody, Scope::kTenant, false},
    {"LedgerService.GetConsistencyProof", methods::kEverybody, Scope::kTenant, false},
    {"LedgerService.GetCompletenessProof", methods::kEverybody, Scope::kTenant, false},
    {"LedgerService.GetAuditFeed", methods::kEverybody, Scope::kTenant, false},
    // Whoever brings it: the cosignature counts by the key of a registered witness.
    {"LedgerService.AddCosignature", methods::kEverybody, Scope::kTenant, true},

    {"PolicyService.ListPacks", methods::kPolicyReaders, Scope::kTenant, false},
    {"PolicyService.GetPack", methods::kPolicyReaders, Scope::kTenant, false},
    {"PolicyService.ListHolidays", methods::kPolicyReaders, Scope::kTenant, false},
    {"PolicyService.ReplayPolicy", methods::kPolicyReaders, Scope::kCases, false},

    {"AccessService.RegisterCaller", methods::kAdmins, Scope::kTenant, true},
    {"AccessService.GrantRole", methods::kAdmins, Scope::kTenant, true},
    {"AccessService.RevokeRole", methods::kAdmins, Scope::kTenant, true},
    {"AccessService.ListRoles", methods::kAdmins, Scope::kTenant, false},
    {"AccessService.RegisterSourceKey", methods::kAdmins, Scope::kTenant, true},
    {"AccessService.RevokeSourceKey", methods::kAdmins, Scope::kTenant, true},
    {"AccessService.IssueGrant", methods::kGranters, Scope::kTenant, true},
    {"AccessService.RevokeGrant", methods::kGranters, Scope::kTenant, true},
    {"AccessService.ListGrants", methods::kGranters, Scope::kTenant, false},
    {"AccessService.ListAccessLog",
     {Role::kCompliance, Role::kAuditorInternal},
     Scope::kTenant,
     false},

    {"http.metrics", {Role::kOperator}, Scope::kTenant, false},
};

// A row of the table.
class Method {
 public:
  // Implicit, so that commands write the name: Check(caller, "CaseService.GetCase"). A name that
  // has no row does not compile.
  consteval Method(const char* name)  // NOLINT(google-explicit-constructor)
      : row_(FindRow(name)) {
    if (row_ == nullptr) NoRowOfThisName();
  }

  // Nothing when there is no such row.
  static std::optional<Method> Find(std::string_view name) {
    const MethodRow* row = FindRow(name);
    return row == nullptr ? std::nullopt : std::optional<Method>(Method(row));
  }

  const MethodRow* operator->() const { return row_; }

 private:
  constexpr explicit Method(const MethodRow* row) : row_(row) {}

  static constexpr const MethodRow* FindRow(std::string_view name) {
    for (const MethodRow& row : kMethods) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }

  // Not a constant expression: named in the compiler's message.
  static void NoRowOfThisName() {}

  const MethodRow* row_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_METHODS_H_
