#include "api/commands/gate.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "core/event/parting.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "policies/engine/evaluate.h"

namespace constancia::api {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::PermitState;
using counsel::v1::Facts;
using counsel::v1::Finding;
using counsel::v1::Proposal;
using counsel::v1::Verdict;
using eventstore::EventDraft;
using eventstore::Expectation;

namespace {

// Reaches back beyond the longest window of any rule: thirty dates, or a calendar month.
constexpr int64_t kFactsReachMicros = int64_t{62} * 86'400 * kMicrosPerSecond;

google::protobuf::Timestamp ToTimestamp(Instant at) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(at.micros / kMicrosPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(at.micros % kMicrosPerSecond) * 1000);
  return timestamp;
}

Stream CaseStream(std::string_view id) { return {ledger::v1::STREAM_KIND_CASE, std::string(id)}; }
Stream DebtorStream(std::string_view id) {
  return {ledger::v1::STREAM_KIND_DEBTOR, std::string(id)};
}

ev::Severity SeverityOf(const Finding& finding) {
  switch (finding.severity()) {
    case Finding::REVIEW:
      return ev::SEVERITY_INFO;
    case Finding::HOUSE:
      return ev::SEVERITY_MINOR;
    default:
      // Contact after a suit, an insolvency or a cease, and disclosure to a third party.
      return finding.step() <= 2 ? ev::SEVERITY_CRITICAL : ev::SEVERITY_MAJOR;
  }
}

ev::UngovernedReason WhyUngoverned(const std::string& permit_id,
                                   const std::optional<PermitState>& permit, int64_t at_micros) {
  if (permit_id.empty() || !permit.has_value()) return ev::UNGOVERNED_REASON_NO_PERMIT;
  switch (permit->phase()) {
    case PermitState::USED:
    case PermitState::CANCELLED:
      return ev::UNGOVERNED_REASON_PERMIT_USED;
    case PermitState::EXPIRED:
      return ev::UNGOVERNED_REASON_PERMIT_EXPIRED;
    default:
      return at_micros >= permit->expires_at_micros() ? ev::UNGOVERNED_REASON_PERMIT_EXPIRED
                                                      : ev::UNGOVERNED_REASON_PERMIT_MISMATCH;
  }
}

// The contact as a fact, for those of the same append that come after it.
counsel::v1::Contact AsFact(const Proposal& proposal, std::string_view outcome) {
  counsel::v1::Contact contact;
  contact.set_at_micros(proposal.at_micros());
  contact.set_channel(proposal.channel());
  contact.set_party(proposal.party());
  contact.set_person(proposal.person());
  *contact.mutable_debts() = proposal.debts();
  contact.set_creditor(proposal.creditor());
  contact.set_initiated_by(proposal.initiated_by());
  contact.set_outcome(std::string(outcome));
  return contact;
}

// The contact that a draft records, as an attempt; nothing when it records none, or completes an
// attempt that is an event of its own. What the contact ledger counts by itself is judged by
// itself.
std::optional<ev::ContactAttempted> AsAttempt(const EventDraft& draft) {
  constexpr std::string_view kPackage = "constancia.event.v1.";
  std::string_view type = draft.type;
  if (!type.starts_with(kPackage)) return std::nullopt;
  type.remove_prefix(kPackage.size());
  ev::ContactAttempted attempt;
  if (type == "ContactAttempted") {
    if (!attempt.ParseFromString(draft.public_part)) return std::nullopt;
    return attempt;
  }
  const auto alone = [&](auto payload, ev::Channel channel) -> std::optional<ev::ContactAttempted> {
    if (!payload.ParseFromString(draft.public_part) || !payload.attempt_id().empty())
      return std::nullopt;
    attempt.set_channel(channel);
    attempt.set_direction(ev::DIRECTION_OUTBOUND);
    attempt.set_case_id(payload.case_id());
    attempt.set_party_id(payload.party_id());
    attempt.set_party_role(payload.party_role());
    *attempt.mutable_obligation_ids() = payload.obligation_ids();
    return attempt;
  };
  if (type == "VisitPerformed") {
    auto visit = alone(ev::VisitPerformed(), ev::CHANNEL_VISIT);
    ev::VisitPerformed payload;
    if (visit.has_value() && payload.ParseFromString(draft.public_part))
      visit->set_place(payload.place_kind());
    return visit;
  }
  if (type == "VoicemailLeft") return alone(ev::VoicemailLeft(), ev::CHANNEL_VOICE_CALL);
  if (type == "LetterPosted") return alone(ev::LetterPosted(), ev::CHANNEL_LETTER_POSTAL);
  if (type == "ElectronicLetterSent")
    return alone(ev::ElectronicLetterSent(), ev::CHANNEL_LETTER_ELECTRONIC);
  return std::nullopt;
}

// A verdict that fits beside the fact it judges, however much was counted: a fact is never refused
// for its size.
Verdict Abridged(const Verdict& verdict) {
  constexpr int kPositionsMax = 32;
  constexpr size_t kVerdictBytesMax = 16 << 10;
  Verdict abridged = verdict;
  for (Finding& finding : *abridged.mutable_findings()) {
    if (finding.positions_size() > kPositionsMax)
      finding.mutable_positions()->Truncate(kPositionsMax);
  }
  if (abridged.ByteSizeLong() > kVerdictBytesMax) abridged.clear_findings();
  return abridged;
}

absl::Status OtherQuestion() {
  return Error(error::v1::IDEMPOTENCY_CONFLICT,
               "the request id was used for something else: use a new one", "request_id");
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
         contact.channel() == decided.channel() && contact.purpose() == decided.purpose() &&
         contact.contact_point_id() == decided.contact_point_id() &&
         contact.agent_id() == decided.agent_id() && contact.bot_id() == decided.bot_id() &&
         contact.campaign_id() == decided.campaign_id() &&
         request.actor().kind() == header.actor().kind() &&
         request.actor().id() == header.actor().id();
}

// Puts what the case says where the contact says nothing.
void FillFromCase(const CaseFile& file, Proposal* proposal) {
  proposal->set_creditor(file.creditor_id());
  proposal->set_case_id(file.case_id());
  proposal->set_region(file.region());
  if (proposal->debts().empty()) {
    for (const auto& obligation : file.obligations())
      proposal->add_debts(obligation.obligation_id());
  }
  if (proposal->zones().empty() && !file.zone().empty()) proposal->add_zones(file.zone());
}

}  // namespace

