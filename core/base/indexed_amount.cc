#include "core/base/indexed_amount.h"

#include "core/base/status.h"

namespace constancia {
namespace {

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

absl::StatusOr<Money> Convert(const Money& amount, const IndexValue& value) {
  if (value.minor <= 0) {
    return Error(error::v1::SCHEMA_INVALID, "the value of a unit is above zero",
                 "index_value_minor");
  }
  if (value.exponent < 0 || value.exponent > IndexValue::kExponentMax) {
    return Error(error::v1::SCHEMA_INVALID, "the value of a unit has 0 to 8 decimals",
                 "index_exponent");
  }
  const int decimals = amount.currency().exponent() + value.exponent - value.currency.exponent();
  // A result that has more decimals than the factors is exact: scale up instead.
  if (decimals < 0) {
    ASSIGN_OR_RETURN(const int64_t scaled,
                     MultiplyAndRound(amount.minor(), PowerOfTen(-decimals), 1));
    ASSIGN_OR_RETURN(const int64_t minor, MultiplyAndRound(scaled, value.minor, 1));
    return Money(minor, value.currency);
  }
  ASSIGN_OR_RETURN(const int64_t minor,
                   MultiplyAndRound(amount.minor(), value.minor, PowerOfTen(decimals)));
  return Money(minor, value.currency);
}

}  // namespace constancia
