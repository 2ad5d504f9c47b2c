#include "eventstore/projections/projections.h"

#include "eventstore/projections/access/access_rows.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/collection_policy/collection_policy.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/due_times/due_times.h"

namespace constancia::eventstore {

const std::vector<const InlineProjection*>& InlineProjections() {
  static const auto* projections = new std::vector<const InlineProjection*>{
      new CaseFiles, new CollectionPolicies, new ContactLedger, new DueTimes, new AccessRows,
  };
  return *projections;
}

}  // namespace constancia::eventstore
