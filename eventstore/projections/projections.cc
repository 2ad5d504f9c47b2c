#include "eventstore/projections/projections.h"

#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"

namespace constancia::eventstore {

const std::vector<const InlineProjection*>& InlineProjections() {
  static const auto* projections = new std::vector<const InlineProjection*>{
      new CaseFiles,
      new ContactLedger,
  };
  return *projections;
}

}  // namespace constancia::eventstore
