#include "api/commands/transition_case.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "api/commands/actor.h"
#include "api/commands/gate.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "policies/life_cycle/limitation.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using eventstore::EventDraft;
using policies::Finding;
using policies::TransitionEvaluation;
using policies::TransitionQuestion;

constexpr int kHoldReviewMonths = 6;
constexpr size_t kListMax = 64;

absl::Status Invalid(std::string_view what, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, what, field);
}

google::protobuf::Timestamp ToTimestamp(Instant at) {
  google::protobuf::Timestamp timestamp;
  SetTimestamp(at, &timestamp);
  return timestamp;
}

void SetWords(const policies::Words& words, v1::Words* message) {
  message->set_es(std::string(words.es));
  message->set_pt(std::string(words.pt));
  message->set_en(std::string(words.en));
}

// Several things are missing: one sentence after the other.
void AddWords(const policies::Words& words, v1::Words* message) {
  const auto add = [](std::string_view more, std::string* text) {
    if (!text->empty()) text->append("; ");
    text->append(more);
  };
  add(words.es, message->mutable_es());
  add(words.pt, message->mutable_pt());
  add(words.en, message->mutable_en());
}

// The first of `roles` that `caller` has; empty when he has none.
std::string_view RoleAmong(const Access& access, const Caller& caller,
                           const std::vector<std::string_view>& roles) {
  if (caller.kind == CallerKind::kSource) return "";
  const Roles has = access.RolesOf(caller);
  for (const std::string_view name : roles) {
    const std::optional<Role> role = ParseRole(name);
    if (role.has_value() && has.Has(*role)) return name;
  }
  return "";
}

std::string Join(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

absl::Status RoleMissing(const Caller& caller, const std::vector<std::string_view>& roles) {
  return Error(error::v1::SCOPE_NOT_GRANTED, absl::StrCat("this transition is for ", Join(roles)),
               "", {{"caller", caller.name()}, {"roles", Join(roles)}});
}

// Fills what the events of a case have in common.
template <typename Payload>
void About(const casefile::v1::CaseFile& file, Payload* payload) {
  payload->set_case_id(file.case_id());
  payload->set_party_id(file.party_id());
  payload->set_creditor_id(file.creditor_id());
  for (const auto& debt : file.obligations()) {
    if (payload->obligation_ids_size() == static_cast<int>(kListMax)) break;
    payload->add_obligation_ids(debt.obligation_id());
  }
}

template <typename Guards>
void AddGuards(const std::vector<Finding>& findings, bool failed_only, Guards* guards) {
  for (const Finding& finding : findings) {
    if (failed_only && finding.Lets()) continue;
    // What the policy leaves out is not asked for.
    if (finding.switched_off && !finding.result.passed()) continue;
    *guards->Add() = finding.result;
  }
}

ev::Approval MakeApproval(const std::string& person, std::string_view role, Instant at,
                          std::string_view meaning) {
  ev::Approval approval;
  approval.set_actor_id(person);
  approval.set_role(std::string(role));
  *approval.mutable_approved_at() = ToTimestamp(at);
  approval.set_meaning(std::string(meaning));
  return approval;
}

// What a second person puts his name to.
std::string_view MeaningOf(std::string_view transition_id) {
  if (transition_id == "T03" || transition_id == "T05") return "approves-filing";
  if (transition_id == "T04") return "approves-write-off";
  if (transition_id == "T09") return "approves-write-off-reversal";
  if (transition_id == "T10") return "approves-closing";
  return "approves-stage-change";
}

// Where the case last changed its stage: proposals from before are spent.
uint64_t LastChange(const policies::CaseHistory& history) {
  uint64_t position = 0;
  const auto take = [&position](const auto& acts) {
    for (const auto& act : acts) position = std::max(position, act.position);
  };
  take(history.All<ev::StageChanged>());
  take(history.All<ev::CaseClosed>());
  take(history.All<ev::CaseReopened>());
  return position;
}

using Proposal = policies::Act<ev::StageChangeProposed>;

std::optional<Proposal> FindProposal(const policies::CaseHistory& history,
                                     std::string_view event_id) {
  for (Proposal& proposal : history.All<ev::StageChangeProposed>()) {
    if (proposal.event_id == event_id) return std::move(proposal);
  }
  return std::nullopt;
}

// The last proposal of this transition that waits.
std::optional<Proposal> WaitingProposal(const policies::CaseHistory& history,
                                        const TransitionEvaluation& evaluation,
                                        ev::ClosingReason reason) {
  std::optional<Proposal> found;
  for (Proposal& proposal : history.All<ev::StageChangeProposed>()) {
    if (proposal.position > LastChange(history) &&
        proposal.payload.transition_id() == evaluation.transition_id &&
        proposal.payload.closing_reason() == reason) {
      found = std::move(proposal);
    }
  }
  return found;
}

absl::Status OtherRequest() {
  return Error(error::v1::IDEMPOTENCY_CONFLICT,
               "the request id was used for something else: use a new one", "request_id");
}

v1::LimitationFinding ToMessage(const policies::ClaimLimitation& claim) {
  v1::LimitationFinding message;
  message.set_obligation_id(claim.obligation_id);
  message.set_instalment(claim.instalment);
  message.set_title_kind(claim.kind);
  const policies::LimitationPeriod* period = claim.limitation.period;
  if (period != nullptr || claim.by_hand) {
    message.set_from_date(absl::FormatCivilTime(claim.limitation.from));
    message.set_last_date(absl::FormatCivilTime(claim.limitation.last));
  }
  if (period != nullptr) {
    message.set_citation(std::string(period->citation));
    message.set_mark(std::string(period->mark));
  }
  for (const std::string& id : claim.limitation.interruptions)
    message.add_interruption_event_ids(id);
  message.set_barred(claim.barred);
  message.set_within_margin(claim.within_margin);
  message.set_display_only(claim.unknown);
  return message;
}

void SetReceipts(const std::vector<eventstore::Receipt>& receipts,
                 const std::vector<std::string>& types, v1::TransitionCaseResponse* response) {
  for (const eventstore::Receipt& receipt : receipts) SetReceipt(receipt, response->add_receipts());
  for (const std::string& type : types) response->add_types(type);
}

}  // namespace

