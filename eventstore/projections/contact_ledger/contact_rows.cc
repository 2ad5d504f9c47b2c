#include "eventstore/projections/contact_ledger/contact_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/uuid.h"

namespace constancia::eventstore {
namespace {

using casefile::v1::EventPlace;
using casefile::v1::LedgerContact;
using casefile::v1::PermitState;

std::string Key(char kind, std::string_view name) {
  std::string key(1, kind);
  key.append(name);
  return key;
}

absl::Status Damaged() {
  return Error(error::v1::DAMAGED, "a row of the contact ledger does not parse");
}

// The message of a row; its default when there is none.
template <typename Message>
absl::StatusOr<Message> ReadMessage(const RowSource& rows, std::string_view key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Read(key));
  Message message;
  if (row.has_value() && !message.ParseFromString(*row)) return Damaged();
  return message;
}

}  // namespace

namespace contact_row {

std::string Contact(std::string_view person, Instant at, uint64_t position) {
  std::string key = Key('c', person);
  key.push_back('\0');  // ends the person: no id holds it
  AppendU64(&key, static_cast<uint64_t>(std::max<int64_t>(at.micros, 0)));
  AppendU64(&key, position);
  return key;
}

std::string Records(std::string_view owner) { return Key('r', owner); }
std::string OpenPermits(std::string_view person) { return Key('l', person); }
std::string Permit(std::string_view permit_id) { return Key('p', permit_id); }
std::string Violations(std::string_view event_id) { return Key('v', event_id); }
std::string Event(std::string_view event_id) { return Key('e', event_id); }

}  // namespace contact_row

absl::StatusOr<std::vector<LedgerContact>> ReadContacts(const RowSource& rows,
                                                        std::string_view person, Instant from,
                                                        Instant to) {
  const std::string first = contact_row::Contact(person, from, 0);
  const std::string_view prefix = std::string_view(first).substr(0, person.size() + 2);
  ASSIGN_OR_RETURN(const std::vector<RowSource::Row> found,
                   rows.Scan(prefix, first, contact_row::Contact(person, to, 0)));
  std::vector<LedgerContact> contacts(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    if (!contacts[i].ParseFromString(found[i].second)) return Damaged();
  }
  return contacts;
}

absl::StatusOr<std::optional<LedgerContact>> ReadContact(const RowSource& rows,
                                                         std::string_view event_id) {
  const auto id = ParseEventId(event_id);
  if (!id.ok()) return std::optional<LedgerContact>();
  ASSIGN_OR_RETURN(const EventPlace place,
                   ReadMessage<EventPlace>(rows, contact_row::Event(id->view())));
  if (place.person().empty() || place.annulled()) return std::optional<LedgerContact>();
  ASSIGN_OR_RETURN(const std::optional<std::string> row,
                   rows.Read(contact_row::Contact(place.person(), {place.contact_at_micros()},
                                                  place.position())));
  LedgerContact contact;
  if (!row.has_value() || !contact.ParseFromString(*row)) return Damaged();
  return std::optional<LedgerContact>(std::move(contact));
}

std::optional<int64_t> EndOf(const casefile::v1::LedgerContact& contact) {
  std::optional<int64_t> ended;
  for (const casefile::v1::ReachReport& report : contact.reports()) {
    if (report.has_ended_at_micros()) ended = report.ended_at_micros();
  }
  return ended;
}

absl::StatusOr<casefile::v1::OpenPermits> ReadOpenPermits(const RowSource& rows,
                                                          std::string_view person) {
  return ReadMessage<casefile::v1::OpenPermits>(rows, contact_row::OpenPermits(person));
}

absl::StatusOr<std::optional<PermitState>> ReadPermit(const RowSource& rows,
                                                      std::string_view permit_id) {
  ASSIGN_OR_RETURN(PermitState permit,
                   ReadMessage<PermitState>(rows, contact_row::Permit(permit_id)));
  if (permit.phase() == PermitState::PHASE_UNSPECIFIED) return std::optional<PermitState>();
  return std::optional<PermitState>(std::move(permit));
}

absl::StatusOr<casefile::v1::RecordList> ReadRecords(const RowSource& rows,
                                                     std::string_view owner) {
  return ReadMessage<casefile::v1::RecordList>(rows, contact_row::Records(owner));
}

absl::StatusOr<casefile::v1::StandingViolations> ReadViolations(const RowSource& rows,
                                                                std::string_view event_id) {
  return ReadMessage<casefile::v1::StandingViolations>(rows, contact_row::Violations(event_id));
}

}  // namespace constancia::eventstore
