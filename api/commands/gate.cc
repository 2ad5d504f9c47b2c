#include "api/commands/gate.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "api/commands/drafts.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "core/event/parting.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "policies/engine/evaluate.h"

namespace constancia::api {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::PermitState;
using counsel::v1::Facts;
using counsel::v1::Proposal;
using counsel::v1::Verdict;
using eventstore::EventDraft;

namespace {

constexpr int kConditionsMax = 16;
// Expiries that one decision records; the next one records more.
constexpr size_t kExpiriesMax = 64;

google::protobuf::Timestamp ToTimestamp(Instant at) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(at.micros / kMicrosPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(at.micros % kMicrosPerSecond) * 1000);
  return timestamp;
}

absl::Status OtherQuestion() {
  return Error(error::v1::IDEMPOTENCY_CONFLICT,
               "the request id was used for something else: use a new one", "request_id");
}

int64_t PermitSeconds(const v1::ReserveContactRequest& request) {
  return request.permit_seconds() == 0 ? kPermitSecondsMax : request.permit_seconds();
}

// Whether a recorded decision answers `request`: what it left to the case to fill in, it does not
// contradict.
template <typename Payload>
bool SameQuestion(const Payload& decided, const ledger::v1::EventHeader& header,
                  const v1::ReserveContactRequest& request) {
  const v1::IntendedContact& contact = request.contact();
  return contact.case_id() == decided.case_id() &&
         (contact.party_id().empty() || contact.party_id() == decided.party_id()) &&
         (contact.party_role() == ev::PARTY_ROLE_UNSPECIFIED ||
          contact.party_role() == decided.party_role()) &&
         (contact.obligation_ids().empty() ||
          std::equal(contact.obligation_ids().begin(), contact.obligation_ids().end(),
                     decided.obligation_ids().begin(), decided.obligation_ids().end())) &&
         contact.channel() == decided.channel() &&
         RuleChannel(contact.channel(), contact.place(), contact.prerecorded(),
                     ev::DIRECTION_OUTBOUND) == decided.proposal().channel() &&
         (contact.zones().empty() ||
          std::equal(contact.zones().begin(), contact.zones().end(),
                     decided.proposal().zones().begin(), decided.proposal().zones().end())) &&
         contact.purpose() == decided.purpose() &&
         contact.contact_point_id() == decided.contact_point_id() &&
         std::equal(contact.conditions().begin(), contact.conditions().end(),
                    decided.conditions().begin(), decided.conditions().end()) &&
         contact.agent_id() == decided.agent_id() && contact.bot_id() == decided.bot_id() &&
         contact.campaign_id() == decided.campaign_id() &&
         request.actor().kind() == header.actor().kind() &&
         request.actor().id() == header.actor().id();
}

std::vector<std::string> ConditionsOf(const v1::IntendedContact& contact) {
  return {contact.conditions().begin(), contact.conditions().end()};
}

// Asks counsel over everything known.
absl::StatusOr<Verdict> Ask(const policies::PackSet& packs, const Proposal& proposal,
                            const v1::IntendedContact& contact, Instant now, ContactFacts& facts) {
  ASSIGN_OR_RETURN(const Facts gathered,
                   facts.Gather(proposal, now, contact.contact_point_id(), ConditionsOf(contact)));
  return policies::Evaluate(packs, gathered, proposal);
}

// That a permit was never used, recorded with the decision `cause`.
EventDraft Expired(const PermitState& permit, const EventDraft& cause) {
  ev::PermitExpired expired;
  expired.set_permit_id(permit.permit_id());
  *expired.mutable_expired_at() = ToTimestamp({permit.expires_at_micros()});
  expired.set_case_id(permit.case_id());
  expired.set_party_id(permit.person());
  expired.set_party_role(permit.party_role());
  *expired.mutable_obligation_ids() = permit.debts();
  EventDraft draft;
  draft.type = expired.GetDescriptor()->full_name();
  draft.occurred_at = cause.occurred_at;
  draft.zone = cause.zone;
  draft.offset_minutes = cause.offset_minutes;
  draft.actor.set_kind(ledger::v1::SYSTEM);
  draft.actor.set_id(eventstore::kOwnSource);
  draft.causation_id = cause.event_id;
  draft.public_part = expired.SerializeAsString();
  draft.streams = {CaseStream(permit.case_id()), DebtorStream(permit.person())};
  draft.retention_class = "contact";
  draft.consequence = true;
  return draft;
}

}  // namespace

