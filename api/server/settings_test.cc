#include "api/server/settings.h"

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using testing::HasSubstr;

std::string Complaint(std::string_view text) {
  const auto settings = ReadSettings(text, {}, {});
  EXPECT_EQ(ReasonOf(settings.status()), error::v1::SETUP_INVALID) << text;
  return std::string(settings.status().message());
}

TEST(Settings, SayWhichLineIsWrong) {
  EXPECT_THAT(Complaint("reflection = true\n\ngrpc_adress = \"127.0.0.1:1\"\n"),
              HasSubstr("constancia.toml:3: no setting"));
  EXPECT_THAT(Complaint("reflection = yes"), HasSubstr("constancia.toml:1: must be true or false"));
  EXPECT_THAT(Complaint("reflection"), HasSubstr(":1: a setting is key = value"));
  EXPECT_THAT(Complaint("log_level = \"info"), HasSubstr("closing quote"));
  EXPECT_THAT(Complaint("log_level = \"info\" x"), HasSubstr("behind the value"));
  EXPECT_THAT(Complaint("cache_mib = 0"), HasSubstr("1 to"));
  EXPECT_THAT(Complaint("grpc_address = \"localhost\""), HasSubstr("an address and a port"));
  EXPECT_THAT(Complaint("grpc_address = \"127.0.0.1:70000\""), HasSubstr("an address and a port"));
  EXPECT_THAT(Complaint("[roles.operator]\nalice = \"ROOT\""), HasSubstr("ROOT"));
  EXPECT_THAT(Complaint("roles.source.dialler-1 = \"LEGAL\""), HasSubstr("operator.<id>"));
  EXPECT_THAT(Complaint("[source_keys]\ndialler-1 = \"AAAA\""), HasSubstr("32 bytes"));
}

TEST(Settings, TheLaterWins) {
  const std::string file =
      "# comment\ngrpc_address = \"127.0.0.1:1\" # why\nhttp_address = \"[::1]:2\"\n";
  const SettingList environment = {{"CONSTANCIA_GRPC_ADDRESS", "127.0.0.1:3"},
                                   {"CONSTANCIA_SOMETHING_ELSE", "x"},
                                   {"PATH", "/bin"}};
  const auto from_environment = ReadSettings(file, environment, {});
  ASSERT_TRUE(from_environment.ok()) << from_environment.status();
  EXPECT_EQ(from_environment->grpc_address, "127.0.0.1:3");
  EXPECT_EQ(from_environment->http_address, "[::1]:2");
  EXPECT_EQ(ReadSettings(file, environment, {{"grpc_address", "127.0.0.1:4"}})->grpc_address,
            "127.0.0.1:4");
}

TEST(Settings, RolesAndKeysComeFromTheFileAlone) {
  const SettingList environment = {{"CONSTANCIA_ROLES.OPERATOR.MALLORY", "ADMIN"}};
  const auto settings = ReadSettings("[roles.operator]\nalice = \"LEGAL\"\n", environment, {});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->roles.size(), 1u);
  EXPECT_TRUE(settings->roles.at("operator/alice").Has(Role::kLegal));
  EXPECT_FALSE(ReadSettings("", {}, {{"roles.operator.mallory", "ADMIN"}}).ok());
}

TEST(Settings, SwitchesKeepThePlaceThatGaveThem) {
  const std::string file =
      "reflection = true\n[switches]\ncl.week = \"calendar_week\"\n"
      "cl.spacing_dates = 2\n";
  const auto settings =
      ReadSettings(file, {{"CONSTANCIA_SWITCHES", "ar.guarantor=true, ec.per_mechanism=true"}},
                   {{"switches", "cl.spacing_dates=3"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->switches.at("cl.week").value, "calendar_week");
  EXPECT_EQ(settings->switches.at("cl.week").place, "constancia.toml:3");
  EXPECT_EQ(settings->switches.at("ar.guarantor").place, "CONSTANCIA_SWITCHES");
  EXPECT_EQ(settings->switches.at("ec.per_mechanism").value, "true");
  EXPECT_EQ(settings->switches.at("cl.spacing_dates").value, "3");
  EXPECT_EQ(settings->switches.at("cl.spacing_dates").place, "switches");
  EXPECT_THAT(
      std::string(ReadSettings("", {{"CONSTANCIA_SWITCHES", "cl.week"}}, {}).status().message()),
      HasSubstr("CONSTANCIA_SWITCHES: a switch is id=value"));
}

}  // namespace
}  // namespace constancia::api
