// What a company sets for a portfolio: when a case enters each of the five stages, and the figures
// of the life cycle. All of it is data of PolicyPublished, name and value; nothing of it is law.
//
// A parameter that is not named keeps its default, which is the house's (P). `tNN.<guard>` with the
// value `false` leaves a condition of that transition out; a condition that the law asks for stays,
// whatever the policy says. A value that is no number of its range, and a name that is not known,
// change nothing and are listed, so that a slip of the pen never makes the process laxer unseen.
//
// Used by: evaluate.h; the door.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_COLLECTION_POLICY_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_COLLECTION_POLICY_H_

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/life_cycle/words.h"

namespace constancia::policies {

struct ParameterRow {
  std::string_view name;
  int64_t value;  // the default; 1 is true
  int64_t min;
  int64_t max;
  bool truth;  // written true or false
  Words means;
};

// Every parameter with its default.
std::span<const ParameterRow> PolicyParameters();

class CollectionPolicy {
 public:
  // The defaults.
  CollectionPolicy() = default;

  // Takes one parameter over. Returns whether it was one.
  bool Set(std::string_view name, std::string_view value);

  // The value of a parameter of the table.
  int64_t Number(std::string_view name) const;
  bool True(std::string_view name) const { return Number(name) != 0; }

  // Whether the policy leaves the condition out of the transition.
  bool SwitchedOff(std::string_view transition_id, std::string_view guard_id) const;

 private:
  std::map<std::string, int64_t, std::less<>> values_;
  std::set<std::string, std::less<>> off_;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_COLLECTION_POLICY_H_
