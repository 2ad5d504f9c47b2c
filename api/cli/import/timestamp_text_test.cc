#include "api/cli/import/timestamp_text.h"

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::HasSubstr;

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone));
  return zone;
}

TimestampText Reader(std::vector<std::string> formats, const char* zone = "Europe/Rome") {
  return *TimestampText::Make(std::move(formats), Zone(zone));
}

absl::Time At(const absl::StatusOr<Instant>& instant) {
  EXPECT_TRUE(instant.ok()) << instant.status();
  return absl::FromUnixMicros(instant.value_or(Instant{}).micros);
}

TEST(TimestampText, RefusesFormatsThatAreNone) {
  EXPECT_FALSE(TimestampText::Make({}, absl::UTCTimeZone()).ok());
  EXPECT_FALSE(TimestampText::Make({"YYYY-MM-DD"}, absl::UTCTimeZone()).ok());
  EXPECT_FALSE(TimestampText::Make({"%Ez %Y-%m-%d"}, absl::UTCTimeZone()).ok());
  EXPECT_FALSE(TimestampText::Make({"%Y-%m-%d %Z"}, absl::UTCTimeZone()).ok());
}

TEST(TimestampText, RefusesAnOffsetThatIsNotTheZones) {
  const auto reader = Reader({"%Y-%m-%d %H:%M:%S%Ez"});
  // Rome stood at +02:00 in July.
  EXPECT_THAT(reader.Read("2005-07-22 00:00:00+01:00").status().message(), HasSubstr("offset"));
  EXPECT_THAT(reader.Read("2005-07-22 00:00:00Z").status().message(), HasSubstr("offset"));
}

TEST(TimestampText, RefusesALocalTimeThatAClockChangeSkipped) {
  const auto reader = Reader({"%Y-%m-%d %H:%M"});
  EXPECT_THAT(reader.Read("2005-03-27 02:30").status().message(), HasSubstr("skipped"));
  EXPECT_TRUE(reader.Read("2005-03-27 03:00").ok());
}

TEST(TimestampText, RefusesWhatIsNotATime) {
  const auto reader = Reader({"%Y-%m-%d"});
  for (const char* text : {"", "2005-13-01", "2005-02-30", "yesterday", "infinite-future",
                           "2005-02-03 and more", "2005-02-03 10:00"}) {
    EXPECT_FALSE(reader.Read(text).ok()) << text;
    EXPECT_FALSE(reader.ReadDate(text).ok()) << text;
  }
}

TEST(TimestampText, AnOffsetThatFitsIsTaken) {
  const auto reader = Reader({"%Y-%m-%d %H:%M:%S%Ez"});
  EXPECT_EQ(At(reader.Read("2005-07-22 00:00:00+02:00")),
            absl::FromCivil(absl::CivilSecond(2005, 7, 21, 22, 0, 0), absl::UTCTimeZone()));
  EXPECT_EQ(At(reader.Read("2005-03-23 00:00:00+01:00")),
            absl::FromCivil(absl::CivilSecond(2005, 3, 22, 23, 0, 0), absl::UTCTimeZone()));
}

TEST(TimestampText, ARepeatedLocalTimeIsTheFirstUnlessTheOffsetSaysOtherwise) {
  const absl::CivilSecond second(2005, 10, 30, 2, 30, 0);
  EXPECT_EQ(At(Reader({"%Y-%m-%d %H:%M"}).Read("2005-10-30 02:30")),
            Zone("Europe/Rome").At(second).pre);
  EXPECT_EQ(At(Reader({"%Y-%m-%d %H:%M%Ez"}).Read("2005-10-30 02:30+01:00")),
            Zone("Europe/Rome").At(second).post);
}

TEST(TimestampText, TriesFormatsInOrderAndKeepsMicroseconds) {
  const auto reader = Reader({"%d/%m/%Y %H:%M:%E*S", "%d/%m/%Y"}, "America/Santiago");
  EXPECT_EQ(At(reader.Read("01/02/2026 10:00:00.000001")),
            absl::FromCivil(absl::CivilSecond(2026, 2, 1, 13, 0, 0), absl::UTCTimeZone()) +
                absl::Microseconds(1));
  EXPECT_EQ(At(reader.Read("01/02/2026")),
            absl::FromCivil(absl::CivilSecond(2026, 2, 1, 3, 0, 0), absl::UTCTimeZone()));
}

TEST(TimestampText, SecondsSince1970NeedNoZone) {
  EXPECT_EQ(Reader({"%s"}).Read("1111111111")->micros, 1111111111000000);
}

TEST(TimestampText, ADateIsTheOneWritten) {
  const auto date = Reader({"%Y-%m-%d %H:%M:%S%Ez"}).ReadDate("2005-07-22 00:00:00+02:00");
  ASSERT_TRUE(date.ok());
  EXPECT_EQ(*date, (CivilDate{2005, 7, 22}));
}

}  // namespace
}  // namespace constancia::api