v1::GuardFinding ToMessage(const Finding& finding) {
  v1::GuardFinding message;
  *message.mutable_result() = finding.result;
  message.set_transition_id(std::string(finding.transition_id));
  SetWords(finding.guard->asks, message.mutable_asks());
  for (const policies::Words& words : finding.missing) AddWords(words, message.mutable_missing());
  if (finding.law != nullptr) {
    message.set_citation(
        absl::StrCat(ToAbsl(finding.law->citation), " (", ToAbsl(finding.law->mark), ")"));
  }
  message.set_switched_off(finding.switched_off);
  message.set_may_override(finding.may_override);
  return message;
}

absl::Status GuardFailed(const std::string& case_id, const std::vector<Finding>& findings) {
  v1::FailedGuards failed;
  failed.set_case_id(case_id);
  std::string names;
  for (const Finding& finding : findings) {
    if (finding.Lets()) continue;
    *failed.add_guards() = ToMessage(finding);
    absl::StrAppend(&names, names.empty() ? "" : ", ", finding.result.guard_id());
  }
  absl::Status status =
      Error(error::v1::GUARD_FAILED, absl::StrCat("these conditions do not hold: ", names), "",
            {{"case", case_id}, {"guards", names}});
  status.SetPayload(kFailedGuardsPayload, absl::Cord(failed.SerializeAsString()));
  return status;
}

// A case with what is asked of it.
struct TransitionCase::Step {
  explicit Step(CaseAtDesk case_at_desk) : at_desk(std::move(case_at_desk)) {}

