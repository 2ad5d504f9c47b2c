// Reads cases: their files and their timelines.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_READ_CASES_H_
#define CONSTANCIA_API_COMMANDS_READ_CASES_H_

#include <optional>

#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/access_log.h"
#include "api/commands/read_events.h"
#include "constancia/v1/case_service.pb.h"
#include "core/base/language.h"
#include "core/event/sentences/sentences.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class ReadCases {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const AccessLog* access_log = nullptr;
    const ReadEvents* read_events = nullptr;
    const Sentences* sentences = nullptr;
    const eventstore::EventLog* log = nullptr;
  };

  explicit ReadCases(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, NOT_FOUND, with NOT_PUBLISHED when the position
  // asked for lies ahead of the log, and with SCHEMA_INVALID for a time that is none.
  absl::StatusOr<v1::Case> Get(const Caller& caller, const v1::GetCaseRequest& request) const;

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, LIMIT_EXCEEDED, SCHEMA_INVALID.
  absl::StatusOr<v1::ListCasesResponse> List(const Caller& caller,
                                             const v1::ListCasesRequest& request) const;

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID. Finding nothing is no failure.
  absl::StatusOr<v1::SearchCasesResponse> Search(const Caller& caller,
                                                 const v1::SearchCasesRequest& request) const;

  // Tells each event in `language` as well, when there is one. Fails as Get and as
  // ReadEvents::List do.
  absl::StatusOr<v1::GetTimelineResponse> Timeline(const Caller& caller,
                                                   const v1::GetTimelineRequest& request,
                                                   std::optional<Language> language) const;

 private:
  absl::StatusOr<View> ViewFor(const Caller& caller, Method method, std::string_view parent) const;
  // What is shown under a grant is put on record, case by case.
  absl::Status RecordViewing(const Caller& caller, const View& view,
                             const std::string& case_id) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_READ_CASES_H_