absl::StatusOr<Gate::Question> Gate::MakeQuestion(const v1::IntendedContact& contact, Instant at,
                                                  ContactFacts& facts) const {
  if (contact.case_id().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "name the case the contact is about",
                 "contact.case_id");
  }
  if (contact.conditions_size() > kConditionsMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 16 preconditions", "contact.conditions");
  }
  ASSIGN_OR_RETURN(const CaseFile* file, facts.Case(contact.case_id()));
  if (file == nullptr)
    return Error(error::v1::NOT_FOUND, "no event of that case is recorded", "contact.case_id");
  Question question{.proposal = {}, .role = contact.party_role()};
  Proposal& proposal = question.proposal;

  const std::string_view channel = RuleChannel(contact.channel(), contact.place(),
                                               contact.prerecorded(), ev::DIRECTION_OUTBOUND);
  if (channel.empty()) {
    return Error(error::v1::SCHEMA_INVALID, "name a channel by which a collector reaches a person",
                 "contact.channel");
  }
  proposal.set_channel(std::string(channel));
  proposal.set_person(contact.party_id().empty() ? file->party_id() : contact.party_id());
  if (proposal.person().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "the case names no debtor: name the person",
                 "contact.party_id");
  }
  if (question.role == ev::PARTY_ROLE_UNSPECIFIED) question.role = RoleIn(*file, proposal.person());
  proposal.set_party(std::string(RuleParty(question.role)));
  *proposal.mutable_debts() = contact.obligation_ids();
  *proposal.mutable_zones() = contact.zones();
  FillFromCase(*file, &proposal);
  if (proposal.debts().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "the case has no obligation: name the debts",
                 "contact.obligation_ids");
  }
  if (proposal.zones().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "the case has no zone: name where the person may be",
                 "contact.zones");
  }
  for (const std::string& zone : proposal.zones()) {
    if (!zones_->Find(zone).ok()) {
      return Error(error::v1::SCHEMA_INVALID, "no time zone of this name; use an IANA name",
                   "contact.zones");
    }
  }
  proposal.set_purpose(std::string(RulePurpose(contact.purpose())));
  proposal.set_initiated_by("collector");
  proposal.set_at_micros(at.micros);
  for (std::string& jurisdiction : facts.Jurisdictions(*file))
    proposal.add_jurisdictions(std::move(jurisdiction));
  if (proposal.jurisdictions().empty()) {
    return Error(error::v1::SETUP_INVALID, "no policy pack is loaded for the regimes of the case",
                 "contact.case_id");
  }
  return question;
}

absl::StatusOr<Advice> Gate::Check(const v1::IntendedContact& contact, Instant at) const {
  const Position as_of = log_->reader().end();
  const DecisionRows rows(log_);
  ContactFacts facts(rows, packs_);
  ASSIGN_OR_RETURN(const Question question, MakeQuestion(contact, at, facts));
  ASSIGN_OR_RETURN(Verdict verdict,
                   Ask(*packs_, question.proposal, contact, std::max(at, clock_->Now()), facts));
  return Advice{.verdict = std::move(verdict), .as_of = as_of};
}

