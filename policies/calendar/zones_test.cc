#include "policies/calendar/zones.h"

#include <cstdlib>
#include <string>

#include "core/base/status.h"
#include "core/base/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::policies {
namespace {

const ZoneTable& Zones() {
  static const ZoneTable* table =
      new ZoneTable(*ZoneTable::Load(ReadTestFile("/usr/share/zoneinfo/tzdata.zi")));
  return *table;
}

const absl::TimeZone& Zone(std::string_view name) { return *Zones().Find(name); }

Instant At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return {absl::ToUnixMicros(time)};
}

std::string Text(Instant at) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(at.micros),
                          absl::UTCTimeZone());
}

TEST(ZoneTable, RefusesATextThatIsNoZoneList) {
  EXPECT_EQ(ReasonOf(ZoneTable::Load("").status()), error::v1::SETUP_INVALID);
  EXPECT_EQ(ReasonOf(ZoneTable::Load("# version 2026a\n").status()), error::v1::SETUP_INVALID);
  EXPECT_EQ(ReasonOf(ZoneTable::Load("Z America/Santiago -4 - -04\n").status()),
            error::v1::SETUP_INVALID);
}

TEST(ZoneTable, RefusesAZoneThatTheSystemDoesNotHave) {
  EXPECT_EQ(ReasonOf(ZoneTable::Load("# version 2026a\nZ Mars/Olympus 0 - MTC\n").status()),
            error::v1::SETUP_INVALID);
}

TEST(ZoneTable, KnowsZonesAndAliasesAndNothingElse) {
  EXPECT_NE(Zones().Find("America/Santiago"), nullptr);
  EXPECT_NE(Zones().Find("Chile/Continental"), nullptr);
  for (const char* name : {"", "localtime", "../../etc/passwd", "/etc/localtime",
                           "america/santiago", "America/Santiago ", "Fixed/UTC+03:00:00"}) {
    EXPECT_EQ(Zones().Find(name), nullptr) << name;
  }
}

TEST(ZoneTable, NamesTheDatabaseVersion) {
  EXPECT_THAT(Zones().version(), ::testing::MatchesRegex("20[0-9][0-9][a-z]+"));
}

TEST(Clock, SantiagoSkipsTheMidnightThatBeginsSummerTime) {
  const absl::TimeZone& santiago = Zone("America/Santiago");
  const Instant first = FirstInstantOf(absl::CivilDay(2025, 9, 7), santiago);
  EXPECT_EQ(Text(first), "2025-09-07T04:00:00Z");
  EXPECT_EQ(LocalTime(first, santiago), absl::CivilSecond(2025, 9, 7, 1, 0, 0));
  EXPECT_EQ(LocalDate({first.micros - 1}, santiago), absl::CivilDay(2025, 9, 6));
}

TEST(Clock, SantiagoShowsAnHourTwiceWhenSummerTimeEnds) {
  const absl::TimeZone& santiago = Zone("America/Santiago");
  const int readings[] = {0, 23 * 3600 + 1800};
  // 23:30 comes twice on Saturday 5 April 2025, with the change between.
  Instant at = NextReading(At("2025-04-05T22:00:00-03:00"), santiago, readings);
  EXPECT_EQ(Text(at), "2025-04-06T02:30:00Z");
  at = NextReading(at, santiago, readings);
  EXPECT_EQ(Text(at), "2025-04-06T03:00:00Z") << "the change";
  at = NextReading(at, santiago, readings);
  EXPECT_EQ(Text(at), "2025-04-06T03:30:00Z");
  at = NextReading(at, santiago, readings);
  EXPECT_EQ(Text(at), "2025-04-06T04:00:00Z") << "midnight";
}

TEST(Clock, RapaNuiChangesAtTheSameInstantAsSantiago) {
  EXPECT_EQ(LocalTime(At("2025-09-07T04:00:00Z"), Zone("Pacific/Easter")),
            absl::CivilSecond(2025, 9, 6, 23, 0, 0));
  EXPECT_EQ(LocalTime({At("2025-09-07T04:00:00Z").micros - 1}, Zone("Pacific/Easter")),
            absl::CivilSecond(2025, 9, 6, 21, 59, 59));
}

TEST(Clock, CoyhaiqueLeavesSantiagoIn2025) {
  const Instant winter_2024 = At("2024-07-01T12:00:00Z");
  const Instant winter_2025 = At("2025-07-01T12:00:00Z");
  const absl::TimeZone& coyhaique = Zone("America/Coyhaique");
  EXPECT_EQ(LocalTime(winter_2024, coyhaique), absl::CivilSecond(2024, 7, 1, 8, 0, 0));
  EXPECT_EQ(LocalTime(winter_2025, coyhaique), absl::CivilSecond(2025, 7, 1, 9, 0, 0));
}

TEST(Clock, ADateMayBeMissing) {
  // Samoa had no 30 December 2011.
  const absl::TimeZone& apia = Zone("Pacific/Apia");
  EXPECT_EQ(FirstInstantOf(absl::CivilDay(2011, 12, 30), apia),
            FirstInstantOf(absl::CivilDay(2011, 12, 31), apia));
}

TEST(Clock, ADateMayBeginTwice) {
  // Newfoundland set clocks back at 00:01 until 2011: 7 November 2010 began, went, and came again.
  const absl::TimeZone& zone = Zone("America/St_Johns");
  const absl::CivilDay date(2010, 11, 7);
  const Instant first = FirstInstantOf(date, zone);
  const Instant second = *BeginningAfter(date, zone, first);
  EXPECT_EQ(second.micros - first.micros, 3600 * kMicrosPerSecond);
  EXPECT_EQ(LocalDate({second.micros - 1}, zone), absl::CivilDay(2010, 11, 6));
  EXPECT_EQ(BeginningAfter(date, zone, second), std::nullopt);
}

