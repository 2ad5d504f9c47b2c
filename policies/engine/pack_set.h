// The packs in force, with their switches set: what counsel is asked under.
//
// Used by: evaluate.h, case_file.h, explain.h; the door makes one, and a new one when packs change.
// Threads: immutable once built; any.

#ifndef CONSTANCIA_POLICIES_ENGINE_PACK_SET_H_
#define CONSTANCIA_POLICIES_ENGINE_PACK_SET_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "policies/calendar/holiday_calendar.h"
#include "policies/calendar/zones.h"
#include "policies/engine/pack.h"
#include "policies/engine/rule.h"

namespace constancia::policies {

class PackSet {
 public:
  // One pack with its rules as the switches make them.
  struct Member {
    std::shared_ptr<const Pack> pack;
    RuleBook book;
    SwitchValues switches;
    const HolidayCalendar* calendar = nullptr;  // null when the pack names none
  };
  // A member with the jurisdiction that asked for it. Both live as long as the set and the list of
  // jurisdictions.
  struct Selected {
    const Member* member = nullptr;
    std::string_view jurisdiction;
  };

  // Keeps `zones`, which outlives the set. `switches` are those that differ from their defaults.
  //
  // Fails with PACK_INVALID when two packs have one id, a pack names a zone that does not exist, or
  // a value names no switch or is not one of it.
  static absl::StatusOr<PackSet> Build(std::vector<Pack> packs, const ZoneTable* zones,
                                       const SwitchValues& switches = {});

  // Returns the same packs with `switches` over the values they have here. Fails as Build does.
  absl::StatusOr<PackSet> With(const SwitchValues& switches) const;

  // The value of every switch of every pack.
  SwitchValues switches() const;

  // Returns the packs that `jurisdictions` load, in the order in which they are asked: jurisdiction
  // by jurisdiction, those common to more jurisdictions first; a pack is asked once. Fails with
  // NOT_FOUND when a jurisdiction loads none.
  absl::StatusOr<std::vector<Selected>> Select(
      const std::vector<std::string_view>& jurisdictions) const;

  const std::vector<Member>& members() const { return members_; }
  const ZoneTable& zones() const { return *zones_; }

 private:
  static absl::StatusOr<PackSet> Build(std::vector<std::shared_ptr<const Pack>> packs,
                                       const ZoneTable* zones, const SwitchValues& switches);

  std::vector<Member> members_;
  const ZoneTable* zones_ = nullptr;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_PACK_SET_H_
