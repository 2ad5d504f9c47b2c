#include "api/commands/keep_case.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/actor.h"
#include "api/commands/gate.h"
#include "api/commands/messages.h"
#include "api/commands/transition_case.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "policies/life_cycle/evaluate.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using eventstore::EventDraft;

// One append takes 64 events; two are left for the case itself.
constexpr int kObligationsMax = 62;

absl::Status Invalid(std::string_view what, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, what, field);
}

absl::Status NotNow(std::string_view what, std::string_view field) {
  return Error(error::v1::GUARD_FAILED, what, field);
}

// Who acts, in the role by which he may.
ledger::v1::Actor InRole(const ledger::v1::Actor& actor, std::string_view role) {
  ledger::v1::Actor named = actor;
  named.set_role(std::string(role));
  return named;
}

const casefile::v1::Suspension* FindSuspension(const casefile::v1::CaseFile& file,
                                               ev::SuspensionReason reason) {
  for (const casefile::v1::Suspension& suspension : file.suspensions()) {
    if (suspension.reason() == reason) return &suspension;
  }
  return nullptr;
}

// The event that suspended the case for a reason the last time.
std::string SuspendingEvent(const policies::CaseHistory& history, ev::SuspensionReason reason) {
  std::string event_id;
  for (const auto& act : history.All<ev::CaseSuspended>()) {
    if (act.payload.reason() == reason) event_id = act.event_id;
  }
  return event_id;
}

template <typename Payload>
void About(const casefile::v1::CaseFile& file, Payload* payload) {
  payload->set_case_id(file.case_id());
  payload->set_party_id(file.party_id());
}

}  // namespace

absl::StatusOr<std::optional<v1::CaseChange>> KeepCase::First(const Caller& caller,
                                                              const std::string& request_id,
                                                              std::string_view case_id,
                                                              const Drafts& drafts) const {
  const eventstore::LogReader& reader = uses_.desk->log()->reader();
  ASSIGN_OR_RETURN(const auto first, reader.FindRequest(caller.source(), request_id));
  if (!first.has_value()) return std::optional<v1::CaseChange>();
  ASSIGN_OR_RETURN(const auto events, reader.ReadAppend(first->receipts.front().position));
  v1::CaseChange change;
  for (const eventstore::RecordedEvent& event : events) change.add_types(event.header.type());
  ev::About about;
  if (!events.empty()) about.ParseFromString(events.front().header.public_payload());
  const bool same =
      !events.empty() && about.case_id() == case_id &&
      (drafts.empty() || (drafts.front().type == events.front().header.type() &&
                          drafts.front().public_part == events.front().header.public_payload()));
  if (!same) {
    return Error(error::v1::IDEMPOTENCY_CONFLICT,
                 "the request id was used for something else: use a new one", "request_id");
  }
  for (const eventstore::Receipt& receipt : first->receipts)
    SetReceipt(receipt, change.add_receipts());
  return std::optional<v1::CaseChange>(std::move(change));
}

absl::StatusOr<v1::CaseChange> KeepCase::Append(
    const Caller& caller, const std::string& request_id, std::string_view case_id, Drafts drafts,
    std::vector<eventstore::Expectation> expectations) const {
  eventstore::AppendRequest append;
  append.source = std::string(caller.source());
  append.request_id = request_id;
  append.drafts = drafts;
  append.expectations = std::move(expectations);
  const auto result = uses_.desk->log()->AppendAndWait(std::move(append));
  if (ReasonOf(result.status()) == error::v1::IDEMPOTENCY_CONFLICT) {
    // The same request raced with itself.
    ASSIGN_OR_RETURN(auto first, First(caller, request_id, case_id, drafts));
    if (first.has_value()) return *std::move(first);
  }
  if (!result.ok()) return result.status();
  v1::CaseChange change;
  for (const eventstore::Receipt& receipt : result->receipts)
    SetReceipt(receipt, change.add_receipts());
  for (const EventDraft& draft : drafts) change.add_types(draft.type);
  return change;
}

