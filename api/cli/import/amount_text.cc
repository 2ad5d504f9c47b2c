#include "api/cli/import/amount_text.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

// Removes the marks between thousands from a whole number; false when they do not stand in threes.
bool Ungroup(char mark, std::string* digits) {
  size_t since_mark = 0;
  bool marked = false;
  std::string out;
  for (const char c : *digits) {
    if (c != mark) {
      out.push_back(c);
      ++since_mark;
      continue;
    }
    if (marked ? since_mark != 3 : since_mark == 0 || since_mark > 3) return false;
    marked = true;
    since_mark = 0;
  }
  if (marked && since_mark != 3) return false;
  *digits = std::move(out);
  return true;
}

}  // namespace

absl::StatusOr<Money> ReadAmount(std::string_view text, Currency currency, AmountStyle style) {
  const auto refuse = [&] {
    return Error(
        error::v1::INPUT_MALFORMED,
        absl::StrCat("\"", ToAbsl(text), "\" is not an amount in ", ToAbsl(currency.code()),
                     " with at most ", style.minor_units ? 0 : currency.exponent(), " decimals"));
  };
  if (style.minor_units) {
    int64_t minor;
    const bool digits = text.find_first_not_of("-0123456789") == std::string_view::npos;
    if (!digits || !absl::SimpleAtoi(ToAbsl(text), &minor)) return refuse();
    return Money(minor, currency);
  }
  const bool negative = text.starts_with('-');
  const std::string_view plain = negative ? text.substr(1) : text;
  const size_t point = plain.find(style.decimal_comma ? ',' : '.');
  std::string whole(plain.substr(0, point));
  std::string_view decimals;
  if (point != std::string_view::npos) {
    decimals = plain.substr(point + 1);
    if (decimals.empty()) return refuse();
  }
  if (!Ungroup(style.decimal_comma ? '.' : ',', &whole)) return refuse();
  if (currency.exponent() == 0 && decimals == "0") decimals = {};
  auto amount = Money::Parse(
      absl::StrCat(negative ? "-" : "", whole, decimals.empty() ? "" : ".", ToAbsl(decimals)),
      currency);
  if (!amount.ok()) return refuse();
  return amount;
}

}  // namespace constancia::api
