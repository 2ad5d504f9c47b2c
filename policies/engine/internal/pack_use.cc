#include "policies/engine/internal/pack_use.h"

#include <map>
#include <string>

namespace constancia::policies::internal {

void DescribePacks(const std::vector<PackSet::Selected>& packs, counsel::v1::Verdict* verdict) {
  SwitchValues switches;
  std::map<std::string, std::string> calendars;
  for (const PackSet::Selected& selected : packs) {
    const PackSet::Member& member = *selected.member;
    counsel::v1::PackUsed* used = verdict->add_packs();
    used->set_pack(member.pack->text().pack());
    used->set_version(member.pack->text().version());
    used->set_digest(member.pack->digest().str());
    switches.insert(member.switches.begin(), member.switches.end());
    if (member.calendar != nullptr) {
      calendars[std::string(member.calendar->id())] = member.calendar->version();
    }
  }
  for (const auto& [id, value] : switches) {
    counsel::v1::SwitchUsed* used = verdict->add_switches();
    used->set_switch_id(id);
    used->set_value(value);
  }
  for (const auto& [id, version] : calendars) {
    counsel::v1::CalendarUsed* used = verdict->add_calendars();
    used->set_calendar(id);
    used->set_version(version);
  }
}

}  // namespace constancia::policies::internal
