#include "api/server/packs.h"

#include <string>

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What a server that reads `lines` as its constancia.toml says about its packs.
absl::StatusOr<Counsel> Loaded(const std::string& lines) {
  const auto settings = ReadSettings(
      "packs = \"" + std::string(CONSTANCIA_SOURCE_DIR) + "/policies/packs/CL\"\n" + lines, {}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  return LoadCounsel(*settings);
}

TEST(Packs, ASwitchThatNoPackHasIsRefusedWithItsPlace) {
  const auto unknown = Loaded("[switches]\ncl.weeks = \"calendar_week\"\n");
  EXPECT_EQ(ReasonOf(unknown.status()), error::v1::SETUP_INVALID);
  EXPECT_THAT(std::string(unknown.status().message()),
              StartsWith("constancia.toml:3: switch cl.weeks: no pack"));
  const auto value = Loaded("switches.cl.week = \"month\"\n");
  EXPECT_EQ(ReasonOf(value.status()), error::v1::SETUP_INVALID);
  EXPECT_THAT(std::string(value.status().message()),
              StartsWith("constancia.toml:2: switch cl.week cannot be month"));
}

TEST(Packs, AreReadAsTheSettingsSay) {
  EXPECT_EQ(Loaded("")->packs.switches().at("cl.week"), "rolling_dates");
  const auto set = Loaded("[switches]\ncl.week = \"calendar_week\"\ncl.spacing_dates = 2\n");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->packs.switches().at("cl.week"), "calendar_week");
  EXPECT_EQ(set->packs.switches().at("cl.spacing_dates"), "2");
}

TEST(Packs, AFolderWithoutPacksIsRefused) {
  Settings settings;
  settings.packs = testing::TempDir() + "nothing_here";
  const auto loaded = LoadCounsel(settings);
  EXPECT_EQ(ReasonOf(loaded.status()), error::v1::SETUP_INVALID);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("no pack.yaml below"));
}

}  // namespace
}  // namespace constancia::api
