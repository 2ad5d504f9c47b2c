// Turns the rules of a pack's text into rules that can be asked.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_COMPILER_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_COMPILER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/pack.h"
#include "policies/engine/rule.h"

namespace constancia::policies::internal {

// Compiles `pack` with each switch at its value in `values`, which has all of them. Errors are
// PACK_INVALID; their field is the path of what is wrong: "rules[2].channels[0]".
absl::StatusOr<RuleBook> CompileRules(const policy::v1::Pack& pack, const SwitchValues& values);

// Reads a date of a pack; `fallback` when it is empty. The error's field is `path`.
absl::StatusOr<absl::CivilDay> ReadDate(const std::string& text, absl::CivilDay fallback,
                                        const std::string& path);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_COMPILER_H_
