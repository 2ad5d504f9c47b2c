#include "api/commands/read_contact_ledger.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "api/commands/actor.h"
#include "api/commands/contact_facts.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "policies/engine/evaluate.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using casefile::v1::PermitState;
using counsel::v1::Facts;
using counsel::v1::Proposal;
using counsel::v1::Verdict;

// Every channel that rules know.
constexpr std::string_view kRuleChannels[] = {
    "call", "call_work", "voicemail_drop", "visit",  "visit_work", "sms",
    "im",   "email",     "email_work",     "letter", "social_dm"};

v1::Permit::State StateOf(const PermitState& permit, Instant now) {
  switch (permit.phase()) {
    case PermitState::LIVE:
      return permit.expires_at_micros() > now.micros ? v1::Permit::LIVE : v1::Permit::EXPIRED;
    case PermitState::USED:
      return v1::Permit::USED;
    case PermitState::CANCELLED:
      return v1::Permit::CANCELLED;
    case PermitState::EXPIRED:
      return v1::Permit::EXPIRED;
    default:
      return v1::Permit::STATE_UNSPECIFIED;
  }
}

void SetPermit(const PermitState& permit, Instant now, v1::Permit* message) {
  message->set_permit_id(permit.permit_id());
  message->set_state(StateOf(permit, now));
  message->set_case_id(permit.case_id());
  message->set_party_id(permit.person());
  message->set_party_role(permit.party_role());
  message->set_channel(permit.channel());
  *message->mutable_obligation_ids() = permit.debts();
  SetTimestamp({permit.granted_at_micros()}, message->mutable_granted_at());
  SetTimestamp({permit.expires_at_micros()}, message->mutable_expires_at());
  message->set_used_by_event_id(permit.used_by());
}

std::vector<std::string> ConditionsOf(const v1::IntendedContact& contact) {
  return {contact.conditions().begin(), contact.conditions().end()};
}

// What failed, where a list goes on.
void SetFailure(const absl::Status& status, v1::BatchCheckResult* result) {
  result->clear_answers();
  result->set_error_reason(error::v1::Reason_Name(ReasonOf(status).value_or(error::v1::INTERNAL)));
  result->set_error_field(FieldOf(status));
}

}  // namespace

absl::StatusOr<View> ReadContactLedger::MayRead(const Caller& caller, Method method,
                                                std::string_view parent, const std::string& case_id,
                                                const std::string& party_id) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, method));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), parent));
  if (!case_id.empty()) RETURN_IF_ERROR(view.CheckCase(case_id));
  if (!party_id.empty()) RETURN_IF_ERROR(view.CheckPerson(party_id));
  return view;
}

absl::Status ReadContactLedger::RecordViewing(const Caller& caller, const View& view,
                                              std::string_view case_id,
                                              std::string_view party_id) const {
  AccessLog::Viewing viewing{
      .what = "contact-ledger", .purpose = {}, .masking = {}, .opened = 0, .files = {}};
  if (!case_id.empty())
    viewing.files.push_back({ledger::v1::STREAM_KIND_CASE, std::string(case_id)});
  if (!party_id.empty())
    viewing.files.push_back({ledger::v1::STREAM_KIND_DEBTOR, std::string(party_id)});
  return uses_.access_log->RecordViewing(caller, view, std::move(viewing));
}

