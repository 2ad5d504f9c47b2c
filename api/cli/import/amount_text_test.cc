#include "api/cli/import/amount_text.h"

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

absl::StatusOr<int64_t> Minor(std::string_view text, std::string_view code,
                              AmountStyle style = {}) {
  ASSIGN_OR_RETURN(const Money money, ReadAmount(text, *Currency::FromCode(code), style));
  return money.minor();
}

TEST(ReadAmount, RefusesWhatCouldMeanTwoThings) {
  EXPECT_FALSE(Minor("1.000", "CLP").ok());  // One, or a thousand.
  EXPECT_FALSE(Minor("12,50", "EUR").ok());  // A comma where thousands are grouped by it.
  EXPECT_FALSE(Minor("1.234.567", "EUR").ok());
  EXPECT_FALSE(Minor("12.345", "EUR").ok());
  EXPECT_FALSE(Minor("12,345.0,0", "EUR").ok());
}

TEST(ReadAmount, RefusesWhatIsNotANumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "$5", "5 EUR", " 5", "5 ", "1e3", "--5", "+5",
                           ",123", "1,23,456", "1,2345", "nan", "0x10"}) {
    EXPECT_FALSE(Minor(text, "EUR").ok()) << text;
  }
  EXPECT_FALSE(Minor("99999999999999999999", "CLP").ok());
  EXPECT_FALSE(Minor("12.5", "EUR", {.minor_units = true}).ok());
  EXPECT_FALSE(Minor("", "EUR", {.minor_units = true}).ok());
}

TEST(ReadAmount, ReadsMinorUnitsOfTheCurrency) {
  EXPECT_EQ(Minor("35.0", "EUR").value(), 3500);
  EXPECT_EQ(Minor("71.5", "EUR").value(), 7150);
  EXPECT_EQ(Minor("-1,234,567.89", "MXN").value(), -123456789);
  EXPECT_EQ(Minor("1000.0", "CLP").value(), 1000);
  EXPECT_EQ(Minor("12.3456", "CLF").value(), 123456);
  EXPECT_EQ(Minor("1250", "CLP", {.minor_units = true}).value(), 1250);
}

TEST(ReadAmount, ReadsDecimalCommas) {
  EXPECT_EQ(Minor("1.234.567,89", "COP", {.decimal_comma = true}).value(), 123456789);
  EXPECT_EQ(Minor("1.000", "CLP", {.decimal_comma = true}).value(), 1000);
  EXPECT_FALSE(Minor("1,234.50", "COP", {.decimal_comma = true}).ok());
}

}  // namespace
}  // namespace constancia::api
