// The contact ledger: what counsel must know of a person before he is contacted.
//
// Inline: brought up to date before an append is answered, so that the next decision sees the last
// contact. For every person it keeps the contacts made, live permits and binding records in the
// words rules are written in, a row a month, so that a decision reads a few rows and never history.
//
//   c/<person>/<YYYYMM>   ContactMonth: what began in that month (UTC)
//   r/<person>            PersonRecords
//   a/<event id>          AttemptPlace: where an attempt stands, or its end when that came first
//   p/<event id>          PermitState
//
// A completion that arrives before its attempt, or an annulment before what it annuls, gives the
// same rows.
//
// Used by: api/commands (the gate).

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "core/base/time.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore {

class ContactLedger final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "contact_ledger";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 1; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;
};

// Reads what is known of `person`: all records, and the contacts and permits that began in the
// month of `since` or later. Permits that have expired by `now` are left out: their unit is
// returned without anybody asking. So is the contact or permit with event id `without` ("" for
// none).
absl::StatusOr<counsel::v1::Facts> ReadFacts(const EventLog& log, std::string_view person,
                                             Instant since, Instant now, std::string_view without);

// Whether a permit covers a contact with `person` on the rule's channel `channel` about `debts`,
// begun at `at_micros`. A permit names its channel exactly and covers any of its debts.
bool PermitFits(const casefile::v1::PermitState& permit, std::string_view person,
                std::string_view channel,
                const google::protobuf::RepeatedPtrField<std::string>& debts, int64_t at_micros);

// Reads where a permit stands; nothing when there is none of that id. LIVE includes those whose
// time is over.
absl::StatusOr<std::optional<casefile::v1::PermitState>> ReadPermit(const EventLog& log,
                                                                    std::string_view permit_id);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_
