// What asking rules of conduct has in common: which are asked, whose holidays and dates they heed.
//
// Used by: conduct.cc, contact_duties.cc.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_SCOPE_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_SCOPE_H_

#include <algorithm>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "core/base/status.h"
#include "policies/calendar/holiday_calendar.h"
#include "policies/engine/conduct.h"
#include "policies/engine/pack_set.h"
#include "policies/engine/rule.h"

namespace constancia::policies::internal {

using Selection = std::vector<PackSet::Selected>;

inline constexpr Channels kWrittenChannels =
    Channels::Of(Channel::kLetter, Channel::kEmail, Channel::kEmailWork, Channel::kSms,
                 Channel::kIm, Channel::kSocialDm);

template <typename Range>
bool Has(const Range& range, std::string_view word) {
  return std::find(range.begin(), range.end(), word) != range.end();
}

// Calls `ask(pack, rule, kind)` for every rule of that kind that is in force on `on` and asked
// under `scope`, in order.
template <typename Kind, typename Ask>
absl::Status ForEachRule(const Selection& packs, const ConductScope& scope, absl::CivilDay on,
                         Ask ask) {
  for (const PackSet::Selected& pack : packs) {
    for (const ConductRule& rule : pack.member->book.conduct) {
      const Kind* kind = std::get_if<Kind>(&rule.kind);
      if (kind == nullptr || !rule.validity.Has(on)) continue;
      if (!scope.only_rule.empty() && rule.id != scope.only_rule) continue;
      const std::string& when = rule.text.when();
      if (!when.empty() && !scope.circumstances.contains(when)) continue;
      if (scope.circumstances.contains(rule.text.unless())) continue;
      RETURN_IF_ERROR(ask(pack, rule, *kind));
    }
  }
  return absl::OkStatus();
}

// The place whose holidays a rule of `pack` heeds: where the case is, or what the pack is about.
std::string_view RegionFor(const PackSet::Selected& pack, const ConductScope& scope);

// The last date for a duty that follows from an event of `because`. Business days are those of the
// rule's pack, or of the first pack asked that has a calendar: a house rule counts them where the
// case is.
absl::CivilDay DueDate(const PackSet::Selected& pack, const Selection& all,
                       const ConductScope& scope, const Duty& duty, absl::CivilDay because);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_CONDUCT_SCOPE_H_
