// Everything an open ledger consists of, in the order in which it is made. EventLog and LogReader
// are two faces of it.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_LOG_CORE_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_LOG_CORE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "constancia/event/v1/access.pb.h"
#include "core/event/stream.h"
#include "eventstore/log/data_keys.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/internal/answerer.h"
#include "eventstore/log/internal/appender.h"
#include "eventstore/log/internal/fold.h"
#include "eventstore/log/internal/health.h"
#include "eventstore/log/internal/notary.h"
#include "eventstore/log/internal/overlay.h"
#include "eventstore/log/internal/publication.h"
#include "eventstore/log/internal/recovery.h"
#include "eventstore/log/internal/syncer.h"
#include "eventstore/log/log_reader.h"
#include "eventstore/tables/key_tables.h"
#include "eventstore/tables/log_tables.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

// Returns the payload of an event that gives the log another key, nothing for any other event.
std::optional<event::v1::KeyRotated> LogKeyRotation(const RecordedEvent& event);

// What a ledger says of itself in its first event.
struct LedgerIdentity {
  std::string origin;
  std::string tenant;
};

class LogCore {
 public:
  // With `fresh` the ledger is made, and `fresh` goes into its first event.
  static absl::StatusOr<std::unique_ptr<LogCore>> Open(const EventLog::Options& options,
                                                       const std::optional<LedgerIdentity>& fresh);

  ~LogCore();

  // Answers everything accepted, makes the last checkpoint, flushes and ends the threads.
  // Idempotent.
  void Close();

  // A write failed: nothing is accepted any more, and everybody who waits is told.
  void Halt(const absl::Status& cause);

  EventLog::Options options;
  LedgerIdentity identity;
  std::unique_ptr<LogTables> log;
  std::unique_ptr<StateTables> state;
  std::unique_ptr<KeyTables> keys;
  std::unique_ptr<DataKeys> data_keys;
  std::optional<StreamKeys> stream_keys;
  std::vector<ProjectionTable> projections;
  Health health;
  std::optional<Publication> publication;
  LogReader reader{this};

  // One at a time reads the cosignatures of a checkpoint and adds to them.
  absl::Mutex cosign_mutex;

  std::unique_ptr<Overlay> overlay;
  std::unique_ptr<Notary> notary;
  std::unique_ptr<Answerer> answerer;
  std::unique_ptr<Syncer> syncer;
  std::unique_ptr<Appender> appender;

 private:
  explicit LogCore(const EventLog::Options& chosen) : options(chosen) {}

  absl::Status OpenTables(bool fresh);
  absl::Status OpenProjections();
  absl::StatusOr<Recovered> RecoverTables();
  absl::Status ReadIdentity();
  absl::Status CheckSigner() const;
  absl::Status Start();

  SystemMonotonicClock machine_clock_;
  absl::Mutex close_mutex_;
  bool closed_ ABSL_GUARDED_BY(close_mutex_) = false;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_LOG_CORE_H_
