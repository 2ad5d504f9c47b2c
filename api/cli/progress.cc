#include "api/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace constancia::api {
namespace {

constexpr int64_t kDrawEveryMicros = 100'000;
constexpr uint64_t kBarWidth = 24;

}  // namespace

Progress::Progress(std::string what, uint64_t total, bool terminal, std::ostream* out, Clock* clock)
    : what_(std::move(what)),
      total_(total),
      terminal_(terminal),
      out_(out),
      clock_(clock),
      begun_(clock->Now()),
      drawn_(begun_) {}

Progress::~Progress() {
  if (terminal_) *out_ << "\r\x1b[K" << std::flush;
}

void Progress::Advance(uint64_t by) {
  const absl::MutexLock lock(&mutex_);
  done_ += by;
  const Instant now = clock_->Now();
  if (!terminal_ || now.micros - drawn_.micros < kDrawEveryMicros) return;
  drawn_ = now;
  Draw(now);
}

void Progress::Draw(Instant now) {
  const double seconds =
      std::max<int64_t>(now.micros - begun_.micros, 1) / static_cast<double>(kMicrosPerSecond);
  std::string line = absl::StrCat("\r", what_, "  ");
  if (total_ > 0) {
    const uint64_t done = std::min(done_, total_);
    const uint64_t filled = kBarWidth * done / total_;
    absl::StrAppend(&line, "[", std::string(filled, '#'), std::string(kBarWidth - filled, '.'),
                    "] ", 100 * done / total_, "%  ");
  }
  absl::StrAppendFormat(&line, "%d  %.0f/s\x1b[K", done_, static_cast<double>(done_) / seconds);
  *out_ << line << std::flush;
}

bool StderrIsTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace constancia::api
