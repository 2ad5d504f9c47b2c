#include "core/crypto/aead.h"

#include <string>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(AesGcm, OpensNothingThatWasAltered) {
  const std::string key(32, 'k');
  const std::string nonce(12, 'n');
  const std::string sealed = AesGcmSeal(key, nonce, "text", "aad");
  EXPECT_EQ(AesGcmOpen(key, nonce, sealed, "aad").value(), "text");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(ReasonOf(AesGcmOpen(key, nonce, altered, "aad").status()), error::v1::DAMAGED) << i;
    EXPECT_FALSE(AesGcmOpen(key, nonce, sealed.substr(0, i), "aad").ok()) << i;
  }
  EXPECT_FALSE(AesGcmOpen(key, nonce, sealed, "aae").ok());
  EXPECT_FALSE(AesGcmOpen(std::string(32, 'K'), nonce, sealed, "aad").ok());
  EXPECT_FALSE(AesGcmOpen(key, std::string(12, 'N'), sealed, "aad").ok());
}

// The GCM specification (McGrew and Viega), test cases 13 and 16: no text at all, and text with
// associated data.
TEST(AesGcm, IsThatOfTheSpecification) {
  EXPECT_EQ(HexEncode(AesGcmSeal(std::string(32, '\0'), std::string(12, '\0'), "", "")),
            "530f8afbc74536b9a963b4f1c4cb738b");
  const auto bytes = [](std::string_view hex) { return HexDecode(hex).value(); };
  EXPECT_EQ(
      HexEncode(AesGcmSeal(
          bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
          bytes("cafebabefacedbaddecaf888"),
          bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532f"
                "cf0e2449a6b525b16aedf5aa0de657ba637b39"),
          bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))),
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
      "8838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
}

}  // namespace
}  // namespace constancia
