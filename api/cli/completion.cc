#include "api/cli/completion.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace constancia::api {
namespace {

struct Cases {
  std::string known;  // One case for each command path.
  std::string words;  // What may follow it.
};

void Collect(const CommandNode& node, const std::string& path, Cases* cases) {
  std::vector<std::string> words = node.options;
  for (const CommandNode& command : node.commands) {
    words.push_back(command.name);
    const std::string inner = absl::StrCat(path, "/", command.name);
    absl::StrAppend(&cases->known, cases->known.empty() ? "" : "|", inner);
    Collect(command, inner, cases);
  }
  absl::StrAppend(&cases->words, "    ", path.empty() ? "''" : path, ") words='",
                  absl::StrJoin(words, " "), "' ;;\n");
}

}  // namespace

std::string BashCompletion(const CommandNode& program) {
  Cases cases;
  Collect(program, "", &cases);
  return absl::StrCat("# Completion of ", program.name, R"( for bash.
_)",
                      program.name, R"(() {
  local path='' word words=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path/$word" in
      )",
                      cases.known, R"() path="$path/$word" ;;
    esac
  done
  case "$path" in
)",
                      cases.words, R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _)",
                      program.name, " ", program.name, "\n");
}

std::string ZshCompletion(const CommandNode& program) {
  return absl::StrCat("#compdef ", program.name, "\nautoload -U +X bashcompinit && bashcompinit\n",
                      BashCompletion(program));
}

}  // namespace constancia::api
