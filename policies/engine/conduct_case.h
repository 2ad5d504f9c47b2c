// Cases about conduct: lines with a charge, an event or a finished contact instead of a proposal.
//
// Only the rule that the case names is asked. `deny` means a violation, a missed duty, or too
// early.
//
// Used by: case_file.h.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_CONDUCT_CASE_H_
#define CONSTANCIA_POLICIES_ENGINE_CONDUCT_CASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/policy/v1/case.pb.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

// Tells whether a line has one of the forms of this file.
bool IsConductCase(const policy::v1::Case& one);

// Returns the local date by which the rules of such a case are chosen, as it is written there: that
// of the charge, the event or the contact; of a duty, that of the first event.
std::string ConductDate(const policy::v1::Case& one);

// Asks the rule that the case names. A missed duty is a verdict that denies. Fails with
// PACK_INVALID and the field when the case cannot be asked.
absl::StatusOr<counsel::v1::Verdict> AskConductCase(const PackSet& packs,
                                                    const policy::v1::Case& one);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_CONDUCT_CASE_H_