absl::StatusOr<v1::ListPermitsResponse> ReadContactLedger::ListPermits(
    const Caller& caller, const v1::ListPermitsRequest& request) const {
  ASSIGN_OR_RETURN(const View view, MayRead(caller, "ContactService.ListPermits", request.parent(),
                                            "", request.party_id()));
  if (request.party_id().empty())
    return Error(error::v1::SCHEMA_INVALID, "name the person", "party_id");
  if (request.page_size() > kPageSizeMax)
    return Error(error::v1::LIMIT_EXCEEDED, "at most 1000 a page", "page_size");
  const size_t page_size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  uint64_t next = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &next))
    return Error(error::v1::SCHEMA_INVALID, "not a token of this list", "page_token");
  RETURN_IF_ERROR(RecordViewing(caller, view, "", request.party_id()));

  constexpr size_t kChunk = 256;
  const DecisionRows rows(uses_.log);
  const Instant now = uses_.clock->Now();
  const Stream debtor{ledger::v1::STREAM_KIND_DEBTOR, request.party_id()};
  v1::ListPermitsResponse response;
  for (size_t looked_at = 0; looked_at < kPageScanMax;) {
    ASSIGN_OR_RETURN(const std::vector<eventstore::RecordedEvent> events,
                     uses_.log->reader().ReadStream(debtor, Sequence{next}, kChunk));
    for (const eventstore::RecordedEvent& event : events) {
      if (static_cast<size_t>(response.permits_size()) == page_size) {
        response.set_next_page_token(absl::StrCat(next));
        return response;
      }
      ++next;
      if (event.header.type() != ev::PermitGranted::descriptor()->full_name()) continue;
      const auto id = EventId::From(event.header.event_id());
      ASSIGN_OR_RETURN(const std::optional<PermitState> permit,
                       eventstore::ReadPermit(rows.contacts, ToText(*id)));
      if (!permit.has_value()) continue;
      if (request.state() != v1::Permit::STATE_UNSPECIFIED &&
          request.state() != StateOf(*permit, now))
        continue;
      SetPermit(*permit, now, response.add_permits());
    }
    if (events.size() < kChunk) return response;
    looked_at += events.size();
  }
  response.set_next_page_token(absl::StrCat(next));
  return response;
}

absl::StatusOr<v1::GetContactLedgerResponse> ReadContactLedger::Get(
    const Caller& caller, const v1::GetContactLedgerRequest& request) const {
  ASSIGN_OR_RETURN(const View view,
                   MayRead(caller, "ContactService.GetContactLedger", request.parent(),
                           request.case_id(), request.party_id()));
  // Who sees some cases only names one of them.
  if (request.case_id().empty() && !view.SeesAllCases())
    return Error(error::v1::SCHEMA_INVALID, "name the case", "case_id");
  Instant at = uses_.clock->Now();
  if (request.has_at()) {
    ASSIGN_OR_RETURN(at, ToInstant(request.at(), "at"));
  }
  v1::GetContactLedgerResponse response;
  response.set_as_of(uses_.log->reader().end().value);
  const DecisionRows rows(uses_.log);
  ContactFacts facts(rows, uses_.packs);
  v1::IntendedContact contact;
  contact.set_case_id(request.case_id());
  contact.set_party_id(request.party_id());
  contact.set_party_role(request.party_role());
  contact.set_channel(ev::CHANNEL_VOICE_CALL);
  ASSIGN_OR_RETURN(Gate::Question question, uses_.gate->MakeQuestion(contact, at, facts));
  Proposal& proposal = question.proposal;
  RETURN_IF_ERROR(RecordViewing(caller, view, request.case_id(), proposal.person()));
  ASSIGN_OR_RETURN(Facts gathered, facts.Gather(proposal, at, "", {}));
  for (const std::string_view channel : kRuleChannels) {
    proposal.set_channel(std::string(channel));
    v1::ChannelStanding* standing = response.add_channels();
    standing->set_channel(proposal.channel());
    ASSIGN_OR_RETURN(*standing->mutable_verdict(),
                     policies::Evaluate(*uses_.packs, gathered, proposal));
  }
  ASSIGN_OR_RETURN(const auto contacts,
                   eventstore::ReadContacts(rows.contacts, proposal.person(),
                                            {at.micros - kFactsReachMicros}, {at.micros + 1}));
  for (const casefile::v1::LedgerContact& one : contacts) {
    v1::CountedContact* counted = response.add_contacts();
    if (const auto id = EventId::From(one.event_id())) counted->set_event_id(ToText(*id));
    *counted->mutable_contact() = one.contact();
    counted->set_case_id(one.case_id());
    counted->set_permit_id(one.permit_id());
    counted->set_ungoverned(one.ungoverned());
    ASSIGN_OR_RETURN(const auto standing,
                     eventstore::ReadViolations(rows.contacts, counted->event_id()));
    for (const auto& violation : standing.violations())
      counted->add_violated_rules(violation.rule_id());
  }
  ASSIGN_OR_RETURN(const auto open, eventstore::ReadOpenPermits(rows.contacts, proposal.person()));
  for (const PermitState& permit : open.permits()) {
    if (StateOf(permit, at) == v1::Permit::LIVE) SetPermit(permit, at, response.add_live_permits());
  }
  std::sort(gathered.mutable_records()->begin(), gathered.mutable_records()->end(),
            [](const auto& a, const auto& b) { return a.position() < b.position(); });
  *response.mutable_records() = std::move(*gathered.mutable_records());
  return response;
}

