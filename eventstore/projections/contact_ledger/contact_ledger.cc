#include "eventstore/projections/contact_ledger/contact_ledger.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "core/event/uuid.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::AttemptPlace;
using casefile::v1::ContactMonth;
using casefile::v1::LedgerContact;
using casefile::v1::PermitState;
using casefile::v1::PersonRecords;

constexpr std::string_view kPackage = "constancia.event.v1.";

std::string MonthRow(std::string_view person, Instant at) {
  const absl::CivilMonth month =
      absl::ToCivilMonth(absl::FromUnixMicros(at.micros), absl::UTCTimeZone());
  return absl::StrFormat("c/%s/%04d%02d", ToAbsl(person), month.year(), month.month());
}

std::string RecordsRow(std::string_view person) { return absl::StrCat("r/", ToAbsl(person)); }
std::string AttemptRow(std::string_view event_id) { return absl::StrCat("a/", ToAbsl(event_id)); }
std::string PermitRow(std::string_view event_id) { return absl::StrCat("p/", ToAbsl(event_id)); }

// A row as a message; its default when there is none.
template <typename Message>
Message Load(Rows& rows, std::string_view key) {
  Message message;
  if (const auto bytes = rows.Get(key)) message.ParseFromString(*bytes);
  return message;
}

// One event while it is applied.
class Step {
 public:
  Step(const RecordedEvent& event, Rows& rows) : event_(event), rows_(rows) {}

  template <typename Payload>
  Payload Read() const {
    Payload payload;
    payload.ParseFromString(event_.header.public_payload());
    return payload;
  }

  int64_t at() const { return event_.header.occurred_at(); }
  Rows& rows() { return rows_; }

  std::string event_id() const {
    const auto id = EventId::From(event_.header.event_id());
    return id.has_value() ? ToText(*id) : std::string();
  }

  // Enters a contact in its month, with the end that may have arrived before it.
  template <typename Payload>
  void EnterContact(const Payload& payload, std::string_view channel, std::string_view party,
                    std::string_view initiator, ev::Reach reach) {
    if (channel.empty() || payload.party_id().empty()) return;
    const std::string id = event_id();
    AttemptPlace place = Load<AttemptPlace>(rows_, AttemptRow(id));
    if (place.reach() != 0) reach = static_cast<ev::Reach>(place.reach());
    place.set_month_row(MonthRow(payload.party_id(), {at()}));
    place.set_reach(reach);
    rows_.Put(AttemptRow(id), place.SerializeAsString());
    if (place.annulled()) return;

    LedgerContact entry;
    entry.set_event_id(id);
    FillContact(payload, channel, party, entry.mutable_contact());
    entry.mutable_contact()->set_initiated_by(std::string(initiator));
    entry.mutable_contact()->set_outcome(std::string(RuleOutcome(reach, channel)));
    Insert(place.month_row(), std::move(entry));
  }

  template <typename Payload>
  void FillContact(const Payload& payload, std::string_view channel, std::string_view party,
                   counsel::v1::Contact* contact) const {
    contact->set_position(event_.position.value);
    contact->set_at_micros(at());
    contact->set_channel(std::string(channel));
    contact->set_party(std::string(party));
    contact->set_person(payload.party_id());
    *contact->mutable_debts() = payload.obligation_ids();
  }

  // Contacts of a month stand in the order they began.
  void Insert(const std::string& row, LedgerContact entry) {
    auto month = Load<ContactMonth>(rows_, row);
    *month.add_contacts() = std::move(entry);
    std::sort(month.mutable_contacts()->begin(), month.mutable_contacts()->end(),
              [](const LedgerContact& a, const LedgerContact& b) {
                return std::tuple(a.contact().at_micros(), a.contact().position()) <
                       std::tuple(b.contact().at_micros(), b.contact().position());
              });
    rows_.Put(row, month.SerializeAsString());
  }

