#include "api/auth/caller.h"

#include <vector>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

absl::StatusOr<Caller> Identify(std::vector<std::string> names) { return IdentifyCaller(names); }

TEST(IdentifyCaller, KnowsNobodyWithoutExactlyOneName) {
  const std::string good = "spiffe://constancia/t-1/source/dialler-1";
  for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
           {},
           {"localhost", "127.0.0.1"},
           {good, "spiffe://constancia/t-1/source/dialler-2"},
           {good, good},
           {good, "spiffe://constancia/t-1/robot/r2"},
           {"SPIFFE://constancia/t-1/source/dialler-1"},
           {"spiffe://other/t-1/source/dialler-1"},
           {"xspiffe://constancia/t-1/source/dialler-1"},
           {"spiffe://constancia/t-1/source/"},
           {"spiffe://constancia//source/dialler-1"},
           {"spiffe://constancia/t-1/source/dialler-1/"},
           {"spiffe://constancia/t-1/source/a/b"},
           {"spiffe://constancia/t-1/source/a?b"},
           {"spiffe://constancia/t-1/source/a%2fb"},
           {"spiffe://constancia/t-1/source/" + std::string(65, 'a')},
           {"spiffe://constancia/t-1/source"},
           {"spiffe://constancia/t-1/source/constancia"}}) {
    EXPECT_EQ(ReasonOf(Identify(names).status()), error::v1::CALLER_UNKNOWN)
        << (names.empty() ? "no name" : names.back());
  }
}

TEST(IdentifyCaller, FindsTheUriAmongOtherNames) {
  const auto caller =
      Identify({"localhost", "spiffe://constancia/t-1/source/dialler-1", "127.0.0.1"});
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(*caller, (Caller{.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"}));
  EXPECT_EQ(caller->source(), "dialler-1");
  EXPECT_EQ(ToUri(*caller), "spiffe://constancia/t-1/source/dialler-1");
}

TEST(IdentifyCaller, APersonsEventsCarryTheLedgersSource) {
  for (const std::string kind : {"person", "operator"}) {
    const auto caller = Identify({"spiffe://constancia/t-1/" + kind + "/alice"});
    ASSERT_TRUE(caller.ok());
    EXPECT_EQ(caller->source(), "constancia");
    EXPECT_EQ(caller->name(), kind + "/alice");
  }
}

TEST(CheckTenant, RefusesEveryOtherTenant) {
  const Caller caller{.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"};
  const Caller foreign{.kind = CallerKind::kSource, .tenant = "t-2", .id = "dialler-1"};
  EXPECT_TRUE(CheckTenant(caller, "t-1", "tenants/t-1").ok());
  for (const absl::Status& refused :
       {CheckTenant(caller, "t-1", "tenants/t-2"), CheckTenant(foreign, "t-1", "tenants/t-1"),
        CheckTenant(foreign, "t-1", "tenants/t-2")}) {
    EXPECT_EQ(ReasonOf(refused), error::v1::WRONG_TENANT);
    EXPECT_EQ(FieldOf(refused), "parent");
  }
}

TEST(CheckTenant, RefusesAParentOfAnotherForm) {
  const Caller caller{.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"};
  for (const std::string_view parent :
       {"", "t-1", "tenants/", "tenants/t-1/cases/C-1", "Tenants/t-1"}) {
    EXPECT_EQ(ReasonOf(CheckTenant(caller, "t-1", parent)), error::v1::SCHEMA_INVALID) << parent;
  }
}

TEST(ParseCallerName, ReadsWhatNameWritesAndNothingElse) {
  for (const char* name : {"", "ana", "person/", "person/a/b", "robot/ana", "source/constancia"}) {
    EXPECT_EQ(ReasonOf(ParseCallerName(name, "t-1").status()), error::v1::SCHEMA_INVALID) << name;
  }
  const auto ana = ParseCallerName("person/ana", "t-1");
  ASSERT_TRUE(ana.ok());
  EXPECT_EQ(ToUri(*ana), "spiffe://constancia/t-1/person/ana");
  EXPECT_EQ(ana->name(), "person/ana");
}

}  // namespace
}  // namespace constancia::api
