// The callers of the simulation: what they append, repeat and get wrong.
//
// Used by: simulation.
// Threads: one.
#ifndef CONSTANCIA_TESTS_SIM_CLIENTS_H_
#define CONSTANCIA_TESTS_SIM_CLIENTS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "eventstore/log/append.h"
#include "tests/sim/model.h"

namespace constancia::sim {

class Clients {
 public:
  // All pointers outlive the clients.
  Clients(const Model* model, Clock* clock, SeededRandom* random)
      : model_(model), clock_(clock), random_(random) {}

  // Something new, a repetition, or a request that must be refused.
  eventstore::AppendRequest Next();

  // Nobody knows what became of `request`: it is sent again some time.
  void Remember(eventstore::AppendRequest request) { unanswered_.push_back(std::move(request)); }

 private:
  eventstore::AppendRequest News();
  eventstore::AppendRequest Earlier();
  eventstore::AppendRequest Changed();
  eventstore::AppendRequest SameEventsAgain();
  eventstore::AppendRequest KnownEventId();

  eventstore::EventDraft Draft();
  eventstore::Expectation Expect();
  Stream AnyStream();
  bool OneIn(uint64_t n) { return random_->Below(n) == 0; }

  const Model* const model_;
  Clock* const clock_;
  SeededRandom* const random_;
  std::deque<eventstore::AppendRequest> unanswered_;
  uint64_t requests_ = 0;
  uint64_t externals_ = 0;
};

}  // namespace constancia::sim

#endif  // CONSTANCIA_TESTS_SIM_CLIENTS_H_
