#include "api/auth/roles.h"

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

TEST(Roles, RefusesWordsThatAreNoRole) {
  for (const std::string_view names : {"COMPLIENCE", "compliance", "LEGAL,ROOT", "INTEGRATOR"}) {
    EXPECT_EQ(ReasonOf(Roles::Parse(names).status()), error::v1::SETUP_INVALID) << names;
  }
}

TEST(Roles, ReadsListsWithSpacesAndCommas) {
  const auto roles = Roles::Parse(" LEGAL, COMPLIANCE  AUDITOR_INTERNAL");
  ASSERT_TRUE(roles.ok());
  EXPECT_TRUE(roles->Has(Role::kLegal));
  EXPECT_TRUE(roles->Has(Role::kCompliance));
  EXPECT_TRUE(roles->Has(Role::kAuditorInternal));
  EXPECT_FALSE(roles->Has(Role::kAdmin));
}

TEST(Roles, AreReadAndWrittenByTheSameNames) {
  const Roles roles = {Role::kAgent, Role::kAuditorInternal, Role::kDesignatedOfficer};
  EXPECT_EQ(roles.ToText(), "AGENT AUDITOR_INTERNAL DESIGNATED_OFFICER");
  EXPECT_EQ(*Roles::Parse(roles.ToText()), roles);
  EXPECT_EQ(ParseRole("INTEGRATOR"), Role::kIntegrator);
  EXPECT_EQ(ParseRole("CALLER"), std::nullopt);
  EXPECT_EQ(RoleName(Role::kCaller), "");
}

}  // namespace
}  // namespace constancia::api
