#include "policies/calendar/zones.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace constancia::policies {
namespace {

absl::Time ToTime(Instant at) { return absl::FromUnixMicros(at.micros); }
Instant ToInstant(absl::Time time) { return {absl::ToUnixMicros(time)}; }

// The instants at which a clock shows one reading: none (then the jump over it), one or two.
struct Showings {
  Instant first;
  Instant last;
};

Showings WhenShown(absl::CivilSecond reading, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(reading);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::SKIPPED:
      return {ToInstant(info.trans), ToInstant(info.trans)};
    case absl::TimeZone::TimeInfo::REPEATED:
    case absl::TimeZone::TimeInfo::UNIQUE:
      break;
  }
  return {ToInstant(info.pre), ToInstant(info.post)};
}

}  // namespace

absl::StatusOr<ZoneTable> ZoneTable::Load(std::string_view tzdata_zi) {
  constexpr std::string_view kVersionLine = "# version ";
  ZoneTable table;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(tzdata_zi), '\n')) {
    const std::string_view text = ToStd(line);
    if (text.starts_with(kVersionLine) && table.version_.empty()) {
      table.version_ = text.substr(kVersionLine.size());
      continue;
    }
    // "Z name ..." begins a zone, "L target name" is an alias of one.
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    std::string name;
    if (words[0] == "Z" && words.size() > 1) name = std::string(words[1]);
    if (words[0] == "L" && words.size() == 3) name = std::string(words[2]);
    if (name.empty()) continue;
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(name, &zone)) {
      return Error(error::v1::SETUP_INVALID,
                   absl::StrCat("time zone ", name, " cannot be read; install package tzdata"), "",
                   {{"zone", name}});
    }
    table.zones_.emplace(std::move(name), zone);
  }
  if (table.version_.empty() || table.zones_.empty()) {
    return Error(error::v1::SETUP_INVALID,
                 "the time zone list names no version or no zone; it must be the file tzdata.zi of "
                 "package tzdata");
  }
  return table;
}

const absl::TimeZone* ZoneTable::Find(std::string_view name) const {
  const auto found = zones_.find(ToAbsl(name));
  return found == zones_.end() ? nullptr : &found->second;
}

absl::CivilSecond LocalTime(Instant at, const absl::TimeZone& zone) {
  return zone.At(ToTime(at)).cs;
}

absl::CivilDay LocalDate(Instant at, const absl::TimeZone& zone) {
  return absl::CivilDay(LocalTime(at, zone));
}

Instant FirstInstantOf(absl::CivilDay date, const absl::TimeZone& zone) {
  return WhenShown(absl::CivilSecond(date), zone).first;
}

std::optional<Instant> BeginningAfter(absl::CivilDay date, const absl::TimeZone& zone,
                                      Instant after) {
  const Showings midnight = WhenShown(absl::CivilSecond(date), zone);
  if (midnight.first > after) return midnight.first;
  if (midnight.last > after) return midnight.last;
  return std::nullopt;
}

Instant NextReading(Instant after, const absl::TimeZone& zone,
                    std::span<const int> seconds_of_day) {
  std::optional<Instant> next;
  const auto consider = [&](Instant candidate) {
    if (candidate > after && (!next || candidate < *next)) next = candidate;
  };
  const absl::CivilDay today = LocalDate(after, zone);
  // The day after tomorrow covers a clock set back over midnight.
  for (int days = 0; days <= 2; ++days) {
    for (const int second : seconds_of_day) {
      const Showings shown = WhenShown(absl::CivilSecond(today + days) + second, zone);
      consider(shown.first);
      consider(shown.last);
    }
  }
  absl::TimeZone::CivilTransition change;
  if (zone.NextTransition(ToTime(after), &change)) {
    // Set back, `to` is shown twice, and the change is its second showing.
    consider(WhenShown(change.to, zone).last);
  }
  return *next;
}

}  // namespace constancia::policies