// What is asked, and of whom: the proposal in the rules' words and the event's.
struct Gate::Question {
  Proposal proposal;
  ev::PartyRole role;
  Position as_of;
};

std::vector<std::string> Gate::PacksFor(
    const google::protobuf::RepeatedPtrField<std::string>& regimes) const {
  std::vector<std::string> loaded;
  for (const std::string& regime : regimes) {
    if (packs_->Select({regime}).ok()) loaded.push_back(regime);
  }
  return loaded;
}

absl::StatusOr<Gate::Question> Gate::MakeQuestion(const v1::IntendedContact& contact,
                                                  Instant at) const {
  if (contact.case_id().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "name the case the contact is about",
                 "contact.case_id");
  }
  ASSIGN_OR_RETURN(const eventstore::CaseView view, eventstore::ReadCase(*log_, contact.case_id()));
  const CaseFile& file = view.file;
  Question question{.proposal = {}, .role = contact.party_role(), .as_of = view.as_of};
  Proposal& proposal = question.proposal;

  const std::string_view channel = RuleChannel(contact.channel(), contact.place(),
                                               contact.prerecorded(), ev::DIRECTION_OUTBOUND);
  if (channel.empty()) {
    return Error(error::v1::SCHEMA_INVALID, "name a channel by which a collector reaches a person",
                 "contact.channel");
  }
  proposal.set_channel(std::string(channel));
  proposal.set_person(contact.party_id().empty() ? file.party_id() : contact.party_id());
  if (proposal.person().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "the case names no debtor: name the person",
                 "contact.party_id");
  }
  if (question.role == ev::PARTY_ROLE_UNSPECIFIED && proposal.person() == file.party_id()) {
    question.role = ev::PARTY_ROLE_DEBTOR;
  }
  proposal.set_party(std::string(RuleParty(question.role)));
  *proposal.mutable_debts() = contact.obligation_ids();
  *proposal.mutable_zones() = contact.zones();
  FillFromCase(file, &proposal);
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
  for (std::string& regime : PacksFor(file.regimes()))
    proposal.add_jurisdictions(std::move(regime));
  if (proposal.jurisdictions().empty()) {
    return Error(error::v1::SETUP_INVALID, "no policy pack is loaded for the regimes of the case",
                 "contact.case_id");
  }
  return question;
}

