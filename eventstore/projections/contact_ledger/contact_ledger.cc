#include "eventstore/projections/contact_ledger/contact_ledger.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/case/rule_records.h"
#include "core/case/rule_words.h"
#include "core/case/said_instant.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "eventstore/projections/contact_ledger/permit_fit.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::EventPlace;
using casefile::v1::LedgerContact;
using casefile::v1::LedgerRecord;
using casefile::v1::PermitState;
using casefile::v1::ReachReport;
using casefile::v1::RecordList;

constexpr std::string_view kPackage = "constancia.event.v1.";

std::string IdText(std::string_view raw) {
  const auto id = EventId::From(raw);
  return id.has_value() ? ToText(*id) : std::string();
}

// A payload as what it is here: a contact, or what became of one. Both may be empty.
struct Reading {
  std::optional<LedgerContact> contact;
  // Of the contact itself, or of the attempt named.
  ev::Reach reach = ev::REACH_UNSPECIFIED;
  std::string attempt_id;
  std::optional<int64_t> ended_at_micros;
};

template <typename Payload>
Payload Parse(std::string_view bytes) {
  Payload payload;
  payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return payload;
}

// What every contact says of whom it is about.
template <typename Payload>
LedgerContact About(const Payload& payload, std::string_view channel, std::string_view initiator) {
  LedgerContact row;
  counsel::v1::Contact* contact = row.mutable_contact();
  contact->set_channel(std::string(channel));
  contact->set_party(std::string(RuleParty(payload.party_role())));
  contact->set_person(payload.party_id());
  *contact->mutable_debts() = payload.obligation_ids();
  contact->set_initiated_by(std::string(initiator));
  row.set_case_id(payload.case_id());
  row.set_party_role(payload.party_role());
  if constexpr (requires { payload.creditor_id(); }) contact->set_creditor(payload.creditor_id());
  if constexpr (requires { payload.agent_id(); }) row.set_agent_id(payload.agent_id());
  if constexpr (requires { payload.campaign_id(); }) row.set_campaign_id(payload.campaign_id());
  if constexpr (requires { payload.contact_point_id(); })
    row.set_contact_point_id(payload.contact_point_id());
  return row;
}

// What is contact enough to stand by itself when the source recorded no attempt for it.
template <typename Payload>
Reading AloneOrReport(const Payload& payload, std::string_view channel, ev::Reach reach) {
  Reading reading;
  reading.reach = reach;
  reading.attempt_id = payload.attempt_id();
  if (reading.attempt_id.empty()) reading.contact = About(payload, channel, "collector");
  return reading;
}

Reading Report(std::string attempt_id, ev::Reach reach) {
  Reading reading;
  reading.reach = reach;
  reading.attempt_id = std::move(attempt_id);
  return reading;
}

template <typename Payload, ev::Reach kReach>
Reading ReadReport(std::string_view bytes) {
  return Report(Parse<Payload>(bytes).attempt_id(), kReach);
}

Reading ReadAttempt(std::string_view bytes) {
  const auto payload = Parse<ev::ContactAttempted>(bytes);
  Reading reading;
  LedgerContact& row = reading.contact.emplace(About(
      payload,
      RuleChannel(payload.channel(), payload.place(), payload.prerecorded(), payload.direction()),
      RuleInitiator(payload.initiated_by(), payload.direction())));
  row.set_purpose(payload.purpose());
  row.set_permit_id(payload.permit_id());
  if (!payload.origin().empty()) row.add_conditions("caller_id_shown");
  if (payload.address_provenance() == ev::ADDRESS_PROVENANCE_CREDITOR)
    row.add_conditions("address_from_creditor");
  if (payload.address_provenance() == ev::ADDRESS_PROVENANCE_DEBTOR)
    row.add_conditions("address_from_debtor");
  return reading;
}

Reading ReadCompletion(std::string_view bytes) {
  const auto payload = Parse<ev::ContactCompleted>(bytes);
  Reading reading = Report(payload.attempt_id(), payload.reach());
  if (payload.has_ended_at()) reading.ended_at_micros = MicrosOf(payload.ended_at());
  return reading;
}

