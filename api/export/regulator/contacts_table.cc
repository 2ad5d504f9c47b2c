#include "api/export/regulator/contacts_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "api/export/bag/csv.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "core/base/bytes.h"
#include "core/base/time.h"
#include "policies/calendar/holiday_calendar.h"

namespace constancia::api {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using event::v1::ContactAttempted;
using event::v1::ContactCompleted;
using event::v1::ContactDenied;
using event::v1::MessageReceived;
using event::v1::PermitGranted;
using event::v1::ViolationDetected;
using google::protobuf::RepeatedPtrField;

constexpr size_t kShownChars = 3;
constexpr uint32_t kWeekCountStep = 8;  // of counsel's order of rules
constexpr std::string_view kNotAttempted = "NOT_ATTEMPTED";

// The payload when the event is of that type. It was checked when it was recorded.
template <typename Payload>
std::optional<Payload> As(const ExportedEvent& event) {
  Payload payload;
  if (event.event.header.type() != Payload::descriptor()->full_name() ||
      !payload.ParseFromString(PayloadBytes(event))) {
    return std::nullopt;
  }
  return payload;
}

// "VOICE_CALL" of CHANNEL_VOICE_CALL; "" of an unset value.
std::string Code(const std::string& name, std::string_view prefix) {
  const std::string code = name.substr(std::min(prefix.size(), name.size()));
  return code == "UNSPECIFIED" ? "" : code;
}
std::string Code(event::v1::Channel value) { return Code(Channel_Name(value), "CHANNEL_"); }
std::string Code(event::v1::Direction value) { return Code(Direction_Name(value), "DIRECTION_"); }
std::string Code(event::v1::Purpose value) { return Code(Purpose_Name(value), "PURPOSE_"); }
std::string Code(event::v1::Reach value) { return Code(Reach_Name(value), "REACH_"); }
std::string Code(event::v1::Result value) { return Code(Result_Name(value), "RESULT_"); }
std::string Code(event::v1::PartyRole value) { return Code(PartyRole_Name(value), "PARTY_ROLE_"); }

std::string VersionText(const event::v1::VersionRef& ref) {
  return ref.id().empty() ? "" : absl::StrCat(ref.id(), "/", ref.version());
}

// What the other events of the case say about contacts, permits and persons.
struct Findings {
  absl::flat_hash_map<std::string, ContactCompleted> completed;  // by attempt
  absl::flat_hash_map<std::string, PermitGranted> permits;       // by event id
  absl::flat_hash_map<std::string, std::vector<std::pair<std::string, ViolationDetected>>>
      violations;                                              // by act
  std::set<std::string> cleared;                               // violations
  absl::flat_hash_map<std::string, std::string> corrected_by;  // by target
  std::set<std::string> annulled;
  absl::flat_hash_map<std::string, event::v1::PartyRegistered> parties;  // by party id
  absl::flat_hash_map<std::string, std::string> contact_points;          // values by id
  std::string region;
  std::vector<std::string> regimes;
};

Findings Find(std::span<const ExportedEvent> events) {
  Findings found;
  for (const ExportedEvent& event : events) {
    if (auto annulled = As<event::v1::EventAnnulled>(event)) {
      found.annulled.insert(annulled->target_event_id());
    }
  }
  for (const ExportedEvent& event : events) {
    const std::string id = EventIdText(event);
    if (auto corrected = As<event::v1::EventCorrected>(event)) {
      found.corrected_by[corrected->target_event_id()] = id;
    }
    if (found.annulled.contains(id)) continue;
    if (auto opened = As<event::v1::CaseOpened>(event)) {
      found.region = opened->region();
      found.regimes.assign(opened->regimes().begin(), opened->regimes().end());
    } else if (auto completed = As<ContactCompleted>(event)) {
      found.completed[completed->attempt_id()] = *completed;
    } else if (auto permit = As<PermitGranted>(event)) {
      found.permits[id] = *permit;
    } else if (auto violation = As<ViolationDetected>(event)) {
      if (violation->event_ids_size() > 0) {
        found.violations[violation->event_ids(0)].emplace_back(id, *violation);
      }
    } else if (auto cleared = As<event::v1::ViolationCleared>(event)) {
      found.cleared.insert(cleared->violation_event_id());
    } else if (auto party = As<event::v1::PartyRegistered>(event)) {
      found.parties[party->party_id()] = *party;
    } else if (auto point = As<event::v1::ContactPointAdded>(event)) {
      found.contact_points[point->contact_point_id()] = point->value();
    }
  }
  return found;
}

// What all kinds of row have in common.
struct Row {
  event::v1::Channel channel = event::v1::CHANNEL_UNSPECIFIED;
  event::v1::Direction direction = event::v1::DIRECTION_OUTBOUND;
  event::v1::Purpose purpose = event::v1::PURPOSE_COLLECTION;
  std::string case_id, party_id, contact_point_id, address, origin, creditor_id, agent_id, bot_id;
  std::string campaign_id, strategy, script, permit_id;
  std::vector<std::string> obligation_ids, regimes;
  event::v1::PartyRole person_role = event::v1::PARTY_ROLE_UNSPECIFIED;
  bool denied = false;
  ContactCompleted completed;
  Verdict verdict;
  std::vector<std::string> violation_ids;
  bool ungoverned = false;
};

template <typename Payload>
void TakeAbout(const Payload& payload, Row* row) {
  row->channel = payload.channel();
  row->case_id = payload.case_id();
  row->party_id = payload.party_id();
  row->person_role = payload.party_role();
  row->contact_point_id = payload.contact_point_id();
  row->obligation_ids.assign(payload.obligation_ids().begin(), payload.obligation_ids().end());
}

template <typename Payload>
void TakeWork(const Payload& payload, Row* row) {
  if (payload.purpose() != event::v1::PURPOSE_UNSPECIFIED) row->purpose = payload.purpose();
  row->creditor_id = payload.creditor_id();
  row->agent_id = payload.agent_id();
  row->bot_id = payload.bot_id();
  row->campaign_id = payload.campaign_id();
  row->strategy = VersionText(payload.strategy());
  row->regimes.assign(payload.regimes().begin(), payload.regimes().end());
}

std::optional<Row> RowOf(const ExportedEvent& event, const std::string& id, const Findings& found) {
  Row row;
  if (const auto attempt = As<ContactAttempted>(event)) {
    TakeAbout(*attempt, &row);
    TakeWork(*attempt, &row);
    if (attempt->direction() != event::v1::DIRECTION_UNSPECIFIED) {
      row.direction = attempt->direction();
    }
    row.address = attempt->address();
    row.origin = attempt->origin();
    row.script = VersionText(attempt->template_());
    row.permit_id = attempt->permit_id();
    if (const auto end = found.completed.find(id); end != found.completed.end()) {
      row.completed = end->second;
      if (row.completed.person_reached_role() != event::v1::PARTY_ROLE_UNSPECIFIED) {
        row.person_role = row.completed.person_reached_role();
      }
    }
    if (const auto permit = found.permits.find(row.permit_id); permit != found.permits.end()) {
      row.verdict = permit->second.verdict();
    }
  } else if (const auto denied = As<ContactDenied>(event)) {
    TakeAbout(*denied, &row);
    TakeWork(*denied, &row);
    row.denied = true;
    row.verdict = denied->verdict();
  } else if (const auto received = As<MessageReceived>(event)) {
    TakeAbout(*received, &row);
    row.direction = event::v1::DIRECTION_INBOUND;
    row.purpose = event::v1::PURPOSE_UNSPECIFIED;
    row.address = received->address();
  } else {
    return std::nullopt;
  }
  if (row.address.empty()) {
    const auto point = found.contact_points.find(row.contact_point_id);
    if (point != found.contact_points.end()) row.address = point->second;
  }
  if (const auto acts = found.violations.find(id); acts != found.violations.end()) {
    for (const auto& [violation_id, violation] : acts->second) {
      if (found.cleared.contains(violation_id)) continue;
      row.violation_ids.push_back(violation_id);
      row.ungoverned |= violation.ungoverned() != event::v1::UNGOVERNED_REASON_UNSPECIFIED;
      if (violation.has_verdict()) row.verdict = violation.verdict();
    }
  }
  return row;
}

std::string VerdictText(const Verdict& verdict) {
  return verdict.outcome() == Verdict::OUTCOME_UNSPECIFIED
             ? ""
             : Verdict::Outcome_Name(verdict.outcome());
}

// The rule that counts the week: the one that failed, else the first.
const Finding* WeekCount(const Verdict& verdict) {
  const Finding* week = nullptr;
  for (const Finding& finding : verdict.findings()) {
    if (finding.step() != kWeekCountStep) continue;
    if (finding.result() == Finding::FAIL) return &finding;
    if (week == nullptr) week = &finding;
  }
  return week;
}

std::string RulesEvaluated(const Verdict& verdict) {
  std::vector<std::string> rules;
  for (const Finding& finding : verdict.findings()) {
    if (std::find(rules.begin(), rules.end(), finding.rule_id()) == rules.end()) {
      rules.push_back(finding.rule_id());
    }
  }
  return absl::StrJoin(rules, ";");
}

std::optional<uint64_t> SequenceIn(const ledger::v1::EventHeader& header, StreamKind kind) {
  for (const StreamPlace& place : header.streams()) {
    if (place.kind() == kind) return place.sequence();
  }
  return std::nullopt;
}

absl::CivilSecond LocalTime(const ledger::v1::EventHeader& header) {
  return absl::ToCivilSecond(absl::FromUnixMicros(header.occurred_at()),
                             absl::FixedTimeZone(header.offset_minutes() * 60));
}

class Writer {
 public:
  explicit Writer(const Findings& found) : found_(found), table_(kContactColumns) {}