absl::Status ReadContactLedger::CheckBatch(const Caller& caller,
                                           const v1::BatchCheckContactsRequest& request) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, "ContactService.BatchCheckContacts"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  if (request.contacts().empty() || request.contacts_size() > kBatchContactsMax)
    return Error(error::v1::LIMIT_EXCEEDED, "a batch holds 1 to 10,000 contacts", "contacts");
  if (request.channels_size() > kBatchChannelsMax)
    return Error(error::v1::LIMIT_EXCEEDED, "a batch asks for at most 16 channels", "channels");
  for (int i = 0; i < request.channels_size(); ++i) {
    if (RuleChannel(request.channels(i), ev::PLACE_PERSONAL, false, ev::DIRECTION_OUTBOUND).empty())
      return Error(error::v1::SCHEMA_INVALID, "name channels by which a collector reaches a person",
                   absl::StrCat("channels[", i, "]"));
  }
  for (int i = 0; i < request.contacts_size(); ++i) {
    const v1::IntendedContact& contact = request.contacts(i);
    absl::Status sees = view.CheckCase(contact.case_id());
    if (sees.ok() && !contact.party_id().empty()) sees = view.CheckPerson(contact.party_id());
    if (!sees.ok()) return InField(sees, absl::StrCat("contacts[", i, "]"));
  }
  if (request.has_at()) return ToInstant(request.at(), "at").status();
  return absl::OkStatus();
}

absl::StatusOr<v1::BatchCheckContactsResponse> ReadContactLedger::AnswerSome(
    const v1::BatchCheckContactsRequest& request, int from, int results_max) const {
  const Instant now = uses_.clock->Now();
  Instant at = now;
  if (request.has_at()) {
    ASSIGN_OR_RETURN(at, ToInstant(request.at(), "at"));
  }
  const DecisionRows rows(uses_.log);
  v1::BatchCheckContactsResponse response;
  const int end = std::min(request.contacts_size(), from + results_max);
  for (int i = from; i < end; ++i) {
    v1::IntendedContact contact = request.contacts(i);
    std::vector<ev::Channel> channels;
    for (const int channel : request.channels())
      channels.push_back(static_cast<ev::Channel>(channel));
    if (channels.empty()) channels.push_back(contact.channel());
    contact.set_channel(channels.front());
    v1::BatchCheckResult* result = response.add_results();
    result->set_index(static_cast<uint32_t>(i));
    result->set_case_id(contact.case_id());
    result->set_party_id(contact.party_id());
    result->set_as_of(uses_.log->reader().end().value);
    // The facts are gathered once for all channels.
    ContactFacts facts(rows, uses_.packs);
    absl::StatusOr<Gate::Question> question = uses_.gate->MakeQuestion(contact, at, facts);
    if (!question.ok()) {
      SetFailure(question.status(), result);
      continue;
    }
    Proposal& proposal = question->proposal;
    result->set_party_id(proposal.person());
    ASSIGN_OR_RETURN(const Facts gathered,
                     facts.Gather(proposal, std::max(at, now), contact.contact_point_id(),
                                  ConditionsOf(contact)));
    for (const ev::Channel channel : channels) {
      proposal.set_channel(std::string(
          RuleChannel(channel, contact.place(), contact.prerecorded(), ev::DIRECTION_OUTBOUND)));
      const absl::StatusOr<Verdict> verdict = policies::Evaluate(*uses_.packs, gathered, proposal);
      if (!verdict.ok()) {
        SetFailure(verdict.status(), result);
        break;
      }
      v1::ChannelAnswer* answer = result->add_answers();
      answer->set_channel(channel);
      answer->set_outcome(verdict->outcome());
      answer->set_rule(verdict->rule());
      if (verdict->has_next_allowed_at_micros())
        SetTimestamp({verdict->next_allowed_at_micros()}, answer->mutable_next_allowed_at());
    }
  }
  return response;
}

}  // namespace constancia::api
