// Every pack of the tree loads, answers its own cases and leaves no rule untested. A new pack needs
// nothing here: it is found by its file.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

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
    packs.push_back(*std::move(pack));
  }
  absl::StatusOr<PackSet> set = PackSet::Build(std::move(packs), &TestZones());
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

TEST(Packs, StandInTheFolderOfTheirCountryAndInstrument) {
  ASSERT_THAT(PackFolders(), Not(IsEmpty()));
  for (const std::filesystem::path& folder : PackFolders()) {
    const absl::StatusOr<Pack> pack = Pack::Load("pack.yaml", ReadTestFile(folder / "pack.yaml"));
    ASSERT_TRUE(pack.ok()) << pack.status();
    EXPECT_EQ(pack->text().pack(), folder.filename());
    EXPECT_EQ(pack->text().pack().substr(0, 2), folder.parent_path().filename());
    EXPECT_TRUE(std::filesystem::exists(folder / "SOURCES.md")) << folder;
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
