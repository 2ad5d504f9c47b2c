// A text in the three languages that people read here.
//
// Used by: policies/life_cycle.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_WORDS_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_WORDS_H_

#include <string_view>

namespace constancia::policies {

struct Words {
  std::string_view es;
  std::string_view pt;
  std::string_view en;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_WORDS_H_