absl::StatusOr<Verdict> Gate::Ask(const Question& question) const {
  const Instant at{question.proposal.at_micros()};
  ASSIGN_OR_RETURN(
      const Facts facts,
      eventstore::ReadFacts(*log_, question.proposal.person(), {at.micros - kFactsReachMicros},
                            std::max(at, clock_->Now()), /*without=*/""));
  return policies::Evaluate(*packs_, facts, question.proposal);
}

absl::StatusOr<Advice> Gate::Check(const v1::IntendedContact& contact, Instant at) const {
  ASSIGN_OR_RETURN(const Question question, MakeQuestion(contact, at));
  ASSIGN_OR_RETURN(Verdict verdict, Ask(question));
  return Advice{.verdict = std::move(verdict), .as_of = question.as_of};
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
    if (!SameQuestion(granted, event.header, request)) return OtherQuestion();
    decision.verdict = granted.verdict();
    decision.expires_at = {granted.expires_at().seconds() * kMicrosPerSecond +
                           granted.expires_at().nanos() / 1000};
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
  auto question = MakeQuestion(request.contact(), now);
  if (!question.ok()) return done(question.status());
  const Proposal& proposal = question->proposal;
  // The version comes before the facts: an event that falls between the two makes the append fail.
  const auto version = log_->reader().VersionOf(DebtorStream(proposal.person()));
  if (!version.ok()) return done(version.status());
  auto verdict = Ask(*question);
  if (!verdict.ok()) return done(verdict.status());

  const bool allowed = verdict->outcome() != Verdict::DENY;
  const int64_t seconds =
      request.permit_seconds() == 0 ? kPermitSecondsMax : request.permit_seconds();
  const auto fill = [&](auto& payload) {
    *payload.mutable_proposal() = proposal;
    *payload.mutable_verdict() = *verdict;
    payload.set_channel(request.contact().channel());
    payload.set_purpose(request.contact().purpose());
    payload.set_contact_point_id(request.contact().contact_point_id());
    payload.set_requested_by(source);
    payload.set_bot_id(request.contact().bot_id());
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
    decision.expires_at = {now.micros + seconds * kMicrosPerSecond};
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
  append.drafts.push_back(std::move(draft));
  append.expectations.push_back({.stream = DebtorStream(proposal.person()), .version = *version});
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

absl::StatusOr<Judgement> Gate::Judge(std::vector<EventDraft>& drafts) const {
  Judgement judgement;
  absl::flat_hash_map<std::string, std::vector<counsel::v1::Contact>>
      earlier;  // of this append, by person
  for (EventDraft& draft : drafts) {
    const std::optional<ev::ContactAttempted> act = AsAttempt(draft);
    // Without a case there is no law to ask, without a person nobody it protects.
    if (!act.has_value() || !IsId(act->case_id()) || !IsId(act->party_id())) continue;
    const ev::ContactAttempted& attempt = *act;
    Proposal proposal;
    proposal.set_channel(std::string(RuleChannel(attempt.channel(), attempt.place(),
                                                 attempt.prerecorded(), attempt.direction())));
    proposal.set_initiated_by(
        std::string(RuleInitiator(attempt.initiated_by(), attempt.direction())));
    if (proposal.channel().empty() || proposal.initiated_by() != "collector") continue;
    auto view = eventstore::ReadCase(*log_, attempt.case_id());
    if (!view.ok()) {
      if (ReasonOf(view.status()) == error::v1::NOT_FOUND) continue;
      return view.status();
    }
    proposal.set_at_micros(draft.occurred_at.micros);
    proposal.set_party(std::string(RuleParty(attempt.party_role())));
    proposal.set_person(attempt.party_id());
    proposal.set_purpose(std::string(RulePurpose(attempt.purpose())));
    *proposal.mutable_debts() = attempt.obligation_ids();
    FillFromCase(view->file, &proposal);
    if (proposal.zones().empty()) proposal.add_zones(draft.zone);
    for (std::string& regime : PacksFor(view->file.regimes()))
      proposal.add_jurisdictions(std::move(regime));
    if (proposal.jurisdictions().empty() || proposal.debts().empty()) continue;

    const Stream debtor = DebtorStream(attempt.party_id());
    ASSIGN_OR_RETURN(const StreamVersion version, log_->reader().VersionOf(debtor));
    if (!earlier.contains(attempt.party_id())) {
      judgement.expectations.push_back({.stream = debtor, .version = version});
    }
    std::optional<PermitState> permit;
    if (!attempt.permit_id().empty()) {
      ASSIGN_OR_RETURN(permit, eventstore::ReadPermit(*log_, attempt.permit_id()));
    }
    const bool governed = permit.has_value() &&
                          eventstore::PermitFits(*permit, attempt.party_id(), proposal.channel(),
                                                 proposal.debts(), proposal.at_micros());
    // The unit that this very permit took is not counted against the contact it was taken for.
    ASSIGN_OR_RETURN(
        Facts facts,
        eventstore::ReadFacts(*log_, attempt.party_id(), {proposal.at_micros() - kFactsReachMicros},
                              draft.occurred_at, governed ? attempt.permit_id() : ""));
    for (const counsel::v1::Contact& contact : earlier[attempt.party_id()])
      *facts.add_contacts() = contact;
    const absl::StatusOr<Verdict> judged = policies::Evaluate(*packs_, facts, proposal);
    if (!judged.ok()) {
      // A fact is never refused: that it could not be judged is the operator's to mend.
      Log(LogLevel::kWarning, "a contact could not be judged",
          {{"why", std::string(judged.status().message())}});
      continue;
    }
    const Verdict& verdict = *judged;
    earlier[attempt.party_id()].push_back(
        AsFact(proposal, RuleOutcome(ev::REACH_UNSPECIFIED, proposal.channel())));
    if (verdict.outcome() != Verdict::DENY) continue;

    if (!draft.event_id.has_value()) {
      draft.event_id = NewEventId(draft.occurred_at, *random_);
      draft.event_id_made = true;
    }
    for (const Finding& finding : verdict.findings()) {
      if (finding.result() != Finding::FAIL || finding.severity() == Finding::REVIEW) continue;
      if (judgement.violations.size() == eventstore::kAppendConsequencesMax) {
        Log(LogLevel::kWarning, "an append breaks more rules than one append can say");
        return judgement;
      }
      ev::ViolationDetected violation;
      violation.set_jurisdiction(finding.jurisdiction());
      violation.set_rule_id(finding.rule_id());
      violation.mutable_pack()->set_id(finding.pack());
      violation.mutable_pack()->set_version(finding.pack_version());
      violation.add_event_ids(ToText(*draft.event_id));
      violation.set_count(finding.count());
      violation.set_limit(finding.limit());
      violation.set_severity(SeverityOf(finding));
      if (!governed) {
        violation.set_ungoverned(WhyUngoverned(attempt.permit_id(), permit, proposal.at_micros()));
      }
      *violation.mutable_verdict() = Abridged(verdict);
      violation.set_case_id(attempt.case_id());
      violation.set_party_id(attempt.party_id());
      violation.set_party_role(attempt.party_role());
      *violation.mutable_obligation_ids() = attempt.obligation_ids();
      violation.set_creditor_id(proposal.creditor());
      violation.set_agent_id(attempt.agent_id());
      violation.set_campaign_id(attempt.campaign_id());
      *violation.mutable_regimes() = proposal.jurisdictions();

      EventDraft consequence;
      consequence.type = violation.GetDescriptor()->full_name();
      consequence.occurred_at = draft.occurred_at;
      consequence.zone = draft.zone;
      consequence.offset_minutes = draft.offset_minutes;
      consequence.actor.set_kind(ledger::v1::SYSTEM);
      consequence.actor.set_id(eventstore::kOwnSource);
      consequence.causation_id = draft.event_id;
      consequence.public_part = violation.SerializeAsString();
      consequence.streams = {CaseStream(attempt.case_id()), debtor};
      consequence.retention_class = "contact";
      consequence.consequence = true;
      judgement.violations.push_back(std::move(consequence));
    }
  }
  return judgement;
}

}  // namespace constancia::api
