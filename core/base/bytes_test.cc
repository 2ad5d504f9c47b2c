#include "core/base/bytes.h"

#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(Bytes, IntegersAreWrittenMostSignificantFirst) {
  std::string out;
  AppendU8(&out, 1);
  AppendU16(&out, 0x0203);
  AppendU32(&out, 0x04050607);
  AppendU64(&out, 0x08090a0b0c0d0e0f);
  EXPECT_EQ(HexEncode(out), "0102030405060708090a0b0c0d0e0f");
}

TEST(ByteReader, ReadsBackWhatWasWritten) {
  std::string out;
  AppendU64(&out, 0xffeeddccbbaa9988);
  AppendU16(&out, 7);
  ByteReader reader(out);
  EXPECT_EQ(reader.TakeU64(), 0xffeeddccbbaa9988);
  EXPECT_EQ(reader.TakeU16(), 7);
  EXPECT_TRUE(reader.done());
}

TEST(ByteReader, GivesNothingMoreAfterTheFirstMissingByte) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.TakeU32(), std::nullopt);
  EXPECT_EQ(reader.TakeU8(), std::nullopt);
}

TEST(Hex, RefusesOddLengthsAndForeignDigits) {
  EXPECT_EQ(HexDecode("abc"), std::nullopt);
  EXPECT_EQ(HexDecode("0g"), std::nullopt);
  EXPECT_EQ(HexDecode("00Ff"), std::string("\0\xff", 2));
}

TEST(Base64, FollowsTheExamplesOfRfc4648) {
  const char* plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const char* coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(Base64Encode(plain[i]), coded[i]);
    EXPECT_EQ(Base64Decode(coded[i]), plain[i]);
  }
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm-v"}) {
    EXPECT_EQ(Base64Decode(text), std::nullopt) << text;
  }
}

TEST(ParseDecimal, RefusesEverySecondSpellingAndOverflow) {
  for (const char* text : {"", "007", "+7", "-0", " 7", "7 ", "18446744073709551616", "7a"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), 18446744073709551615u);
}

}  // namespace
}  // namespace constancia
