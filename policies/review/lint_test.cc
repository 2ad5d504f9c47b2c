#include "policies/review/lint.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

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
)";

constexpr char kCases[] =
    R"({"id":"A","jurisdiction":"XX","tz":"America/Lima","proposed":{"at":"2025-03-10T10:00:00-05:00","channel":"call"},"expect":"permit","rule":"XX-third-party"}
{"id":"B","jurisdiction":"XX","tz":"America/Lima","proposed":{"at":"2025-03-10T10:00:00-05:00","channel":"call","party":"spouse"},"expect":"deny","rule":"XX-third-party"}
)";

PackFolder Folder() { return {"p.yaml", kPack, "c.jsonl", kCases}; }

std::vector<std::string> LintOne(const PackFolder& folder) {
  return Lint({folder}, {}, TestZones());
}

std::vector<std::string> LintWith(std::string_view from, std::string_view to) {
  PackFolder folder = Folder();
  folder.yaml = absl::StrReplaceAll(
      folder.yaml, {{absl::string_view(from.data(), from.size()), std::string(to)}});
  EXPECT_NE(folder.yaml, kPack);
  return LintOne(folder);
}

TEST(Lint, SaysWhereAPackIsMalformed) {
  EXPECT_THAT(LintWith("kind: party_allow", "kind: party_alow"),
              ElementsAre(StartsWith("p.yaml:11:")));
  EXPECT_THAT(LintWith("version: 1", "version: 1\nverzion: 2"),
              ElementsAre(StartsWith("p.yaml:4:")));
  EXPECT_THAT(LintWith("citation: art. 1, ", ""), ElementsAre(StartsWith("p.yaml:12:")));
}

TEST(Lint, SaysWhereAZoneIsUnknown) {
  EXPECT_THAT(LintWith("[America/Lima]", "[America/Lima, America/Atlantis]"),
              ElementsAre(StartsWith("p.yaml:8:23: America/Atlantis")));
}

TEST(Lint, RefusesTwoPacksOfOneId) {
  PackFolder other = Folder();
  other.pack_file = "q.yaml";
  EXPECT_THAT(Lint({Folder(), other}, {}, TestZones()),
              ElementsAre(StartsWith("q.yaml:1:1: also given by p.yaml")));
}

TEST(Lint, RefusesAPackWithoutCases) {
  PackFolder folder = Folder();
  folder.cases.clear();
  EXPECT_THAT(LintOne(folder), ElementsAre("p.yaml: no cases.jsonl beside it"));
}

TEST(Lint, SaysWhichRuleLacksACase) {
  PackFolder folder = Folder();
  folder.cases.resize(folder.cases.find('\n') + 1);
  EXPECT_THAT(LintOne(folder), ElementsAre("p.yaml:10:5: XX-third-party: no deny case"));
}

TEST(Lint, SaysWhichCaseDiffersAndWhichCannotBeRead) {
  PackFolder folder = Folder();
  folder.cases = absl::StrReplaceAll(folder.cases, {{"\"spouse\"", "\"debtor\""}});
  folder.cases += "{\"id\":\"C\",\"jurisdiction\":\"XX\",\"expcet\":\"deny\"}\n";
  EXPECT_THAT(LintOne(folder),
              ElementsAre("c.jsonl:2: B: expected deny by XX-third-party, got permit",
                          StartsWith("c.jsonl:3:")));
}

TEST(Lint, AsksCasesUnderTheOtherPacksTheyName) {
  PackFolder folder = Folder();
  folder.cases += absl::StrReplaceAll(kCases, {{"\"XX\"", "\"XX+YY\""}, {"\"A\"", "\"C\""}});
  EXPECT_THAT(LintOne(folder),
              ElementsAre(HasSubstr("no such rule in the packs"), HasSubstr("no such rule")));
  const absl::StatusOr<Pack> other = Pack::Load(
      "y.yaml", absl::StrReplaceAll(kPack, {{"XX-1", "YY-1"}, {"[XX]", "[YY]"}, {"XX-", "YY-"}}));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_THAT(Lint({folder}, {*other}, TestZones()), IsEmpty());
}

TEST(Lint, FindsNothingWrongWithAPackThatStands) {
  EXPECT_THAT(LintOne(Folder()), IsEmpty());
  const absl::StatusOr<Pack> before = Pack::Load("old.yaml", kPack);
  ASSERT_TRUE(before.ok());
  EXPECT_THAT(Lint({Folder()}, {*before}, TestZones()), IsEmpty()) << "replaces the one in force";
}

}  // namespace
}  // namespace constancia::policies
