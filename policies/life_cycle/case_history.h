// What happened in a case, as it is known now: the public parts of its events, corrected, without
// those that never happened.
//
// Conditions of transitions look for the events that show them; this is where they look. It is made
// of the events of the case's stream and of its persons' streams, in any order and also more than
// once; events of other cases are passed over, those of a person that name no case count.
//
// Used by: evaluate.h; the door, which reads the streams.
// Threads: immutable once made; any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_CASE_HISTORY_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_CASE_HISTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "constancia/ledger/v1/header.pb.h"

namespace constancia::policies {

// One event with its payload.
template <typename Payload>
struct Act {
  std::string event_id;
  uint64_t position = 0;
  int64_t at_micros = 0;
  // On the clock of the place where it happened.
  absl::CivilDay date;
  Payload payload;
};

class CaseHistory {
 public:
  explicit CaseHistory(std::string case_id) : case_id_(std::move(case_id)) {}

  // Takes one event. Call Finish after the last one.
  void Add(uint64_t position, const ledger::v1::EventHeader& header);
  void Finish();

  // The events of a type, by position.
  template <typename Payload>
  std::vector<Act<Payload>> All() const {
    std::vector<Act<Payload>> acts;
    const auto found = by_type_.find(Payload::descriptor()->full_name());
    if (found == by_type_.end()) return acts;
    for (const Known* known : found->second) {
      Act<Payload>& act = acts.emplace_back();
      act.event_id = known->event_id;
      act.position = known->position;
      act.at_micros = known->at_micros;
      act.date = known->date;
      act.payload.ParseFromString(known->public_part);
    }
    return acts;
  }

  // Whether an event of this id is known and stands.
  bool Knows(std::string_view event_id) const { return by_id_.contains(event_id); }

  const std::string& case_id() const { return case_id_; }

 private:
  struct Known {
    std::string event_id;
    uint64_t position = 0;
    int64_t at_micros = 0;
    int32_t offset_minutes = 0;
    absl::CivilDay date;
    std::string type;
    std::string public_part;
  };

  const std::string case_id_;
  std::map<uint64_t, Known> known_;  // by position
  std::map<std::string, const Known*, std::less<>> by_id_;
  std::map<std::string, std::vector<const Known*>, std::less<>> by_type_;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_CASE_HISTORY_H_
