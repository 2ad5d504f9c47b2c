// constancia case: the file of a case, and what happened in it.
#ifndef CONSTANCIA_API_CLI_CASE_COMMAND_H_
#define CONSTANCIA_API_CLI_CASE_COMMAND_H_

#include <cstdint>
#include <string>

#include "api/cli/command.h"

namespace constancia::api {

Outcome CaseShow(const CommandContext& context, const std::string& case_id);

// `limit` 0: all.
Outcome CaseList(const CommandContext& context, uint64_t limit);

// Tells what happened in the case, in sentences of that language.
Outcome CaseTimeline(const CommandContext& context, const std::string& case_id, uint64_t limit,
                     const std::string& language);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CASE_COMMAND_H_
