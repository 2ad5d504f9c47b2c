// constancia case: the file of a case, and what happened in it.
#ifndef CONSTANCIA_API_CLI_CASE_COMMAND_H_
#define CONSTANCIA_API_CLI_CASE_COMMAND_H_

#include <cstdint>
#include <string>

#include "api/cli/command.h"

namespace constancia::api {

// `as_of`: a position, or an instant in RFC 3339; empty is now.
Outcome CaseShow(const CommandContext& context, const std::string& case_id,
                 const std::string& as_of);

// Each may be empty.
struct CaseListOptions {
  std::string stage;
  std::string state;
  std::string creditor;
  std::string agent;
};
// `limit` 0: all.
Outcome CaseList(const CommandContext& context, const CaseListOptions& options, uint64_t limit);
Outcome CaseSearch(const CommandContext& context, const std::string& key);

// Tells what happened in the case, in sentences of that language.
Outcome CaseTimeline(const CommandContext& context, const std::string& case_id, uint64_t limit,
                     const std::string& language);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CASE_COMMAND_H_
