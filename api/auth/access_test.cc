#include "api/auth/access.h"

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

const Caller kSource{.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"};
const Caller kAlice{.kind = CallerKind::kPerson, .tenant = "t-1", .id = "alice"};
const Caller kAliceTheOperator{.kind = CallerKind::kOperator, .tenant = "t-1", .id = "alice"};

Access WithAlice(std::string_view roles) {
  return Access({{"person/alice", *Roles::Parse(roles)}});
}

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

TEST(Access, APersonWithoutRolesMayOnlyAskForProofs) {
  const Access access({});
  for (const Method method :
       {Method::kAppendEvents, Method::kReadEvents, Method::kGate, Method::kReadContactLedger,
        Method::kReadCases, Method::kExport, Method::kReadMetrics}) {
    EXPECT_EQ(ReasonOf(access.Check(kAlice, method)), error::v1::SCOPE_NOT_GRANTED);
  }
  EXPECT_TRUE(access.Check(kAlice, Method::kReadProofs).ok());
}

TEST(Access, RolesBelongToOneKindOfCaller) {
  const Access access = WithAlice("COMPLIANCE");
  EXPECT_TRUE(access.Check(kAlice, Method::kReadEvents).ok());
  EXPECT_FALSE(access.Check(kAliceTheOperator, Method::kReadEvents).ok());
}

TEST(Access, ASourceIsAnIntegratorWhateverTheSettingsSay) {
  const Access access({{"source/dialler-1", *Roles::Parse("COMPLIANCE OPERATOR")}});
  EXPECT_TRUE(access.Check(kSource, Method::kAppendEvents).ok());
  EXPECT_TRUE(access.Check(kSource, Method::kGate).ok());
  EXPECT_FALSE(access.Check(kSource, Method::kReadMetrics).ok());
  EXPECT_FALSE(access.Check(kSource, Method::kExport).ok());
  EXPECT_EQ(access.OnlySourceOf(kSource), "dialler-1");
}

TEST(Access, PeopleAppendTheFactsOfTheirDesk) {
  EXPECT_TRUE(WithAlice("AGENT").CheckAppend(kAlice, "CONTACT").ok());
  EXPECT_FALSE(WithAlice("AGENT").CheckAppend(kAlice, "MONEY").ok());
  EXPECT_TRUE(WithAlice("FINANCE").CheckAppend(kAlice, "MONEY").ok());
  EXPECT_TRUE(WithAlice("LEGAL").CheckAppend(kAlice, "LEGAL").ok());
  EXPECT_TRUE(WithAlice("COMPLIANCE").CheckAppend(kAlice, "RIGHTS").ok());
  EXPECT_FALSE(WithAlice("AUDITOR_INTERNAL").CheckAppend(kAlice, "CONTACT").ok());
  EXPECT_EQ(ReasonOf(WithAlice("OPERATOR").CheckAppend(kAlice, "PARTY")),
            error::v1::SCOPE_NOT_GRANTED);
}

TEST(Access, ReadersSeeEverySource) {
  EXPECT_EQ(WithAlice("AUDITOR_INTERNAL").OnlySourceOf(kAlice), std::nullopt);
  EXPECT_EQ(WithAlice("AGENT").OnlySourceOf(kAlice), "constancia");
}

}  // namespace
}  // namespace constancia::api