TEST(Clock, NextReadingFindsEveryChangeOfDate) {
  const int midnight[] = {0};
  for (const char* name : {"America/Santiago", "America/St_Johns", "Pacific/Apia", "Asia/Gaza"}) {
    const absl::TimeZone& zone = Zone(name);
    Instant at = At("2009-01-01T00:00:00Z");
    const Instant end = At("2013-01-01T00:00:00Z");
    absl::CivilDay shown = LocalDate(at, zone);
    Instant next = NextReading(at, zone, midnight);
    for (; at < end; at.micros += 60 * kMicrosPerSecond) {
      if (at >= next) {
        shown = LocalDate(next, zone);
        next = NextReading(at, zone, midnight);
      }
      ASSERT_EQ(LocalDate(at, zone), shown) << name << " " << Text(at);
    }
  }
}

// What the law of each place made of its clocks, from before and after it changed. Coyhaique needs
// tzdata 2025b.
TEST(Clock, ZonesOfTheCountriesKeepTheirOffsetsAndTheirHistory) {
  const struct {
    const char* zone;
    const char* at;
    int hours;
  } facts[] = {
      {"America/Santiago", "2025-01-15T12:00:00Z", -3},
      {"America/Santiago", "2025-07-15T12:00:00Z", -4},
      {"America/Santiago", "2022-09-04T12:00:00Z", -4},  // in 2022 a week later
      {"America/Santiago", "2022-09-11T12:00:00Z", -3},
      {"America/Santiago", "2023-09-03T12:00:00Z", -3},
      {"America/Punta_Arenas", "2025-07-15T12:00:00Z", -3},
      {"America/Coyhaique", "2024-07-15T12:00:00Z", -4},
      {"America/Coyhaique", "2025-07-15T12:00:00Z", -3},
      {"Pacific/Easter", "2025-01-15T12:00:00Z", -5},
      {"Pacific/Easter", "2025-07-15T12:00:00Z", -6},
      {"America/Bogota", "2025-07-15T12:00:00Z", -5},
      {"America/Mexico_City", "2022-07-15T12:00:00Z", -5},
      {"America/Mexico_City", "2023-07-15T12:00:00Z", -6},
      {"America/Monterrey", "2025-07-15T12:00:00Z", -6},
      {"America/Merida", "2025-07-15T12:00:00Z", -6},
      {"America/Bahia_Banderas", "2025-07-15T12:00:00Z", -6},
      {"America/Chihuahua", "2025-07-15T12:00:00Z", -6},
      {"America/Mazatlan", "2025-07-15T12:00:00Z", -7},
      {"America/Hermosillo", "2025-07-15T12:00:00Z", -7},
      {"America/Cancun", "2025-07-15T12:00:00Z", -5},
      {"America/Tijuana", "2025-07-15T12:00:00Z", -7},
      {"America/Ciudad_Juarez", "2025-01-15T12:00:00Z", -7},
      {"America/Ciudad_Juarez", "2025-07-15T12:00:00Z", -6},
      {"America/Ojinaga", "2025-07-15T12:00:00Z", -5},
      {"America/Matamoros", "2025-07-15T12:00:00Z", -5},
      {"America/Lima", "2025-07-15T12:00:00Z", -5},
      {"America/Argentina/Buenos_Aires", "2025-01-15T12:00:00Z", -3},
      {"America/Argentina/Ushuaia", "2025-07-15T12:00:00Z", -3},
      {"America/Sao_Paulo", "2019-02-16T12:00:00Z", -2},  // its last day of summer time
      {"America/Sao_Paulo", "2019-02-17T12:00:00Z", -3},
      {"America/Sao_Paulo", "2025-01-15T12:00:00Z", -3},
      {"America/Manaus", "2025-01-15T12:00:00Z", -4},
      {"America/Eirunepe", "2025-01-15T12:00:00Z", -5},
      {"America/Rio_Branco", "2025-01-15T12:00:00Z", -5},
      {"America/Noronha", "2025-01-15T12:00:00Z", -2},
      {"America/Guayaquil", "2025-01-15T12:00:00Z", -5},
      {"Pacific/Galapagos", "2025-01-15T12:00:00Z", -6},
      {"America/Costa_Rica", "2025-01-15T12:00:00Z", -6},
      {"America/Phoenix", "2025-07-15T12:00:00Z", -7},
      {"America/Denver", "2025-07-15T12:00:00Z", -6},
      {"Pacific/Honolulu", "2025-07-15T12:00:00Z", -10},
      {"America/Puerto_Rico", "2025-07-15T12:00:00Z", -4},
      {"Europe/London", "2025-07-15T12:00:00Z", 1},
      {"Europe/Madrid", "2025-07-15T12:00:00Z", 2},
      {"Atlantic/Canary", "2025-07-15T12:00:00Z", 1},
      {"Africa/Ceuta", "2025-07-15T12:00:00Z", 2},
  };
  for (const auto& [zone, at, hours] : facts) {
    ASSERT_NE(Zones().Find(zone), nullptr) << zone;
    EXPECT_EQ(Zone(zone).At(absl::FromUnixMicros(At(at).micros)).offset, hours * 3600)
        << zone << " " << at;
  }
}

}  // namespace
}  // namespace constancia::policies
