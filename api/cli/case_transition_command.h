// constancia case open|check|transition|suspend|resume|close|reopen|assign|note: what is done to a
// case.
#ifndef CONSTANCIA_API_CLI_CASE_TRANSITION_COMMAND_H_
#define CONSTANCIA_API_CLI_CASE_TRANSITION_COMMAND_H_

#include <string>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct CaseOptions {
  std::string case_id;
  // T03, or the stage to go to: legal.
  std::string to;
  // A StageChangeProposed to approve.
  std::string proposal;
  // Why conditions are overridden; why a case is suspended, closed, reopened or assigned.
  std::string override_reason;
  std::string reason;
  // 900000CLP; several may be given.
  std::vector<std::string> lost;
  std::string merged_into;
  std::string until;
  std::string text;
  std::string category;
  std::string agent_id;
  std::string team_id;
  std::string request_id;
  // es, pt or en.
  std::string language = "es";
};

// `path` holds an OpenCaseRequest in JSON; "-" is stdin.
Outcome CaseOpen(const CommandContext& context, const std::string& path,
                 const std::string& request_id);
// Exits with kDenied when a condition does not hold.
Outcome CaseCheck(const CommandContext& context, const CaseOptions& options);
Outcome CaseTransition(const CommandContext& context, const CaseOptions& options);
Outcome CaseClose(const CommandContext& context, const CaseOptions& options);
Outcome CaseReopen(const CommandContext& context, const CaseOptions& options);
Outcome CaseSuspend(const CommandContext& context, const CaseOptions& options);
Outcome CaseResume(const CommandContext& context, const CaseOptions& options);
Outcome CaseAssign(const CommandContext& context, const CaseOptions& options);
Outcome CaseNote(const CommandContext& context, const CaseOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CASE_TRANSITION_COMMAND_H_
