#include "core/event/public_string.h"

#include <string>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(CheckPublicString, RefusesWhatCouldBeWordsAboutAPerson) {
  for (const std::string text : {"", "Juan Soto", "+56987654321", "soto@example.cl", "Ñ", "a,b",
                                 "a\n", "(1)", "a#b", "50%"}) {
    const absl::Status status = CheckPublicString(text, "letter_id");
    EXPECT_EQ(ReasonOf(status), error::v1::SCHEMA_INVALID) << text;
    EXPECT_EQ(FieldOf(status), "letter_id");
  }
  EXPECT_FALSE(CheckPublicString(std::string(129, 'a'), "x").ok());
}

TEST(CheckPublicString, TakesExactlyItsCharacters) {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";
  for (int c = 0; c < 256; ++c) {
    const bool expected = allowed.find(static_cast<char>(c)) != std::string::npos;
    EXPECT_EQ(CheckPublicString(std::string(3, static_cast<char>(c)), "x").ok(), expected) << c;
    EXPECT_EQ(IsId(std::string(3, static_cast<char>(c))), expected && c != ':' && c != '/') << c;
  }
  EXPECT_TRUE(CheckPublicString(std::string(128, 'a'), "x").ok());
}

TEST(CheckPublicString, RefusesANationalIdAndDoesNotRepeatIt) {
  for (const char* text : {"12.345.678-5", "123.456.789-09", "16.727.723/0001-27"}) {
    const absl::Status status = CheckPublicString(text, "external_id");
    EXPECT_EQ(ReasonOf(status), error::v1::PERSONAL_DATA_MISPLACED) << text;
    EXPECT_EQ(FieldOf(status), "external_id");
    EXPECT_EQ(status.ToString().find(text), std::string::npos);
  }
  EXPECT_TRUE(CheckPublicString("12.345.678-6", "x").ok()) << "its check digit is wrong";
}

TEST(CheckId, IsNarrower) {
  EXPECT_TRUE(CheckId(std::string(64, 'a'), "x").ok());
  EXPECT_EQ(ReasonOf(CheckId(std::string(65, 'a'), "x")), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(ReasonOf(CheckId("a/b", "x")), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(ReasonOf(CheckId("12345678-5", "x")), error::v1::PERSONAL_DATA_MISPLACED);
}

}  // namespace
}  // namespace constancia
