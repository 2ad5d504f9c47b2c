#include "api/commands/read_policy.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "api/commands/limits.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/calendar/holiday_calendar.h"

namespace constancia::api {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;

v1::PackInForce ToMessage(const policies::PackSet::Member& member) {
  const policies::Pack& pack = *member.pack;
  const policy::v1::Pack& text = pack.text();
  v1::PackInForce message;
  message.set_pack(text.pack());
  message.set_version(text.version());
  message.set_digest(pack.digest().str());
  *message.mutable_jurisdictions() = text.jurisdictions();
  message.set_title_es(text.title().es());
  message.set_title_pt(text.title().pt());
  message.set_title_en(text.title().en());
  message.set_instrument(text.instrument());
  message.set_rules(static_cast<uint32_t>(text.rules_size()));
  for (const auto& [id, value] : member.switches) {
    v1::SwitchValue* set = message.add_switches();
    set->set_switch_id(id);
    set->set_value(value);
  }
  return message;
}

absl::StatusOr<size_t> PageSizeOf(uint32_t asked) {
  if (asked > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  return asked == 0 ? kPageSizeDefault : asked;
}

absl::Status BadToken() {
  return Error(error::v1::SCHEMA_INVALID, "not a token that was given out", "page_token");
}

absl::StatusOr<absl::CivilDay> ReadDate(const std::string& text, const char* field) {
  absl::CivilDay date;
  if (!absl::ParseCivilTime(text, &date) || date.year() < kFirstYear || date.year() > kLastYear) {
    return Error(error::v1::SCHEMA_INVALID, "a date of 1900 to 2199 is written 2025-03-10", field);
  }
  return date;
}

}  // namespace

absl::Status ReadPolicy::Check(const Caller& caller, Method method, std::string_view parent) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  return CheckTenant(caller, uses_.log->tenant(), parent);
}

absl::StatusOr<v1::ListPacksResponse> ReadPolicy::ListPacks(
    const Caller& caller, const v1::ListPacksRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "PolicyService.ListPacks", request.parent()));
  ASSIGN_OR_RETURN(const size_t size, PageSizeOf(request.page_size()));
  const auto after = HexDecode(request.page_token());
  if (!after.has_value()) return BadToken();
  v1::ListPacksResponse response;
  for (const policies::PackSet::Member& member : uses_.packs->members()) {
    const std::string& id = member.pack->text().pack();
    if (!after->empty() && id <= *after) continue;
    if (static_cast<size_t>(response.packs_size()) == size) {
      response.set_next_page_token(HexEncode(response.packs().rbegin()->pack()));
      break;
    }
    *response.add_packs() = ToMessage(member);
  }
  return response;
}

absl::StatusOr<v1::PackInForce> ReadPolicy::GetPack(const Caller& caller,
                                                    const v1::GetPackRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "PolicyService.GetPack", request.parent()));
  for (const policies::PackSet::Member& member : uses_.packs->members()) {
    if (member.pack->text().pack() != request.pack()) continue;
    v1::PackInForce message = ToMessage(member);
    message.set_yaml(uses_.texts->at(request.pack()));
    return message;
  }
  return Error(error::v1::NOT_FOUND, "no pack of that id is in force", "pack",
               {{"pack", request.pack()}});
}

absl::StatusOr<v1::ListHolidaysResponse> ReadPolicy::ListHolidays(
    const Caller& caller, const v1::ListHolidaysRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "PolicyService.ListHolidays", request.parent()));
  ASSIGN_OR_RETURN(const size_t size, PageSizeOf(request.page_size()));
  const auto* calendar = policies::HolidayCalendar::Find(request.calendar());
  if (calendar == nullptr) {
    return Error(error::v1::NOT_FOUND, "no holiday calendar of that id", "calendar",
                 {{"calendar", request.calendar()}});
  }
  ASSIGN_OR_RETURN(const absl::CivilDay from, ReadDate(request.from(), "from"));
  ASSIGN_OR_RETURN(const absl::CivilDay to, ReadDate(request.to(), "to"));
  // How many were listed before: the list of a calendar never changes while the server runs.
  size_t skip = 0;
  if (!request.page_token().empty()) {
    const std::optional<uint64_t> listed = ParseDecimal(request.page_token());
    if (!listed.has_value()) return BadToken();
    skip = *listed;
  }
  std::vector<policies::Holiday> holidays;
  for (auto year = static_cast<int>(from.year()); year <= to.year(); ++year) {
    for (const policies::Holiday& holiday : request.region().empty()
                                                ? calendar->InYearEverywhere(year)
                                                : calendar->InYear(year, request.region())) {
      if (holiday.date >= from && holiday.date <= to) holidays.push_back(holiday);
    }
  }
  v1::ListHolidaysResponse response;
  response.set_version(std::string(calendar->version()));
  for (size_t i = skip; i < holidays.size(); ++i) {
    if (i - skip == size) {
      response.set_next_page_token(absl::StrCat(i));
      break;
    }
    v1::PublicHoliday* holiday = response.add_holidays();
    holiday->set_date(absl::FormatCivilTime(holidays[i].date));
    holiday->set_name(std::string(holidays[i].name));
    holiday->set_region(std::string(holidays[i].region));
    holiday->set_not_in(std::string(holidays[i].not_in));
  }
  return response;
}

}  // namespace constancia::api
