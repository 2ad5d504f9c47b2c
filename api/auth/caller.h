// Who calls: the identity a client certificate states.
//
// A caller is named by one URI, and by nothing else of the certificate:
//
//     spiffe://constancia/<tenant>/source/<id>      a system that appends as itself
//     spiffe://constancia/<tenant>/operator/<id>    a person who runs the server
//     spiffe://constancia/<tenant>/person/<id>      a person who works with it
//
// The whole string is matched. A certificate with no such name, or with several, names nobody.
//
// Used by: api/service, api/web (identify), api/commands (who acts).
// Threads: any.
#ifndef CONSTANCIA_API_AUTH_CALLER_H_
#define CONSTANCIA_API_AUTH_CALLER_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace constancia::api {

enum class CallerKind { kSource, kOperator, kPerson };

struct Caller {
  CallerKind kind = CallerKind::kSource;
  std::string tenant;
  // 1 to 64 of [A-Za-z0-9._-].
  std::string id;

  // The source its events carry: its own id, or `constancia` for a person or an operator.
  std::string_view source() const;

  // "source/dialler-1", "operator/alice": how settings and the program's log name it.
  std::string name() const;

  friend bool operator==(const Caller&, const Caller&) = default;
};

// Finds the caller among all names of a verified client certificate; DNS names and addresses are
// passed over. Fails with CALLER_UNKNOWN, and for the source id `constancia`, which is the ledger's
// own.
absl::StatusOr<Caller> IdentifyCaller(std::span<const std::string> names);

// The URI name that identifies `caller`.
std::string ToUri(const Caller& caller);

// Reads what Caller::name() writes. Fails with SCHEMA_INVALID.
absl::StatusOr<Caller> ParseCallerName(std::string_view name, std::string_view tenant);

// Checks that `parent` is "tenants/<tenant>", with the caller's tenant and the ledger's.
// Fails with SCHEMA_INVALID when it is not of that form, else with WRONG_TENANT.
absl::Status CheckTenant(const Caller& caller, std::string_view ledger_tenant,
                         std::string_view parent);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_AUTH_CALLER_H_