  CaseAtDesk at_desk;
  TransitionQuestion question;
  TransitionEvaluation evaluation;
  // Why conditions are overridden. Personal.
  std::string override_reason;
  // The proposal that is approved.
  std::optional<Proposal> proposal;
  Instant now;
};

absl::StatusOr<TransitionCase::Step> TransitionCase::Read(
    const v1::EvaluateTransitionRequest& request, const std::string& proposal_event_id) const {
  if (!IsId(request.case_id())) return Invalid("name the case", "case_id");
  ASSIGN_OR_RETURN(CaseAtDesk at_desk, uses_.desk->Read(request.case_id()));
  Step step(std::move(at_desk));
  step.now = uses_.desk->Now();
  TransitionQuestion& question = step.question;
  question.transition_id = request.transition_id();
  question.to_stage = request.to_stage();
  question.closing_reason = request.closing().reason();
  question.lost = {request.closing().lost().begin(), request.closing().lost().end()};
  question.merged_into_case_id = request.closing().merged_into_case_id();
  question.reopening_reason = request.reopening_reason();
  question.override_given = !request.override_reason().empty();
  step.override_reason = request.override_reason();
  if (!proposal_event_id.empty()) {
    step.proposal = FindProposal(step.at_desk.history, proposal_event_id);
    if (!step.proposal.has_value()) {
      return Error(error::v1::NOT_FOUND, "the case has no proposal of this id",
                   "proposal_event_id");
    }
    // What was proposed is what is approved, and nothing else.
    const ev::StageChangeProposed& proposed = step.proposal->payload;
    if (!question.transition_id.empty() && question.transition_id != proposed.transition_id()) {
      return Invalid("the proposal is of another transition", "proposal_event_id");
    }
    const bool jump = !proposed.skipped_transition_ids().empty();
    question.transition_id = jump ? "" : proposed.transition_id();
    question.to_stage = proposed.to_stage();
    question.closing_reason = proposed.closing_reason();
    question.lost = {proposed.lost().begin(), proposed.lost().end()};
    question.merged_into_case_id = proposed.merged_into_case_id();
    question.override_given =
        std::any_of(proposed.guards().begin(), proposed.guards().end(),
                    [](const ev::GuardResult& guard) { return guard.overridden(); });
  }
  question.file = &step.at_desk.file;
  question.history = &step.at_desk.history;
  question.policy = &step.at_desk.policy;
  question.today = step.at_desk.DateAt(step.now);
  ASSIGN_OR_RETURN(step.evaluation, policies::Evaluate(question));
  // They point into what is moved out of here.
  question.file = nullptr;
  question.history = nullptr;
  question.policy = nullptr;
  return step;
}