absl::StatusOr<std::optional<Decision>> Gate::FirstDecision(
    const std::string& source, const v1::ReserveContactRequest& request) const {
  ASSIGN_OR_RETURN(const auto first, log_->reader().FindRequest(source, request.request_id()));
  if (!first.has_value()) return std::nullopt;
  Decision decision;
  decision.receipt = first->receipts.front();
  ASSIGN_OR_RETURN(const eventstore::RecordedEvent event,
                   log_->reader().ReadEvent(decision.receipt.position));
  if (event.header.type() == ev::PermitGranted::descriptor()->full_name()) {
    ev::PermitGranted granted;
    granted.ParseFromString(event.header.public_payload());
    decision.expires_at = {granted.expires_at().seconds() * kMicrosPerSecond +
                           granted.expires_at().nanos() / 1000};
    if (!SameQuestion(granted, event.header, request) ||
        decision.expires_at->micros - event.header.occurred_at() !=
            PermitSeconds(request) * kMicrosPerSecond) {
      return OtherQuestion();
    }
    decision.verdict = granted.verdict();
    return decision;
  }
  if (event.header.type() == ev::ContactDenied::descriptor()->full_name()) {
    ev::ContactDenied denied;
    denied.ParseFromString(event.header.public_payload());
    if (!SameQuestion(denied, event.header, request)) return OtherQuestion();
    decision.verdict = denied.verdict();
    return decision;
  }
  return OtherQuestion();
}

void Gate::Reserve(const v1::ReserveContactRequest& request, std::string source,
                   absl::AnyInvocable<void(absl::StatusOr<Decision>)> done) const {
  if (request.request_id().empty()) {
    done(Error(error::v1::SCHEMA_INVALID, "a reservation needs a request id", "request_id"));
    return;
  }
  if (request.permit_seconds() > kPermitSecondsMax) {
    done(Error(error::v1::LIMIT_EXCEEDED,
               absl::StrCat("a permit lives at most ", kPermitSecondsMax, " seconds"),
               "permit_seconds"));
    return;
  }
  auto first = FirstDecision(source, request);
  if (!first.ok()) {
    done(first.status());
  } else if (first->has_value()) {
    done(**std::move(first));
  } else {
    Attempt(request, source, kDecisionAttemptsMax, std::move(done));
  }
}

