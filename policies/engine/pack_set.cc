#include "policies/engine/pack_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::policies {

absl::StatusOr<PackSet> PackSet::Build(std::vector<Pack> packs, const ZoneTable* zones,
                                       const SwitchValues& switches) {
  std::vector<std::shared_ptr<const Pack>> shared;
  for (Pack& pack : packs) shared.push_back(std::make_shared<const Pack>(std::move(pack)));
  return Build(std::move(shared), zones, switches);
}

absl::StatusOr<PackSet> PackSet::With(const SwitchValues& switches) const {
  std::vector<std::shared_ptr<const Pack>> packs;
  for (const Member& member : members_) packs.push_back(member.pack);
  SwitchValues values = switches;
  values.merge(this->switches());  // what is there already stays
  return Build(std::move(packs), zones_, values);
}

SwitchValues PackSet::switches() const {
  SwitchValues values;
  for (const Member& member : members_) {
    values.insert(member.switches.begin(), member.switches.end());
  }
  return values;
}

absl::StatusOr<PackSet> PackSet::Build(std::vector<std::shared_ptr<const Pack>> packs,
                                       const ZoneTable* zones, const SwitchValues& switches) {
  std::sort(packs.begin(), packs.end(),
            [](const auto& a, const auto& b) { return a->text().pack() < b->text().pack(); });
  PackSet set;
  set.zones_ = zones;
  std::set<std::string> known;
  for (std::shared_ptr<const Pack>& pack : packs) {
    const policy::v1::Pack& text = pack->text();
    if (!set.members_.empty() && set.members_.back().pack->text().pack() == text.pack()) {
      return Error(error::v1::PACK_INVALID, absl::StrCat("pack ", text.pack(), " is given twice"),
                   "", {{"pack", text.pack()}});
    }
    for (const std::string& zone : text.zones()) {
      if (zones->Find(zone) == nullptr) {
        return Error(error::v1::PACK_INVALID,
                     absl::StrCat("pack ", text.pack(), ": ", zone, " is no zone of tzdata ",
                                  zones->version()),
                     "", {{"pack", text.pack()}, {"zone", zone}});
      }
    }
    Member member;
    member.switches = pack->Effective(switches);
    for (const auto& [id, value] : member.switches) known.insert(id);
    ASSIGN_OR_RETURN(member.book, pack->Compile(switches));
    if (!text.calendar().empty()) member.calendar = HolidayCalendar::Find(text.calendar());
    member.pack = std::move(pack);
    set.members_.push_back(std::move(member));
  }
  for (const auto& [id, value] : switches) {
    if (!known.contains(id)) {
      return Error(error::v1::PACK_INVALID, absl::StrCat("switch ", id, ": no pack has it"), "",
                   {{"switch", id}});
    }
  }
  return set;
}

absl::StatusOr<std::vector<PackSet::Selected>> PackSet::Select(
    const std::vector<std::string_view>& jurisdictions) const {
  std::vector<Selected> selected;
  for (const std::string_view jurisdiction : jurisdictions) {
    std::vector<Selected> loaded;
    for (const Member& member : members_) {
      const auto& codes = member.pack->text().jurisdictions();
      if (std::find(codes.begin(), codes.end(), jurisdiction) != codes.end()) {
        loaded.push_back({&member, jurisdiction});
      }
    }
    if (loaded.empty()) {
      return Error(error::v1::NOT_FOUND,
                   absl::StrCat("no pack for jurisdiction ", ToAbsl(jurisdiction)),
                   "proposal.jurisdictions", {{"jurisdiction", std::string(jurisdiction)}});
    }
    std::stable_sort(loaded.begin(), loaded.end(), [](const Selected& a, const Selected& b) {
      return a.member->pack->text().jurisdictions_size() >
             b.member->pack->text().jurisdictions_size();
    });
    for (const Selected& one : loaded) {
      const bool asked = std::any_of(selected.begin(), selected.end(), [&](const Selected& other) {
        return other.member == one.member;
      });
      if (!asked) selected.push_back(one);
    }
  }
  return selected;
}

}  // namespace constancia::policies
