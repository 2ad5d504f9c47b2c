#include "policies/engine/rule.h"

#include <algorithm>

namespace constancia::policies {

bool Exemption::Lifts(const Rule& rule) const {
  return std::find(lifts_steps.begin(), lifts_steps.end(), rule.step) != lifts_steps.end() ||
         std::find(lifts_rules.begin(), lifts_rules.end(), rule.id) != lifts_rules.end();
}

}  // namespace constancia::policies
