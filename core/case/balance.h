// The balance of an obligation, from what was placed, reported, charged and paid.
//
// The result does not depend on the order in which the events arrived: a payment that is booked
// late, or a balance reported for an earlier date, gives what it would have given in order.
//
// Used by: eventstore/projections/case_file.

#ifndef CONSTANCIA_CORE_CASE_BALANCE_H_
#define CONSTANCIA_CORE_CASE_BALANCE_H_

#include <cstdint>
#include <string_view>

#include "constancia/casefile/v1/case_file.pb.h"

namespace constancia {

// Sum of all components, in minor units of their currency; saturates instead of overflowing.
int64_t Total(const event::v1::BalanceComponents& components);

// Sets what the debt was when it was placed; a balance reported already stands.
void PlaceBalance(casefile::v1::ObligationFile* obligation,
                  const event::v1::BalanceComponents& components);

// Sets what the debt was at the end of `as_of` (YYYY-MM-DD), when no report is known for a later
// date, nor for the same date at a later position.
void ReportBalance(casefile::v1::ObligationFile* obligation,
                   const event::v1::BalanceComponents& components, std::string_view as_of,
                   uint64_t position);

// Enters a charge or a payment. One that is known by (kind, id) is replaced; it stays reversed when
// it was.
void EnterMovement(casefile::v1::ObligationFile* obligation, casefile::v1::Movement movement);

// Marks a charge or payment as reversed, also when it has not arrived yet.
void ReverseMovement(casefile::v1::ObligationFile* obligation, casefile::v1::Movement::Kind kind,
                     std::string_view id);

// Sets balance_minor and unapplied_minor from the rest: base, plus charges, less payments, in the
// obligation's currency, never below zero; movements dated on or before a reported date are in the
// base already. What is paid beyond the balance or in another currency is unapplied.
void Settle(casefile::v1::ObligationFile* obligation);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_BALANCE_H_
