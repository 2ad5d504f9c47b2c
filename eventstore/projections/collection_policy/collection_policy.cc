#include "eventstore/projections/collection_policy/collection_policy.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;

constexpr ev::PolicyKind kKinds[] = {ev::POLICY_KIND_COLLECTION, ev::POLICY_KIND_NEGOTIATION};

std::string KeyOf(std::string_view creditor_id, std::string_view portfolio_id,
                  ev::PolicyKind kind) {
  return absl::StrCat(ToAbsl(creditor_id), "/", ToAbsl(portfolio_id), "/", static_cast<int>(kind));
}

}  // namespace

void CollectionPolicies::Apply(const RecordedEvent& event, Rows& rows) const {
  if (event.header.type() != ev::PolicyPublished::descriptor()->full_name()) return;
  ev::PolicyPublished policy;
  if (!policy.ParseFromString(event.header.public_payload())) return;
  for (const ev::PolicyKind kind : kKinds) {
    if (policy.kind() != kind) continue;
    rows.Put(KeyOf(policy.creditor_id(), policy.portfolio_id(), kind),
             event.header.public_payload());
  }
}

absl::StatusOr<std::vector<ev::PolicyParameter>> ReadCollectionPolicy(
    const RowSource& rows, std::string_view creditor_id, std::string_view portfolio_id) {
  std::vector<std::string_view> portfolios = {""};
  if (!portfolio_id.empty()) portfolios.push_back(portfolio_id);
  std::vector<ev::PolicyParameter> parameters;
  for (const std::string_view portfolio : portfolios) {
    for (const ev::PolicyKind kind : kKinds) {
      ASSIGN_OR_RETURN(const std::optional<std::string> row,
                       rows.Read(KeyOf(creditor_id, portfolio, kind)));
      if (!row.has_value()) continue;
      ev::PolicyPublished policy;
      if (!policy.ParseFromString(*row))
        return Error(error::v1::DAMAGED, "a policy's row does not parse");
      parameters.insert(parameters.end(), policy.parameters().begin(), policy.parameters().end());
    }
  }
  return parameters;
}

}  // namespace constancia::eventstore
