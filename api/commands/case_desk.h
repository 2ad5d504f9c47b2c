// What every command on a case begins with and ends with: the case as it stands, and drafts of what
// is to be recorded about it.
//
// A case is read with the versions of the streams it was read from; what rests on it is appended
// with the expectation that none of them moved since.
//
// Used by: transition_case, keep_case, run_timers.
// Threads: any; it is immutable.

#ifndef CONSTANCIA_API_COMMANDS_CASE_DESK_H_
#define CONSTANCIA_API_COMMANDS_CASE_DESK_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/clock.h"
#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/zone.h"
#include "core/event/catalogue.h"
#include "core/event/stream.h"
#include "eventstore/log/event_log.h"
#include "policies/life_cycle/case_history.h"
#include "policies/life_cycle/collection_policy.h"

namespace google::protobuf {
class Message;
}

namespace constancia::api {

// A case as it stood when it was read.
struct CaseAtDesk {
  explicit CaseAtDesk(std::string case_id) : history(std::move(case_id)) {}

  casefile::v1::CaseFile file;
  policies::CaseHistory history;
  policies::CollectionPolicy policy;
  std::vector<eventstore::Expectation> expectations;
  // The clock of the debtor.
  std::string zone_name;
  absl::TimeZone zone;
  Position as_of;

  absl::CivilDay DateAt(Instant at) const;
};

// The case's stream, then those of its debtor and the other persons, as many as an event has room
// for.
std::vector<Stream> StreamsOf(const casefile::v1::CaseFile& file);

class CaseDesk {
 public:
  // All outlive the desk.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Zones* zones = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
    eventstore::EventLog* log = nullptr;
  };

  explicit CaseDesk(const Uses& uses) : uses_(uses) {}

  // Fails with NOT_FOUND.
  absl::StatusOr<CaseAtDesk> Read(std::string_view case_id) const;

  // The parameters in force for a portfolio.
  absl::StatusOr<policies::CollectionPolicy> ReadPolicy(std::string_view creditor_id,
                                                        std::string_view portfolio_id) const;

  // A draft of `payload`, at `at` on the debtor's clock, in the streams of the case and the case's
  // persons. Its id is made. Fails with SCHEMA_INVALID or PERSONAL_DATA_MISPLACED when the payload
  // holds what no payload may.
  absl::StatusOr<eventstore::EventDraft> Draft(const CaseAtDesk& at_desk, Instant at,
                                               const ledger::v1::Actor& actor,
                                               const google::protobuf::Message& payload) const;

  // Fails with SCHEMA_INVALID, naming `field`, when the database has no such zone.
  absl::StatusOr<absl::TimeZone> FindZone(const std::string& name, std::string_view field) const;

  // The role in which the actor of a recorded event acted. Fails with NOT_FOUND.
  absl::StatusOr<std::string> RoleOfActor(const std::string& event_id) const;

  eventstore::EventLog* log() const { return uses_.log; }
  Instant Now() const { return uses_.clock->Now(); }
  std::string NewId() const;

 private:
  // Adds every event of a stream to the history.
  absl::Status Collect(const Stream& stream, policies::CaseHistory* history) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_CASE_DESK_H_
