// The sentence of a rule of conduct with the numbers of a finding in it.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_MESSAGE_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_MESSAGE_H_

#include <string>

#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/explain.h"

namespace constancia::policies::internal {

// Fills in {count}, {limit}, {due}, {charged}, {cap} and {missing}; disclosures are named in the
// language asked for, other codes as they are.
std::string FillConductMessage(const policy::v1::Text& message, const counsel::v1::Finding& finding,
                               Language language);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_MESSAGE_H_
