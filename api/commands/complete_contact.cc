#include "api/commands/complete_contact.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/commands/actor.h"
#include "api/commands/contact_facts.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using casefile::v1::LedgerContact;
using casefile::v1::PermitState;

absl::Status Invalid(std::string_view what, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, what, field);
}

// Gives the bytes of a digest: the same request makes the same event id, so that it can be
// repeated.
class DigestBytes final : public Random {
 public:
  explicit DigestBytes(const Hash& digest) : digest_(digest) {}
  void Fill(std::span<uint8_t> out) override {
    for (size_t i = 0; i < out.size(); ++i) out[i] = digest_.bytes[i % Hash::kSize];
  }

 private:
  const Hash digest_;
};

// Puts what `from` says into the fields that `to` leaves empty.
void FillFromPermit(const ev::PermitGranted& from, const std::string& permit_id,
                    ev::ContactAttempted* to) {
  const std::string& channel = from.proposal().channel();
  to->set_permit_id(permit_id);
  if (to->channel() == ev::CHANNEL_UNSPECIFIED) {
    to->set_channel(from.channel());
    to->set_prerecorded(channel == "voicemail_drop");
    if (channel.ends_with("_work")) to->set_place(ev::PLACE_WORK);
  }
  if (to->direction() == ev::DIRECTION_UNSPECIFIED) to->set_direction(ev::DIRECTION_OUTBOUND);
  if (to->purpose() == ev::PURPOSE_UNSPECIFIED) to->set_purpose(from.purpose());
  if (to->contact_point_id().empty()) to->set_contact_point_id(from.contact_point_id());
  if (to->bot_id().empty()) to->set_bot_id(from.bot_id());
  if (to->case_id().empty()) to->set_case_id(from.case_id());
  if (to->party_id().empty()) {
    to->set_party_id(from.party_id());
    to->set_party_role(from.party_role());
  }
  if (to->obligation_ids().empty()) *to->mutable_obligation_ids() = from.obligation_ids();
  if (to->creditor_id().empty()) to->set_creditor_id(from.creditor_id());
  if (to->agent_id().empty()) to->set_agent_id(from.agent_id());
  if (to->campaign_id().empty()) to->set_campaign_id(from.campaign_id());
  if (to->regimes().empty()) *to->mutable_regimes() = from.regimes();
}

void AddStreams(const std::string& case_id, const std::string& person, v1::EventDraft* draft) {
  if (IsId(case_id)) draft->add_streams("case/" + case_id);
  if (IsId(person)) draft->add_streams("debtor/" + person);
}

}  // namespace

absl::Status CompleteContact::AddAttempt(const Caller& caller,
                                         const v1::CompleteContactRequest& request,
                                         Prepared* prepared) const {
  const DecisionRows rows(uses_.log);
  ASSIGN_OR_RETURN(const std::optional<PermitState> permit,
                   eventstore::ReadPermit(rows.contacts, request.permit_id()));
  if (!permit.has_value()) return Error(error::v1::NOT_FOUND, "no such permit", "permit_id");
  if (!request.has_started_at()) return Invalid("say when the contact began", "started_at");
  ASSIGN_OR_RETURN(const Instant began, ToInstant(request.started_at(), "started_at"));
  if (began < Instant{0}) return Invalid("not before 1970", "started_at");
  DigestBytes bytes(Sha256Joined({caller.source(), "/", request.request_id()}));
  prepared->attempt_id = ToText(NewEventId(began, bytes));
  if (!permit->used_by().empty() && permit->used_by() != prepared->attempt_id) {
    return Error(error::v1::PERMIT_USED,
                 "a contact under this permit is recorded; complete it by its attempt_id",
                 "permit_id", {{"attempt_id", permit->used_by()}});
  }
  ASSIGN_OR_RETURN(const eventstore::RecordedEvent event,
                   uses_.log->reader().ReadEvent({permit->position()}));
  ev::PermitGranted granted;
  granted.ParseFromString(event.header.public_payload());
  ev::ContactAttempted attempt = request.attempt();
  FillFromPermit(granted, request.permit_id(), &attempt);
  v1::EventDraft* draft = prepared->append.add_events();
  draft->mutable_payload()->PackFrom(attempt);
  *draft->mutable_occurred_at() = request.started_at();
  draft->set_zone(request.zone().empty() ? event.header.zone() : request.zone());
  draft->set_event_id(prepared->attempt_id);
  AddStreams(attempt.case_id(), attempt.party_id(), draft);
  return absl::OkStatus();
}

