// The money of one debt: its instalments, what they are made of, and what charges, payments and
// waivers change of them. Whole minor units of one currency, summed in 128 bits, never below zero.
//
// A debt without a schedule is one instalment, number 0, due when the debt is. What is charged
// belongs to the instalment that was due last on its date, or to the first one when none was. What
// is paid is taken instalment by instalment in order of due date, inside each: legal costs,
// collection fee, penalty interest, ordinary interest, taxes, insurance, other, principal. Costs
// and interest before capital is the civil rule: CL Código Civil arts. 1595-1597, CO Código Civil
// arts. 1653-1655, MX Código Civil Federal arts. 2092-2094, PE Código Civil arts. 1256-1259, AR
// Código Civil y Comercial arts. 900-903 [medium confidence]; the order among costs and interest is
// ours.
//
// Used by: eventstore/projections/case_file.

#ifndef CONSTANCIA_CORE_CASE_MONEY_H_
#define CONSTANCIA_CORE_CASE_MONEY_H_

#include <cstdint>
#include <string_view>

#include "constancia/casefile/v1/case_file.pb.h"

namespace constancia {

// Sum of all components, in minor units of their currency; saturates instead of overflowing.
int64_t Total(const event::v1::BalanceComponents& components);

// The sum; saturates instead of overflowing.
int64_t AddSaturating(int64_t a, int64_t b);

// Adds to one component, an unspecified one being OTHER. Saturates; never goes below zero.
void AddTo(event::v1::BalanceComponents* components, event::v1::BalanceComponent component,
           int64_t amount);

// Adds all components of `more`, and takes over its code.
void AddAll(event::v1::BalanceComponents* sum, const event::v1::BalanceComponents& more);

// The component that a charge of this kind belongs to.
event::v1::BalanceComponent ComponentOf(event::v1::FeeKind kind);

// Makes the unpaid parts of the instalments sum to obligation->base(), component by component: what
// is less than the schedule was paid, from the oldest on; what is more belongs to the instalment
// due last on `date`. Instalments are put in order; one is made when there is none.
void OpenSchedule(casefile::v1::ObligationFile* obligation, std::string_view date);

// Adds a charge. Returns what it added.
event::v1::BalanceComponents Charge(casefile::v1::ObligationFile* obligation,
                                    event::v1::BalanceComponent component, int64_t amount,
                                    std::string_view date);

// Takes up to `*amount`, and leaves in it what is beyond the debt. Returns what was taken.
event::v1::BalanceComponents Pay(casefile::v1::ObligationFile* obligation, int64_t* amount);

// Takes what is named, component by component, as far as it is owed. Returns what was taken.
event::v1::BalanceComponents Waive(casefile::v1::ObligationFile* obligation,
                                   const event::v1::BalanceComponents& components);

// The due date of the oldest instalment with something unpaid; empty when nothing is.
std::string_view OldestUnpaid(const casefile::v1::ObligationFile& obligation);

// Sets components, balance_minor and oldest_unpaid_due_date from the instalments.
void Settle(casefile::v1::ObligationFile* obligation);

// Calendar days from the oldest unpaid due date to `today` (YYYY-MM-DD, on the debtor's clock), not
// below 0; 0 when nothing is unpaid or no due date is known. Of a case: the greatest of its debts.
int64_t DaysPastDue(const casefile::v1::ObligationFile& obligation, std::string_view today);
int64_t DaysPastDue(const casefile::v1::CaseFile& file, std::string_view today);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_MONEY_H_
