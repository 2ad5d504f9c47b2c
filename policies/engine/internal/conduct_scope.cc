#include "policies/engine/internal/conduct_scope.h"

#include "policies/calendar/business_days.h"

namespace constancia::policies::internal {
namespace {

const HolidayCalendar* CalendarFor(const PackSet::Selected& pack, const Selection& all) {
  if (pack.member->calendar != nullptr) return pack.member->calendar;
  for (const PackSet::Selected& other : all) {
    if (other.member->calendar != nullptr) return other.member->calendar;
  }
  return nullptr;
}

}  // namespace

std::string_view RegionFor(const PackSet::Selected& pack, const ConductScope& scope) {
  return scope.region.empty() ? std::string_view(pack.member->pack->text().region()) : scope.region;
}

absl::CivilDay DueDate(const PackSet::Selected& pack, const Selection& all,
                       const ConductScope& scope, const Duty& duty, absl::CivilDay because) {
  if (!duty.business_days) return because + duty.within;
  return AddBusinessDays(because, duty.within, CalendarFor(pack, all), RegionFor(pack, scope));
}

}  // namespace constancia::policies::internal
