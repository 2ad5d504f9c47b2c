// constancia ledger, init and serve: a ledger's folder as a whole.
#ifndef CONSTANCIA_API_CLI_LEDGER_COMMAND_H_
#define CONSTANCIA_API_CLI_LEDGER_COMMAND_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct InitCommandOptions {
  std::string folder;
  std::string origin;
  std::string tenant;
  std::string operator_id = "operator";
  std::vector<std::string> hosts;
};
Outcome Init(const CommandContext& context, const InitCommandOptions& options);

struct ServeOptions {
  std::string folder;
  // By the names of constancia.toml; what the command line gave.
  std::vector<std::pair<std::string, std::string>> flags;
};
// Runs until SIGINT or SIGTERM. Prints, as data, what it listens on.
Outcome Serve(const CommandContext& context, const ServeOptions& options);

struct LedgerVerifyOptions {
  std::string folder;
  bool audit = false;  // Every map root.
  bool seals = false;  // Every signature of a group.
};
// Reads the folder of a ledger that nobody serves. kNotProven when there are findings.
Outcome LedgerVerify(const CommandContext& context, const LedgerVerifyOptions& options);

// The latest signed checkpoint, as it stands.
Outcome LedgerCheckpoint(const CommandContext& context);

struct LedgerCosignOptions {
  // What the witnesses gave: signature lines, or the whole cosigned checkpoint. "-" is the input.
  std::string file = "-";
  // Of the checkpoint when lines stand alone; 0 is the latest.
  uint64_t size = 0;
};
// Adds cosignatures to a checkpoint and prints it with all it has.
Outcome LedgerCosign(const CommandContext& context, const LedgerCosignOptions& options);

// How large the ledger is, and how far it is published.
Outcome LedgerStats(const CommandContext& context);

struct LedgerPublishOptions {
  std::string folder;
  std::string out;
};
// Writes the log as static files, from the folder of a ledger that nobody serves.
Outcome LedgerPublish(const CommandContext& context, const LedgerPublishOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_LEDGER_COMMAND_H_
