// constancia policy: ask counsel without a server.
#ifndef CONSTANCIA_API_CLI_POLICY_COMMAND_H_
#define CONSTANCIA_API_CLI_POLICY_COMMAND_H_

#include <string>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct PolicyTestOptions {
  std::vector<std::string> files;  // Case files, one JSON object a line.
  std::string packs;               // A folder of packs; those beside the program when empty.
};
// Runs every case. kFailure when one differs from what it expects.
Outcome PolicyTest(const CommandContext& context, const PolicyTestOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_POLICY_COMMAND_H_
