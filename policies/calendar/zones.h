// Zones and wall clocks: what a clock shows where the person is, and when it next shows something.
//
// Local midnights may not exist (Santiago, first day of summer time) or come twice, and a date may
// be missing altogether; so dates are always read off an instant, never reached by adding hours.
//
// Used by: policies/engine; the door, to check a zone that somebody names.
// Threads: a ZoneTable is immutable; any.

#ifndef CONSTANCIA_POLICIES_CALENDAR_ZONES_H_
#define CONSTANCIA_POLICIES_CALENDAR_ZONES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/time.h"

namespace constancia::policies {

// The zones of one version of the IANA database, all read when it is made, so that whoever holds a
// table touches no disk. Names are looked up in the table's own list: a name never becomes a path.
class ZoneTable {
 public:
  // Reads the zones that `tzdata_zi` (the text of the database's tzdata.zi file) names, by way of
  // Abseil, which finds the compiled zones of the system.
  //
  // Fails with SETUP_INVALID when the text names no version or no zone, or a zone cannot be read.
  static absl::StatusOr<ZoneTable> Load(std::string_view tzdata_zi);

  // 2026b.
  const std::string& version() const { return version_; }

  // Null when the database has no zone or alias of that name. The zone lives as long as the table.
  const absl::TimeZone* Find(std::string_view name) const;

 private:
  std::string version_;
  absl::flat_hash_map<std::string, absl::TimeZone> zones_;
};

// Returns what the clock shows, and the date on it. Parts of a second are dropped.
absl::CivilSecond LocalTime(Instant at, const absl::TimeZone& zone);
absl::CivilDay LocalDate(Instant at, const absl::TimeZone& zone);

// Returns the first instant of `date`.
Instant FirstInstantOf(absl::CivilDay date, const absl::TimeZone& zone);

// Returns the first instant after `after` at which `date` begins: the second time, where a clock
// set back makes it begin twice. Nothing when it has begun for good.
std::optional<Instant> BeginningAfter(absl::CivilDay date, const absl::TimeZone& zone,
                                      Instant after);

// Returns the first instant after `after` at which the clock shows one of `seconds_of_day` (0 to
// 86,399) or is set forward or back. `seconds_of_day` holds 0, so a new date is always found.
Instant NextReading(Instant after, const absl::TimeZone& zone, std::span<const int> seconds_of_day);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_CALENDAR_ZONES_H_
