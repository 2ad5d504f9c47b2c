// data/contacts.csv: every contact of a case and every contact that was refused, a row each, with
// what was decided about it before and found about it afterwards.
//
// A row is an attempt (ContactAttempted), a message the person sent (MessageReceived), or a contact
// that was asked for and not made (ContactDenied: reach_code NOT_ATTEMPTED). It shows the event as
// it was recorded; corrected_by and annulled say what became of it.
//
// Used by: the regulator export.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_REGULATOR_CONTACTS_TABLE_H_
#define CONSTANCIA_API_EXPORT_REGULATOR_CONTACTS_TABLE_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/export/bag/evidence.h"

namespace constancia::api {

inline constexpr std::array<std::string_view, 51> kContactColumns = {"row_no",
                                                                     "event_id",
                                                                     "position",
                                                                     "case_seq",
                                                                     "debtor_seq",
                                                                     "case_id",
                                                                     "obligation_ids",
                                                                     "debtor_id_type",
                                                                     "debtor_id_masked",
                                                                     "debtor_name",
                                                                     "occurred_local",
                                                                     "zone",
                                                                     "occurred_utc",
                                                                     "recorded_utc",
                                                                     "lateness_s",
                                                                     "weekday",
                                                                     "is_holiday",
                                                                     "channel",
                                                                     "direction",
                                                                     "purpose",
                                                                     "contact_point_masked",
                                                                     "origin",
                                                                     "agency",
                                                                     "creditor",
                                                                     "agent_id",
                                                                     "agent_name",
                                                                     "is_bot",
                                                                     "campaign",
                                                                     "strategy_version",
                                                                     "template_version",
                                                                     "reach_code",
                                                                     "person_role",
                                                                     "result_code",
                                                                     "reason_code",
                                                                     "duration_s",
                                                                     "recording_id",
                                                                     "recording_sha256",
                                                                     "disclosures",
                                                                     "consent_id",
                                                                     "permit_id",
                                                                     "governed",
                                                                     "verdict",
                                                                     "rules_evaluated",
                                                                     "counter_week",
                                                                     "limit_week",
                                                                     "violation_ids",
                                                                     "corrected_by",
                                                                     "annulled",
                                                                     "note",
                                                                     "leaf_hash",
                                                                     "proof_ref"};

// What a contact came to, by event id text, for counts and the report.
struct ContactSummary {
  uint64_t attempts = 0;
  uint64_t denied = 0;
  uint64_t inbound = 0;
  uint64_t with_violation = 0;
  uint64_t without_permit = 0;
  std::map<std::string, uint64_t> by_day;      // local date
  std::map<std::string, uint64_t> by_channel;  // code
};

struct ContactsTable {
  std::string csv;
  ContactSummary summary;
};

ContactsTable MakeContactsTable(std::span<const ExportedEvent> events);

// "12.345.678-5" as "********8-5": all but the last three characters hidden, and all of a short
// one.
std::string Mask(std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_REGULATOR_CONTACTS_TABLE_H_
