#include "api/commands/case_desk.h"

#include <algorithm>
#include <utility>

#include "constancia/event/v1/records.pb.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/parting.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/collection_policy/collection_policy.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

using eventstore::EventDraft;

constexpr size_t kReadStep = 1'000;
constexpr char kUtc[] = "Etc/UTC";
// Room for the case, an export or a hold and the source besides.
constexpr size_t kPersonsMax = kStreamsPerEventMax - 4;

Stream CaseStream(std::string_view id) { return {ledger::v1::STREAM_KIND_CASE, std::string(id)}; }

}  // namespace

absl::CivilDay CaseAtDesk::DateAt(Instant at) const {
  return absl::ToCivilDay(absl::FromUnixMicros(at.micros), zone);
}

std::vector<Stream> StreamsOf(const casefile::v1::CaseFile& file) {
  std::vector<Stream> streams = {CaseStream(file.case_id())};
  const auto add = [&streams](const std::string& person) {
    const Stream stream{ledger::v1::STREAM_KIND_DEBTOR, person};
    if (person.empty() || streams.size() > kPersonsMax ||
        std::find(streams.begin(), streams.end(), stream) != streams.end()) {
      return;
    }
    streams.push_back(stream);
  };
  add(file.party_id());
  for (const event::v1::CaseParty& party : file.parties()) add(party.party_id());
  return streams;
}

absl::Status CaseDesk::Collect(const Stream& stream, policies::CaseHistory* history) const {
  for (uint64_t from = 0;; from += kReadStep) {
    ASSIGN_OR_RETURN(const auto events,
                     uses_.log->reader().ReadStream(stream, Sequence{from}, kReadStep));
    for (const eventstore::RecordedEvent& event : events)
      history->Add(event.position.value, event.header);
    if (events.size() < kReadStep) return absl::OkStatus();
  }
}

absl::StatusOr<policies::CollectionPolicy> CaseDesk::ReadPolicy(
    std::string_view creditor_id, std::string_view portfolio_id) const {
  const eventstore::StoredRows rows(uses_.log, eventstore::CollectionPolicies::kName);
  ASSIGN_OR_RETURN(const auto parameters,
                   eventstore::ReadCollectionPolicy(rows, creditor_id, portfolio_id));
  policies::CollectionPolicy policy;
  for (const event::v1::PolicyParameter& parameter : parameters)
    policy.Set(parameter.name(), parameter.value());
  return policy;
}

absl::StatusOr<CaseAtDesk> CaseDesk::Read(std::string_view case_id) const {
  CaseAtDesk at_desk{std::string(case_id)};
  const eventstore::LogReader& reader = uses_.log->reader();
  // Versions come before what is read: an event that falls between the two makes the append fail.
  ASSIGN_OR_RETURN(const StreamVersion version, reader.VersionOf(CaseStream(case_id)));
  at_desk.expectations.push_back({.stream = CaseStream(case_id), .version = version});
  ASSIGN_OR_RETURN(eventstore::CaseView view, eventstore::ReadCase(*uses_.log, case_id));
  at_desk.file = std::move(view.file);
  at_desk.as_of = view.as_of;
  for (const Stream& stream : StreamsOf(at_desk.file)) {
    if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR) {
      ASSIGN_OR_RETURN(const StreamVersion of_person, reader.VersionOf(stream));
      at_desk.expectations.push_back({.stream = stream, .version = of_person});
    }
    RETURN_IF_ERROR(Collect(stream, &at_desk.history));
  }
  at_desk.history.Finish();
  // What is done to a hold stands in the hold's own stream.
  for (const auto& hold : at_desk.history.All<event::v1::HoldPlaced>()) {
    RETURN_IF_ERROR(
        Collect({ledger::v1::STREAM_KIND_HOLD, hold.payload.hold_id()}, &at_desk.history));
  }
  at_desk.history.Finish();
  ASSIGN_OR_RETURN(at_desk.policy,
                   ReadPolicy(at_desk.file.creditor_id(), at_desk.file.portfolio_id()));
  at_desk.zone_name = at_desk.file.zone().empty() ? kUtc : at_desk.file.zone();
  const auto zone = uses_.zones->Find(at_desk.zone_name);
  if (zone.ok()) {
    at_desk.zone = *zone;
  } else {
    // A zone that the database has dropped since.
    at_desk.zone_name = kUtc;
    at_desk.zone = absl::UTCTimeZone();
  }
  return at_desk;
}

absl::StatusOr<absl::TimeZone> CaseDesk::FindZone(const std::string& name,
                                                  std::string_view field) const {
  auto zone = uses_.zones->Find(name);
  if (!zone.ok())
    return Error(error::v1::SCHEMA_INVALID, "no time zone of this name; use an IANA name", field);
  return *std::move(zone);
}

absl::StatusOr<std::string> CaseDesk::RoleOfActor(const std::string& event_id) const {
  ASSIGN_OR_RETURN(const EventId id, ParseEventId(event_id));
  ASSIGN_OR_RETURN(const auto position, uses_.log->reader().FindEvent(id));
  if (!position.has_value()) return Error(error::v1::NOT_FOUND, "no event of this id");
  ASSIGN_OR_RETURN(const eventstore::RecordedEvent event, uses_.log->reader().ReadEvent(*position));
  return event.header.actor().role();
}

std::string CaseDesk::NewId() const {
  return ToText(NewEventId(uses_.clock->Now(), *uses_.random));
}

absl::StatusOr<EventDraft> CaseDesk::Draft(const CaseAtDesk& at_desk, Instant at,
                                           const ledger::v1::Actor& actor,
                                           const google::protobuf::Message& payload) const {
  const EventType* type = uses_.catalogue->Find(payload.GetDescriptor()->full_name());
  CHECK(type != nullptr);
  absl::StatusOr<Parts> parts = PartPayload(*type->descriptor, payload.SerializeAsString());
  if (!parts.ok()) return parts.status();
  EventDraft draft;
  draft.event_id = NewEventId(at, *uses_.random);
  draft.event_id_made = true;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = at;
  draft.zone = at_desk.zone_name;
  draft.offset_minutes = OffsetMinutes(at_desk.zone, at);
  draft.actor = actor;
  draft.public_part = std::move(parts->public_part);
  draft.personal_part = std::move(parts->personal_part);
  draft.streams = StreamsOf(at_desk.file);
  if (!draft.personal_part.empty()) {
    // What is said of a case is said of its debtor.
    if (draft.streams.size() < 2) {
      return Error(error::v1::SUBJECT_REQUIRED,
                   "the case names no debtor, so that there is nobody the text is about");
    }
    draft.subject = 1;
  }
  return draft;
}

}  // namespace constancia::api