namespace {

v1::TransitionEvaluation ToMessage(const CaseAtDesk& at_desk, const TransitionQuestion& question,
                                   const TransitionEvaluation& evaluation) {
  v1::TransitionEvaluation message;
  message.set_case_id(at_desk.file.case_id());
  message.set_transition_id(std::string(evaluation.transition_id));
  message.set_from_stage(evaluation.from);
  message.set_to_stage(evaluation.to);
  message.set_passed(evaluation.passed);
  for (const Finding& finding : evaluation.findings)
    *message.add_guards() = api::ToMessage(finding);
  for (const std::string_view role : evaluation.proposers)
    message.add_proposer_roles(std::string(role));
  for (const std::string_view role : evaluation.approvers)
    message.add_approver_roles(std::string(role));
  for (const std::string_view id : evaluation.skipped)
    message.add_skipped_transition_ids(std::string(id));
  for (const policies::ClaimLimitation& claim : evaluation.limitations)
    *message.add_limitations() = ToMessage(claim);
  const auto waiting = WaitingProposal(at_desk.history, evaluation, question.closing_reason);
  if (waiting.has_value()) {
    message.set_proposal_event_id(waiting->event_id);
    message.set_proposed_by(waiting->payload.proposal().actor_id());
  }
  message.set_as_of(at_desk.as_of.value);
  return message;
}

// The answer that the request got the first time.
absl::StatusOr<v1::TransitionCaseResponse> RecallAnswer(const eventstore::LogReader& reader,
                                                        const eventstore::AppendResult& first,
                                                        const v1::TransitionCaseRequest& request) {
  ASSIGN_OR_RETURN(const auto events, reader.ReadAppend(first.receipts.front().position));
  if (events.empty()) return OtherRequest();
  const ledger::v1::EventHeader& header = events.front().header;
  if (header.actor().id() != request.actor().id()) return OtherRequest();
  v1::TransitionCaseResponse response;
  v1::TransitionEvaluation* evaluation = response.mutable_evaluation();
  const auto take = [&](const auto& payload, const auto& guards) {
    evaluation->set_case_id(payload.case_id());
    for (const ev::GuardResult& guard : guards) *evaluation->add_guards()->mutable_result() = guard;
  };
  const auto is = [&header](const auto* descriptor) {
    return header.type() == descriptor->full_name();
  };
  response.set_outcome(v1::TransitionCaseResponse::DONE);
  if (is(ev::StageChanged::descriptor())) {
    ev::StageChanged payload;
    payload.ParseFromString(header.public_payload());
    take(payload, payload.guards());
    evaluation->set_transition_id(payload.transition_id());
    evaluation->set_from_stage(payload.from_stage());
    evaluation->set_to_stage(payload.to_stage());
  } else if (is(ev::CaseClosed::descriptor())) {
    ev::CaseClosed payload;
    payload.ParseFromString(header.public_payload());
    take(payload, payload.guards());
    evaluation->set_transition_id("T10");
    evaluation->set_from_stage(payload.stage());
  } else if (is(ev::CaseReopened::descriptor())) {
    ev::CaseReopened payload;
    payload.ParseFromString(header.public_payload());
    evaluation->set_case_id(payload.case_id());
    evaluation->set_transition_id("T11");
    evaluation->set_to_stage(payload.stage());
  } else if (is(ev::StageChangeProposed::descriptor())) {
    ev::StageChangeProposed payload;
    payload.ParseFromString(header.public_payload());
    take(payload, payload.guards());
    evaluation->set_transition_id(payload.transition_id());
    evaluation->set_from_stage(payload.from_stage());
    evaluation->set_to_stage(payload.to_stage());
    response.set_outcome(v1::TransitionCaseResponse::PROPOSED);
  } else if (is(ev::StageChangeRefused::descriptor())) {
    ev::StageChangeRefused payload;
    payload.ParseFromString(header.public_payload());
    if (payload.case_id() != request.transition().case_id()) return OtherRequest();
    std::vector<Finding> findings;
    for (const ev::GuardResult& guard : payload.failed_guards()) {
      Finding& finding = findings.emplace_back();
      finding.result = guard;
      finding.guard = policies::FindGuard(guard.guard_id());
      if (finding.guard == nullptr) return OtherRequest();
      finding.missing = {finding.guard->evidence};
    }
    return GuardFailed(payload.case_id(), findings);
  } else {
    return OtherRequest();
  }
  if (evaluation->case_id() != request.transition().case_id()) return OtherRequest();
  evaluation->set_passed(true);
  std::vector<std::string> types;
  for (const eventstore::RecordedEvent& event : events) types.push_back(event.header.type());
  SetReceipts(first.receipts, types, &response);
  return response;
}

}  // namespace

absl::StatusOr<v1::TransitionEvaluation> TransitionCase::Evaluate(
    const Caller& caller, const v1::EvaluateTransitionRequest& request) const {
  RETURN_IF_ERROR(
      uses_.access->CheckCase(caller, "CaseService.EvaluateTransition", request.case_id()));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.desk->log()->tenant(), request.parent()));
  ASSIGN_OR_RETURN(const Step step, Read(request, ""));
  return ToMessage(step.at_desk, step.question, step.evaluation);
}

