// Puts on record who looked: what was shown to whom, in which role, why, and how it was masked; and
// who searched for what.
//
// Whatever shows personal data calls it before the answer goes out, once a call. What is shown
// under a grant is recorded whether or not it is personal; both sides can list it.
//
// Used by: read_events, read_cases, read_contact_ledger and whatever searches.
// Threads: any. Each recording waits for an append.
#ifndef CONSTANCIA_API_COMMANDS_ACCESS_LOG_H_
#define CONSTANCIA_API_COMMANDS_ACCESS_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/auth/view.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/v1/access_service.pb.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/event/catalogue.h"
#include "core/event/stream.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class AccessLog {
 public:
  // All outlive the object.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Access* access = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
    eventstore::EventLog* log = nullptr;
  };

  explicit AccessLog(const Uses& uses) : uses_(uses) {}

  // Fails with PURPOSE_REQUIRED when a search by national id or telephone says no purpose, and as
  // CheckId does.
  static absl::Status RequirePurpose(const std::string& purpose);

  struct Viewing {
    // "case/C-17", "event/<id>": never a national id.
    std::string what;
    // Empty when none was stated.
    std::string purpose;
    event::v1::Masking masking = event::v1::MASKING_UNSPECIFIED;
    // Personal parts shown.
    uint32_t opened = 0;
    // The cases and debtors it is of: the viewing is recorded with them.
    std::vector<Stream> files;
  };
  // Records a viewing when there is something to record: a personal part was shown, or the caller
  // relies on a grant. Fails as EventLog::Append does.
  absl::Status RecordViewing(const Caller& caller, const View& view, Viewing viewing) const;

  // Records a search. `query` is kept as a keyed hash only.
  absl::Status RecordSearch(const Caller& caller, const View& view, std::string_view query,
                            std::string_view purpose, uint64_t found) const;

  // Lists viewings, searches, exports, grants and roles, of one case or all, oldest first. Fails
  // with SCOPE_NOT_GRANTED, WRONG_TENANT, LIMIT_EXCEEDED, SCHEMA_INVALID.
  absl::StatusOr<v1::ListAccessLogResponse> List(const Caller& caller,
                                                 const v1::ListAccessLogRequest& request) const;

 private:
  absl::Status Record(const Caller& caller, const google::protobuf::Message& payload,
                      std::string_view key, std::vector<Stream> streams) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_ACCESS_LOG_H_
