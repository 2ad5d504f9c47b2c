// constancia sandbox: a made-up portfolio to try things on.
#ifndef CONSTANCIA_API_CLI_SANDBOX_COMMAND_H_
#define CONSTANCIA_API_CLI_SANDBOX_COMMAND_H_

#include "api/cli/command.h"
#include "api/cli/sandbox/portfolio.h"

namespace constancia::api {

// Appends the portfolio. A second run with the same options repeats nothing.
Outcome SandboxSeed(const CommandContext& context, const PortfolioOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_SANDBOX_COMMAND_H_
