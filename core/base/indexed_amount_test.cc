#include "core/base/indexed_amount.h"

#include <limits>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

Currency Of(std::string_view code) { return Currency::FromCode(code).value(); }
Money Uf(int64_t minor) { return {minor, Of("CLF")}; }

TEST(Convert, RefusesAValueThatIsNone) {
  for (const int64_t minor : {int64_t{0}, int64_t{-1}}) {
    EXPECT_EQ(FieldOf(Convert(Uf(1), {minor, 2, Of("CLP")}).status()), "index_value_minor");
  }
  for (const int exponent : {-1, 9}) {
    EXPECT_EQ(FieldOf(Convert(Uf(1), {1, exponent, Of("CLP")}).status()), "index_exponent");
  }
}

TEST(Convert, RefusesWhatDoesNotFit) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(Convert(Uf(most), {most, 2, Of("CLP")}).ok());
  EXPECT_FALSE(Convert({most, Of("UYI")}, {500, 0, Of("UYU")}).ok());
}

TEST(Convert, GivesTheUfOfTheWorkedExample) {
  // 12.3456 UF at 40,880.36 pesos: 504,692.57 before rounding.
  const auto clp = Convert(Uf(123456), {4088036, 2, Of("CLP")});
  ASSERT_TRUE(clp.ok());
  EXPECT_EQ(*clp, Money(504693, Of("CLP")));
}

TEST(Convert, GivesAReversalTheSameDigits) {
  // 0.0001 UF at 5,000 pesos is half a peso.
  EXPECT_EQ(Convert(Uf(1), {500000, 2, Of("CLP")})->minor(), 1);
  EXPECT_EQ(Convert(Uf(-1), {500000, 2, Of("CLP")})->minor(), -1);
  EXPECT_EQ(Convert(Uf(1), {499999, 2, Of("CLP")})->minor(), 0);
}

TEST(Convert, KeepsTheDecimalsOfOtherUnits) {
  // 100.00 UVR at 385.1234 pesos.
  EXPECT_EQ(*Convert({10000, Of("COU")}, {3851234, 4, Of("COP")}), Money(3851234, Of("COP")));
  // 1,000 UI at 6 pesos: no decimals in, two out.
  EXPECT_EQ(*Convert({1000, Of("UYI")}, {6, 0, Of("UYU")}), Money(600000, Of("UYU")));
}

}  // namespace
}  // namespace constancia