  void Remove(const std::string& row, std::string_view id) {
    auto month = Load<ContactMonth>(rows_, row);
    auto* contacts = month.mutable_contacts();
    contacts->erase(
        std::remove_if(contacts->begin(), contacts->end(),
                       [&](const LedgerContact& entry) { return entry.event_id() == id; }),
        contacts->end());
    if (contacts->empty()) {
      rows_.Delete(row);
    } else {
      rows_.Put(row, month.SerializeAsString());
    }
  }

  // How far an attempt is known to have got; what several reports say is settled by rank, not by
  // arrival.
  void Complete(std::string_view attempt_id, ev::Reach reach) {
    if (attempt_id.empty() || reach == ev::REACH_UNSPECIFIED) return;
    auto place = Load<AttemptPlace>(rows_, AttemptRow(attempt_id));
    if (Rank(reach) < Rank(static_cast<ev::Reach>(place.reach()))) return;
    place.set_reach(reach);
    rows_.Put(AttemptRow(attempt_id), place.SerializeAsString());
    if (place.month_row().empty() || place.annulled()) return;
    auto month = Load<ContactMonth>(rows_, place.month_row());
    for (LedgerContact& entry : *month.mutable_contacts()) {
      if (entry.event_id() != attempt_id) continue;
      entry.mutable_contact()->set_outcome(
          std::string(RuleOutcome(reach, entry.contact().channel())));
    }
    rows_.Put(place.month_row(), month.SerializeAsString());
  }

  void Annul(std::string_view target) {
    auto place = Load<AttemptPlace>(rows_, AttemptRow(target));
    if (!place.month_row().empty()) Remove(place.month_row(), target);
    place.set_annulled(true);
    rows_.Put(AttemptRow(target), place.SerializeAsString());
  }

  void Grant(const ev::PermitGranted& granted) {
    const counsel::v1::Proposal& proposal = granted.proposal();
    PermitState permit;
    permit.set_phase(PermitState::LIVE);
    permit.set_person(proposal.person());
    permit.set_channel(proposal.channel());
    *permit.mutable_debts() = proposal.debts();
    permit.set_case_id(granted.case_id());
    permit.set_granted_at_micros(at());
    permit.set_expires_at_micros(granted.expires_at().seconds() * kMicrosPerSecond +
                                 granted.expires_at().nanos() / 1000);
    permit.set_month_row(MonthRow(proposal.person(), {at()}));
    rows_.Put(PermitRow(event_id()), permit.SerializeAsString());

    LedgerContact entry;
    entry.set_event_id(event_id());
    counsel::v1::Contact* contact = entry.mutable_contact();
    FillContact(granted, proposal.channel(), proposal.party(), contact);
    contact->set_person(proposal.person());
    *contact->mutable_debts() = proposal.debts();
    contact->set_creditor(proposal.creditor());
    contact->set_initiated_by("collector");
    contact->set_permit_expires_at_micros(permit.expires_at_micros());
    Insert(permit.month_row(), std::move(entry));
  }

  // Ends a permit that is live; its place in the counts is given back, or taken by the contact that
  // used it.
  void EndPermit(std::string_view permit_id, PermitState::Phase phase) {
    auto permit = Load<PermitState>(rows_, PermitRow(permit_id));
    if (permit.phase() != PermitState::LIVE) return;
    permit.set_phase(phase);
    rows_.Put(PermitRow(permit_id), permit.SerializeAsString());
    Remove(permit.month_row(), permit_id);
  }

  void Use(const ev::ContactAttempted& attempt, std::string_view channel) {
    if (attempt.permit_id().empty()) return;
    const auto permit = Load<PermitState>(rows_, PermitRow(attempt.permit_id()));
    if (PermitFits(permit, attempt.party_id(), channel, attempt.obligation_ids(), at())) {
      EndPermit(attempt.permit_id(), PermitState::USED);
    }
  }

