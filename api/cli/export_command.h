// constancia export: files that prove themselves.
#ifndef CONSTANCIA_API_CLI_EXPORT_COMMAND_H_
#define CONSTANCIA_API_CLI_EXPORT_COMMAND_H_

#include <string>

#include "api/cli/command.h"

namespace constancia::api {

struct ExportCreateOptions {
  std::string case_id;
  std::string kind = "regulator";
  std::string purpose;
  std::string recipient;
  std::string request_id;  // A fresh one when empty.
  bool open_personal = false;
  bool wait = false;  // Until it is ready or has failed.
};
// Orders an export. Exit code 1 when it was waited for and failed.
Outcome ExportCreate(const CommandContext& context, const ExportCreateOptions& options);

Outcome ExportStatus(const CommandContext& context, const std::string& export_id);
Outcome ExportList(const CommandContext& context);

// Writes the bundle to `out`, a file. A part of it that is there already is not fetched again; the
// whole is checked against the digest the server tells.
Outcome ExportDownload(const CommandContext& context, const std::string& export_id,
                       const std::string& out);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_EXPORT_COMMAND_H_
