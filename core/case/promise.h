// What payments make of a promise to pay.
//
// A promise is kept as soon as what was paid from the day it was made to its due date and the days
// of grace reaches the promised amount less the tolerance. When that last date is over it is partly
// kept if anything was paid by then, else broken. A payment that is booked late but was effective
// in time counts; one that was reversed does not.
//
// Used by: eventstore/projections/case_file (CountPayments); whoever records that a promise was
// kept or broken (JudgePromise).

#ifndef CONSTANCIA_CORE_CASE_PROMISE_H_
#define CONSTANCIA_CORE_CASE_PROMISE_H_

#include <cstdint>
#include <string_view>

#include "constancia/casefile/v1/case_file.pb.h"

namespace constancia {

struct PromiseTerms {
  // Calendar days after the due date in which payment still keeps it.
  int64_t grace_days = 3;
  // Part of the amount that keeps it, in parts of 10,000.
  int64_t tolerance_bps = 9'500;
};

struct PromiseJudgement {
  // REPLACED and CANCELLED stay what they are, whatever was paid.
  casefile::v1::PromiseFile::State state = casefile::v1::PromiseFile::STATE_UNSPECIFIED;
  // Paid by the last date.
  int64_t paid_minor = 0;
  // The whole amount was paid, but not by the last date.
  bool paid_late = false;
};

// Judges a promise as of the beginning of `today` (YYYY-MM-DD, on the debtor's clock): its last
// date is over when it lies before. A promise without a readable due date stays accepted until it
// is kept.
PromiseJudgement JudgePromise(const casefile::v1::PromiseFile& promise, const PromiseTerms& terms,
                              std::string_view today);

// Sets what was paid towards each promise and under each agreement of the case. A payment that
// names a promise counts for that one alone, and for agreements likewise; any other counts for all
// that stand over one of its debts, in its currency.
void CountPayments(casefile::v1::CaseFile* file);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_PROMISE_H_