template <typename Request>
absl::StatusOr<v1::CaseChange> KeepCase::Change(const Caller& caller, const Request& request,
                                                const Make& make) const {
  RETURN_IF_ERROR(CheckTenant(caller, uses_.desk->log()->tenant(), request.parent()));
  if (!IsId(request.request_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
  if (!IsId(request.case_id())) return Invalid("name the case", "case_id");
  RETURN_IF_ERROR(CheckActor(caller, request.actor()));
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(auto first, First(caller, request.request_id(), request.case_id(), {}));
    if (first.has_value()) return *std::move(first);
    ASSIGN_OR_RETURN(const CaseAtDesk at_desk, uses_.desk->Read(request.case_id()));
    ASSIGN_OR_RETURN(Drafts drafts, make(at_desk, uses_.desk->Now()));
    auto change = Append(caller, request.request_id(), request.case_id(), std::move(drafts),
                         at_desk.expectations);
    if (ReasonOf(change.status()) != error::v1::STREAM_MOVED || attempt == kDecisionAttemptsMax)
      return change;
  }
}

absl::StatusOr<v1::CaseChange> KeepCase::Open(const Caller& caller,
                                              const v1::OpenCaseRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "CaseService.OpenCase"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.desk->log()->tenant(), request.parent()));
  if (!IsId(request.request_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
  RETURN_IF_ERROR(CheckActor(caller, request.actor()));
  const ev::CaseOpened& opened = request.opened();
  const std::string& case_id = opened.case_id();
  if (!IsId(case_id)) return Invalid("name the case", "opened.case_id");
  if (!opened.party_id().empty() && !IsId(opened.party_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]", "opened.party_id");
  for (const ev::CaseParty& party : opened.parties()) {
    if (!IsId(party.party_id())) return Invalid("1 to 64 of [A-Za-z0-9._-]", "opened.parties");
  }
  if (request.obligations_size() > kObligationsMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 62 debts; record more by AppendEvents",
                 "obligations");
  }
  ASSIGN_OR_RETURN(auto first, First(caller, request.request_id(), case_id, {}));
  if (first.has_value()) return *std::move(first);

  // A case may have events before it is opened: they arrived earlier.
  const Stream stream{ledger::v1::STREAM_KIND_CASE, case_id};
  ASSIGN_OR_RETURN(const StreamVersion version, uses_.desk->log()->reader().VersionOf(stream));
  std::vector<ev::ObligationPlaced> debts(request.obligations().begin(),
                                          request.obligations().end());
  if (version.value > 0) {
    ASSIGN_OR_RETURN(const CaseAtDesk known, uses_.desk->Read(case_id));
    if (!known.history.All<ev::CaseOpened>().empty()) {
      return Error(error::v1::EXISTS_ALREADY, "a case of this id is open", "opened.case_id");
    }
    for (const auto& placed : known.history.All<ev::ObligationPlaced>())
      debts.push_back(placed.payload);
  }
  const auto findings = policies::EvaluateOpening(opened, debts);
  if (std::any_of(findings.begin(), findings.end(),
                  [](const policies::Finding& finding) { return !finding.Lets(); })) {
    return GuardFailed(case_id, findings);
  }

  CaseAtDesk at_desk(case_id);
  at_desk.file.set_case_id(case_id);
  at_desk.file.set_party_id(opened.party_id());
  *at_desk.file.mutable_parties() = opened.parties();
  ASSIGN_OR_RETURN(at_desk.zone, uses_.desk->FindZone(opened.zone(), "opened.zone"));
  at_desk.zone_name = opened.zone();
  const Instant now = uses_.desk->Now();
  const ledger::v1::Actor actor =
      InRole(request.actor(), uses_.access->RoleFor(caller, "CaseService.OpenCase"));
  Drafts drafts;
  absl::StatusOr<EventDraft> draft = uses_.desk->Draft(at_desk, now, actor, opened);
  if (!draft.ok()) return InField(draft.status(), "opened");
  drafts.push_back(*std::move(draft));
  for (int i = 0; i < request.obligations_size(); ++i) {
    ev::ObligationPlaced placed = request.obligations(i);
    placed.set_case_id(case_id);
    draft = uses_.desk->Draft(at_desk, now, actor, placed);
    if (!draft.ok()) return InField(draft.status(), absl::StrCat("obligations[", i, "]"));
    drafts.push_back(*std::move(draft));
  }
  return Append(caller, request.request_id(), case_id, std::move(drafts),
                {{.stream = stream, .version = version}});
}

absl::StatusOr<v1::CaseChange> KeepCase::Suspend(const Caller& caller,
                                                 const v1::SuspendCaseRequest& request) const {
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "CaseService.SuspendCase", request.case_id()));
  if (request.reason() == ev::SUSPENSION_REASON_UNSPECIFIED)
    return Invalid("say why the case is suspended", "reason");
  if (!request.until().empty() && !CivilDate::Parse(request.until()).ok())
    return Invalid("a date is written YYYY-MM-DD", "until");
  const ledger::v1::Actor actor =
      InRole(request.actor(), uses_.access->RoleFor(caller, "CaseService.SuspendCase"));
  return Change(
      caller, request, [&](const CaseAtDesk& at_desk, Instant now) -> absl::StatusOr<Drafts> {
        if (at_desk.file.state() == casefile::v1::CLOSED)
          return NotNow("the case is closed: reopen it first", "case_id");
        if (FindSuspension(at_desk.file, request.reason()) != nullptr)
          return NotNow("the case is suspended for this reason already", "reason");
        ev::CaseSuspended suspended;
        About(at_desk.file, &suspended);
        suspended.set_reason(request.reason());
        suspended.set_until(request.until());
        suspended.set_note(request.note());
        suspended.set_caused_by_event_id(request.caused_by_event_id());
        ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(at_desk, now, actor, suspended));
        return Drafts{std::move(draft)};
      });
}

