#include "api/auth/access.h"

#include <vector>

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
  EXPECT_EQ(access.ViewFor(kSource, "EventService.ListEvents")->OnlySource(), "dialler-1");
}

TEST(Access, PeopleAppendTheFactsOfTheirDesk) {
  const std::vector<Stream> streams = {{ledger::v1::STREAM_KIND_CASE, "C-1"}};
  EXPECT_TRUE(WithAlice("SUPERVISOR").CheckAppend(kAlice, "CONTACT", streams).ok());
  EXPECT_FALSE(WithAlice("SUPERVISOR").CheckAppend(kAlice, "MONEY", streams).ok());
  EXPECT_TRUE(WithAlice("FINANCE").CheckAppend(kAlice, "MONEY", streams).ok());
  EXPECT_TRUE(WithAlice("COMPLIANCE").CheckAppend(kAlice, "RIGHTS", streams).ok());
  EXPECT_FALSE(WithAlice("AUDITOR_INTERNAL").CheckAppend(kAlice, "CONTACT", streams).ok());
  EXPECT_EQ(ReasonOf(WithAlice("OPERATOR").CheckAppend(kAlice, "PARTY", streams)),
            error::v1::SCOPE_NOT_GRANTED);
}

TEST(Access, ACaseOfWhichNothingIsKnownIsOutOfReachForWhoSeesOnlySome) {
  for (const char* role : {"AGENT", "LEGAL", "CREDITOR_VIEWER"}) {
    const Access access = WithAlice(role);
    EXPECT_EQ(ReasonOf(access.CheckCase(kAlice, "CaseService.GetCase", "C-1")),
              error::v1::SCOPE_NOT_GRANTED)
        << role;
    EXPECT_EQ(ReasonOf(access.CheckPerson(kAlice, "EventService.ListEvents", "P-1")),
              error::v1::SCOPE_NOT_GRANTED)
        << role;
  }
  EXPECT_TRUE(WithAlice("COMPLIANCE").CheckCase(kAlice, "CaseService.GetCase", "C-1").ok());
}

TEST(Access, ARegulatorOfTheSettingsSeesNothingWithoutAGrant) {
  EXPECT_EQ(ReasonOf(WithAlice("REGULATOR").Check(kAlice, "CaseService.GetCase")),
            error::v1::SCOPE_NOT_GRANTED);
}

}  // namespace
}  // namespace constancia::api