  template <typename Payload>
  void EnterRecord(const Payload& payload, std::string word) {
    if (payload.party_id().empty()) return;
    auto records = Load<PersonRecords>(rows_, RecordsRow(payload.party_id()));
    counsel::v1::Record* record = records.add_records();
    record->set_position(event_.position.value);
    record->set_at_micros(at());
    record->set_word(std::move(word));
    record->set_person(payload.party_id());
    *record->mutable_debts() = payload.obligation_ids();
    record->set_case_id(payload.case_id());
    std::sort(records.mutable_records()->begin(), records.mutable_records()->end(),
              [](const auto& a, const auto& b) {
                return std::tuple(a.at_micros(), a.position()) <
                       std::tuple(b.at_micros(), b.position());
              });
    rows_.Put(RecordsRow(payload.party_id()), records.SerializeAsString());
  }

 private:
  static int Rank(ev::Reach reach) {
    switch (reach) {
      case ev::REACH_UNSPECIFIED:
        return 0;
      case ev::REACH_SENT:
        return 1;
      case ev::REACH_DELIVERED:
        return 2;
      case ev::REACH_READ:
        return 3;
      case ev::REACH_REPLIED:
        return 4;
      default:
        return 5 + reach;
    }
  }

  const RecordedEvent& event_;
  Rows& rows_;
};

std::string_view ChannelOf(ev::Channel channel) {
  return RuleChannel(channel, ev::PLACE_PERSONAL, false, ev::DIRECTION_OUTBOUND);
}

// What is contact enough to stand by itself when the source recorded no attempt for it.
template <typename Payload>
void EnterAlone(const Payload& payload, std::string_view channel, ev::Reach reach, Step& step) {
  step.EnterContact(payload, channel, RuleParty(payload.party_role()), "collector", reach);
}

using Handler = void (*)(Step&);

template <typename Payload>
void CompleteAs(Step& step, ev::Reach reach) {
  step.Complete(step.Read<Payload>().attempt_id(), reach);
}

template <typename Payload>
void RecordAs(Step& step, std::string_view word) {
  step.EnterRecord(step.Read<Payload>(), std::string(word));
}

// `prefix` with the rule's channel of the payload's.
template <typename Payload>
void RecordChannelAs(Step& step, std::string_view prefix) {
  const auto payload = step.Read<Payload>();
  const std::string_view channel = ChannelOf(payload.channel());
  if (channel.empty() || payload.party_id().empty()) return;
  ev::About about;
  about.set_party_id(payload.party_id());
  about.set_case_id(payload.case_id());
  step.EnterRecord(about, absl::StrCat(ToAbsl(prefix), ToAbsl(channel)));
}

