#include "core/base/zone.h"

#include <fstream>

#include "absl/time/civil_time.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

Instant Utc(int year, int month, int day, int hour, int minute, int second) {
  return {absl::ToUnixMicros(absl::FromCivil(
      absl::CivilSecond(year, month, day, hour, minute, second), absl::UTCTimeZone()))};
}

TEST(Zones, RefusesAFileThatIsNoDatabase) {
  EXPECT_EQ(ReasonOf(Zones::Load("/nowhere/tzdata.zi").status()), error::v1::SETUP_INVALID);
  const std::string path = testing::TempDir() + "/zone_test_tzdata.zi";
  std::ofstream(path) << "# version 2026f\nR A 1 2\n";
  EXPECT_EQ(ReasonOf(Zones::Load(path).status()), error::v1::SETUP_INVALID);
}

TEST(Zones, RefusesNamesThatTheDatabaseLacks) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  for (const char* name :
       {"", "America/Santiago ", "america/santiago", "America", "America/Atlantis", "Factory",
        "../../../etc/passwd", "/etc/localtime", "localtime", "posixrules", "posix/America/Lima",
        "right/America/Lima", "UTC-3", "GMT+3", "tzdata.zi"}) {
    EXPECT_EQ(ReasonOf(zones->Find(name).status()), error::v1::SCHEMA_INVALID) << name;
  }
}

TEST(Zones, KnowsZonesAndTheirOtherNames) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  for (const char* name : {"America/Santiago", "America/Argentina/Buenos_Aires",
                           "America/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+3", "UTC",
                           "Pacific/Easter", "America/Coyhaique", "Mexico/General"}) {
    EXPECT_TRUE(zones->Find(name).ok()) << name;
  }
}

TEST(Zones, SaysTheVersionOfTheDatabase) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  ASSERT_GE(zones->version().size(), 5u);
  EXPECT_EQ(zones->version().substr(0, 2), "20");
}

TEST(OffsetMinutes, ChangesWithTheClocksOfThePlace) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  const auto santiago = zones->Find("America/Santiago");
  ASSERT_TRUE(santiago.ok());
  EXPECT_EQ(OffsetMinutes(*santiago, Utc(2026, 1, 9, 12, 0, 0)), -180);
  EXPECT_EQ(OffsetMinutes(*santiago, Utc(2026, 7, 9, 12, 0, 0)), -240);
  // Clocks went back on 2025-04-06 at 03:00 UTC; one second before it was still summer.
  EXPECT_EQ(OffsetMinutes(*santiago, Utc(2025, 4, 6, 2, 59, 59)), -180);
  EXPECT_EQ(OffsetMinutes(*santiago, Utc(2025, 4, 6, 3, 0, 0)), -240);
}

TEST(OffsetMinutes, IsRightInSummersBeyondTheTablesOfTheZoneFile) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  const auto new_york = zones->Find("America/New_York");
  ASSERT_TRUE(new_york.ok());
  EXPECT_EQ(OffsetMinutes(*new_york, Utc(2060, 7, 1, 12, 0, 0)), -240);
}

TEST(OffsetMinutes, CutsSecondsOff) {
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok()) << zones.status();
  const auto monrovia = zones->Find("Africa/Monrovia");
  ASSERT_TRUE(monrovia.ok());
  EXPECT_EQ(OffsetMinutes(*monrovia, Utc(1971, 1, 1, 0, 0, 0)), -44);
}

}  // namespace
}  // namespace constancia
