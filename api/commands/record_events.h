// Records facts: turns an append request into drafts for the log and its receipts into the answer.
//
// Everything about a request is checked before anything of it is handed on, event by event, in the
// order of the fields; the first error is answered with the path of its field ("events[2].zone")
// and nothing is stored. What an event says is never a reason to refuse it.
//
// Used by: api/service.
// Threads: any thread may call any method.
// Durability: that of EventLog::Append.
#ifndef CONSTANCIA_API_COMMANDS_RECORD_EVENTS_H_
#define CONSTANCIA_API_COMMANDS_RECORD_EVENTS_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "api/commands/judge_conduct.h"
#include "api/commands/judge_contacts.h"
#include "api/commands/observer.h"
#include "api/commands/source_keys.h"
#include "api/commands/turns.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/clock.h"
#include "core/base/zone.h"
#include "core/event/catalogue.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

class RecordEvents {
 public:
  // All outlive the command.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Zones* zones = nullptr;
    const Access* access = nullptr;
    const SourceKeys* source_keys = nullptr;
    Clock* clock = nullptr;
    Observer* observer = nullptr;
    eventstore::EventLog* log = nullptr;
    // Judges contacts, so that a violation commits with the contact that broke the rule. Null: none
    // is judged.
    const JudgeContacts* contacts = nullptr;
    // Judges what contacts say and what is charged or reported, likewise. Null: nothing is judged.
    const JudgeConduct* conduct = nullptr;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::AppendEventsResponse>)>;

  explicit RecordEvents(const Uses& uses);

  // Appends and calls `done` once: here when the request is refused, else on a thread of the log.
  //
  // Fails with, in this order of checking,
  //   SCOPE_NOT_GRANTED, WRONG_TENANT              the caller
  //   SCHEMA_INVALID, LIMIT_EXCEEDED               the request
  //   SCHEMA_INVALID, TYPE_UNKNOWN, TYPE_NOT_APPENDABLE, SCOPE_NOT_GRANTED, SOURCE_CLOCK_SKEW,
  //   ACTOR_REQUIRED, PERSONAL_DATA_MISPLACED, EVENT_TOO_LARGE, STREAM_INVALID, SUBJECT_REQUIRED,
  //   SOURCE_SIGNATURE_INVALID                     an event
  // with QUEUE_FULL when too many wait for their turn, and as EventLog::Append does.
  void Run(const Caller& caller, const v1::AppendEventsRequest& request, Done done) const;

  // Checks the request and makes what Run hands to the log.
  absl::StatusOr<eventstore::AppendRequest> Prepare(const Caller& caller,
                                                    const v1::AppendEventsRequest& request) const;

 private:
  absl::StatusOr<eventstore::EventDraft> PrepareDraft(const Caller& caller,
                                                      const v1::EventDraft& draft) const;

  // Adds to `judgement` what follows from the conduct among the drafts.
  absl::Status AddConduct(std::vector<eventstore::EventDraft>& drafts, Judgement* judgement) const;

  // An append on its way.
  struct Pending {
    eventstore::AppendRequest request;
    eventstore::AppendCallback done;
    int attempts_left = 0;
    std::set<std::string> keys;  // Of its turn.
    Turns::End end;              // While it has its turn.
  };

  // Appends, in turns when contacts of a person are to be judged.
  void Append(eventstore::AppendRequest request, eventstore::AppendCallback done) const;
  void AppendInTurn(std::unique_ptr<Pending> pending) const;

  // Appends with the violations that follow from the drafts. They rest on the streams that were
  // read: when one has moved, they are judged again, and when the turn does not cover one, the
  // append takes another turn that does. A fact is never lost to that: the last attempt expects
  // nothing.
  void AppendJudged(std::unique_ptr<Pending> pending) const;

  static void Answer(std::unique_ptr<Pending> pending,
                     absl::StatusOr<eventstore::AppendResult> result);

  const Uses uses_;
  const std::unique_ptr<Turns> turns_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_RECORD_EVENTS_H_