Reading ReadReceived(std::string_view bytes) {
  const auto payload = Parse<ev::MessageReceived>(bytes);
  Reading reading;
  reading.reach = ev::REACH_DELIVERED;
  reading.contact = About(
      payload, RuleChannel(payload.channel(), ev::PLACE_PERSONAL, false, ev::DIRECTION_OUTBOUND),
      "debtor");
  return reading;
}

Reading ReadVisit(std::string_view bytes) {
  const auto payload = Parse<ev::VisitPerformed>(bytes);
  Reading reading = AloneOrReport(
      payload, payload.place_kind() == ev::PLACE_WORK ? "visit_work" : "visit", payload.reach());
  if (payload.has_ended_at()) reading.ended_at_micros = MicrosOf(payload.ended_at());
  return reading;
}

using Read = Reading (*)(std::string_view);

const absl::flat_hash_map<std::string_view, Read>& Contacts() {
  static const auto* table = new absl::flat_hash_map<std::string_view, Read>{
      {"ContactAttempted", ReadAttempt},
      {"ContactCompleted", ReadCompletion},
      {"MessageSent", ReadReport<ev::MessageSent, ev::REACH_SENT>},
      {"MessageDelivered", ReadReport<ev::MessageDelivered, ev::REACH_DELIVERED>},
      {"MessageRead", ReadReport<ev::MessageRead, ev::REACH_READ>},
      {"MessageFailed", ReadReport<ev::MessageFailed, ev::REACH_BLOCKED_BY_RECIPIENT>},
      {"MessageBounced", ReadReport<ev::MessageBounced, ev::REACH_BOUNCED>},
      {"MessageReceived", ReadReceived},
      {"VisitPerformed", ReadVisit},
      {"VoicemailLeft",
       [](std::string_view bytes) {
         return AloneOrReport(Parse<ev::VoicemailLeft>(bytes), "call", ev::REACH_VOICEMAIL);
       }},
      {"LetterPosted",
       [](std::string_view bytes) {
         return AloneOrReport(Parse<ev::LetterPosted>(bytes), "letter", ev::REACH_SENT);
       }},
      {"ElectronicLetterSent",
       [](std::string_view bytes) {
         return AloneOrReport(Parse<ev::ElectronicLetterSent>(bytes), "email", ev::REACH_SENT);
       }},
  };
  return *table;
}

