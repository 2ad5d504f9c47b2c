// What creditors have set for their portfolios: the last published policy of each kind.
//
// Inline: it decides about stages and promises. A row a creditor, portfolio and kind, key
// `<creditor>/<portfolio>/<kind>`, value the public part of PolicyPublished. Policies of contact,
// retention and incentives decide nothing here and have no row.
//
// Used by: api/commands.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_COLLECTION_POLICY_COLLECTION_POLICY_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_COLLECTION_POLICY_COLLECTION_POLICY_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/event/v1/strategy.pb.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

class CollectionPolicies final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "collection_policy";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 1; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

// The parameters in force for a portfolio, in the order in which they are taken over: those of all
// of the creditor first, then the portfolio's own, which win.
absl::StatusOr<std::vector<event::v1::PolicyParameter>> ReadCollectionPolicy(
    const RowSource& rows, std::string_view creditor_id, std::string_view portfolio_id);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_COLLECTION_POLICY_COLLECTION_POLICY_H_