absl::StatusOr<EventDraft> TransitionCase::OrderPack(const Step& step, ev::ExportKind kind,
                                                     const ledger::v1::Actor& actor,
                                                     const std::string& cause) const {
  const casefile::v1::CaseFile& file = step.at_desk.file;
  ev::ExportRequested order;
  order.set_export_id(uses_.desk->NewId());
  order.set_kind(kind);
  order.mutable_scope()->add_streams("case/" + file.case_id());
  order.mutable_scope()->set_zone(step.at_desk.zone_name);
  order.set_purpose(kind == ev::EXPORT_KIND_LITIGATION ? "litigation" : "write-off");
  order.set_requested_by(actor.id());
  order.set_caused_by_event_id(cause);
  order.set_case_id(file.case_id());
  order.set_party_id(file.party_id());
  order.set_creditor_id(file.creditor_id());
  ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(step.at_desk, step.now, actor, order));
  draft.streams = {{ledger::v1::STREAM_KIND_CASE, file.case_id()},
                   {ledger::v1::STREAM_KIND_EXPORT, order.export_id()},
                   {ledger::v1::STREAM_KIND_LEDGER, "ledger"}};
  return draft;
}

absl::Status TransitionCase::AddCourt(const Step& step, const ledger::v1::Actor& actor,
                                      std::vector<EventDraft>* drafts) const {
  const casefile::v1::CaseFile& file = step.at_desk.file;
  const std::string cause = ToText(*drafts->front().event_id);
  ev::MatterOpened matter;
  matter.set_matter_id(uses_.desk->NewId());
  matter.set_kind(ev::MATTER_KIND_LITIGATION);
  matter.set_opened_by(actor.id());
  matter.set_case_id(file.case_id());
  matter.set_creditor_id(file.creditor_id());
  ev::HoldPlaced hold;
  hold.set_hold_id(uses_.desk->NewId());
  hold.set_matter_id(matter.matter_id());
  // The case with its recordings and documents, and its persons and debts wherever they appear.
  hold.add_scope()->add_case_ids(file.case_id());
  ev::HoldScope persons;
  if (!file.party_id().empty()) persons.add_party_ids(file.party_id());
  for (const ev::CaseParty& party : file.parties()) persons.add_party_ids(party.party_id());
  if (!persons.party_ids().empty()) *hold.add_scope() = persons;
  ev::HoldScope debts;
  for (const auto& debt : file.obligations()) debts.add_obligation_ids(debt.obligation_id());
  if (!debts.obligation_ids().empty()) *hold.add_scope() = debts;
  hold.set_reason("litigation");
  hold.set_issued_by(actor.id());
  hold.set_next_review(
      absl::FormatCivilTime(policies::AddMonths(step.at_desk.DateAt(step.now), kHoldReviewMonths)));
  hold.set_case_id(file.case_id());
  hold.set_party_id(file.party_id());
  ASSIGN_OR_RETURN(EventDraft opened, uses_.desk->Draft(step.at_desk, step.now, actor, matter));
  ASSIGN_OR_RETURN(EventDraft placed, uses_.desk->Draft(step.at_desk, step.now, actor, hold));
  placed.streams.push_back({ledger::v1::STREAM_KIND_HOLD, hold.hold_id()});
  ASSIGN_OR_RETURN(EventDraft order, OrderPack(step, ev::EXPORT_KIND_LITIGATION, actor, cause));
  for (EventDraft* draft : {&opened, &placed, &order}) {
    draft->causation_id = drafts->front().event_id;
    drafts->push_back(std::move(*draft));
  }
  return absl::OkStatus();
}

