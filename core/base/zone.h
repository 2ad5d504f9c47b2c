// Time zones by their IANA name, from the system's time-zone database.
//
// A name from outside becomes part of a file path, so only names of the database are looked up.
// What was decided by a zone records the database's version beside it.
//
// Used by: api/commands (offsets of events), policies (hours rules).
// Threads: any thread may call anything; Zones is immutable.

#ifndef CONSTANCIA_CORE_BASE_ZONE_H_
#define CONSTANCIA_CORE_BASE_ZONE_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/time.h"

namespace constancia {

inline constexpr char kZoneFile[] = "/usr/share/zoneinfo/tzdata.zi";

// Returns the offset of local time from UTC at `instant`, in minutes east, seconds cut off (only
// Monrovia had any since 1970, until 1972).
int OffsetMinutes(const absl::TimeZone& zone, Instant instant);

class Zones {
 public:
  // Reads the list of names and the version from tzdata.zi. Fails with SETUP_INVALID when the file
  // cannot be read or is not that.
  static absl::StatusOr<Zones> Load(const std::string& zone_file = kZoneFile);

  // Fails with SCHEMA_INVALID when the database has no such zone.
  absl::StatusOr<absl::TimeZone> Find(std::string_view name) const;

  // "2026f"
  const std::string& version() const { return version_; }

 private:
  using Names = std::set<std::string, std::less<>>;

  Zones(std::string version, Names names);

  std::string version_;
  Names names_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_ZONE_H_
