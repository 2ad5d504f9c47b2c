// What events enter in the ledger as records: the facts that open or close something for the rules.
//
// One table says which event makes which words, and where each is found again: under the person,
// the debts, the case or the contact point it binds. Like the words of rule_words.h it is a
// function of the event alone, so it is the same before a contact and after it.
//
// Used by: eventstore/projections/contact_ledger.
// Threads: any.

#ifndef CONSTANCIA_CORE_CASE_RULE_RECORDS_H_
#define CONSTANCIA_CORE_CASE_RULE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "constancia/event/v1/values.pb.h"

namespace constancia {

// One word of an event.
struct RuleRecord {
  std::string word;
  // Whom and what it names. `debts` is empty when it binds every debt of its owners.
  std::string person;
  std::string party;
  std::vector<std::string> debts;
  std::string case_id;
  // The times it names; none means all times.
  std::vector<event::v1::TimeWindow> windows;
  // When it ends by its own words, in microseconds since 1970.
  std::optional<int64_t> until_micros;
  // Under whom it is found: PersonOwner, DebtOwner, CaseOwner, PointOwner. At least one.
  std::vector<std::string> owners;
};

// Names of those whom records bind, unlike one another.
std::string PersonOwner(std::string_view person);
std::string DebtOwner(std::string_view debt);
std::string CaseOwner(std::string_view case_id);
// A contact point belongs to a person.
std::string PointOwner(std::string_view person, std::string_view contact_point);

// Whether events of `type` (the name without its package) can make records.
bool MakesRecords(std::string_view type);

// Reads the records of an event of `type`: none for a type that makes none, or a payload that
// cannot be read. Dates in it end at midnight, `offset_minutes` from UTC.
std::vector<RuleRecord> RecordsOf(std::string_view type, std::string_view public_part,
                                  int32_t offset_minutes);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_RULE_RECORDS_H_
