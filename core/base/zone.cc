#include "core/base/zone.h"

#include <fstream>
#include <utility>

#include "core/base/status.h"

namespace constancia {

int OffsetMinutes(const absl::TimeZone& zone, Instant instant) {
  return zone.At(absl::FromUnixMicros(instant.micros)).offset / 60;
}

Zones::Zones(std::string version, Names names)
    : version_(std::move(version)), names_(std::move(names)) {}

// The first line is "# version 2026f". A zone is a line "Z <name> …", another name for one is
// "L <name> <other name>".
absl::StatusOr<Zones> Zones::Load(const std::string& zone_file) {
  std::ifstream in(zone_file);
  std::string hash, word, version;
  in >> hash >> word >> version;
  Names names;
  for (std::string line; std::getline(in, line);) {
    const std::string_view text = line;
    if (text.starts_with("Z ")) {
      names.insert(line.substr(2, line.find(' ', 2) - 2));
    } else if (text.starts_with("L ")) {
      names.insert(line.substr(line.rfind(' ') + 1));
    }
  }
  names.erase("Factory");  // Says that no zone was set.
  if (hash != "#" || word != "version" || version.empty() || names.empty()) {
    return Error(error::v1::SETUP_INVALID, "no time-zone database there; install tzdata", "",
                 {{"path", zone_file}});
  }
  return Zones(std::move(version), std::move(names));
}

absl::StatusOr<absl::TimeZone> Zones::Find(std::string_view name) const {
  absl::TimeZone zone;  // LoadTimeZone keeps what it has read.
  const auto known = names_.find(name);
  if (known == names_.end() || !absl::LoadTimeZone(*known, &zone)) {
    return Error(error::v1::SCHEMA_INVALID,
                 "not a zone of the time-zone database; give an IANA name such as America/Lima",
                 "zone", {{"version", version_}});
  }
  return zone;
}

}  // namespace constancia
