// Reads amounts as people and spreadsheets write them.
//
// Used by: the mapping of import csv.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_IMPORT_AMOUNT_TEXT_H_
#define CONSTANCIA_API_CLI_IMPORT_AMOUNT_TEXT_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/money.h"

namespace constancia::api {

struct AmountStyle {
  bool decimal_comma = false;  // 1.234,50 instead of 1,234.50
  bool minor_units = false;    // 123450
};

// Thousands may be grouped, in threes or not at all. Never more decimals than the currency has,
// but for the ".0" that spreadsheets put behind whole numbers: "1.000" pesos is either one or a
// thousand, so it is neither. Fails with INPUT_MALFORMED.
absl::StatusOr<Money> ReadAmount(std::string_view text, Currency currency, AmountStyle style);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_AMOUNT_TEXT_H_
