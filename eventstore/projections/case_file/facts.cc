#include "eventstore/projections/case_file/facts.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/event/uuid.h"

namespace constancia::eventstore {

using casefile::v1::Fact;
using casefile::v1::FactList;

std::string LocalDate(int64_t at_micros, int32_t offset_minutes) {
  const absl::Time local = absl::FromUnixMicros(at_micros) + absl::Minutes(offset_minutes);
  return absl::FormatCivilTime(absl::ToCivilDay(local, absl::UTCTimeZone()));
}

std::string FactReader::event_id() const {
  const auto id = EventId::From(fact_.event_id());
  return id.has_value() ? ToText(*id) : std::string();
}

std::string FactReader::date() const {
  return LocalDate(fact_.at_micros(), fact_.offset_minutes());
}

void InsertFact(FactList* list, Fact fact) {
  auto* facts = list->mutable_facts();
  const auto at =
      std::upper_bound(facts->begin(), facts->end(), fact, [](const Fact& a, const Fact& b) {
        return std::tuple(a.at_micros(), a.position()) < std::tuple(b.at_micros(), b.position());
      });
  const auto index = at - facts->begin();
  *facts->Add() = std::move(fact);
  std::rotate(facts->begin() + index, facts->end() - 1, facts->end());
}

void EraseFact(FactList* list, uint64_t position) {
  auto* facts = list->mutable_facts();
  facts->erase(std::remove_if(facts->begin(), facts->end(),
                              [&](const Fact& fact) { return fact.position() == position; }),
               facts->end());
}

}  // namespace constancia::eventstore
