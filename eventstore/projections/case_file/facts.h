// Facts: events as they are known now, kept so that what is made of them can be made anew.
//
// A concern of a case (its stages, its money, ...) is a pure function of its facts in order of
// (instant, position). So a fact that comes late, is corrected or never happened gives what it
// would have given in order. Facts of a concern are one row; contacts, of which there may be
// thousands, are tallied instead (tallies.h).
//
// Used by: the folds of this folder.
// Threads: any.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FACTS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FACTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "constancia/casefile/v1/case_rows.pb.h"

namespace constancia::eventstore {

// A fact, read by its type.
class FactReader {
 public:
  // `fact` outlives the reader.
  explicit FactReader(const casefile::v1::Fact& fact) : fact_(fact) {}

  template <typename Payload>
  Payload Read() const {
    Payload payload;
    payload.ParseFromString(fact_.public_part());
    return payload;
  }

  std::string_view type() const { return fact_.type(); }
  int64_t at() const { return fact_.at_micros(); }
  uint64_t position() const { return fact_.position(); }
  const std::string& actor_id() const { return fact_.actor_id(); }
  // In text.
  std::string event_id() const;
  // The civil date of the act on its own clock, YYYY-MM-DD.
  std::string date() const;
  std::string DateOr(const std::string& stated) const { return stated.empty() ? date() : stated; }

 private:
  const casefile::v1::Fact& fact_;
};

// The civil date of `at_micros` on a clock that is `offset_minutes` ahead of UTC, YYYY-MM-DD.
std::string LocalDate(int64_t at_micros, int32_t offset_minutes);

// What one type of event does to the state of a concern.
template <typename State>
using Handlers = absl::flat_hash_map<std::string_view, void (*)(const FactReader&, State&)>;

template <typename State>
void FoldFacts(const casefile::v1::FactList& facts, const Handlers<State>& handlers, State& state) {
  for (const casefile::v1::Fact& fact : facts.facts()) {
    const auto handler = handlers.find(fact.type());
    if (handler != handlers.end()) handler->second(FactReader(fact), state);
  }
}

// Puts a fact in its place; takes it out by the position of its event.
void InsertFact(casefile::v1::FactList* list, casefile::v1::Fact fact);
void EraseFact(casefile::v1::FactList* list, uint64_t position);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_FACTS_H_
