// Where a story is played: a ledger in memory, the desk and the gate with every pack we ship, and a
// clock that the story moves.
//
// Used by: scenario_test.cc.

#ifndef CONSTANCIA_TESTS_SCENARIO_STAGE_H_
#define CONSTANCIA_TESTS_SCENARIO_STAGE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "tests/scenario/story.h"

namespace constancia::scenario {

class Stage {
 public:
  // `packs` is the folder of the policy packs.
  static absl::StatusOr<std::unique_ptr<Stage>> Build(const std::string& packs);
  ~Stage();

  // Plays one line. Fails when the ledger answers otherwise than the line says, when a recorded
  // event does not read back as it was given, or shows in clear what is personal.
  absl::Status Play(const Line& line);

 private:
  struct Impl;
  explicit Stage(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::scenario

#endif  // CONSTANCIA_TESTS_SCENARIO_STAGE_H_
