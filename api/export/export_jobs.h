// Exports as jobs: ordered, recorded, built behind the answer, verified, handed out.
//
// An order is an ExportRequested event in the streams of the export, the ledger and the case; its
// event id is the export's id. One thread builds: it waits for a checkpoint that covers the order
// and for the cosignatures that the policy asks for, makes the bag, runs constancia-verify on it,
// and only then gives the file its name and appends ExportBuilt. When that cannot be done it
// appends ExportCancelled with the reason. Every download is recorded before its first byte.
//
// The log is the only state: what was ordered and neither built nor cancelled is built again on the
// next start. A folder holds the files: <id>.zip, and <id>.zip.part and <id>.said while building.
//
// Used by: api/service, api/server.
// Threads: any thread may call any method.
// Durability: an answered Create survives loss of power; so does a file once its export is READY.
#ifndef CONSTANCIA_API_EXPORT_EXPORT_JOBS_H_
#define CONSTANCIA_API_EXPORT_EXPORT_JOBS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/export/bag/bag_writer.h"
#include "api/export/order.h"
#include "constancia/v1/export_service.pb.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "core/event/catalogue.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

// A finished bundle, read from front to back.
class ExportFile {
 public:
  explicit ExportFile(int file) : file_(file) {}
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;
  ~ExportFile();

  // Returns the next bytes, at most `size`; empty at the end.
  absl::StatusOr<std::string> Read(size_t size);

 private:
  const int file_;
};

class ExportJobs {
 public:
  // All outlive the jobs.
  struct Uses {
    eventstore::EventLog* log = nullptr;
    const Catalogue* catalogue = nullptr;
    const Access* access = nullptr;
    const Signer* signer = nullptr;  // the log's key
    Clock* clock = nullptr;
    Random* random = nullptr;
  };
  struct Settings {
    std::string folder;        // made when it is absent
    std::string verifier;      // path of constancia-verify
    std::string policy;        // path of the verifier policy
    std::string organization;  // Source-Organization of every bag
    std::string contact;       // Contact-Name; left out when empty
  };

  // Reads the orders in the log and goes on with those that are not finished. Fails with
  // SETUP_INVALID when the folder cannot be made.
  static absl::StatusOr<std::unique_ptr<ExportJobs>> Start(const Uses& uses, Settings settings);

  // Stops behind the export being built, which is built again on the next start when it was not
  // finished. Before the log is closed.
  ~ExportJobs();

  // All fail with SCOPE_NOT_GRANTED and WRONG_TENANT.

  // Records an order and returns where it stands. A repeated request id returns the first order.
  // Fails with SCHEMA_INVALID, NOT_FOUND when there is no such case, IDEMPOTENCY_CONFLICT when the
  // request id was used for another order, and as EventLog::Append does.
  absl::StatusOr<v1::Export> Create(const Caller& caller, const v1::CreateExportRequest& request);

  // The rest is for who ordered the export; to everybody else it does not exist.

  // Fails with NOT_FOUND.
  absl::StatusOr<v1::Export> Get(const Caller& caller, const v1::GetExportRequest& request) const;

  // Newest first.
  absl::StatusOr<v1::ListExportsResponse> List(const Caller& caller,
                                               const v1::ListExportsRequest& request) const;

  // Records the download and opens the file at the offset asked for. Fails with NOT_PUBLISHED while
  // the export is being built, with NOT_FOUND when there is none, it failed or its file is gone,
  // and with SCHEMA_INVALID for an offset behind its end.
  absl::StatusOr<std::unique_ptr<ExportFile>> Download(const Caller& caller,
                                                       const v1::DownloadExportRequest& request);

 private:
  struct Job {
    ExportOrder order;
    v1::Export state;
  };

  ExportJobs(const Uses& uses, Settings settings) : uses_(uses), settings_(std::move(settings)) {}

  absl::Status Check(const Caller& caller, Method method, std::string_view parent) const;
  // Fails with NOT_FOUND, also when it was not `caller` who ordered it.
  absl::StatusOr<Job> Find(const Caller& caller, const std::string& export_id) const;
  std::string PathOf(const std::string& export_id, std::string_view ending) const;

  // Takes what an event of the ledger's stream says of an export; a new order is queued.
  void Apply(const eventstore::RecordedEvent& event);
  absl::Status ReadLedgerStream();

  // The export that an earlier request of this id ordered, applied. Fails with IDEMPOTENCY_CONFLICT
  // when that was not `ordered`, whose export_id is not set.
  absl::StatusOr<std::optional<std::string>> FindOrder(std::string_view source,
                                                       const std::string& request_id,
                                                       event::v1::ExportRequested ordered);
  // Appends an event of the export of `order` and applies it.
  absl::Status Record(const ExportOrder& order, std::string request_id, std::string_view source,
                      const ledger::v1::Actor& actor, const google::protobuf::Message& payload);
  ledger::v1::Actor ActorOf(const Caller& caller) const;

  void Run();
  // Builds and records that, or why it failed. Does neither when the log or the jobs stop.
  void Build(const ExportOrder& order);
  absl::Status WaitPublished(Position position) const;
  // The note of the checkpoint of `size` once the quorum of the policy holds. Fails with
  // WITNESS_UNKNOWN when it does not within kCosignWaitMax.
  absl::StatusOr<std::string> AwaitCosigned(uint64_t size) const;
  absl::StatusOr<BagContents> MakeContents(const ExportOrder& order) const;
  absl::Status BuildFile(const ExportOrder& order, event::v1::ExportBuilt* built) const;
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool stopping() const;

  const Uses uses_;
  const Settings settings_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Job> jobs_ ABSL_GUARDED_BY(mutex_);  // by id, which rises with time
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread builder_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_EXPORT_JOBS_H_
