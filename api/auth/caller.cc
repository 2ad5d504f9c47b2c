#include "api/auth/caller.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/event/public_string.h"

namespace constancia::api {
namespace {

constexpr std::string_view kUriPrefix = "spiffe://constancia/";
constexpr std::string_view kTenantsPrefix = "tenants/";
constexpr std::string_view kOwnSource = "constancia";

std::string_view KindName(CallerKind kind) {
  switch (kind) {
    case CallerKind::kSource:
      return "source";
    case CallerKind::kOperator:
      return "operator";
    case CallerKind::kPerson:
      return "person";
  }
  return "";
}

std::optional<CallerKind> KindOf(std::string_view name) {
  for (const CallerKind kind : {CallerKind::kSource, CallerKind::kOperator, CallerKind::kPerson}) {
    if (name == KindName(kind)) return kind;
  }
  return std::nullopt;
}

// Takes what stands before the next '/' off the front of `rest`; all of it when there is none.
std::string_view TakeSegment(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return segment;
}

std::optional<Caller> ParseUri(std::string_view uri) {
  if (!uri.starts_with(kUriPrefix)) return std::nullopt;
  std::string_view rest = uri.substr(kUriPrefix.size());
  const std::string_view tenant = TakeSegment(rest);
  const std::optional<CallerKind> kind = KindOf(TakeSegment(rest));
  // What remains is the id; with a further '/' in it, it is none.
  if (!kind.has_value() || !IsId(tenant) || !IsId(rest)) return std::nullopt;
  if (*kind == CallerKind::kSource && rest == kOwnSource) return std::nullopt;
  return Caller{.kind = *kind, .tenant = std::string(tenant), .id = std::string(rest)};
}

}  // namespace

std::string_view Caller::source() const { return kind == CallerKind::kSource ? id : kOwnSource; }

std::string Caller::name() const { return absl::StrCat(ToAbsl(KindName(kind)), "/", id); }

absl::StatusOr<Caller> IdentifyCaller(std::span<const std::string> names) {
  std::optional<Caller> found;
  for (const std::string& name : names) {
    if (!std::string_view(name).starts_with(kUriPrefix)) continue;
    std::optional<Caller> caller = ParseUri(name);
    if (!caller.has_value() || found.has_value()) {
      found.reset();
      break;
    }
    found = std::move(caller);
  }
  if (!found.has_value()) {
    return Error(error::v1::CALLER_UNKNOWN,
                 "the client certificate does not name one caller; use a certificate that was "
                 "issued for this ledger");
  }
  return *std::move(found);
}

std::string ToUri(const Caller& caller) {
  return absl::StrCat(ToAbsl(kUriPrefix), caller.tenant, "/", caller.name());
}

absl::StatusOr<Caller> ParseCallerName(std::string_view name, std::string_view tenant) {
  std::optional<Caller> caller =
      ParseUri(absl::StrCat(ToAbsl(kUriPrefix), ToAbsl(tenant), "/", ToAbsl(name)));
  if (caller.has_value()) return *std::move(caller);
  return Error(error::v1::SCHEMA_INVALID,
               "callers are named source/<id>, operator/<id> or person/<id>", "caller");
}

absl::Status CheckTenant(const Caller& caller, std::string_view ledger_tenant,
                         std::string_view parent) {
  if (!parent.starts_with(kTenantsPrefix) || !IsId(parent.substr(kTenantsPrefix.size()))) {
    return Error(error::v1::SCHEMA_INVALID, "parent must be \"tenants/\" and the tenant's id",
                 "parent");
  }
  const std::string_view tenant = parent.substr(kTenantsPrefix.size());
  if (tenant != ledger_tenant || caller.tenant != ledger_tenant) {
    return Error(error::v1::WRONG_TENANT,
                 "this server does not hold the ledger of that tenant, or the certificate is of "
                 "another one",
                 "parent");
  }
  return absl::OkStatus();
}

}  // namespace constancia::api