  void Write(const ExportedEvent& event, const std::string& id, const Row& row) {
    const ledger::v1::EventHeader& header = event.event.header;
    WriteEvent(event, id, row);
    WritePerson(row);
    WriteTimes(header, row);
    WriteContact(header, row);
    WriteEnd(row.completed, row);
    WriteJudgement(row);
    const auto correction = found_.corrected_by.find(id);
    table_.Text(correction == found_.corrected_by.end() ? "" : correction->second);
    table_.Bool(found_.annulled.contains(id));
    table_.Text(row.completed.note());
    table_.Text(HexEncode(event.leaf_hash.view()));
    table_.Text(absl::StrCat("proofs/inclusion.txt:", event.event.position.value));
    table_.EndRow();
  }

  std::string Take() { return table_.Take(); }

 private:
  void WriteEvent(const ExportedEvent& event, const std::string& id, const Row& row) {
    table_.Number(++rows_);
    table_.Text(id);
    table_.Number(event.event.position.value);
    WriteNumber(SequenceIn(event.event.header, ledger::v1::STREAM_KIND_CASE));
    WriteNumber(SequenceIn(event.event.header, ledger::v1::STREAM_KIND_DEBTOR));
    table_.Text(row.case_id);
    table_.Text(absl::StrJoin(row.obligation_ids, ";"));
  }

