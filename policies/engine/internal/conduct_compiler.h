// Reads the fields of a rule of conduct.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_COMPILER_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_COMPILER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/conduct_rule.h"

namespace constancia::policies::internal {

// Reads what is particular to the kind of `text`, a rule of `pack` with its switches applied that
// has no field of another kind. Fails with PACK_INVALID; the field is the path of what is missing
// or wrong, and begins with `path`.
absl::StatusOr<ConductKind> CompileConduct(const policy::v1::Pack& pack,
                                           const policy::v1::Rule& text, const std::string& path);

// Tells whether `text` is the name of a type of event, or kConversation.
bool IsEventWord(std::string_view text);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_COMPILER_H_
