// Makes events of what happens because time passed: a permit lapses, a promise is broken or kept, a
// duty to answer begins and is missed, a case enters the administrative stage.
//
// Reads what may be due from a projection, decides over the case, and appends with the expectation
// that nothing moved since. Each event has the instant at which it became true, not the one at
// which it was noticed, and a request id made of what caused it: so the log is the same whether the
// server was up at that instant or catches up later, and asking twice records once.
//
// Used by: api/server, which asks it once before the doors open and then every second.
// Threads: one at a time.
// Durability: that of EventLog::Append.

#ifndef CONSTANCIA_API_COMMANDS_RUN_TIMERS_H_
#define CONSTANCIA_API_COMMANDS_RUN_TIMERS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/commands/case_desk.h"
#include "api/commands/transition_case.h"
#include "eventstore/projections/due_times/due_times.h"

namespace constancia::api {

class RunTimers {
 public:
  // Both outlive the object.
  struct Uses {
    const CaseDesk* desk = nullptr;
    const TransitionCase* transition = nullptr;
  };

  explicit RunTimers(const Uses& uses) : uses_(uses) {}

  // Records everything that is due now. Returns how many events were recorded; what could not be
  // decided for want of a row or of a free queue is tried again by the next call. Fails only when
  // the log cannot be read.
  absl::StatusOr<size_t> RunDue();

 private:
  // What came of one thing that was due.
  struct Done {
    size_t events = 0;
    // When to look again. Nothing: it is settled, or nothing here moves it.
    std::optional<Instant> again;
  };

  absl::StatusOr<Done> Handle(const eventstore::Due& due, Instant now) const;
  absl::StatusOr<Done> LapsePermit(const eventstore::Due& due) const;
  absl::StatusOr<Done> EndPromise(const eventstore::Due& due, const CaseAtDesk& at_desk,
                                  Instant now) const;
  absl::StatusOr<Done> BeginDuties(const eventstore::Due& due, const CaseAtDesk& at_desk) const;
  absl::StatusOr<Done> EndDuty(const eventstore::Due& due, const CaseAtDesk& at_desk,
                               Instant now) const;
  absl::StatusOr<Done> EnterAdministrative(const eventstore::Due& due, Instant now) const;
  absl::StatusOr<Done> Append(const eventstore::Due& due,
                              std::vector<eventstore::EventDraft> drafts,
                              std::vector<eventstore::Expectation> expectations) const;

  const Uses uses_;
  // Everything until here was read.
  Instant read_until_{-1};
  // What was read and is due later than its row says, by its key.
  struct Later {
    Instant at;
    eventstore::Due due;
  };
  std::map<std::string, Later, std::less<>> later_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_RUN_TIMERS_H_
