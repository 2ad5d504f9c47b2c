// What the fields of a step 0 rule may hold.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_RULE_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_RULE_H_

#include <string_view>

#include "absl/status/status.h"
#include "policies/engine/rule.h"

namespace constancia::policies::internal {

// Tells whether `rule` has what its kind needs to be asked. Fails with PACK_INVALID; the field is
// the path of what is missing or wrong, and begins with `path`.
absl::Status CheckConductRule(const ConductRule& rule, std::string_view path);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_RULE_H_