void Gate::Attempt(const v1::ReserveContactRequest& request, const std::string& source,
                   int attempts_left,
                   absl::AnyInvocable<void(absl::StatusOr<Decision>)> done) const {
  const Instant now = clock_->Now();
  const DecisionRows rows(log_);
  ContactFacts facts(rows, packs_);
  // The versions come before the facts: an event that falls between the two makes the append fail.
  const auto case_version = log_->reader().VersionOf(CaseStream(request.contact().case_id()));
  if (!case_version.ok()) return done(case_version.status());
  auto question = MakeQuestion(request.contact(), now, facts);
  if (!question.ok()) return done(question.status());
  const Proposal& proposal = question->proposal;
  const auto version = log_->reader().VersionOf(DebtorStream(proposal.person()));
  if (!version.ok()) return done(version.status());
  auto verdict = Ask(*packs_, proposal, request.contact(), now, facts);
  if (!verdict.ok()) return done(verdict.status());
  const auto open = eventstore::ReadOpenPermits(rows.contacts, proposal.person());
  if (!open.ok()) return done(open.status());

  // What is recorded is what is answered, also when the request is repeated.
  ShortenVerdict(&*verdict);
  const bool allowed = verdict->outcome() != Verdict::DENY;
  const auto fill = [&](auto& payload) {
    *payload.mutable_proposal() = proposal;
    *payload.mutable_verdict() = *verdict;
    payload.set_channel(request.contact().channel());
    payload.set_purpose(request.contact().purpose());
    payload.set_contact_point_id(request.contact().contact_point_id());
    payload.set_requested_by(source);
    payload.set_bot_id(request.contact().bot_id());
    *payload.mutable_conditions() = request.contact().conditions();
    payload.set_case_id(proposal.case_id());
    payload.set_party_id(proposal.person());
    payload.set_party_role(question->role);
    *payload.mutable_obligation_ids() = proposal.debts();
    payload.set_creditor_id(proposal.creditor());
    payload.set_agent_id(request.contact().agent_id());
    payload.set_campaign_id(request.contact().campaign_id());
    *payload.mutable_regimes() = proposal.jurisdictions();
  };

  Decision decision;
  EventDraft draft;
  if (allowed) {
    ev::PermitGranted granted;
    fill(granted);
    decision.expires_at = {now.micros + PermitSeconds(request) * kMicrosPerSecond};
    *granted.mutable_expires_at() = ToTimestamp(*decision.expires_at);
    draft.type = granted.GetDescriptor()->full_name();
    draft.public_part = granted.SerializeAsString();
  } else {
    ev::ContactDenied denied;
    fill(denied);
    if (verdict->has_next_allowed_at_micros()) {
      *denied.mutable_next_allowed_at() = ToTimestamp({verdict->next_allowed_at_micros()});
    }
    draft.type = denied.GetDescriptor()->full_name();
    draft.public_part = denied.SerializeAsString();
  }
  // What the caller named goes into the public part: it is held to what every public part is held
  // to.
  const absl::StatusOr<Parts> parts =
      PartPayload(allowed ? *ev::PermitGranted::descriptor() : *ev::ContactDenied::descriptor(),
                  draft.public_part);
  if (!parts.ok()) return done(InField(parts.status(), "contact"));
  draft.occurred_at = now;
  draft.zone = proposal.zones(0);
  const auto zone = zones_->Find(draft.zone);
  if (!zone.ok()) return done(zone.status());
  draft.offset_minutes = OffsetMinutes(*zone, now);
  draft.actor = request.actor();
  draft.streams = {CaseStream(proposal.case_id()), DebtorStream(proposal.person())};
  draft.retention_class = "contact";
  decision.verdict = *std::move(verdict);

  eventstore::AppendRequest append;
  append.source = source;
  append.request_id = request.request_id();
  for (const PermitState& permit : open->permits()) {
    if (permit.expires_at_micros() > now.micros || append.drafts.size() == kExpiriesMax) continue;
    if (!draft.event_id.has_value()) {
      draft.event_id = NewEventId(now, *random_);
      draft.event_id_made = true;
    }
    append.drafts.push_back(Expired(permit, draft));
  }
  append.drafts.insert(append.drafts.begin(), std::move(draft));
  append.expectations = {{.stream = DebtorStream(proposal.person()), .version = *version},
                         {.stream = CaseStream(proposal.case_id()), .version = *case_version}};
  log_->Append(std::move(append),
               [this, request, source, attempts_left, decision = std::move(decision),
                done = std::move(done)](absl::StatusOr<eventstore::AppendResult> result) mutable {
                 if (ReasonOf(result.status()) == error::v1::STREAM_MOVED && attempts_left > 1) {
                   Attempt(request, source, attempts_left - 1, std::move(done));
                   return;
                 }
                 if (ReasonOf(result.status()) == error::v1::IDEMPOTENCY_CONFLICT) {
                   // The same request raced with itself; the first one's decision is the decision.
                   auto first = FirstDecision(source, request);
                   if (!first.ok()) return done(first.status());
                   if (first->has_value()) return done(**std::move(first));
                 }
                 if (!result.ok()) return done(result.status());
                 decision.receipt = std::move(result->receipts.front());
                 done(std::move(decision));
               });
}

void Gate::Cancel(const v1::CancelPermitRequest& request, std::string source,
                  absl::AnyInvocable<void(absl::StatusOr<eventstore::Receipt>)> done) const {
  TryCancel(request, source, kDecisionAttemptsMax, std::move(done));
}

absl::StatusOr<std::optional<eventstore::Receipt>> Gate::FirstCancel(
    const std::string& source, const v1::CancelPermitRequest& request) const {
  ASSIGN_OR_RETURN(const auto first, log_->reader().FindRequest(source, request.request_id()));
  if (!first.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const eventstore::RecordedEvent event,
                   log_->reader().ReadEvent(first->receipts.front().position));
  ev::PermitCancelled cancelled;
  if (event.header.type() != cancelled.GetDescriptor()->full_name() ||
      !cancelled.ParseFromString(event.header.public_payload()) ||
      cancelled.permit_id() != request.permit_id() || cancelled.reason() != request.reason() ||
      event.header.actor().kind() != request.actor().kind() ||
      event.header.actor().id() != request.actor().id()) {
    return OtherQuestion();
  }
  return std::optional<eventstore::Receipt>(first->receipts.front());
}

