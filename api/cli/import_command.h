// constancia import csv: rows of another system become events, each once.
#ifndef CONSTANCIA_API_CLI_IMPORT_COMMAND_H_
#define CONSTANCIA_API_CLI_IMPORT_COMMAND_H_

#include <string>

#include "api/cli/command.h"

namespace constancia::api {

struct ImportCsvOptions {
  std::string file;
  std::string mapping;
  // Where rows go that were refused, by mapping or ledger; <file>.rejects.csv when empty.
  std::string rejects;
  bool allow_rejects = false;
  bool dry_run = false;  // Maps every row and sends none.
};
// Sends every good row; bad ones go to the reject file with their line and why. kFailure when there
// are any, unless they are allowed.
Outcome ImportCsv(const CommandContext& context, const ImportCsvOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_COMMAND_H_
