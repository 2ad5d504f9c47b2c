// Every pack of the tree loads, answers its own cases and leaves no rule untested, and every place
// has the rules that its list says. A new pack needs nothing here: it is found by its file.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "core/base/test_data.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/case_file.h"
#include "policies/engine/pack.h"
#include "policies/engine/pack_set.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::filesystem::path> PackFolders() {
  std::vector<std::filesystem::path> folders;
  const std::string root = std::string(CONSTANCIA_SOURCE_DIR) + "/policies/packs";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().filename() == "pack.yaml") folders.push_back(entry.path().parent_path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

PackSet AllPacks() {
  std::vector<Pack> packs;
  for (const std::filesystem::path& folder : PackFolders()) {
    const std::string file = folder / "pack.yaml";
    absl::StatusOr<Pack> pack = Pack::Load(file, ReadTestFile(file));
    EXPECT_TRUE(pack.ok()) << pack.status();
    if (pack.ok()) packs.push_back(*std::move(pack));
  }
  absl::StatusOr<PackSet> set = PackSet::Build(std::move(packs), &TestZones());
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

// The first part of a pack's id: CL of CL-19496.
std::string PlaceOf(const std::string& pack) { return pack.substr(0, pack.find('-')); }

// One line of rules.txt: a rule of a pack at one step, over all its versions.
struct Listed {
  std::string severity;
  absl::CivilDay from = absl::CivilDay::max();
  absl::CivilDay until = absl::CivilDay::min();
};

// Pack, rule and step.
using Key = std::tuple<std::string, std::string, std::string>;

std::string SeverityOf(counsel::v1::Finding::Severity severity) {
  switch (severity) {
    case counsel::v1::Finding::PROHIBITION:
      return "prohibition";
    case counsel::v1::Finding::PRESUMPTION:
      return "presumption";
    case counsel::v1::Finding::HOUSE:
      return "house";
    default:
      return "review";
  }
}

std::vector<std::string> RulesOf(const PackSet& packs, const std::string& place) {
  std::map<Key, Listed> rules;
  const auto add = [&](Key key, std::string severity, const DateInterval& validity) {
    Listed& listed = rules[std::move(key)];
    listed.severity = std::move(severity);
    listed.from = std::min(listed.from, validity.from);
    listed.until = std::max(listed.until, validity.until);
  };
  for (const PackSet::Member& member : packs.members()) {
    const std::string& pack = member.pack->text().pack();
    if (PlaceOf(pack) != place) continue;
    for (const Rule& rule : member.book.rules) {
      add({pack, rule.id, absl::StrCat(rule.step)}, SeverityOf(rule.severity), rule.validity);
    }
    for (const ConductRule& rule : member.book.conduct) {
      add({pack, rule.id, "0"}, SeverityOf(rule.severity), rule.validity);
    }
    for (const Exemption& exemption : member.book.exemptions) {
      const auto& texts = member.pack->text().rules();
      const auto text = std::find_if(texts.begin(), texts.end(),
                                     [&](const auto& rule) { return rule.id() == exemption.id; });
      add({pack, exemption.id, "exemption"},
          text->severity().empty() ? "prohibition" : text->severity(), exemption.validity);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [key, listed] : rules) {
    const auto& [pack, rule, step] = key;
    std::vector<std::string> words = {pack, rule, step, listed.severity};
    words.push_back(listed.from <= absl::CivilDay(1) ? "any" : absl::FormatCivilTime(listed.from));
    if (listed.until != absl::CivilDay::max()) {
      words.push_back(absl::FormatCivilTime(listed.until));
    }
    lines.push_back(absl::StrJoin(words, " "));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> ListedRules(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  const std::string text = ReadTestFile(file);
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    lines.push_back(
        absl::StrJoin(std::vector<std::string>(absl::StrSplit(line, ' ', absl::SkipEmpty())), " "));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(Packs, StandInTheFolderOfTheirCountryAndInstrument) {
  ASSERT_THAT(PackFolders(), Not(IsEmpty()));
  for (const std::filesystem::path& folder : PackFolders()) {
    const std::string file = folder / "pack.yaml";
    const absl::StatusOr<Pack> pack = Pack::Load(file, ReadTestFile(file));
    ASSERT_TRUE(pack.ok()) << pack.status();
    EXPECT_EQ(pack->text().pack(), folder.filename());
    EXPECT_EQ(PlaceOf(pack->text().pack()), folder.parent_path().filename());
    EXPECT_TRUE(std::filesystem::exists(folder / "SOURCES.md")) << folder;
  }
}

TEST(Packs, HaveTheRulesThatTheListOfTheirPlaceNames) {
  const PackSet packs = AllPacks();
  std::set<std::filesystem::path> places;
  for (const std::filesystem::path& folder : PackFolders()) places.insert(folder.parent_path());
  for (const std::filesystem::path& place : places) {
    EXPECT_THAT(RulesOf(packs, place.filename()),
                ElementsAreArray(ListedRules(place / "rules.txt")))
        << place;
  }
}

TEST(Packs, AnswerTheirOwnCasesAndLeaveNoRuleUntested) {
  const PackSet packs = AllPacks();
  std::vector<CaseResult> all;
  for (const std::filesystem::path& folder : PackFolders()) {
    const std::string file = folder / "cases.jsonl";
    const std::vector<CaseResult> results = RunCases(packs, file, ReadTestFile(file));
    EXPECT_THAT(results, Not(IsEmpty())) << file;
    for (const CaseResult& result : results) {
      EXPECT_TRUE(result.passed())
          << file << ":" << result.line << " " << result.id << ": " << result.difference;
    }
    all.insert(all.end(), results.begin(), results.end());
  }
  EXPECT_THAT(FindUntestedRules(packs, all), ElementsAre());
}

}  // namespace
}  // namespace constancia::policies
