// A line on a terminal that tells how far long work has come. Where there is no terminal it writes
// nothing: logs and pipes get the summary alone.
//
// Used by: commands that send or read many things.
// Threads: any thread may call Advance.
#ifndef CONSTANCIA_API_CLI_PROGRESS_H_
#define CONSTANCIA_API_CLI_PROGRESS_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"

namespace constancia::api {

class Progress {
 public:
  // `total` is 0 when nobody knows it. `out` and `clock` outlive it.
  Progress(std::string what, uint64_t total, bool terminal, std::ostream* out, Clock* clock);
  // Removes the line.
  ~Progress();

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Draws at most ten times a second.
  void Advance(uint64_t by);

 private:
  void Draw(Instant now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string what_;
  const uint64_t total_;
  const bool terminal_;
  std::ostream* const out_;
  Clock* const clock_;
  const Instant begun_;

  absl::Mutex mutex_;
  uint64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  Instant drawn_ ABSL_GUARDED_BY(mutex_);
};

// Tells whether words on stderr reach a terminal.
bool StderrIsTerminal();

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_PROGRESS_H_