const absl::flat_hash_map<std::string_view, Handler>& Handlers() {
  static const auto* handlers = new absl::flat_hash_map<std::string_view, Handler>{
      {"ContactAttempted",
       [](Step& step) {
         const auto payload = step.Read<ev::ContactAttempted>();
         const std::string_view channel = RuleChannel(payload.channel(), payload.place(),
                                                      payload.prerecorded(), payload.direction());
         step.Use(payload, channel);
         step.EnterContact(payload, channel, RuleParty(payload.party_role()),
                           RuleInitiator(payload.initiated_by(), payload.direction()),
                           ev::REACH_UNSPECIFIED);
       }},
      {"ContactCompleted",
       [](Step& step) {
         const auto payload = step.Read<ev::ContactCompleted>();
         step.Complete(payload.attempt_id(), payload.reach());
       }},
      {"MessageSent", [](Step& step) { CompleteAs<ev::MessageSent>(step, ev::REACH_SENT); }},
      {"MessageDelivered",
       [](Step& step) { CompleteAs<ev::MessageDelivered>(step, ev::REACH_DELIVERED); }},
      {"MessageRead", [](Step& step) { CompleteAs<ev::MessageRead>(step, ev::REACH_READ); }},
      {"MessageFailed",
       [](Step& step) { CompleteAs<ev::MessageFailed>(step, ev::REACH_BLOCKED_BY_RECIPIENT); }},
      {"MessageBounced",
       [](Step& step) { CompleteAs<ev::MessageBounced>(step, ev::REACH_BOUNCED); }},
      {"MessageReceived",
       [](Step& step) {
         const auto payload = step.Read<ev::MessageReceived>();
         step.EnterContact(payload, ChannelOf(payload.channel()), RuleParty(payload.party_role()),
                           "debtor", ev::REACH_DELIVERED);
       }},
      {"VisitPerformed",
       [](Step& step) {
         const auto payload = step.Read<ev::VisitPerformed>();
         if (payload.attempt_id().empty()) {
           EnterAlone(payload, payload.place_kind() == ev::PLACE_WORK ? "visit_work" : "visit",
                      payload.reach(), step);
         } else {
           step.Complete(payload.attempt_id(), payload.reach());
         }
       }},
      {"VoicemailLeft",
       [](Step& step) {
         const auto payload = step.Read<ev::VoicemailLeft>();
         if (payload.attempt_id().empty()) {
           EnterAlone(payload, "call", ev::REACH_VOICEMAIL, step);
         } else {
           step.Complete(payload.attempt_id(), ev::REACH_VOICEMAIL);
         }
       }},
      {"LetterPosted",
       [](Step& step) {
         const auto payload = step.Read<ev::LetterPosted>();
         if (payload.attempt_id().empty()) EnterAlone(payload, "letter", ev::REACH_SENT, step);
       }},
      {"ElectronicLetterSent",
       [](Step& step) {
         const auto payload = step.Read<ev::ElectronicLetterSent>();
         if (payload.attempt_id().empty()) EnterAlone(payload, "email", ev::REACH_SENT, step);
       }},
      {"PermitGranted", [](Step& step) { step.Grant(step.Read<ev::PermitGranted>()); }},
      {"PermitCancelled",
       [](Step& step) {
         step.EndPermit(step.Read<ev::PermitCancelled>().permit_id(), PermitState::CANCELLED);
       }},
      {"PermitExpired",
       [](Step& step) {
         step.EndPermit(step.Read<ev::PermitExpired>().permit_id(), PermitState::EXPIRED);
       }},
      {"EventAnnulled",
       [](Step& step) { step.Annul(step.Read<ev::EventAnnulled>().target_event_id()); }},
      {"ServiceOfProcess",
       [](Step& step) {
         const auto payload = step.Read<ev::ServiceOfProcess>();
         if (payload.result() == ev::SERVICE_RESULT_SERVED ||
             payload.result() == ev::SERVICE_RESULT_SERVED_BY_LAW) {
           step.EnterRecord(payload, "served_in_lawsuit");
         }
       }},
      {"DocketActRecorded",
       [](Step& step) {
         const auto payload = step.Read<ev::DocketActRecorded>();
         if (payload.effect() == ev::DOCKET_EFFECT_ENDS) step.EnterRecord(payload, "suit_ended");
       }},
      {"InsolvencyRecorded",
       [](Step& step) { RecordAs<ev::InsolvencyRecorded>(step, "insolvency_opened"); }},
      {"InsolvencyEnded",
       [](Step& step) { RecordAs<ev::InsolvencyEnded>(step, "insolvency_ended"); }},
      {"RepresentationRecorded",
       [](Step& step) { RecordAs<ev::RepresentationRecorded>(step, "attorney_represented"); }},
      {"RepresentationEnded",
       [](Step& step) { RecordAs<ev::RepresentationEnded>(step, "representation_ended"); }},
      {"CeaseContactRequested",
       [](Step& step) {
         const auto payload = step.Read<ev::CeaseContactRequested>();
         if (payload.how() == ev::STATEMENT_FORM_WRITTEN)
           step.EnterRecord(payload, "cease_written");
       }},
      {"CeaseContactLifted",
       [](Step& step) { RecordAs<ev::CeaseContactLifted>(step, "cease_lifted"); }},
      {"DisputeOpened",
       [](Step& step) {
         const auto payload = step.Read<ev::DisputeOpened>();
         if (payload.how() == ev::STATEMENT_FORM_WRITTEN)
           step.EnterRecord(payload, "dispute_written");
       }},
      {"DisputeResolved",
       [](Step& step) { RecordAs<ev::DisputeResolved>(step, "dispute_resolved"); }},
      {"ConsentGranted",
       [](Step& step) { RecordChannelAs<ev::ConsentGranted>(step, "authorised_"); }},
      {"ConsentRevoked", [](Step& step) { RecordChannelAs<ev::ConsentRevoked>(step, "revoked_"); }},
      {"ChannelAuthorised",
       [](Step& step) { RecordChannelAs<ev::ChannelAuthorised>(step, "authorised_"); }},
      {"ChannelDeauthorised",
       [](Step& step) { RecordChannelAs<ev::ChannelDeauthorised>(step, "revoked_"); }},
      {"MediumStopRequested",
       [](Step& step) { RecordChannelAs<ev::MediumStopRequested>(step, "stop_"); }},
      {"InformationRequested",
       [](Step& step) { RecordAs<ev::InformationRequested>(step, "info_requested"); }},
  };
  return *handlers;
}

}  // namespace

