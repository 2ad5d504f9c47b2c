// Amounts in a unit of account whose value changes daily (UF, UVR, UDI, UI), with the conversion
// that was used.
//
// The conversion is stored with the event and never computed again later: a new value of the unit
// is a new event.
//
// Used by: core/case, api/commands.
// Threads: any.

#ifndef CONSTANCIA_CORE_BASE_INDEXED_AMOUNT_H_
#define CONSTANCIA_CORE_BASE_INDEXED_AMOUNT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/base/money.h"

namespace constancia {

// What one unit was worth: `minor` / 10^`exponent` of `currency`. The UF at 40,880.36 pesos is
// {4088036, 2, CLP}.
struct IndexValue {
  static constexpr int kExponentMax = 8;

  int64_t minor;
  int exponent;
  Currency currency;
};

// Converts `amount` at `value`, rounded to the minor unit of its currency, halves away from zero.
// For the UF: clp = round_half_up(clf × uf / 10^6), four decimals and two.
// Fails with SCHEMA_INVALID when the value is not above zero, its exponent is outside
// [0, kExponentMax], or the result does not fit.
absl::StatusOr<Money> Convert(const Money& amount, const IndexValue& value);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_INDEXED_AMOUNT_H_
