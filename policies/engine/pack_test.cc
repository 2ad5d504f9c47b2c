#include "policies/engine/pack.h"

#include <string>
#include <string_view>

#include "absl/strings/str_replace.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPack[] = R"(pack: XX-1
jurisdictions: [XX]
version: 1
title: {es: T, pt: T, en: T}
instrument: Law 1
source: [a page]
effective_from: 2000-01-01
calendar: CL
zones: [America/Santiago]
switches:
  - {id: xx.week, type: enum, values: [rolling_dates, calendar_week], default: rolling_dates, strict: rolling_dates, text: t}
rules:
  - id: XX-1-count
    kind: count
    law: {citation: art. 1, text: {es: T, pt: T, en: T}, mark: S, confidence: H}
    channels: [call, sms]
    per: rolling_dates
    n: 7
    limit: 1
    switch: {per: xx.week}
    message: {es: "{count}", pt: "{count}", en: "{count}"}
  - day_id: XX-1-days
    hour_id: XX-1-hours
    kind: window
    law: {citation: art. 2, text: {es: T, pt: T, en: T}, mark: S, confidence: H}
    hours: {mon: ["08:00-20:00"]}
    holidays: calendar
    message: {es: T, pt: T, en: T}
  - id: XX-1-who
    kind: party_allow
    law: {citation: art. 3, text: {es: T, pt: T, en: T}, mark: S, confidence: H}
    until: 2010-12-31
    allow: [debtor]
    message: {es: T, pt: T, en: T}
  - id: XX-1-who
    kind: party_allow
    law: {citation: art. 3, text: {es: T, pt: T, en: T}, mark: S, confidence: H}
    from: 2011-01-01
    allow: [debtor, guarantor]
    message: {es: T, pt: T, en: T}
)";

// Loads the pack above with one piece of text replaced; returns the error, "" when there is none.
std::string ErrorWith(std::string_view from, std::string_view to) {
  const std::string text(kPack);
  EXPECT_NE(text.find(from), std::string::npos) << from;
  std::string changed = text;
  changed.replace(changed.find(from), from.size(), to);
  const absl::StatusOr<Pack> pack = Pack::Load("p.yaml", changed);
  if (!pack.ok()) {
    EXPECT_EQ(ReasonOf(pack.status()), error::v1::PACK_INVALID);
  }
  return std::string(pack.status().message());
}

TEST(Pack, LoadsWhatIsRight) { EXPECT_EQ(ErrorWith("pack: XX-1", "pack: XX-1"), ""); }

TEST(Pack, RefusesAnUnknownKind) {
  EXPECT_THAT(ErrorWith("kind: count", "kind: counter"),
              StartsWith("p.yaml:14:5: \"counter\": no such kind"));
}

TEST(Pack, RefusesAParameterOfAnotherKind) {
  EXPECT_THAT(ErrorWith("    allow: [debtor]\n", "    allow: [debtor]\n    limit: 3\n"),
              HasSubstr("limit: a rule of kind party_allow has none"));
}

TEST(Pack, RefusesUnknownWords) {
  EXPECT_THAT(ErrorWith("channels: [call, sms]", "channels: [call, telegram]"),
              HasSubstr(":16:22: telegram"));
  EXPECT_NE(ErrorWith("allow: [debtor]", "allow: [uncle]"), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 1\n    outcomes: [rang]"), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 1\n    purposes: [collection]"), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 1\n    key: family"), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 1\n    severity: grave"), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 1\n    exempt_by: [XX-none]"), "");
  EXPECT_NE(ErrorWith("calendar: CL", "calendar: ZZ"), "");
}

TEST(Pack, RefusesARuleWithoutCitationOrMark) {
  EXPECT_THAT(ErrorWith("{citation: art. 1, ", "{"), HasSubstr("no citation"));
  EXPECT_NE(ErrorWith("mark: S", "mark: X"), "");
  EXPECT_NE(ErrorWith("confidence: H", "confidence: X"), "");
}

TEST(Pack, RefusesAHouseRuleDressedAsLaw) {
  EXPECT_THAT(ErrorWith("mark: S", "mark: P"), HasSubstr("house or review"));
}

TEST(Pack, RefusesALawThatASwitchCouldLeaveOut) {
  EXPECT_THAT(ErrorWith("    limit: 1", "    limit: 1\n    enabled: true"),
              HasSubstr("only a house or review rule can be left out"));
}

