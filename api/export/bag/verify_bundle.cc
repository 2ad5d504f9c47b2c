#include "api/export/bag/verify_bundle.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"

extern char** environ;

namespace constancia::api {

absl::Status VerifyBundle(const std::string& program, const std::string& bundle,
                          const std::string& policy, const std::string& said) {
  std::vector<std::string> words = {program, "bundle", bundle, "--policy", policy, "--lang", "en"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  CHECK(posix_spawn_file_actions_init(&files) == 0);
  CHECK(posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0);
  CHECK(posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, said.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
  CHECK(posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO) == 0);
  pid_t child = 0;
  const int spawned =
      posix_spawn(&child, program.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (spawned != 0) {
    unlink(said.c_str());
    return Error(error::v1::NOT_FOUND,
                 absl::StrCat("cannot run constancia-verify: ", std::strerror(spawned)), "",
                 {{"program", program}});
  }
  int state = 0;
  while (waitpid(child, &state, 0) < 0) {
    if (errno != EINTR) {
      return Error(error::v1::INTERNAL,
                   absl::StrCat("cannot wait for constancia-verify: ", std::strerror(errno)));
    }
  }
  if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return absl::OkStatus();
  return Error(error::v1::PROOF_INVALID,
               absl::StrCat("constancia-verify does not accept the bundle (",
                            WIFEXITED(state) ? absl::StrCat("exit code ", WEXITSTATUS(state))
                                             : absl::StrCat("signal ", WTERMSIG(state)),
                            "); what it said is in ", said),
               "", {{"file", said}});
}

}  // namespace constancia::api
