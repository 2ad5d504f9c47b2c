// A ledger on a file system that fails, its callers, and a model that knows what must be true.
//
// What follows from the seed alone: every request, the clock, every random byte, the order of
// steps, and after how many file operations the power goes. What does not: in which groups
// concurrent requests commit, where checkpoints fall when they are due by time, and which thread's
// operation a crash meets. Half of the seeds (the odd ones) have one caller who waits for each
// answer and checkpoints that are due by events: there only RocksDB's background threads are left
// to chance.
//
// Used by: constancia-sim.
// Threads: one drives; the log has its own.
#ifndef CONSTANCIA_TESTS_SIM_SIMULATION_H_
#define CONSTANCIA_TESTS_SIM_SIMULATION_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/verify.h"
#include "tests/sim/clients.h"
#include "tests/sim/model.h"
#include "tests/sim/tally.h"
#include "tests/support/test_ledger.h"

namespace constancia::sim {

class Simulation {
 public:
  // What happened, for the last line of a run.
  struct Counts {
    uint64_t answered = 0;
    uint64_t unanswered = 0;
    uint64_t restarts = 0;
    uint64_t flips_found = 0;
    uint64_t flips_harmless = 0;
  };

  explicit Simulation(uint64_t seed);

  // Makes a ledger, takes `steps` steps, closes and verifies it. Fails with what was wrong.
  absl::Status Run(int steps);

  const Counts& counts() const { return counts_; }
  // The step that was taken last, and its number.
  std::string_view step_name() const { return step_name_; }
  int step() const { return step_; }
  size_t events() const { return model_.events(); }

 private:
  struct Flight;

  absl::Status Create();
  absl::Status TakeStep();

  // The steps.
  absl::Status Append();
  absl::Status StepClock();
  absl::Status Restart();
  absl::Status LosePowerIdle();
  absl::Status LosePowerWhileAppending();
  absl::Status LosePowerWhileOpening();
  absl::Status FailSync();
  absl::Status FillDisk();
  absl::Status FlipBit();
  absl::Status LoseState();

  // Submits `count` requests, each without waiting for the one before, and compares the answers.
  // With `faults`, LOG_HALTED is one.
  absl::Status Submit(uint64_t count, bool faults);
  absl::Status Settle(Flight& flight, bool faults);
  absl::Status WaitForCheckpoint();
  absl::Status AppendUntilHalted();
  void RememberCheckpoint();

  void Close();
  absl::Status Open();
  absl::Status CheckOpen();
  absl::Status Verify();
  absl::StatusOr<bool> NoticesDamage(const std::string& path);

  bool OneIn(uint64_t n) { return random_.Below(n) == 0; }
  // How many requests are on their way at once.
  uint64_t Requests() { return lone_caller_ ? 1 : 1 + random_.Below(24); }
  eventstore::VerifyOptions VerifyEverything();

  const bool lone_caller_;
  SeededRandom random_;
  testing::TestLedger ledger_;
  const Tally tally_;
  std::vector<const eventstore::InlineProjection*> projections_;
  Model model_;
  Clients clients_;
  std::map<uint64_t, std::string> checkpoints_;
  Counts counts_;
  std::string_view step_name_ = "create";
  int step_ = 0;
};

}  // namespace constancia::sim

#endif  // CONSTANCIA_TESTS_SIM_SIMULATION_H_
