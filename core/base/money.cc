#include "core/base/money.h"

#include <array>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia {
namespace {

using Wide = __int128;

struct Row {
  std::string_view code;
  int exponent;
};

// ISO 4217 codes and funds codes of the countries we serve and their usual foreign currencies.
constexpr std::array kRows = {
    Row{"CLP", 0},
    Row{"CLF", 4},  // Peso and Unidad de Fomento, Chile.
    Row{"COP", 2},
    Row{"COU", 2},  // Peso and Unidad de Valor Real, Colombia.
    Row{"MXN", 2},
    Row{"MXV", 2},  // Peso and Unidad de Inversión, Mexico.
    Row{"UYU", 2},
    Row{"UYI", 0},
    Row{"UYW", 4},  // Peso, Unidad Indexada, Unidad Previsional,
                    // Uruguay.
    Row{"PEN", 2},
    Row{"BRL", 2},
    Row{"ARS", 2},
    Row{"BOB", 2},
    Row{"CRC", 2},
    Row{"GTQ", 2},
    Row{"DOP", 2},
    Row{"PYG", 0},
    Row{"USD", 2},
    Row{"EUR", 2},
    Row{"GBP", 2},
    Row{"JPY", 0},
};

constexpr int64_t kPowersOfTen[] = {1, 10, 100, 1'000, 10'000};

absl::StatusOr<int64_t> Narrow(Wide value) {
  if (value < std::numeric_limits<int64_t>::min() || value > std::numeric_limits<int64_t>::max()) {
    return Error(error::v1::SCHEMA_INVALID, "an amount does not fit in 64 bits of minor units",
                 "amount_minor");
  }
  return static_cast<int64_t>(value);
}

absl::Status CheckSameCurrency(const Money& a, const Money& b) {
  if (a.currency() == b.currency()) return absl::OkStatus();
  return Error(error::v1::SCHEMA_INVALID,
               absl::StrCat("amounts in ", ToAbsl(a.currency().code()), " and ",
                            ToAbsl(b.currency().code()), " do not add; convert one first"),
               "code");
}

absl::Status NotADecimal(Currency currency) {
  return Error(error::v1::SCHEMA_INVALID,
               absl::StrCat("an amount in ", ToAbsl(currency.code()), " is digits with at most ",
                            currency.exponent(), " decimals after a point, and fits in 64 bits"),
               "amount", {{"code", std::string(currency.code())}});
}

}  // namespace

absl::StatusOr<Currency> Currency::FromCode(std::string_view code) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].code == code) return Currency(static_cast<uint8_t>(i));
  }
  return Error(error::v1::SCHEMA_INVALID, "not the code of a currency known here", "code");
}

std::string_view Currency::code() const { return kRows[row_].code; }
int Currency::exponent() const { return kRows[row_].exponent; }

absl::StatusOr<int64_t> MultiplyAndRound(int64_t a, int64_t b, int64_t divisor) {
  const Wide product = static_cast<Wide>(a) * b;
  const Wide half = divisor / 2;
  // An odd divisor has no halves: (divisor - 1) / 2 is right for it as well.
  return Narrow((product >= 0 ? product + half : product - half) / divisor);
}

absl::StatusOr<Money> Money::Parse(std::string_view decimal, Currency currency) {
  const bool negative = !decimal.empty() && decimal.front() == '-';
  if (negative) decimal.remove_prefix(1);
  const size_t point = decimal.find('.');
  const std::string_view whole = decimal.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view() : decimal.substr(point + 1);
  const bool bare_point = point != std::string_view::npos && decimals.empty();
  if (whole.empty() || bare_point || decimals.size() > static_cast<size_t>(currency.exponent())) {
    return NotADecimal(currency);
  }
  Wide minor = 0;
  for (const std::string_view part : {whole, decimals}) {
    for (const char c : part) {
      if (c < '0' || c > '9' || minor > std::numeric_limits<int64_t>::max()) {
        return NotADecimal(currency);
      }
      minor = minor * 10 + (c - '0');
    }
  }
  minor *= kPowersOfTen[currency.exponent() - decimals.size()];
  const absl::StatusOr<int64_t> narrow = Narrow(negative ? -minor : minor);
  if (!narrow.ok()) return NotADecimal(currency);
  return Money(*narrow, currency);
}

std::string Money::ToDecimal() const {
  const int exponent = currency_.exponent();
  const uint64_t magnitude =
      minor_ < 0 ? 0 - static_cast<uint64_t>(minor_) : static_cast<uint64_t>(minor_);
  std::string digits = absl::StrCat(magnitude);
  if (digits.size() <= static_cast<size_t>(exponent)) {
    digits.insert(0, exponent + 1 - digits.size(), '0');
  }
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  if (minor_ < 0) digits.insert(0, 1, '-');
  return digits;
}

absl::StatusOr<Money> Money::Plus(const Money& other) const {
  RETURN_IF_ERROR(CheckSameCurrency(*this, other));
  ASSIGN_OR_RETURN(const int64_t sum, Narrow(static_cast<Wide>(minor_) + other.minor_));
  return Money(sum, currency_);
}

absl::StatusOr<Money> Money::Minus(const Money& other) const {
  RETURN_IF_ERROR(CheckSameCurrency(*this, other));
  ASSIGN_OR_RETURN(const int64_t difference, Narrow(static_cast<Wide>(minor_) - other.minor_));
  return Money(difference, currency_);
}

absl::StatusOr<Money> Money::Times(int64_t numerator, int64_t denominator) const {
  ASSIGN_OR_RETURN(const int64_t result, MultiplyAndRound(minor_, numerator, denominator));
  return Money(result, currency_);
}

}  // namespace constancia
