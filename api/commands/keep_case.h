// Everything that is done to a case besides moving it: opening, suspending, resuming, assigning,
// and notes.
//
// Used by: api/service.
// Threads: any thread may call any method; each waits for an append.
// Durability: that of EventLog::Append.

#ifndef CONSTANCIA_API_COMMANDS_KEEP_CASE_H_
#define CONSTANCIA_API_COMMANDS_KEEP_CASE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/case_desk.h"
#include "constancia/v1/case_transition.pb.h"

namespace constancia::api {

class KeepCase {
 public:
  // Both outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const CaseDesk* desk = nullptr;
  };

  explicit KeepCase(const Uses& uses) : uses_(uses) {}

  // All fail with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, ACTOR_REQUIRED, NOT_FOUND (all
  // but Open), IDEMPOTENCY_CONFLICT when the request id was used for something else, and as
  // EventLog::Append does. A repeated request gets the first receipts again.

  // Also GUARD_FAILED with every condition of T00 that does not hold, and EXISTS_ALREADY.
  absl::StatusOr<v1::CaseChange> Open(const Caller& caller,
                                      const v1::OpenCaseRequest& request) const;

  // Also GUARD_FAILED when the case is closed or suspended for that reason already.
  absl::StatusOr<v1::CaseChange> Suspend(const Caller& caller,
                                         const v1::SuspendCaseRequest& request) const;

  // Also GUARD_FAILED when it is not suspended for that reason.
  absl::StatusOr<v1::CaseChange> Resume(const Caller& caller,
                                        const v1::ResumeCaseRequest& request) const;

  absl::StatusOr<v1::CaseChange> Assign(const Caller& caller,
                                        const v1::AssignCaseRequest& request) const;

  absl::StatusOr<v1::CaseChange> AddNote(const Caller& caller,
                                         const v1::AddNoteRequest& request) const;

 private:
  using Drafts = std::vector<eventstore::EventDraft>;
  // Makes what is recorded of the case as it stands at an instant.
  using Make = std::function<absl::StatusOr<Drafts>(const CaseAtDesk&, Instant)>;

  // Reads the case, makes the drafts and appends them; again when somebody was faster.
  template <typename Request>
  absl::StatusOr<v1::CaseChange> Change(const Caller& caller, const Request& request,
                                        const Make& make) const;

  // What the request got the first time; nothing when it is new.
  absl::StatusOr<std::optional<v1::CaseChange>> First(const Caller& caller,
                                                      const std::string& request_id,
                                                      std::string_view case_id,
                                                      const Drafts& drafts) const;
  absl::StatusOr<v1::CaseChange> Append(const Caller& caller, const std::string& request_id,
                                        std::string_view case_id, Drafts drafts,
                                        std::vector<eventstore::Expectation> expectations) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_KEEP_CASE_H_
