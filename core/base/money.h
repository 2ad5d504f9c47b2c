// Money: whole minor units and an ISO 4217 code. No floating point anywhere.
//
// Used by: core/case, policies, api/export, the CSV import.
// Threads: any.

#ifndef CONSTANCIA_CORE_BASE_MONEY_H_
#define CONSTANCIA_CORE_BASE_MONEY_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace constancia {

// A currency or unit of account that we know the exponent of.
class Currency {
 public:
  // Fails with SCHEMA_INVALID when `code` is not in the table.
  static absl::StatusOr<Currency> FromCode(std::string_view code);

  // "CLP"; lives for ever.
  std::string_view code() const;
  // Decimals of the minor unit: CLP 0, MXN 2, CLF 4.
  int exponent() const;

  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  explicit Currency(uint8_t row) : row_(row) {}

  uint8_t row_;
};

// An amount in minor units of one currency. May be negative.
//
// Every operation is computed in 128 bits and fails with SCHEMA_INVALID when the currencies differ
// or the result does not fit in 64.
class Money {
 public:
  Money(int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}

  // Reads "-1234.56" in `currency`: a sign or none, digits, and at most as many decimals as the
  // currency has. No grouping, no exponent. Fails with SCHEMA_INVALID.
  static absl::StatusOr<Money> Parse(std::string_view decimal, Currency currency);

  int64_t minor() const { return minor_; }
  Currency currency() const { return currency_; }

  // Writes all decimals of the currency, as in "1234.50"; the code is not part of it.
  std::string ToDecimal() const;

  absl::StatusOr<Money> Plus(const Money& other) const;
  absl::StatusOr<Money> Minus(const Money& other) const;

  // Returns amount × numerator / denominator, halves rounded away from zero; `denominator` is
  // above 0. A percentage is Times(percent, 100).
  absl::StatusOr<Money> Times(int64_t numerator, int64_t denominator) const;

  friend bool operator==(const Money&, const Money&) = default;

 private:
  int64_t minor_;
  Currency currency_;
};

// Returns a × b / divisor in 128 bits, halves rounded away from zero, so that a reversal gives the
// same digits as what it reverses. `divisor` is above 0. Fails with SCHEMA_INVALID when the result
// does not fit in 64 bits.
absl::StatusOr<int64_t> MultiplyAndRound(int64_t a, int64_t b, int64_t divisor);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_MONEY_H_
