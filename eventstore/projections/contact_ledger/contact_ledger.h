// The contact ledger: what counsel must know of a person before he is contacted.
//
// Inline: brought up to date before an append is answered, so that the next decision sees the last
// contact. It keeps contacts, open permits, binding records and standing violations in the words
// rules are written in. What an event costs does not depend on how much there is already: a contact
// is a row of its own, so a decision reads the rows of its window and never history. Only records
// share a row, with those of the same person, debt, case or contact point: few, and read together.
//
//   c<person>\0<instant><position>   LedgerContact
//   r<owner>                         RecordList
//   l<person>                        OpenPermits
//   p<permit id>                     PermitState
//   v<contact's event id>            StandingViolations
//   e<event id>                      EventPlace: what of the above an event has made
//
// Corrections and annulments take an event out by its place and put it back as it is right. They,
// and completions, may arrive before what they speak of: whatever the order, the rows are the same
// bytes. Decisions follow what they rest on, as they do in the log.
//
// Used by: the list in projections.h; api/commands reads it through contact_rows.h.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore {

// What an event changed, for those who judge contacts again.
struct Touched {
  // Of a contact: whose it is. Of a record: the person it names, if any.
  std::string person;
  // From when on others are judged by it.
  Instant at;
  // The event id, as text, of the contact that was put in, changed or taken out. Empty for records.
  std::string contact_id;
  // The case that a record names, if any.
  std::string case_id;
  // Nothing changed yet: the event named by `contact_id` is not there.
  bool missing = false;
  // Of a contact: it may count for ever, since the law allows one with a locator. The role of whom
  // the event does not say is known to the case alone.
  bool for_ever = false;
};

class ContactLedger final : public InlineProjection {
 public:
  static constexpr std::string_view kName = "contact_ledger";

  std::string_view name() const override { return kName; }
  uint32_t version() const override { return 4; }
  void Apply(const RecordedEvent& event, Rows& rows) const override;

  // Does the same and adds to `touched` what changed.
  static void Fold(const RecordedEvent& event, Rows& rows, std::vector<Touched>* touched);

  // Whether events of `type` (full name) change anything here.
  static bool Reads(std::string_view type);
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_CONTACT_LEDGER_H_
