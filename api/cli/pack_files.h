// Packs and case files as they lie in folders.
//
// Used by: the commands of `policy`.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_PACK_FILES_H_
#define CONSTANCIA_API_CLI_PACK_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "api/server/packs.h"
#include "constancia/policy/v1/case.pb.h"
#include "policies/review/lint.h"

namespace constancia::api {

// `folder`, or that of the packs beside the program when it is "". Fails with SETUP_INVALID when
// there is none.
absl::StatusOr<std::string> PacksFolder(const std::string& folder);

// Reads every pack.yaml below `folder` with the cases.jsonl beside it, in the order of their paths.
// Fails with SETUP_INVALID when there is none or a file cannot be read.
absl::StatusOr<std::vector<policies::PackFolder>> ReadPackFolders(const std::string& folder);

// Returns the packs of `folders` and, of the packs below `others`, those with other ids than these
// and those of `replaced`: what counsel would be asked under if `folders` came in their place. ""
// for no others. Fails with PACK_INVALID as Pack::Load and PackSet::Build do, and with
// SETUP_INVALID.
absl::StatusOr<Counsel> CounselOf(const std::vector<policies::PackFolder>& folders,
                                  const std::string& others,
                                  const std::vector<policies::PackFolder>& replaced,
                                  const policies::SwitchValues& switches = {});

// Reads the lines of a case file that are cases; what is none is passed over.
std::vector<policy::v1::Case> CasesIn(std::string_view file, std::string_view jsonl);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_PACK_FILES_H_