absl::Status TransitionCase::AddWriteOff(const Step& step, const ledger::v1::Actor& actor,
                                         const std::vector<ev::Approval>& approvals,
                                         std::vector<EventDraft>* drafts) const {
  const auto proposals = step.at_desk.history.All<ev::WriteOffProposed>();
  if (proposals.empty()) {
    return Error(error::v1::GUARD_FAILED,
                 "the policy leaves out the conditions of the write-off, "
                 "but its figures are needed: record WriteOffProposed");
  }
  const auto& proposal = proposals.back();
  ev::WriteOffApproved approved;
  About(step.at_desk.file, &approved);
  if (!proposal.payload.obligation_ids().empty())
    *approved.mutable_obligation_ids() = proposal.payload.obligation_ids();
  approved.set_proposal_event_id(proposal.event_id);
  approved.set_basis(proposal.payload.basis());
  *approved.mutable_amounts() = proposal.payload.amounts();
  approved.set_accounting_ref(proposal.payload.accounting_ref());
  approved.set_date(absl::FormatCivilTime(step.at_desk.DateAt(step.now)));
  for (const ev::Approval& approval : approvals) *approved.add_approvals() = approval;
  const std::string cause = ToText(*drafts->front().event_id);
  ASSIGN_OR_RETURN(EventDraft mark, uses_.desk->Draft(step.at_desk, step.now, actor, approved));
  ASSIGN_OR_RETURN(EventDraft order, OrderPack(step, ev::EXPORT_KIND_WRITE_OFF, actor, cause));
  for (EventDraft* draft : {&mark, &order}) {
    draft->causation_id = drafts->front().event_id;
    drafts->push_back(std::move(*draft));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<EventDraft>> TransitionCase::Change(
    const Step& step, const ledger::v1::Actor& actor,
    const std::vector<ev::Approval>& approvals) const {
  const TransitionEvaluation& evaluation = step.evaluation;
  const casefile::v1::CaseFile& file = step.at_desk.file;
  const auto draft = [&](const google::protobuf::Message& payload) {
    return uses_.desk->Draft(step.at_desk, step.now, actor, payload);
  };
  std::vector<EventDraft> drafts;
  if (evaluation.transition_id == "T10") {
    ev::CaseClosed closed;
    About(file, &closed);
    closed.set_reason(step.question.closing_reason);
    closed.set_stage(evaluation.from);
    AddGuards(evaluation.findings, /*failed_only=*/false, closed.mutable_guards());
    for (const ev::Approval& approval : approvals) *closed.add_approvals() = approval;
    for (const ev::Money& lost : step.question.lost) *closed.add_lost() = lost;
    closed.set_merged_into_case_id(step.question.merged_into_case_id);
    ASSIGN_OR_RETURN(EventDraft made, draft(closed));
    drafts.push_back(std::move(made));
  } else if (evaluation.transition_id == "T11") {
    ev::CaseReopened reopened;
    About(file, &reopened);
    reopened.set_reason(step.question.reopening_reason);
    reopened.set_stage(evaluation.to);
    for (const auto& act : step.at_desk.history.All<ev::CaseClosed>())
      reopened.set_closed_event_id(act.event_id);
    ASSIGN_OR_RETURN(EventDraft made, draft(reopened));
    drafts.push_back(std::move(made));
  } else {
    ev::StageChanged changed;
    About(file, &changed);
    changed.set_from_stage(evaluation.from);
    changed.set_to_stage(evaluation.to);
    changed.set_transition_id(std::string(evaluation.transition_id));
    AddGuards(evaluation.findings, /*failed_only=*/false, changed.mutable_guards());
    for (const ev::Approval& approval : approvals) *changed.add_approvals() = approval;
    for (const std::string_view id : evaluation.skipped)
      changed.add_skipped_transition_ids(std::string(id));
    if (step.question.override_given) changed.set_override_reason(step.override_reason);
    ASSIGN_OR_RETURN(EventDraft made, draft(changed));
    drafts.push_back(std::move(made));
    if (evaluation.to == ev::STAGE_LEGAL) RETURN_IF_ERROR(AddCourt(step, actor, &drafts));
    if (evaluation.transition_id == "T04")
      RETURN_IF_ERROR(AddWriteOff(step, actor, approvals, &drafts));
  }
  return drafts;
}

absl::StatusOr<v1::TransitionCaseResponse> TransitionCase::Attempt(
    const Caller& caller, const v1::TransitionCaseRequest& request) const {
  const bool approves = !request.proposal_event_id().empty();
  ASSIGN_OR_RETURN(Step step, Read(request.transition(), request.proposal_event_id()));
  const TransitionEvaluation& evaluation = step.evaluation;

  // Who.
  const auto& roles = approves ? evaluation.approvers : evaluation.proposers;
  const std::string_view role = RoleAmong(*uses_.access, caller, roles);
  if (approves) {
    if (LastChange(step.at_desk.history) > step.proposal->position) {
      return Error(error::v1::GUARD_FAILED,
                   "the case has changed its stage since this was proposed: propose it anew",
                   "proposal_event_id");
    }
    if (role.empty() || step.proposal->payload.proposal().actor_id() == caller.id) {
      return Error(
          error::v1::SECOND_PERSON_REQUIRED,
          absl::StrCat("another person than the one who proposed approves, as ", Join(roles)),
          "proposal_event_id", {{"roles", Join(roles)}});
    }
    ASSIGN_OR_RETURN(const eventstore::RecordedEvent event,
                     uses_.desk->log()->reader().ReadEvent({step.proposal->position}));
    if (step.question.override_given && !event.sealed.empty()) {
      ASSIGN_OR_RETURN(const OpenedPersonal opened,
                       uses_.desk->log()->reader().OpenPersonal(event));
      ev::StageChangeProposed personal;
      personal.ParseFromString(opened.personal_part);
      step.override_reason = personal.override_reason();
    }
  } else if (role.empty() && !roles.empty()) {
    return RoleMissing(caller, roles);
  }
  if (!approves && step.question.override_given && role != "LEGAL") {
    return Error(error::v1::SCOPE_NOT_GRANTED, "only LEGAL may override a condition",
                 "transition.override_reason");
  }

  // What.
  eventstore::AppendRequest append;
  append.source = std::string(caller.source());
  append.request_id = request.request_id();
  append.expectations = step.at_desk.expectations;
  v1::TransitionCaseResponse response;
  *response.mutable_evaluation() = ToMessage(step.at_desk, step.question, evaluation);
  if (!evaluation.passed) {
    ev::StageChangeRefused refused;
    About(step.at_desk.file, &refused);
    refused.set_from_stage(evaluation.from);
    refused.set_to_stage(evaluation.to);
    refused.set_transition_id(std::string(evaluation.transition_id));
    AddGuards(evaluation.findings, /*failed_only=*/true, refused.mutable_failed_guards());
    refused.set_requested_by(request.actor().id());
    ASSIGN_OR_RETURN(EventDraft draft,
                     uses_.desk->Draft(step.at_desk, step.now, request.actor(), refused));
    append.drafts.push_back(std::move(draft));
  } else if (!evaluation.approvers.empty() && !approves) {
    ev::StageChangeProposed proposed;
    About(step.at_desk.file, &proposed);
    proposed.set_from_stage(evaluation.from);
    proposed.set_to_stage(evaluation.to);
    proposed.set_transition_id(std::string(evaluation.transition_id));
    AddGuards(evaluation.findings, /*failed_only=*/false, proposed.mutable_guards());
    *proposed.mutable_proposal() = MakeApproval(request.actor().id(), role, step.now, "proposes");
    if (step.question.override_given) proposed.set_override_reason(step.override_reason);
    for (const std::string_view id : evaluation.skipped)
      proposed.add_skipped_transition_ids(std::string(id));
    proposed.set_closing_reason(step.question.closing_reason);
    for (const ev::Money& lost : step.question.lost) *proposed.add_lost() = lost;
    proposed.set_merged_into_case_id(step.question.merged_into_case_id);
    ASSIGN_OR_RETURN(EventDraft draft,
                     uses_.desk->Draft(step.at_desk, step.now, request.actor(), proposed));
    append.drafts.push_back(std::move(draft));
    response.set_outcome(v1::TransitionCaseResponse::PROPOSED);
    response.mutable_evaluation()->set_proposal_event_id(ToText(*append.drafts.front().event_id));
    response.mutable_evaluation()->set_proposed_by(request.actor().id());
  } else {
    std::vector<ev::Approval> approvals;
    if (approves) {
      approvals.push_back(step.proposal->payload.proposal());
      approvals.push_back(
          MakeApproval(request.actor().id(), role, step.now, MeaningOf(evaluation.transition_id)));
    }
    ASSIGN_OR_RETURN(append.drafts, Change(step, request.actor(), approvals));
    response.set_outcome(v1::TransitionCaseResponse::DONE);
  }
  std::vector<std::string> types;
  for (const EventDraft& draft : append.drafts) types.push_back(draft.type);
  ASSIGN_OR_RETURN(const eventstore::AppendResult result,
                   uses_.desk->log()->AppendAndWait(std::move(append)));
  if (!evaluation.passed) return GuardFailed(step.at_desk.file.case_id(), evaluation.findings);
  SetReceipts(result.receipts, types, &response);
  return response;
}

absl::StatusOr<size_t> TransitionCase::RunByServer(const std::string& case_id,
                                                   const std::string& transition_id,
                                                   const std::string& request_id) const {
  v1::EvaluateTransitionRequest request;
  request.set_case_id(case_id);
  request.set_transition_id(transition_id);
  ASSIGN_OR_RETURN(Step step, Read(request, ""));
  const TransitionEvaluation& evaluation = step.evaluation;
  const bool may = std::find(evaluation.proposers.begin(), evaluation.proposers.end(),
                             policies::kSystemRole) != evaluation.proposers.end();
  if (!may || !evaluation.passed || !evaluation.approvers.empty()) return 0;
  // Since when the debt is late enough.
  int64_t days_over = 0;
  for (const Finding& finding : evaluation.findings) {
    if (finding.result.guard_id() == "min_dpd")
      days_over = finding.result.found() - finding.result.required();
  }
  const absl::CivilDay since = step.at_desk.DateAt(step.now) - days_over;
  const int64_t late_at = absl::ToUnixMicros(absl::FromCivil(since, step.at_desk.zone));
  step.now =
      std::min(step.now, Instant{std::max(late_at, step.at_desk.file.last_occurred_at_micros())});
  ledger::v1::Actor actor;
  actor.set_kind(ledger::v1::SYSTEM);
  actor.set_id(eventstore::kOwnSource);
  eventstore::AppendRequest append;
  append.source = eventstore::kOwnSource;
  append.request_id = request_id;
  append.expectations = step.at_desk.expectations;
  ASSIGN_OR_RETURN(append.drafts, Change(step, actor, {}));
  const size_t events = append.drafts.size();
  const auto result = uses_.desk->log()->AppendAndWait(std::move(append));
  // Somebody was faster: it is asked about again later.
  if (ReasonOf(result.status()) == error::v1::STREAM_MOVED) return 0;
  if (!result.ok()) return result.status();
  return result->repeated ? 0 : events;
}

absl::StatusOr<v1::TransitionCaseResponse> TransitionCase::Run(
    const Caller& caller, const v1::TransitionCaseRequest& request) const {
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "CaseService.TransitionCase",
                                          request.transition().case_id()));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.desk->log()->tenant(), request.transition().parent()));
  if (!IsId(request.request_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
  RETURN_IF_ERROR(CheckActor(caller, request.actor()));
  const eventstore::LogReader& reader = uses_.desk->log()->reader();
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const auto first, reader.FindRequest(caller.source(), request.request_id()));
    if (first.has_value()) return RecallAnswer(reader, *first, request);
    auto response = Attempt(caller, request);
    const std::optional<Reason> reason = ReasonOf(response.status());
    // Something was recorded meanwhile, or the same request was faster: ask again.
    const bool again =
        reason == error::v1::STREAM_MOVED || reason == error::v1::IDEMPOTENCY_CONFLICT;
    if (!again || attempt == kDecisionAttemptsMax) return response;
  }
}

}  // namespace constancia::api
