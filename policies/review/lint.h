// Looks for what must not be published: a pack that cannot be loaded, a case that is not as it
// expects, a rule that no case tests.
//
// Used by: the command `policy lint`.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_REVIEW_LINT_H_
#define CONSTANCIA_POLICIES_REVIEW_LINT_H_

#include <string>
#include <vector>

#include "policies/calendar/zones.h"
#include "policies/engine/pack.h"

namespace constancia::policies {

// The texts of one pack's folder. `*_file` is what a finding calls them.
struct PackFolder {
  std::string pack_file;
  std::string yaml;
  std::string cases_file;
  std::string cases;  // "" when it has no case file
};

// Returns what is wrong, one sentence each, with file, line and column where there is one; nothing
// when all is well. `others` are the packs in force beside these, for cases that name their
// jurisdictions: those whose id is among `folders` are replaced.
std::vector<std::string> Lint(const std::vector<PackFolder>& folders,
                              const std::vector<Pack>& others, const ZoneTable& zones);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_REVIEW_LINT_H_
