#include "api/auth/view.h"

#include <string>
#include <vector>

#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/people.pb.h"
#include "core/base/status.h"
#include "eventstore/projections/access/access_rows.h"
#include "eventstore/projections/row_source.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;

class NoRows final : public eventstore::RowSource {
 public:
  absl::StatusOr<std::optional<std::string>> Read(std::string_view) const override {
    return std::optional<std::string>();
  }
  absl::StatusOr<std::vector<Row>> Scan(std::string_view, std::string_view,
                                        std::string_view) const override {
    return std::vector<Row>();
  }
};

// Two cases: C-1 of creditor B-1, portfolio PF-1, debtor P-1, agent ana; C-2 of B-2, PF-2, P-2,
// agent luis of team T-2.
class ViewTest : public testing::Test {
 protected:
  void SetUp() override {
    Open("C-1", "B-1", "PF-1", "P-1");
    Open("C-2", "B-2", "PF-2", "P-2");
    Assign("C-1", "ana", 10);
    Assign("C-2", "luis", 10);
    ev::AgentOnboarded onboarded;
    onboarded.set_agent_id("luis");
    onboarded.set_team_id("T-2");
    Apply(onboarded, 1);
  }

  template <typename Payload>
  void Apply(const Payload& payload, int64_t at) {
    eventstore::RecordedEvent event;
    event.header.set_type(std::string(payload.GetDescriptor()->full_name()));
    event.header.set_occurred_at(at);
    event.header.set_public_payload(payload.SerializeAsString());
    eventstore::AccessRows().Apply(event, rows_);
  }

  void Open(const char* case_id, const char* creditor, const char* portfolio, const char* party) {
    ev::CaseOpened opened;
    opened.set_case_id(case_id);
    opened.set_creditor_id(creditor);
    opened.set_portfolio_id(portfolio);
    opened.set_party_id(party);
    opened.set_stage(ev::STAGE_PERSUASIVE);
    Apply(opened, 1);
  }

  void Assign(const char* case_id, const char* agent, int64_t at) {
    ev::CaseAssigned assigned;
    assigned.set_case_id(case_id);
    assigned.set_agent_id(agent);
    Apply(assigned, at);
  }

  View Of(Role role, std::vector<std::string> scope = {},
          std::optional<casefile::v1::GrantState> grant = {}) {
    return View({.kind = CallerKind::kPerson, .tenant = "t-1", .id = "ana"},
                {{.role = role, .scope = std::move(scope), .grant = std::move(grant)}}, &rows_);
  }

  // "12" when both cases are seen, "" when none is.
  static std::string CasesOf(View view) {
    std::string seen;
    if (*view.SeesCase("C-1")) seen += "1";
    if (*view.SeesCase("C-2")) seen += "2";
    std::string people;
    if (*view.SeesPerson("P-1")) people += "1";
    if (*view.SeesPerson("P-2")) people += "2";
    EXPECT_EQ(seen, people);
    return seen;
  }

  static ledger::v1::EventHeader HeaderOf(const char* case_id, const char* debtor) {
    ledger::v1::EventHeader header;
    header.set_type("constancia.event.v1.ContactAttempted");
    header.set_source("dialler-1");
    if (*case_id != '\0') {
      header.add_streams()->set_kind(ledger::v1::STREAM_KIND_CASE);
      header.mutable_streams(0)->set_name(case_id);
    }
    ledger::v1::StreamPlace* place = header.add_streams();
    place->set_kind(ledger::v1::STREAM_KIND_DEBTOR);
    place->set_name(debtor);
    return header;
  }

  const NoRows none_;
  eventstore::AppendedRows rows_{&none_};
};

TEST_F(ViewTest, NobodyNarrowedSeesACaseThatDoesNotExist) {
  EXPECT_EQ(ReasonOf(Of(Role::kAgent).CheckCase("C-9")), error::v1::SCOPE_NOT_GRANTED);
  EXPECT_EQ(ReasonOf(Of(Role::kAgent).CheckPerson("P-9")), error::v1::SCOPE_NOT_GRANTED);
  EXPECT_TRUE(Of(Role::kCompliance).CheckCase("C-9").ok());
}

TEST_F(ViewTest, AnAgentSeesTheCasesAssignedToHimAndNoOthers) {
  EXPECT_EQ(CasesOf(Of(Role::kAgent)), "1");
  Assign("C-1", "luis", 20);
  EXPECT_EQ(CasesOf(Of(Role::kAgent)), "");
}

TEST_F(ViewTest, TheLatestAssignmentToHappenCountsInWhateverOrderTheyArrive) {
  Assign("C-1", "ana", 30);
  Assign("C-1", "luis", 20);
  EXPECT_EQ(CasesOf(Of(Role::kAgent)), "1");
}