absl::StatusOr<CompleteContact::Prepared> CompleteContact::Prepare(
    const Caller& caller, const v1::CompleteContactRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "ContactService.CompleteContact"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  if (!IsId(request.request_id()))
    return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
  if (request.has_completion() && request.completion().reach() == ev::REACH_UNSPECIFIED)
    return Invalid("say how far the contact got", "completion.reach");

  Prepared prepared;
  prepared.append.set_parent(request.parent());
  prepared.append.set_request_id(request.request_id());
  ev::ContactCompleted completion = request.completion();
  std::string zone = request.zone();
  google::protobuf::Timestamp began;
  if (request.what_case() == v1::CompleteContactRequest::kPermitId) {
    RETURN_IF_ERROR(AddAttempt(caller, request, &prepared));
    const v1::EventDraft& draft = prepared.append.events(0);
    ev::ContactAttempted attempt;
    draft.payload().UnpackTo(&attempt);
    zone = draft.zone();
    began = request.started_at();
    completion.set_channel(attempt.channel());
    completion.set_case_id(attempt.case_id());
    completion.set_party_id(attempt.party_id());
    completion.set_party_role(attempt.party_role());
    *completion.mutable_obligation_ids() = attempt.obligation_ids();
    completion.set_creditor_id(attempt.creditor_id());
    completion.set_agent_id(attempt.agent_id());
    completion.set_campaign_id(attempt.campaign_id());
  } else if (request.what_case() == v1::CompleteContactRequest::kAttemptId) {
    if (!request.has_completion()) return Invalid("say how the contact ended", "completion");
    const DecisionRows rows(uses_.log);
    ASSIGN_OR_RETURN(const std::optional<LedgerContact> contact,
                     eventstore::ReadContact(rows.contacts, request.attempt_id()));
    if (!contact.has_value())
      return Error(error::v1::NOT_FOUND, "no contact is recorded by that event", "attempt_id");
    prepared.attempt_id = request.attempt_id();
    if (zone.empty()) zone = contact->zone();
    SetTimestamp({contact->contact().at_micros()}, &began);
    completion.set_case_id(contact->case_id());
    completion.set_party_id(contact->contact().person());
    completion.set_party_role(contact->party_role());
    *completion.mutable_obligation_ids() = contact->contact().debts();
    completion.set_creditor_id(contact->contact().creditor());
    completion.set_agent_id(contact->agent_id());
    completion.set_campaign_id(contact->campaign_id());
  } else {
    return Invalid("name the permit or the attempt", "permit_id");
  }
  if (request.has_completion()) {
    completion.set_attempt_id(prepared.attempt_id);
    if (!completion.has_ended_at()) {
      *completion.mutable_ended_at() = began;
      completion.mutable_ended_at()->set_seconds(began.seconds() + completion.duration_seconds());
    }
    v1::EventDraft* draft = prepared.append.add_events();
    draft->mutable_payload()->PackFrom(completion);
    *draft->mutable_occurred_at() = completion.ended_at();
    draft->set_zone(zone);
    AddStreams(completion.case_id(), completion.party_id(), draft);
  }
  for (v1::EventDraft& draft : *prepared.append.mutable_events())
    *draft.mutable_actor() = request.actor();
  return prepared;
}

void CompleteContact::Run(const Caller& caller, const v1::CompleteContactRequest& request,
                          Done done) const {
  absl::StatusOr<Prepared> prepared = Prepare(caller, request);
  if (!prepared.ok()) return done(prepared.status());
  uses_.record->Run(caller, prepared->append,
                    [attempt_id = prepared->attempt_id, done = std::move(done)](
                        absl::StatusOr<v1::AppendEventsResponse> answer) mutable {
                      if (!answer.ok()) return done(answer.status());
                      v1::CompleteContactResponse response;
                      response.set_attempt_id(attempt_id);
                      *response.mutable_receipts() = std::move(*answer->mutable_receipts());
                      done(std::move(response));
                    });
}

}  // namespace constancia::api
