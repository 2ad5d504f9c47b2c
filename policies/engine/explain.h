// What a finding says to a person, in the words of its pack.
//
// Used by: the door.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_EXPLAIN_H_
#define CONSTANCIA_POLICIES_ENGINE_EXPLAIN_H_

#include <string>

#include "constancia/counsel/v1/verdict.pb.h"
#include "core/base/language.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

using constancia::Language;

// Returns the message of the rule that `finding` is about, with count, limit and next instant (on
// the wall clock of the proposal's main zone) filled in. "" when `packs` has no such rule, or not
// in that version.
std::string Explain(const PackSet& packs, const counsel::v1::Proposal& proposal,
                    const counsel::v1::Finding& finding, Language language);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_EXPLAIN_H_