// What several reports say is settled by rank, not by arrival.
int Rank(ev::Reach reach) {
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

template <typename List>
void AddReport(ReachReport report, List* reports) {
  *reports->Add() = std::move(report);
  std::sort(reports->begin(), reports->end(),
            [](const ReachReport& a, const ReachReport& b) { return a.position() < b.position(); });
}

template <typename List>
void RemoveReport(uint64_t position, List* reports) {
  reports->erase(std::remove_if(reports->begin(), reports->end(),
                                [&](const ReachReport& one) { return one.position() == position; }),
                 reports->end());
}

// Sets what the reports make of a contact. One of them is its own when it stands by itself.
void Settle(LedgerContact* row) {
  const ReachReport* best = nullptr;
  for (const ReachReport& report : row->reports()) {
    if (best == nullptr || Rank(report.reach()) >= Rank(best->reach())) best = &report;
  }
  row->mutable_contact()->set_outcome(std::string(RuleOutcome(
      best == nullptr ? ev::REACH_UNSPECIFIED : best->reach(), row->contact().channel())));
}

// The event applied: itself, or as it was corrected.
struct Version {
  std::string_view type;
  std::string_view public_part;
  Instant at;
  std::string_view zone;
  int32_t offset_minutes = 0;
};

// Applies events to rows.
class Folder {
 public:
  Folder(Rows& rows, std::vector<Touched>* touched) : rows_(rows), touched_(touched) {}

  void Enter(const RecordedEvent& event, std::string_view type) {
    const ledger::v1::EventHeader& header = event.header;
    EventPlace place = Load<EventPlace>(contact_row::Event(header.event_id()));
    place.set_position(event.position.value);
    place.set_at_micros(header.occurred_at());
    place.set_zone(header.zone());
    place.set_offset_minutes(header.offset_minutes());
    if (!place.annulled()) {
      const casefile::v1::Correction correction = std::move(*place.mutable_correction());
      place.clear_correction();
      PutIn(header.event_id(),
            place.corrected_by() == 0 ? Version{type,
                                                header.public_payload(),
                                                {header.occurred_at()},
                                                header.zone(),
                                                header.offset_minutes()}
                                      : Corrected(correction, place),
            &place);
    }
    Store(contact_row::Event(header.event_id()), place);
  }

  void Annul(const ev::EventAnnulled& annulled) {
    const auto id = ParseEventId(annulled.target_event_id());
    if (!id.ok()) return;
    EventPlace place = Load<EventPlace>(contact_row::Event(id->view()));
    if (place.position() == 0) Miss(id->view());
    if (!place.annulled()) TakeOut(id->view(), &place);
    place.set_annulled(true);
    place.clear_correction();
    Store(contact_row::Event(id->view()), place);
  }

  void Correct(const ev::EventCorrected& corrected, Position position) {
    const auto id = ParseEventId(corrected.target_event_id());
    if (!id.ok() || !std::string_view(corrected.corrected_type()).starts_with(kPackage)) return;
    EventPlace place = Load<EventPlace>(contact_row::Event(id->view()));
    if (place.position() == 0) Miss(id->view());
    if (position.value < place.corrected_by()) return;
    place.set_corrected_by(position.value);
    casefile::v1::Correction correction;
    correction.set_type(corrected.corrected_type().substr(kPackage.size()));
    correction.set_public_part(corrected.corrected_public());
    if (corrected.has_corrected_occurred_at())
      correction.set_at_micros(MicrosOf(corrected.corrected_occurred_at()));
    correction.set_zone(corrected.corrected_zone());
    if (place.position() != 0 && !place.annulled()) {
      TakeOut(id->view(), &place);
      PutIn(id->view(), Corrected(correction, place), &place);
    } else if (!place.annulled()) {
      *place.mutable_correction() = std::move(correction);
    }
    Store(contact_row::Event(id->view()), place);
  }

  void Grant(const ev::PermitGranted& granted, const RecordedEvent& event) {
    const counsel::v1::Proposal& proposal = granted.proposal();
    PermitState permit;
    permit.set_phase(PermitState::LIVE);
    permit.set_permit_id(IdText(event.header.event_id()));
    permit.set_position(event.position.value);
    permit.set_person(proposal.person());
    permit.set_party_role(granted.party_role());
    permit.set_channel(proposal.channel());
    permit.set_party(proposal.party());
    *permit.mutable_debts() = proposal.debts();
    permit.set_creditor(proposal.creditor());
    permit.set_case_id(granted.case_id());
    permit.set_granted_at_micros(event.header.occurred_at());
    permit.set_expires_at_micros(MicrosOf(granted.expires_at()));
    *permit.mutable_conditions() = granted.conditions();
    Store(contact_row::Permit(permit.permit_id()), permit);
    OpenPermit(std::move(permit));
  }

  // Ends a permit that is live; its unit is given back, or taken by the contact that used it.
  void EndPermit(std::string_view permit_id, PermitState::Phase phase) {
    PermitState permit = Load<PermitState>(contact_row::Permit(permit_id));
    if (permit.phase() == PermitState::LIVE) EndPermit(std::move(permit), phase);
  }

  void Raise(const ev::ViolationDetected& violation, const RecordedEvent& event) {
    if (violation.event_ids().empty()) return;
    const std::string key = contact_row::Violations(violation.event_ids(0));
    auto standing = Load<casefile::v1::StandingViolations>(key);
    auto* one = standing.add_violations();
    one->set_rule_id(violation.rule_id());
    one->set_event_id(IdText(event.header.event_id()));
    std::sort(standing.mutable_violations()->begin(), standing.mutable_violations()->end(),
              [](const auto& a, const auto& b) {
                return std::tie(a.rule_id(), a.event_id()) < std::tie(b.rule_id(), b.event_id());
              });
    Store(key, standing);
  }

  void Clear(const ev::ViolationCleared& cleared) {
    const std::string key = contact_row::Violations(cleared.act_event_id());
    auto standing = Load<casefile::v1::StandingViolations>(key);
    auto* violations = standing.mutable_violations();
    violations->erase(std::remove_if(violations->begin(), violations->end(),
                                     [&](const auto& one) {
                                       return one.event_id() == cleared.violation_event_id();
                                     }),
                      violations->end());
    if (violations->empty()) return rows_.Delete(key);
    Store(key, standing);
  }

 private:
  template <typename Message>
  Message Load(std::string_view key) {
    Message message;
    if (const auto bytes = rows_.Get(key)) message.ParseFromString(*bytes);
    return message;
  }

  template <typename Message>
  void Store(std::string_view key, const Message& message) {
    message.SerializeToString(&buffer_);
    rows_.Put(key, buffer_);
  }

  static Version Corrected(const casefile::v1::Correction& correction, const EventPlace& place) {
    return {correction.type(),
            correction.public_part(),
            {correction.has_at_micros() ? correction.at_micros() : place.at_micros()},
            correction.zone().empty() ? place.zone() : correction.zone(),
            place.offset_minutes()};
  }

  void PutIn(std::string_view event_id, const Version& version, EventPlace* place) {
    if (const auto read = Contacts().find(version.type); read != Contacts().end()) {
      Reading reading = read->second(version.public_part);
      if (reading.contact.has_value()) {
        PutContact(event_id, version, std::move(reading), place);
      } else if (!reading.attempt_id.empty() &&
                 (reading.reach != ev::REACH_UNSPECIFIED || reading.ended_at_micros)) {
        place->set_attempt_id(reading.attempt_id);
        Complete(reading, place->position());
      }
    }
    PutRecords(version, place);
  }

  // A person who is not named has no row; the event's place tells that it is here.
  void PutContact(std::string_view event_id, const Version& version, Reading reading,
                  EventPlace* place) {
    LedgerContact& row = *reading.contact;
    counsel::v1::Contact* contact = row.mutable_contact();
    if (contact->channel().empty() || contact->person().empty()) return;
    row.set_event_id(std::string(event_id));
    row.set_zone(std::string(version.zone));
    contact->set_position(place->position());
    contact->set_at_micros(version.at.micros);
    if (reading.reach != ev::REACH_UNSPECIFIED) {
      ReachReport own;
      own.set_position(place->position());
      own.set_reach(reading.reach);
      if (reading.ended_at_micros) own.set_ended_at_micros(*reading.ended_at_micros);
      AddReport(std::move(own), place->mutable_reports());
    }
    row.mutable_reports()->Swap(place->mutable_reports());
    place->clear_reports();
    Settle(&row);
    if (contact->initiated_by() == "collector") UsePermit(event_id, &row);
    place->set_person(contact->person());
    place->set_contact_at_micros(version.at.micros);
    Store(contact_row::Contact(contact->person(), version.at, place->position()), row);
    Touch(row);
  }

  void UsePermit(std::string_view event_id, LedgerContact* row) {
    if (row->permit_id().empty()) return row->set_ungoverned(ev::UNGOVERNED_REASON_NO_PERMIT);
    PermitState permit = Load<PermitState>(contact_row::Permit(row->permit_id()));
    row->set_ungoverned(WhyNotCovered(permit, *row));
    if (row->ungoverned() != ev::UNGOVERNED_REASON_UNSPECIFIED) return;
    if (row->party_role() == ev::PARTY_ROLE_UNSPECIFIED) {
      row->set_party_role(permit.party_role());
      row->mutable_contact()->set_party(permit.party());
    }
    for (const std::string& condition : permit.conditions()) {
      if (std::find(row->conditions().begin(), row->conditions().end(), condition) ==
          row->conditions().end())
        row->add_conditions(condition);
    }
    permit.set_used_by(IdText(event_id));
    EndPermit(std::move(permit), PermitState::USED);
  }

  // What a report says goes to the attempt where it counts, else to the attempt's place.
  void Complete(const Reading& reading, uint64_t position) {
    ReachReport report;
    report.set_position(position);
    report.set_reach(reading.reach);
    if (reading.ended_at_micros) report.set_ended_at_micros(*reading.ended_at_micros);
    ChangeReports(reading.attempt_id, [&](auto* reports) { AddReport(report, reports); });
  }

  template <typename Change>
  void ChangeReports(const std::string& attempt_id, Change change) {
    const auto id = ParseEventId(attempt_id);
    if (!id.ok()) return;
    EventPlace place = Load<EventPlace>(contact_row::Event(id->view()));
    if (place.position() == 0) Miss(id->view());
    if (place.person().empty()) {
      change(place.mutable_reports());
      return Store(contact_row::Event(id->view()), place);
    }
    const std::string key =
        contact_row::Contact(place.person(), {place.contact_at_micros()}, place.position());
    LedgerContact row = Load<LedgerContact>(key);
    const std::string outcome = row.contact().outcome();
    const std::optional<int64_t> ended = EndOf(row);
    change(row.mutable_reports());
    Settle(&row);
    Store(key, row);
    if (row.contact().outcome() != outcome || EndOf(row) != ended) Touch(row);
  }

  void PutRecords(const Version& version, EventPlace* place) {
    for (RuleRecord& said : RecordsOf(version.type, version.public_part, version.offset_minutes)) {
      LedgerRecord record;
      record.set_position(place->position());
      record.set_at_micros(version.at.micros);
      record.set_word(std::move(said.word));
      record.set_person(std::move(said.person));
      record.set_party(std::move(said.party));
      *record.mutable_debts() = {said.debts.begin(), said.debts.end()};
      record.set_case_id(std::move(said.case_id));
      *record.mutable_windows() = {said.windows.begin(), said.windows.end()};
      if (said.until_micros) record.set_until_micros(*said.until_micros);
      for (const std::string& owner : said.owners) {
        auto list = Load<RecordList>(contact_row::Records(owner));
        *list.add_records() = record;
        std::sort(list.mutable_records()->begin(), list.mutable_records()->end(),
                  [](const LedgerRecord& a, const LedgerRecord& b) {
                    return std::tuple(a.at_micros(), a.position(), std::string_view(a.word())) <
                           std::tuple(b.at_micros(), b.position(), std::string_view(b.word()));
                  });
        Store(contact_row::Records(owner), list);
        if (std::find(place->owners().begin(), place->owners().end(), owner) ==
            place->owners().end())
          place->add_owners(owner);
      }
      Touch(record);
    }
  }

  // Takes out what an event has put in; what others said of it stays.
  void TakeOut(std::string_view event_id, EventPlace* place) {
    if (!place->person().empty()) TakeContact(event_id, place);
    if (!place->attempt_id().empty()) {
      ChangeReports(place->attempt_id(),
                    [&](auto* reports) { RemoveReport(place->position(), reports); });
      place->clear_attempt_id();
    }
    for (const std::string& owner : place->owners()) TakeRecords(owner, place->position());
    place->clear_owners();
  }

  void TakeContact(std::string_view event_id, EventPlace* place) {
    const Instant at{place->contact_at_micros()};
    const std::string key = contact_row::Contact(place->person(), at, place->position());
    LedgerContact row = Load<LedgerContact>(key);
    RemoveReport(place->position(), row.mutable_reports());
    place->mutable_reports()->Swap(row.mutable_reports());
    rows_.Delete(key);
    // A permit that was used by what never happened is as it was.
    PermitState permit = Load<PermitState>(contact_row::Permit(row.permit_id()));
    if (permit.phase() == PermitState::USED && permit.used_by() == IdText(event_id)) {
      permit.clear_used_by();
      permit.set_phase(PermitState::LIVE);
      Store(contact_row::Permit(permit.permit_id()), permit);
      OpenPermit(std::move(permit));
    }
    Touch(row);
    place->clear_person();
    place->clear_contact_at_micros();
  }

  void TakeRecords(const std::string& owner, uint64_t position) {
    auto list = Load<RecordList>(contact_row::Records(owner));
    auto* records = list.mutable_records();
    for (const LedgerRecord& record : *records) {
      if (record.position() == position) Touch(record);
    }
    records->erase(
        std::remove_if(records->begin(), records->end(),
                       [&](const LedgerRecord& one) { return one.position() == position; }),
        records->end());
    if (records->empty()) return rows_.Delete(contact_row::Records(owner));
    Store(contact_row::Records(owner), list);
  }

  void OpenPermit(PermitState permit) {
    const std::string key = contact_row::OpenPermits(permit.person());
    auto open = Load<casefile::v1::OpenPermits>(key);
    *open.add_permits() = std::move(permit);
    std::sort(
        open.mutable_permits()->begin(), open.mutable_permits()->end(),
        [](const PermitState& a, const PermitState& b) { return a.position() < b.position(); });
    Store(key, open);
  }

  void EndPermit(PermitState permit, PermitState::Phase phase) {
    permit.set_phase(phase);
    Store(contact_row::Permit(permit.permit_id()), permit);
    const std::string key = contact_row::OpenPermits(permit.person());
    auto open = Load<casefile::v1::OpenPermits>(key);
    auto* permits = open.mutable_permits();
    permits->erase(std::remove_if(permits->begin(), permits->end(),
                                  [&](const PermitState& one) {
                                    return one.permit_id() == permit.permit_id();
                                  }),
                   permits->end());
    if (permits->empty()) return rows_.Delete(key);
    Store(key, open);
  }

  void Touch(const LedgerContact& row) {
    if (touched_ == nullptr) return;
    const counsel::v1::Contact& contact = row.contact();
    const bool for_ever =
        contact.party() == "locator" || row.party_role() == ev::PARTY_ROLE_UNSPECIFIED;
    touched_->push_back(
        {contact.person(), {contact.at_micros()}, IdText(row.event_id()), "", false, for_ever});
  }
  void Touch(const LedgerRecord& record) {
    if (touched_ != nullptr)
      touched_->push_back(
          {record.person(), {record.at_micros()}, "", record.case_id(), false, false});
  }
  void Miss(std::string_view event_id) {
    if (touched_ != nullptr) touched_->push_back({"", {}, IdText(event_id), "", true, false});
  }

  Rows& rows_;
  std::vector<Touched>* const touched_;
  std::string buffer_;
};

// What is neither a contact nor a record.
using Apply = void (*)(Folder&, const RecordedEvent&);

const absl::flat_hash_map<std::string_view, Apply>& Others() {
  static const auto* table = new absl::flat_hash_map<std::string_view, Apply>{
      {"EventAnnulled",
       [](Folder& folder, const RecordedEvent& event) {
         folder.Annul(Parse<ev::EventAnnulled>(event.header.public_payload()));
       }},
      {"EventCorrected",
       [](Folder& folder, const RecordedEvent& event) {
         folder.Correct(Parse<ev::EventCorrected>(event.header.public_payload()), event.position);
       }},
      {"PermitGranted",
       [](Folder& folder, const RecordedEvent& event) {
         folder.Grant(Parse<ev::PermitGranted>(event.header.public_payload()), event);
       }},
      {"PermitCancelled",
       [](Folder& folder, const RecordedEvent& event) {
         folder.EndPermit(Parse<ev::PermitCancelled>(event.header.public_payload()).permit_id(),
                          PermitState::CANCELLED);
       }},
      {"PermitExpired",
       [](Folder& folder, const RecordedEvent& event) {
         folder.EndPermit(Parse<ev::PermitExpired>(event.header.public_payload()).permit_id(),
                          PermitState::EXPIRED);
       }},
      {"ViolationDetected",
       [](Folder& folder, const RecordedEvent& event) {
         folder.Raise(Parse<ev::ViolationDetected>(event.header.public_payload()), event);
       }},
      {"ViolationCleared",
       [](Folder& folder, const RecordedEvent& event) {
         folder.Clear(Parse<ev::ViolationCleared>(event.header.public_payload()));
       }},
  };
  return *table;
}

}  // namespace

bool ContactLedger::Reads(std::string_view type) {
  if (!type.starts_with(kPackage)) return false;
  type.remove_prefix(kPackage.size());
  return Contacts().contains(type) || Others().contains(type) || MakesRecords(type);
}

void ContactLedger::Fold(const RecordedEvent& event, Rows& rows, std::vector<Touched>* touched) {
  std::string_view type = event.header.type();
  if (!type.starts_with(kPackage)) return;
  type.remove_prefix(kPackage.size());
  Folder folder(rows, touched);
  if (const auto apply = Others().find(type); apply != Others().end()) {
    apply->second(folder, event);
  } else if (Contacts().contains(type) || MakesRecords(type)) {
    folder.Enter(event, type);
  }
}

void ContactLedger::Apply(const RecordedEvent& event, Rows& rows) const {
  Fold(event, rows, nullptr);
}

}  // namespace constancia::eventstore
