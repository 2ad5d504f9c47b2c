// The conditions of the life cycle in words: what must be true, what shows it, and the law behind
// it where there is one.
//
// A statutory condition cannot be left out by a policy nor overridden by a person. It is statutory
// everywhere, or where the case is under a regime that has a rule for it. Citations of the marks K
// (general knowledge) are to be confirmed by a lawyer; a condition without a citation is the
// house's own and is never shown as law.
//
// Used by: evaluate.h; docs/guides/life_cycle.md, compared by a test.
// Threads: constants; any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_GUARDS_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_GUARDS_H_

#include <span>
#include <string_view>

#include "policies/life_cycle/words.h"

namespace constancia::policies {

struct Guard {
  std::string_view id;
  // Statutory in every country: the condition of any action in court.
  bool statutory;
  Words asks;
  // The events that show it.
  Words evidence;
};

std::span<const Guard> Guards();

// Null when there is none of that id.
const Guard* FindGuard(std::string_view id);

// What a country's law says of a condition.
struct GuardLaw {
  std::string_view guard_id;
  std::string_view country;  // ISO 3166
  // The rule of our packs. Empty when the packs have none.
  std::string_view rule_id;
  std::string_view citation;
  std::string_view mark;
};

std::span<const GuardLaw> GuardLaws();

// Null when no law of the country is known for it.
const GuardLaw* FindLaw(std::string_view guard_id, std::string_view country);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_GUARDS_H_
