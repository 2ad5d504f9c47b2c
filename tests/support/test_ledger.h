// A ledger for tests: real tables, on a file system in memory that can fail, with fixed keys, a
// clock that stands still and randomness from a seed.
//
// Used by: tests of eventstore, tests/sim.
#ifndef CONSTANCIA_TESTS_SUPPORT_TEST_LEDGER_H_
#define CONSTANCIA_TESTS_SUPPORT_TEST_LEDGER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "eventstore/log/event_log.h"
#include "tests/support/fault_env.h"

namespace constancia::testing {

inline constexpr char kTestOrigin[] = "agency.example/constancia/ledger-1";
inline constexpr char kTestFolder[] = "/ledger";

// A contact attempt in case `name` with debtor `P-<name>`, its number dialled being personal.
eventstore::EventDraft AContact(const std::string& name);

// One event, from source `dialler-1`.
eventstore::AppendRequest ARequest(const std::string& request_id, eventstore::EventDraft draft);

Stream CaseStream(const std::string& name);
Stream DebtorStream(const std::string& name);

class TestLedger {
 public:
  explicit TestLedger(uint64_t seed = 1);

  // Makes the ledger and opens it.
  absl::Status Create();
  absl::Status Open();

  // Closes it in good order.
  void Close();

  // The power goes while it is open.
  void Crash(bool torn = true);

  // Appends one contact under a request id of its own.
  absl::StatusOr<eventstore::AppendResult> Append(const std::string& name);

  eventstore::EventLog& log() { return *log_; }
  const eventstore::LogReader& reader() { return log_->reader(); }
  FaultEnv& disk() { return disk_; }
  ManualClock& clock() { return clock_; }
  Ed25519Key& key() { return key_; }

  // Taken up by the next Create or Open.
  eventstore::EventLog::Options& options() { return options_; }

 private:
  FaultEnv disk_;
  ManualClock clock_;
  SeededRandom random_;
  Ed25519Key key_;
  eventstore::EventLog::Options options_;
  std::unique_ptr<eventstore::EventLog> log_;
  uint64_t appends_ = 0;
};

}  // namespace constancia::testing

#endif  // CONSTANCIA_TESTS_SUPPORT_TEST_LEDGER_H_
