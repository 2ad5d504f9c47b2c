// What a contact that is asked for would make due.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONTACT_DUTIES_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONTACT_DUTIES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "policies/engine/internal/view.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies::internal {

// Adds to `verdict` what must be told in the contact, and what must follow from it by when, as if
// it reached the person; appends to `used` the facts that this rests on, nothing when it rests on
// none. Fails with SCHEMA_INVALID when the date of an act is none.
absl::Status AddDuties(const std::vector<PackSet::Selected>& packs, const ProposalView& proposal,
                       const counsel::v1::Facts& facts, counsel::v1::Verdict* verdict,
                       std::string* used);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONTACT_DUTIES_H_