TEST(Pack, LeavesOutAHouseRuleWhoseSwitchSaysSo) {
  const std::string yaml = absl::StrReplaceAll(
      kPack, {{"type: enum, values: [rolling_dates, calendar_week], default: rolling_dates, "
               "strict: rolling_dates",
               "type: bool, default: true, strict: true"},
              {"switch: {per: xx.week}", "switch: {enabled: xx.week}\n    severity: house"}});
  const absl::StatusOr<Pack> pack = Pack::Load("xx.yaml", yaml);
  ASSERT_TRUE(pack.ok()) << pack.status();
  const size_t all = pack->Compile({})->rules.size();
  const absl::StatusOr<RuleBook> book = pack->Compile({{"xx.week", "false"}});
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ(book->rules.size(), all - 1);
  EXPECT_NE(book->rules.front().id, "XX-1-count");
}

TEST(Pack, RefusesVersionsThatOverlap) {
  EXPECT_THAT(ErrorWith("from: 2011-01-01", "from: 2010-12-31"), HasSubstr("two versions"));
}

TEST(Pack, RefusesDatesThatAreNone) {
  EXPECT_NE(ErrorWith("until: 2010-12-31", "until: 2010-02-30"), "");
  EXPECT_THAT(ErrorWith("until: 2010-12-31", "until: 1999-12-31"), HasSubstr("before it begins"));
}

TEST(Pack, RefusesHoursThatNeverOpenOrCloseFirst) {
  EXPECT_THAT(ErrorWith("08:00-20:00", "20:00-08:00"), HasSubstr("p.yaml:26:20: "));
  EXPECT_NE(ErrorWith("08:00-20:00", "08:00-08:00"), "");
  EXPECT_NE(ErrorWith("08:00-20:00", "8:00-20:00"), "");
  EXPECT_NE(ErrorWith("08:00-20:00", "08:00-24:01"), "");
  EXPECT_NE(ErrorWith("    hours: {mon: [\"08:00-20:00\"]}\n", ""), "");
  EXPECT_EQ(ErrorWith("08:00-20:00", "00:00-24:00"), "");
}

TEST(Pack, RefusesACountThatCountsNothing) {
  EXPECT_NE(ErrorWith("    limit: 1\n", ""), "");
  EXPECT_NE(ErrorWith("limit: 1", "limit: 0"), "");
  EXPECT_NE(ErrorWith("    n: 7\n", ""), "");
  EXPECT_NE(ErrorWith("n: 7", "n: 0"), "");
}

TEST(Pack, RefusesASwitchWhoseDefaultIsNotTheStrictReading) {
  EXPECT_THAT(ErrorWith("default: rolling_dates", "default: calendar_week"),
              HasSubstr("strict value"));
}

TEST(Pack, RefusesASwitchValueUnderWhichARuleIsWrong) {
  EXPECT_NE(ErrorWith("values: [rolling_dates, calendar_week]", "values: [rolling_dates, week]"),
            "");
  EXPECT_NE(ErrorWith("switch: {per: xx.week}", "switch: {per: xx.weeks}"), "");
  EXPECT_NE(ErrorWith("switch: {per: xx.week}", "switch: {limit: xx.week}"), "");
  EXPECT_NE(ErrorWith("switch: {per: xx.week}", "switch: {allow: xx.week}"), "");
}

TEST(Pack, RefusesSwitchValuesItDoesNotHave) {
  const absl::StatusOr<Pack> pack = Pack::Load("p.yaml", kPack);
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ(ReasonOf(pack->Compile({{"xx.week", "month"}}).status()), error::v1::PACK_INVALID);
  EXPECT_TRUE(pack->Compile({{"xx.week", "calendar_week"}}).ok());
  EXPECT_TRUE(pack->Compile({{"of.another.pack", "7"}}).ok());
}

TEST(PackSet, RefusesAPackTwiceAnUnknownZoneAndAnUnknownSwitch) {
  const auto load = [](const std::string& text) { return *Pack::Load("p.yaml", text); };
  EXPECT_EQ(ReasonOf(PackSet::Build({load(kPack), load(kPack)}, &TestZones()).status()),
            error::v1::PACK_INVALID);
  const std::string mars = absl::StrReplaceAll(kPack, {{"America/Santiago", "Mars/Olympus"}});
  EXPECT_EQ(ReasonOf(PackSet::Build({load(mars)}, &TestZones()).status()), error::v1::PACK_INVALID);
  EXPECT_EQ(ReasonOf(PackSet::Build({load(kPack)}, &TestZones(), {{"xx.weak", "1"}}).status()),
            error::v1::PACK_INVALID);
}

}  // namespace
}  // namespace constancia::policies