  void WritePerson(const Row& row) {
    const auto party = found_.parties.find(row.party_id);
    if (party == found_.parties.end() || party->second.id_docs().empty()) {
      table_.Empty();
      table_.Empty();
    } else {
      const event::v1::NationalId& id = party->second.id_docs(0);
      table_.Text(Code(NationalIdType_Name(id.type()), "NATIONAL_ID_TYPE_"));
      table_.Text(Mask(id.value()));
    }
    table_.Text(party == found_.parties.end() ? "" : party->second.names().full_name());
  }

  void WriteTimes(const ledger::v1::EventHeader& header, const Row& row) {
    const absl::CivilDay day(LocalTime(header));
    table_.Text(LocalText(header));
    table_.Text(header.zone());
    table_.Text(UtcText(header.occurred_at()));
    table_.Text(UtcText(header.recorded_at()));
    table_.Number((header.recorded_at() - header.occurred_at()) / kMicrosPerSecond);
    table_.Number(static_cast<int>(absl::GetWeekday(day)) + 1);
    const std::vector<std::string>& regimes = row.regimes.empty() ? found_.regimes : row.regimes;
    const policies::HolidayCalendar* calendar =
        regimes.empty() ? nullptr : policies::HolidayCalendar::Find(regimes[0].substr(0, 2));
    if (calendar == nullptr) {
      table_.Empty();
    } else {
      table_.Bool(calendar->IsHoliday(day, found_.region));
    }
  }