absl::StatusOr<eventstore::AppendRequest> Gate::MakeCancel(const v1::CancelPermitRequest& request,
                                                           const std::string& source) const {
  const Instant now = clock_->Now();
  const DecisionRows rows(log_);
  ASSIGN_OR_RETURN(const std::optional<PermitState> found,
                   eventstore::ReadPermit(rows.contacts, request.permit_id()));
  if (!found.has_value()) return Error(error::v1::NOT_FOUND, "no such permit", "permit_id");
  const Stream debtor = DebtorStream(found->person());
  ASSIGN_OR_RETURN(const StreamVersion version, log_->reader().VersionOf(debtor));
  ASSIGN_OR_RETURN(const std::optional<PermitState> permit,
                   eventstore::ReadPermit(rows.contacts, request.permit_id()));
  if (permit->phase() == PermitState::USED || permit->phase() == PermitState::CANCELLED) {
    return Error(error::v1::PERMIT_USED,
                 permit->phase() == PermitState::USED ? "a contact has used this permit"
                                                      : "this permit was given back before",
                 "permit_id");
  }
  if (permit->expires_at_micros() <= now.micros) {
    return Error(error::v1::PERMIT_EXPIRED,
                 "the permit's time is over; its unit has returned by itself", "permit_id");
  }
  ev::PermitCancelled cancelled;
  cancelled.set_permit_id(permit->permit_id());
  cancelled.set_reason(request.reason());
  cancelled.set_case_id(permit->case_id());
  cancelled.set_party_id(permit->person());
  cancelled.set_party_role(permit->party_role());
  *cancelled.mutable_obligation_ids() = permit->debts();
  EventDraft draft;
  draft.type = cancelled.GetDescriptor()->full_name();
  draft.public_part = cancelled.SerializeAsString();
  const absl::StatusOr<Parts> parts = PartPayload(*cancelled.GetDescriptor(), draft.public_part);
  if (!parts.ok()) return parts.status();
  draft.occurred_at = now;
  ContactFacts facts(rows, packs_);
  ASSIGN_OR_RETURN(const CaseFile* file, facts.Case(permit->case_id()));
  draft.zone = file != nullptr && !file->zone().empty() ? file->zone() : "UTC";
  ASSIGN_OR_RETURN(const absl::TimeZone zone, zones_->Find(draft.zone));
  draft.offset_minutes = OffsetMinutes(zone, now);
  draft.actor = request.actor();
  draft.streams = {CaseStream(permit->case_id()), debtor};
  draft.retention_class = "contact";
  eventstore::AppendRequest append;
  append.source = source;
  append.request_id = request.request_id();
  append.drafts.push_back(std::move(draft));
  append.expectations.push_back({.stream = debtor, .version = version});
  return append;
}

void Gate::TryCancel(const v1::CancelPermitRequest& request, const std::string& source,
                     int attempts_left,
                     absl::AnyInvocable<void(absl::StatusOr<eventstore::Receipt>)> done) const {
  auto first = FirstCancel(source, request);
  if (!first.ok()) return done(first.status());
  if (first->has_value()) return done(**std::move(first));
  auto append = MakeCancel(request, source);
  if (ReasonOf(append.status()) == error::v1::PERMIT_USED) {
    // Perhaps by this very request, which raced with itself.
    first = FirstCancel(source, request);
    if (!first.ok()) return done(first.status());
    if (first->has_value()) return done(**std::move(first));
  }
  if (!append.ok()) return done(append.status());
  log_->Append(*std::move(append), [this, request, source, attempts_left, done = std::move(done)](
                                       absl::StatusOr<eventstore::AppendResult> result) mutable {
    const auto reason = ReasonOf(result.status());
    // The stream moved, or the same request raced with itself: look again.
    if (attempts_left > 1 &&
        (reason == error::v1::STREAM_MOVED || reason == error::v1::IDEMPOTENCY_CONFLICT)) {
      return TryCancel(request, source, attempts_left - 1, std::move(done));
    }
    if (!result.ok()) return done(result.status());
    done(std::move(result->receipts.front()));
  });
}

}  // namespace constancia::api
