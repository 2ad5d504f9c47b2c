#include "core/base/money.h"

#include <limits>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Currency Of(std::string_view code) { return Currency::FromCode(code).value(); }

TEST(Currency, RefusesWhatIsNotInTheTable) {
  for (const char* code : {"", "clp", "CL", "CLPP", "XXX", "BTC"}) {
    EXPECT_EQ(ReasonOf(Currency::FromCode(code).status()), error::v1::SCHEMA_INVALID) << code;
  }
}

TEST(Currency, HasTheExponentOfIso4217) {
  EXPECT_EQ(Of("CLP").exponent(), 0);
  EXPECT_EQ(Of("CLF").exponent(), 4);
  EXPECT_EQ(Of("COP").exponent(), 2);
  EXPECT_EQ(Of("COU").exponent(), 2);
  EXPECT_EQ(Of("MXN").exponent(), 2);
  EXPECT_EQ(Of("UYI").exponent(), 0);
  EXPECT_EQ(Of("UYW").exponent(), 4);
  EXPECT_EQ(Of("PYG").exponent(), 0);
  EXPECT_EQ(Of("JPY").exponent(), 0);
}

TEST(Money, RefusesWhatIsNoDecimalOfTheCurrency) {
  for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1,5", "1.234", "1e3", " 1", "1 ", "--1",
                           "0x1", "1.2.3", "-.1", "1.-2"}) {
    EXPECT_EQ(ReasonOf(Money::Parse(text, Of("MXN")).status()), error::v1::SCHEMA_INVALID) << text;
  }
  EXPECT_FALSE(Money::Parse("1.0", Of("CLP")).ok());
  EXPECT_FALSE(Money::Parse("0.12345", Of("CLF")).ok());
}

TEST(Money, RefusesDecimalsThatDoNotFit) {
  EXPECT_FALSE(Money::Parse("9223372036854775808", Of("CLP")).ok());
  EXPECT_FALSE(Money::Parse("-9223372036854775809", Of("CLP")).ok());
  EXPECT_FALSE(Money::Parse("92233720368547758.08", Of("MXN")).ok());
  EXPECT_FALSE(Money::Parse("99999999999999999999999999999999999999999999", Of("MXN")).ok());
}

TEST(Money, ReadsAndWritesDecimals) {
  EXPECT_EQ(Money::Parse("1234.56", Of("MXN"))->minor(), 123456);
  EXPECT_EQ(Money::Parse("1234.5", Of("MXN"))->minor(), 123450);
  EXPECT_EQ(Money::Parse("-0.01", Of("MXN"))->minor(), -1);
  EXPECT_EQ(Money::Parse("007", Of("CLP"))->minor(), 7);
  EXPECT_EQ(Money::Parse("12.3456", Of("CLF"))->minor(), 123456);
  EXPECT_EQ(Money(123450, Of("MXN")).ToDecimal(), "1234.50");
  EXPECT_EQ(Money(-5, Of("MXN")).ToDecimal(), "-0.05");
  EXPECT_EQ(Money(0, Of("CLF")).ToDecimal(), "0.0000");
  EXPECT_EQ(Money(1500000, Of("CLP")).ToDecimal(), "1500000");
}

TEST(Money, RoundTripsAtTheEndsOfItsRange) {
  for (const char* code : {"CLP", "MXN", "CLF"}) {
    for (const int64_t minor : {kMin, kMin + 1, int64_t{-1}, int64_t{0}, int64_t{1}, kMax}) {
      const Money money(minor, Of(code));
      const auto again = Money::Parse(money.ToDecimal(), Of(code));
      ASSERT_TRUE(again.ok()) << money.ToDecimal();
      EXPECT_EQ(*again, money);
    }
  }
}

TEST(Money, NeverAddsTwoCurrencies) {
  const Money pesos(100, Of("CLP"));
  const Money units(100, Of("CLF"));
  EXPECT_EQ(ReasonOf(pesos.Plus(units).status()), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(ReasonOf(pesos.Minus(units).status()), error::v1::SCHEMA_INVALID);
  EXPECT_NE(pesos, units);
}

TEST(Money, RefusesResultsThatDoNotFit) {
  const Money most(kMax, Of("CLP"));
  const Money least(kMin, Of("CLP"));
  const Money one(1, Of("CLP"));
  EXPECT_FALSE(most.Plus(one).ok());
  EXPECT_FALSE(least.Minus(one).ok());
  EXPECT_FALSE(one.Minus(least).ok());
  EXPECT_FALSE(most.Times(2, 1).ok());
  EXPECT_FALSE(least.Times(-1, 1).ok());
  EXPECT_EQ(most.Minus(one)->minor(), kMax - 1);
  EXPECT_EQ(most.Times(kMax, kMax)->minor(), kMax) << "the product is held in 128 bits";
}

TEST(MultiplyAndRound, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(*MultiplyAndRound(5, 1, 10), 1);
  EXPECT_EQ(*MultiplyAndRound(4, 1, 10), 0);
  EXPECT_EQ(*MultiplyAndRound(-5, 1, 10), -1);
  EXPECT_EQ(*MultiplyAndRound(-4, 1, 10), 0);
  EXPECT_EQ(*MultiplyAndRound(1, 1, 3), 0);
  EXPECT_EQ(*MultiplyAndRound(2, 1, 3), 1);
  EXPECT_EQ(*MultiplyAndRound(1, 7, 1), 7);
}

}  // namespace
}  // namespace constancia
