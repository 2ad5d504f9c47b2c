// constancia bench: a simple load on a running server, to see what it bears.
#ifndef CONSTANCIA_API_CLI_BENCH_COMMAND_H_
#define CONSTANCIA_API_CLI_BENCH_COMMAND_H_

#include <cstdint>

#include "api/cli/command.h"

namespace constancia::api {

enum class BenchLoad {
  kAppend,  // One event a call.
  kStream,  // One event an item of a stream.
  kRead,    // One page of 100 events a call.
};

struct BenchOptions {
  BenchLoad load = BenchLoad::kAppend;
  uint32_t callers = 16;         // Threads; calls or streams at once.
  uint32_t window = 256;         // Items of a stream that wait for their answers.
  uint32_t payload_bytes = 512;  // Of the personal part of each event.
  uint32_t seconds = 5;
};
// The events it appends are notes in the cases bench-0 to bench-999, and stay.
Outcome Bench(const CommandContext& context, const BenchOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_BENCH_COMMAND_H_