void ContactLedger::Apply(const RecordedEvent& event, Rows& rows) const {
  std::string_view type = event.header.type();
  if (!type.starts_with(kPackage)) return;
  type.remove_prefix(kPackage.size());
  const auto handler = Handlers().find(type);
  if (handler == Handlers().end()) return;
  Step step(event, rows);
  handler->second(step);
}

bool PermitFits(const PermitState& permit, std::string_view person, std::string_view channel,
                const google::protobuf::RepeatedPtrField<std::string>& debts, int64_t at_micros) {
  return permit.phase() == PermitState::LIVE && permit.person() == person &&
         RuleFamily(permit.channel()) == RuleFamily(channel) &&
         at_micros < permit.expires_at_micros() &&
         std::all_of(debts.begin(), debts.end(), [&](const std::string& debt) {
           return std::find(permit.debts().begin(), permit.debts().end(), debt) !=
                  permit.debts().end();
         });
}

absl::StatusOr<counsel::v1::Facts> ReadFacts(const EventLog& log, std::string_view person,
                                             Instant since, Instant now, std::string_view without) {
  constexpr size_t kPage = 64;
  counsel::v1::Facts facts;
  const std::string prefix = absl::StrCat("c/", ToAbsl(person), "/");
  std::string from = MonthRow(person, since);
  while (true) {
    ASSIGN_OR_RETURN(const EventLog::RowList page,
                     log.ScanRows(ContactLedger::kName, prefix, from, kPage));
    for (const auto& [key, value] : page.rows) {
      ContactMonth month;
      if (!month.ParseFromString(value))
        return Error(error::v1::DAMAGED, "a row of the contact ledger does not parse");
      for (LedgerContact& entry : *month.mutable_contacts()) {
        if (!without.empty() && entry.event_id() == without) continue;
        const counsel::v1::Contact& contact = entry.contact();
        if (contact.has_permit_expires_at_micros() &&
            contact.permit_expires_at_micros() <= now.micros)
          continue;
        *facts.add_contacts() = std::move(*entry.mutable_contact());
      }
    }
    if (page.rows.size() < kPage) break;
    from = page.rows.back().first + '\0';
  }
  ASSIGN_OR_RETURN(const EventLog::Row row, log.ReadRow(ContactLedger::kName, RecordsRow(person)));
  if (row.value.has_value()) {
    PersonRecords records;
    if (!records.ParseFromString(*row.value)) {
      return Error(error::v1::DAMAGED, "a row of the contact ledger does not parse");
    }
    *facts.mutable_records() = std::move(*records.mutable_records());
  }
  return facts;
}

absl::StatusOr<std::optional<PermitState>> ReadPermit(const EventLog& log,
                                                      std::string_view permit_id) {
  ASSIGN_OR_RETURN(const EventLog::Row row,
                   log.ReadRow(ContactLedger::kName, PermitRow(permit_id)));
  if (!row.value.has_value()) return std::nullopt;
  PermitState permit;
  if (!permit.ParseFromString(*row.value))
    return Error(error::v1::DAMAGED, "a permit's row does not parse");
  return permit;
}

}  // namespace constancia::eventstore
