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

TEST(Access, APersonWithoutRolesMayOnlyAskForProofs) {
  const Access access({});
  for (const MethodRow& row : kMethods) {
    const std::string_view service = row.name.substr(0, row.name.find('.'));
    EXPECT_EQ(access.Check(kAlice, *Method::Find(row.name)).ok(), service == "LedgerService")
        << row.name;
  }
}

TEST(Access, NobodyMayCallWhatHasNoRow) {
  for (const std::string_view name : {"CaseService.DropCase", "GetCase", "", "casebook.GetCase"}) {
    EXPECT_FALSE(Method::Find(name).has_value()) << name;
  }
}

TEST(Access, NamesTheFirstRoleThatIsOpenToTheMethod) {
  EXPECT_EQ(WithAlice("OPERATOR LEGAL COMPLIANCE").RoleFor(kAlice, "CaseService.GetCase"),
            "COMPLIANCE");
  EXPECT_EQ(WithAlice("OPERATOR").RoleFor(kAlice, "CaseService.GetCase"), "");
}

TEST(Access, RolesBelongToOneKindOfCaller) {
  const Access access = WithAlice("COMPLIANCE");
  EXPECT_TRUE(access.Check(kAlice, "EventService.GetEvent").ok());
  EXPECT_FALSE(access.Check(kAliceTheOperator, "EventService.GetEvent").ok());
}

TEST(Access, ASourceIsAnIntegratorWhateverTheSettingsSay) {
  const Access access({{"source/dialler-1", *Roles::Parse("COMPLIANCE OPERATOR")}});
  EXPECT_TRUE(access.Check(kSource, "EventService.AppendEvents").ok());
  EXPECT_TRUE(access.Check(kSource, "ContactService.CheckContact").ok());
  EXPECT_FALSE(access.Check(kSource, "http.metrics").ok());
  EXPECT_FALSE(access.Check(kSource, "ExportService.CreateExport").ok());
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