absl::StatusOr<v1::CaseChange> KeepCase::Resume(const Caller& caller,
                                                const v1::ResumeCaseRequest& request) const {
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "CaseService.ResumeCase", request.case_id()));
  const ledger::v1::Actor actor =
      InRole(request.actor(), uses_.access->RoleFor(caller, "CaseService.ResumeCase"));
  return Change(
      caller, request, [&](const CaseAtDesk& at_desk, Instant now) -> absl::StatusOr<Drafts> {
        const auto* suspension = FindSuspension(at_desk.file, request.reason());
        if (suspension == nullptr)
          return NotNow("the case is not suspended for this reason", "reason");
        // The role that suspended, or compliance.
        const std::string suspended_by = SuspendingEvent(at_desk.history, request.reason());
        ASSIGN_OR_RETURN(const std::string by, uses_.desk->RoleOfActor(suspended_by));
        const Roles has = uses_.access->RolesOf(caller);
        const std::optional<Role> role = ParseRole(by);
        if (role.has_value() && !has.Has(*role) && !has.Has(Role::kCompliance)) {
          return Error(error::v1::SCOPE_NOT_GRANTED,
                       absl::StrCat("the case was suspended by ", by,
                                    ": that role or COMPLIANCE resumes it"),
                       "reason", {{"role", by}});
        }
        ev::CaseResumed resumed;
        About(at_desk.file, &resumed);
        resumed.set_reason(request.reason());
        resumed.set_suspended_event_id(suspended_by);
        resumed.set_caused_by_event_id(request.caused_by_event_id());
        ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(at_desk, now, actor, resumed));
        return Drafts{std::move(draft)};
      });
}

absl::StatusOr<v1::CaseChange> KeepCase::Assign(const Caller& caller,
                                                const v1::AssignCaseRequest& request) const {
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "CaseService.AssignCase", request.case_id()));
  if (request.agent_id().empty() && request.team_id().empty())
    return Invalid("name the agent or the team", "agent_id");
  if (!request.agent_id().empty() && !IsId(request.agent_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]", "agent_id");
  const ledger::v1::Actor actor =
      InRole(request.actor(), uses_.access->RoleFor(caller, "CaseService.AssignCase"));
  return Change(caller, request,
                [&](const CaseAtDesk& at_desk, Instant now) -> absl::StatusOr<Drafts> {
                  const casefile::v1::CaseFile& file = at_desk.file;
                  absl::StatusOr<EventDraft> draft;
                  if (file.agent_id().empty() && file.team_id().empty()) {
                    ev::CaseAssigned assigned;
                    About(file, &assigned);
                    assigned.set_agent_id(request.agent_id());
                    assigned.set_team_id(request.team_id());
                    assigned.set_reason(request.reason());
                    draft = uses_.desk->Draft(at_desk, now, actor, assigned);
                  } else {
                    ev::CaseReassigned reassigned;
                    About(file, &reassigned);
                    reassigned.set_agent_id(request.agent_id());
                    reassigned.set_team_id(request.team_id());
                    reassigned.set_from_agent_id(file.agent_id());
                    reassigned.set_from_team_id(file.team_id());
                    reassigned.set_reason(request.reason());
                    draft = uses_.desk->Draft(at_desk, now, actor, reassigned);
                  }
                  if (!draft.ok()) return draft.status();
                  if (!request.agent_id().empty())
                    draft->streams.push_back({ledger::v1::STREAM_KIND_AGENT, request.agent_id()});
                  return Drafts{*std::move(draft)};
                });
}

absl::StatusOr<v1::CaseChange> KeepCase::AddNote(const Caller& caller,
                                                 const v1::AddNoteRequest& request) const {
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "CaseService.AddNote", request.case_id()));
  if (request.text().empty()) return Invalid("a note has a text", "text");
  const ledger::v1::Actor actor =
      InRole(request.actor(), uses_.access->RoleFor(caller, "CaseService.AddNote"));
  return Change(caller, request,
                [&](const CaseAtDesk& at_desk, Instant now) -> absl::StatusOr<Drafts> {
                  ev::NoteAdded note;
                  About(at_desk.file, &note);
                  note.set_text(request.text());
                  note.set_category(request.category() == ev::NOTE_CATEGORY_UNSPECIFIED
                                        ? ev::NOTE_CATEGORY_GENERAL
                                        : request.category());
                  ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(at_desk, now, actor, note));
                  return Drafts{std::move(draft)};
                });
}

}  // namespace constancia::api
