// Completion scripts for shells, written from the grammar of the program itself.
//
// Used by: constancia completion.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_COMPLETION_H_
#define CONSTANCIA_API_CLI_COMPLETION_H_

#include <string>
#include <vector>

namespace constancia::api {

// A command with its options and what may follow it.
struct CommandNode {
  std::string name;
  std::vector<std::string> options = {};  // "--output", "-o"
  std::vector<CommandNode> commands = {};
};

// Returns a script for bash. Where no command or option is expected files are completed.
std::string BashCompletion(const CommandNode& program);

// Returns a script for zsh; it runs the one for bash.
std::string ZshCompletion(const CommandNode& program);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_COMPLETION_H_
