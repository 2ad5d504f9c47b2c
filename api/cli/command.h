// What every command gets and gives.
//
// Used by: main.cc, the sources of the nouns.
// Threads: a command runs in the main thread.
#ifndef CONSTANCIA_API_CLI_COMMAND_H_
#define CONSTANCIA_API_CLI_COMMAND_H_

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/cli/client.h"
#include "api/cli/exit_code.h"
#include "api/cli/output.h"
#include "core/base/clock.h"
#include "core/base/random.h"

namespace constancia::api {

// Pointers outlive the command.
struct CommandContext {
  ClientSettings client;
  Format format = Format::kTable;
  bool terminal = false;  // Words reach a terminal: progress may be drawn.
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  // Data.
  std::ostream* err = nullptr;  // Words.
  Clock* clock = nullptr;
  Random* random = nullptr;
};

// How a command ended: kOk, or a code of its own beside results that were written. A failure is
// told by main.cc.
using Outcome = absl::StatusOr<ExitCode>;

// Reads a file, or standard input when `path` is "-". Fails with SETUP_INVALID.
absl::StatusOr<std::string> ReadInput(const CommandContext& context, const std::string& path);

// Writes a file that did not exist, or standard output when `path` is "-". Fails with
// SETUP_INVALID.
absl::Status WriteOutput(const CommandContext& context, const std::string& path,
                         std::string_view content);

// A request id that nobody has used.
std::string FreshRequestId(const CommandContext& context);

// "2026-03-02T10:00:00.25-03:00": an instant on the clock of somebody at that offset.
std::string TimeText(int64_t micros, int offset_minutes);

// Reads RFC 3339, as in "2026-03-02T10:00:00-03:00". Fails with INPUT_MALFORMED.
absl::StatusOr<int64_t> ReadTime(std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_COMMAND_H_
