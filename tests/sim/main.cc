// constancia-sim: runs the simulation for some seeds and stops at the first that fails.

#include <cstdint>
#include <iostream>
#include <string_view>

#include "absl/strings/numbers.h"
#include "tests/sim/simulation.h"

namespace {

constexpr std::string_view kUsage =
    "usage: constancia-sim [--seed N] [--runs N] [--steps N]\n"
    "  --seed N    the first seed (1)\n"
    "  --runs N    how many seeds, from there on (1)\n"
    "  --steps N   steps of a run (60)\n";

struct Arguments {
  uint64_t seed = 1;
  uint64_t runs = 1;
  int steps = 60;
};

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) return false;
    const absl::string_view value = argv[i + 1];
    const bool read = (name == "--seed" && absl::SimpleAtoi(value, &arguments.seed)) ||
                      (name == "--runs" && absl::SimpleAtoi(value, &arguments.runs)) ||
                      (name == "--steps" && absl::SimpleAtoi(value, &arguments.steps));
    if (!read) return false;
  }
  return true;
}

// The seed is printed before its run, so that a crash names it as well.
bool RunSeed(uint64_t seed, int steps) {
  std::cout << "seed " << seed << ": " << std::flush;
  constancia::sim::Simulation simulation(seed);
  const absl::Status status = simulation.Run(steps);
  if (!status.ok()) {
    std::cout << "FAILED at step " << simulation.step() << " (" << simulation.step_name()
              << "): " << status << "\nto repeat it: constancia-sim --seed " << seed << " --steps "
              << steps << std::endl;
    return false;
  }
  const constancia::sim::Simulation::Counts& counts = simulation.counts();
  std::cout << simulation.events() << " events, " << counts.answered << " answers, "
            << counts.unanswered << " unanswered, " << counts.restarts << " restarts, "
            << counts.flips_found << " flipped bits found, " << counts.flips_harmless
            << " without effect" << std::endl;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, arguments)) {
    std::cerr << kUsage;
    return 2;
  }
  for (uint64_t i = 0; i < arguments.runs; ++i) {
    if (!RunSeed(arguments.seed + i, arguments.steps)) return 1;
  }
  return 0;
}
