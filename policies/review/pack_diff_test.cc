#include "policies/review/pack_diff.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

constexpr char kPack[] = R"(pack: XX-1
jurisdictions: [XX]
version: 1
title: {es: e, pt: p, en: n}
instrument: I
source: [S]
effective_from: 2000-01-01
zones: [America/Lima]
rules:
  - id: XX-third-party
    kind: party_allow
    law: {citation: art. 1, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    allow: [debtor]
    message: {es: e, pt: p, en: n}
  - id: XX-daily
    kind: count
    law: {citation: art. 2, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    per: local_date
    limit: 1
    message: {es: e, pt: p, en: n}
)";

constexpr char kCases[] =
    R"({"id":"A","jurisdiction":"XX","tz":"America/Lima","proposed":{"at":"2025-03-10T10:00:00-05:00","channel":"call"},"expect":"permit","rule":"XX-third-party"}
{"id":"B","jurisdiction":"XX","tz":"America/Lima","history":[{"at":"2025-03-10T09:00:00-05:00","channel":"call","outcome":"spoke"}],"proposed":{"at":"2025-03-10T10:00:00-05:00","channel":"call"},"expect":"deny","rule":"XX-daily"}
)";

using Replacements = std::vector<std::pair<std::string, std::string>>;

std::vector<Pack> With(const Replacements& replacements) {
  absl::StatusOr<Pack> pack = Pack::Load("p.yaml", absl::StrReplaceAll(kPack, replacements));
  EXPECT_TRUE(pack.ok()) << pack.status();
  return {*std::move(pack)};
}

PackSet Set(std::vector<Pack> packs) { return *PackSet::Build(std::move(packs), &TestZones()); }

auto Change(const std::string& rule, const std::string& change, const std::string& field,
            const std::string& before, const std::string& after) {
  return AllOf(Field(&TextChange::rule, rule), Field(&TextChange::change, change),
               Field(&TextChange::field, field), Field(&TextChange::before, before),
               Field(&TextChange::after, after));
}

TEST(CompareTexts, FindsNothingBetweenEqualPacks) {
  EXPECT_THAT(CompareTexts(With({}), With({})), IsEmpty());
  EXPECT_THAT(CompareTexts({}, {}), IsEmpty());
}

TEST(CompareTexts, NamesTheFieldAndBothItsValues) {
  EXPECT_THAT(
      CompareTexts(With({}), With({{"limit: 1", "limit: 2"}, {"version: 1", "version: 2"}})),
      ElementsAre(Change("", "changed", "version", "1", "2"),
                  Change("XX-daily", "changed", "limit", "1", "2")));
}

TEST(CompareTexts, AFieldThatOneSideLacksIsEmptyThere) {
  EXPECT_THAT(
      CompareTexts(With({}), With({{"    limit: 1", "    limit: 1\n    key: person_debt"}})),
      ElementsAre(Change("XX-daily", "changed", "key", "", "person_debt")));
}

TEST(CompareTexts, NamesRulesAddedAndRemoved) {
  EXPECT_THAT(CompareTexts(With({}), With({{"XX-daily", "XX-each-day"}})),
              ElementsAre(Change("XX-daily", "removed", "", "", ""),
                          Change("XX-each-day", "added", "", "", "")));
}

TEST(CompareTexts, AVersionIsComparedWithThatOfTheSameFirstDate) {
  const std::string second = R"(    until: 2024-12-31
  - id: XX-daily
    kind: count
    law: {citation: art. 2, text: {es: e, pt: p, en: n}, mark: V, confidence: H}
    from: 2025-01-01
    per: local_date
    limit: 3
    message: {es: e, pt: p, en: n}
)";
  const std::string end = "    limit: 1\n    message: {es: e, pt: p, en: n}\n";
  const auto changes = CompareTexts(With({}), With({{end, end + second}}));
  ASSERT_THAT(changes, ElementsAre(Change("XX-daily", "changed", "until", "", "2024-12-31"),
                                   Change("XX-daily", "added", "", "", "")));
  EXPECT_EQ(changes[1].from, "2025-01-01");
}

TEST(CompareTexts, NamesPacksAddedAndRemoved) {
  EXPECT_THAT(
      CompareTexts(With({}), With({{"pack: XX-1", "pack: XX-2"}})),
      ElementsAre(Field(&TextChange::change, "removed"), Field(&TextChange::change, "added")));
}

TEST(CompareAnswers, NamesTheCasesThatAreAnsweredOtherwise) {
  const PackSet before = Set(With({}));
  EXPECT_THAT(CompareAnswers(before, before, "c", kCases), IsEmpty());
  const auto changes = CompareAnswers(before, Set(With({{"limit: 1", "limit: 2"}})), "c", kCases);
  ASSERT_THAT(changes, ElementsAre(Field(&AnswerChange::case_id, "B")));
  EXPECT_EQ(changes[0].before, "deny by XX-daily, from 2025-03-11T00:00:00-05:00");
  EXPECT_EQ(changes[0].after, "permit");
}

TEST(CompareAnswers, KnowsCasesOfConduct) {
  constexpr char kRule[] =
      "rules:\n  - {id: XX-cap, kind: amount_cap, bands: [{bps: 0}], law: {citation: a, text: {es: "
      "e, pt: p, en: n}, mark: V, confidence: H}, message: {es: e, pt: p, en: n}}";
  constexpr char kCharge[] =
      R"({"id":"C","jurisdiction":"XX","charge":{"on":"2025-03-10","unit":"USD","amount":"0.01"},"expect":"deny","rule":"XX-cap"})";
  const PackSet before = Set(With({{"rules:", kRule}}));
  const PackSet after = Set(With({{"rules:", kRule}, {"bands: [{bps: 0}]", "needs_basis: [law]"}}));
  EXPECT_THAT(CompareAnswers(before, after, "c", kCharge), IsEmpty());
  const auto changes = CompareAnswers(before, Set(With({})), "c", kCharge);
  ASSERT_THAT(changes, ElementsAre(Field(&AnswerChange::before, "deny by XX-cap")));
}

TEST(CompareAnswers, ACaseThatOneSideCannotAnswerDiffers) {
  const auto changes = CompareAnswers(Set(With({})), Set(With({{"[XX]", "[YY]"}})), "c", kCases);
  ASSERT_THAT(changes, ElementsAre(Field(&AnswerChange::before, "permit"),
                                   Field(&AnswerChange::case_id, "B")));
  EXPECT_THAT(changes[0].after, ::testing::HasSubstr("no such rule in the packs"));
}

}  // namespace
}  // namespace constancia::policies
