// Whether a permit covers a contact.
//
// Used by: the contact ledger.
// Threads: any.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_PERMIT_FIT_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_PERMIT_FIT_H_

#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "constancia/event/v1/gate.pb.h"

namespace constancia::eventstore {

// A permit covers one contact with its person, on its family of channels, about any of its debts,
// begun before it expires. Returns UNSPECIFIED when `permit` covers `contact`, else why not; a
// permit without a phase is one that nobody granted.
event::v1::UngovernedReason WhyNotCovered(const casefile::v1::PermitState& permit,
                                          const casefile::v1::LedgerContact& contact);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CONTACT_LEDGER_PERMIT_FIT_H_
