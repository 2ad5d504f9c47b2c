#include "eventstore/projections/contact_ledger/permit_fit.h"

#include <algorithm>

#include "core/case/rule_words.h"

namespace constancia::eventstore {

namespace ev = event::v1;
using casefile::v1::PermitState;

ev::UngovernedReason WhyNotCovered(const PermitState& permit,
                                   const casefile::v1::LedgerContact& contact) {
  const counsel::v1::Contact& made = contact.contact();
  if (permit.phase() == PermitState::PHASE_UNSPECIFIED) return ev::UNGOVERNED_REASON_NO_PERMIT;
  const bool same_matter =
      permit.person() == made.person() &&
      RuleFamily(permit.channel()) == RuleFamily(made.channel()) &&
      std::all_of(made.debts().begin(), made.debts().end(), [&](const std::string& debt) {
        return std::find(permit.debts().begin(), permit.debts().end(), debt) !=
               permit.debts().end();
      });
  if (!same_matter) return ev::UNGOVERNED_REASON_PERMIT_MISMATCH;
  if (permit.phase() == PermitState::USED || permit.phase() == PermitState::CANCELLED)
    return ev::UNGOVERNED_REASON_PERMIT_USED;
  // That an expiry was recorded changes nothing for a contact begun before it and told late.
  if (made.at_micros() >= permit.expires_at_micros()) return ev::UNGOVERNED_REASON_PERMIT_EXPIRED;
  return ev::UNGOVERNED_REASON_UNSPECIFIED;
}

}  // namespace constancia::eventstore