  void WriteContact(const ledger::v1::EventHeader& header, const Row& row) {
    table_.Text(Code(row.channel));
    table_.Text(Code(row.direction));
    table_.Text(Code(row.purpose));
    table_.Text(row.address.empty() ? row.contact_point_id : Mask(row.address));
    table_.Text(row.origin);
    table_.Text(header.on_behalf_of().agency());
    table_.Text(row.creditor_id.empty() ? header.on_behalf_of().creditor() : row.creditor_id);
    const bool by_person = header.actor().kind() == ledger::v1::PERSON;
    table_.Text(row.agent_id.empty() && by_person ? header.actor().id() : row.agent_id);
    table_.Empty();  // agent_name: agents have files of their own
    table_.Bool(!row.bot_id.empty() || header.actor().kind() == ledger::v1::BOT);
    table_.Text(row.campaign_id);
    table_.Text(row.strategy);
    table_.Text(row.script);
  }

  void WriteEnd(const ContactCompleted& completed, const Row& row) {
    table_.Text(row.denied ? std::string(kNotAttempted) : Code(completed.reach()));
    table_.Text(Code(row.person_role));
    table_.Text(Code(completed.result()));
    table_.Text(
        Code(VolunteeredReason_Name(completed.volunteered_reason()), "VOLUNTEERED_REASON_"));
    if (completed.has_ended_at()) {
      table_.Number(completed.duration_seconds());
    } else {
      table_.Empty();
    }
    table_.Text(completed.recording().recording_id());
    table_.Text(HexEncode(completed.recording().sha256()));
    std::vector<std::string> disclosures;
    for (const int disclosure : completed.disclosures_made()) {
      disclosures.push_back(
          Code(Disclosure_Name(static_cast<event::v1::Disclosure>(disclosure)), "DISCLOSURE_"));
    }
    table_.Text(absl::StrJoin(disclosures, ";"));
    table_.Text(completed.recording().consent_event_id());
  }

  void WriteJudgement(const Row& row) {
    table_.Text(row.permit_id);
    if (row.denied || row.direction == event::v1::DIRECTION_INBOUND) {
      table_.Empty();
    } else {
      table_.Bool(found_.permits.contains(row.permit_id) && !row.ungoverned);
    }
    table_.Text(VerdictText(row.verdict));
    table_.Text(RulesEvaluated(row.verdict));
    if (const Finding* week = WeekCount(row.verdict)) {
      table_.Number(week->count());
      table_.Number(week->limit());
    } else {
      table_.Empty();
      table_.Empty();
    }
    table_.Text(absl::StrJoin(row.violation_ids, ";"));
  }

  void WriteNumber(std::optional<uint64_t> number) {
    if (number.has_value()) {
      table_.Number(*number);
    } else {
      table_.Empty();
    }
  }

  const Findings& found_;
  CsvTable table_;
  uint64_t rows_ = 0;
};

}  // namespace

std::string Mask(std::string_view text) {
  size_t hidden = text.size() > 2 * kShownChars ? text.size() - kShownChars : text.size();
  // Never within a UTF-8 character.
  while (hidden < text.size() && (static_cast<uint8_t>(text[hidden]) & 0xC0) == 0x80) ++hidden;
  return std::string(hidden, '*') + std::string(text.substr(hidden));
}

ContactsTable MakeContactsTable(std::span<const ExportedEvent> events) {
  const Findings found = Find(events);
  Writer writer(found);
  ContactsTable table;
  for (const ExportedEvent& event : events) {
    const std::string id = EventIdText(event);
    const std::optional<Row> row = RowOf(event, id, found);
    if (!row.has_value()) continue;
    writer.Write(event, id, *row);
    if (found.annulled.contains(id)) continue;
    ContactSummary& summary = table.summary;
    if (row->denied) {
      ++summary.denied;
      continue;
    }
    if (row->direction == event::v1::DIRECTION_INBOUND) {
      ++summary.inbound;
    } else {
      ++summary.attempts;
      if (!found.permits.contains(row->permit_id) || row->ungoverned) ++summary.without_permit;
    }
    if (!row->violation_ids.empty()) ++summary.with_violation;
    ++summary.by_day[absl::FormatCivilTime(absl::CivilDay(LocalTime(event.event.header)))];
    ++summary.by_channel[Code(row->channel)];
  }
  table.csv = writer.Take();
  return table;
}

}  // namespace constancia::api