TEST_F(ViewTest, AScopeNarrowsARoleToCreditorsPortfoliosAndTeams) {
  EXPECT_EQ(CasesOf(Of(Role::kSupervisor)), "12");
  EXPECT_EQ(CasesOf(Of(Role::kSupervisor, {"team/T-2"})), "2");
  EXPECT_EQ(CasesOf(Of(Role::kSupervisor, {"team/T-1"})), "");
  EXPECT_EQ(CasesOf(Of(Role::kCompliance, {"creditor/B-1"})), "1");
  EXPECT_EQ(CasesOf(Of(Role::kFinance, {"portfolio/PF-1", "creditor/B-2"})), "12");
  EXPECT_EQ(CasesOf(Of(Role::kAgent, {"creditor/B-2"})), "");
}

TEST_F(ViewTest, ACreditorSeesItsOwnCasesAndNothingWithoutAScope) {
  EXPECT_EQ(CasesOf(Of(Role::kCreditorViewer)), "");
  EXPECT_EQ(CasesOf(Of(Role::kCreditorViewer, {"creditor/B-2"})), "2");
}

TEST_F(ViewTest, LegalSeesWhatGoesToCourt) {
  EXPECT_EQ(CasesOf(Of(Role::kLegal)), "");
  ev::StageChanged changed;
  changed.set_case_id("C-1");
  changed.set_to_stage(ev::STAGE_PRELEGAL);
  Apply(changed, 20);
  EXPECT_EQ(CasesOf(Of(Role::kLegal)), "1");
  ev::LitigationProposed proposed;
  proposed.set_case_id("C-2");
  Apply(proposed, 20);
  EXPECT_EQ(CasesOf(Of(Role::kLegal)), "12");
}

TEST_F(ViewTest, ARegulatorSeesWhatTheGrantNames) {
  casefile::v1::GrantState grant;
  grant.set_grant_id("G-1");
  grant.add_streams("debtor/P-2");
  EXPECT_EQ(CasesOf(Of(Role::kRegulator, {}, grant)), "2");
  grant.clear_streams();
  grant.add_creditor_ids("B-1");
  EXPECT_EQ(CasesOf(Of(Role::kRegulator, {}, grant)), "1");
  EXPECT_EQ(Of(Role::kRegulator, {}, grant).GrantId(), "G-1");
  EXPECT_EQ(Of(Role::kCompliance).GrantId(), "");
}

TEST_F(ViewTest, AnEventIsSeenByItsCaseAndWithoutOneByItsPeople) {
  View agent = Of(Role::kAgent);
  EXPECT_TRUE(agent.SightOf(HeaderOf("C-1", "P-1"))->seen);
  EXPECT_FALSE(agent.SightOf(HeaderOf("C-2", "P-1"))->seen);
  EXPECT_TRUE(agent.SightOf(HeaderOf("", "P-1"))->seen);
  EXPECT_FALSE(agent.SightOf(HeaderOf("", "P-2"))->seen);
}

TEST_F(ViewTest, ASourceSeesItsOwnEventsOnly) {
  View source({.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"},
              {{.role = Role::kIntegrator, .scope = {}, .grant = {}}}, &rows_);
  EXPECT_TRUE(source.SightOf(HeaderOf("C-2", "P-2"))->seen);
  ledger::v1::EventHeader other = HeaderOf("C-2", "P-2");
  other.set_source("dialler-2");
  EXPECT_FALSE(source.SightOf(other)->seen);
}

TEST_F(ViewTest, PersonalDataIsMaskedForOutsiders) {
  casefile::v1::GrantState grant;
  grant.add_creditor_ids("B-1");
  EXPECT_EQ(Of(Role::kAgent).SightOf(HeaderOf("C-1", "P-1"))->masking, ev::MASKING_FULL);
  EXPECT_EQ(Of(Role::kCreditorViewer, {"creditor/B-1"}).SightOf(HeaderOf("C-1", "P-1"))->masking,
            ev::MASKING_PARTIAL);
  EXPECT_EQ(Of(Role::kRegulator, {}, grant).SightOf(HeaderOf("C-1", "P-1"))->masking,
            ev::MASKING_UNSPECIFIED);
  grant.set_masking(ev::MASKING_TOKEN);
  EXPECT_EQ(Of(Role::kRegulator, {}, grant).SightOf(HeaderOf("C-1", "P-1"))->masking,
            ev::MASKING_TOKEN);
}

TEST_F(ViewTest, APrivilegedNoteIsOpenedForLegalAlone) {
  ev::StageChanged changed;
  changed.set_case_id("C-1");
  changed.set_to_stage(ev::STAGE_LEGAL);
  Apply(changed, 20);
  ev::NoteAdded note;
  note.set_category(ev::NOTE_CATEGORY_PRIVILEGED);
  ledger::v1::EventHeader header = HeaderOf("C-1", "P-1");
  header.set_type(std::string(note.GetDescriptor()->full_name()));
  header.set_public_payload(note.SerializeAsString());
  for (const Role role : {Role::kCompliance, Role::kAgent, Role::kAuditorInternal}) {
    View view = Of(role);
    EXPECT_TRUE(view.SightOf(header)->seen);
    EXPECT_EQ(view.SightOf(header)->masking, ev::MASKING_UNSPECIFIED);
  }
  EXPECT_EQ(Of(Role::kLegal).SightOf(header)->masking, ev::MASKING_FULL);
}

}  // namespace
}  // namespace constancia::api
