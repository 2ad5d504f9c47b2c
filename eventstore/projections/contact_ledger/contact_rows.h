// Reads the rows of the contact ledger: as the log has them, or as they will be once some drafts
// are appended.
//
// Used by: api/commands.
// Threads: StoredRows: any. AppendedRows: one.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_ROWS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_ROWS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "core/base/time.h"
#include "eventstore/projections/row_source.h"

namespace constancia::eventstore {

// Each fails with DAMAGED when a row does not parse, and as the source does.

// The contacts of `person` that began in [from, to), in the order they began.
absl::StatusOr<std::vector<casefile::v1::LedgerContact>> ReadContacts(const RowSource& rows,
                                                                      std::string_view person,
                                                                      Instant from, Instant to);

// The contact that an event recorded; nothing when it recorded none, or one that is annulled.
absl::StatusOr<std::optional<casefile::v1::LedgerContact>> ReadContact(const RowSource& rows,
                                                                       std::string_view event_id);

// When a contact ended; nothing when nobody said it. The last who did is believed.
std::optional<int64_t> EndOf(const casefile::v1::LedgerContact& contact);

// Permits of `person` that were granted and neither used nor given back; some may be over.
absl::StatusOr<casefile::v1::OpenPermits> ReadOpenPermits(const RowSource& rows,
                                                          std::string_view person);

// Where a permit stands; nothing when there is none of that id. LIVE includes those whose time is
// over.
absl::StatusOr<std::optional<casefile::v1::PermitState>> ReadPermit(const RowSource& rows,
                                                                    std::string_view permit_id);

// Records under `owner` (core/case/rule_records.h).
absl::StatusOr<casefile::v1::RecordList> ReadRecords(const RowSource& rows, std::string_view owner);

// The violations that stand against the contact recorded by `event_id`.
absl::StatusOr<casefile::v1::StandingViolations> ReadViolations(const RowSource& rows,
                                                                std::string_view event_id);

// The keys, for the projection.
namespace contact_row {
// All contacts begin with it: person by person, in the order they began.
inline constexpr std::string_view kContacts = "c";
std::string Contact(std::string_view person, Instant at, uint64_t position);
std::string Records(std::string_view owner);
std::string OpenPermits(std::string_view person);
std::string Permit(std::string_view permit_id);
std::string Violations(std::string_view event_id);
// `event_id` as 16 bytes.
std::string Event(std::string_view event_id);
}  // namespace contact_row

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_ROWS_H_
