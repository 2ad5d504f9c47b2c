#include "core/crypto/key_wrap.h"

#include <optional>
#include <string>

#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/crypto/internal/key_wrap_cipher.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

using crypto_internal::RunWrapCipher;

TEST(UnwrapKey, RefusesAnotherMasterAndAlteredBytes) {
  const std::string master(32, 'm');
  const std::string key(32, 'k');
  const std::string wrapped = WrapKey(master, key);
  EXPECT_EQ(wrapped.size(), 40u);
  EXPECT_EQ(UnwrapKey(master, wrapped).value(), key);
  EXPECT_EQ(ReasonOf(UnwrapKey(std::string(32, 'M'), wrapped).status()), error::v1::DAMAGED);
  for (size_t i = 0; i < wrapped.size(); ++i) {
    std::string altered = wrapped;
    altered[i] = static_cast<char>(altered[i] ^ 0x80);
    EXPECT_FALSE(UnwrapKey(master, altered).ok()) << i;
    EXPECT_FALSE(UnwrapKey(master, wrapped.substr(0, i)).ok()) << i;
  }
}

TEST(WrapKey, TakesKeysOfEveryLength) {
  const std::string master(32, 'm');
  for (size_t size = 1; size <= 80; ++size) {
    const std::string key(size, 'k');
    EXPECT_EQ(UnwrapKey(master, WrapKey(master, key)).value(), key);
  }
}

// RFC 5649 section 6; its examples are under 192-bit keys.
TEST(WrapCipher, PadsLikeRfc5649) {
  const std::string key = HexDecode("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8").value();
  EXPECT_EQ(HexEncode(*RunWrapCipher("AES-192-WRAP-PAD", key,
                                     *HexDecode("c37b7e6492584340bed12207808941155068f738"), true)),
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
  EXPECT_EQ(HexEncode(*RunWrapCipher("AES-192-WRAP-PAD", key, *HexDecode("466f7250617369"), true)),
            "afbeb0f07dfbf5419200f2ccb50bb24f");
}

TEST(WrapCipher, AgreesWithEveryWycheproofVector) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const boost::json::value file =
      boost::json::parse(ReadTestFile(*vectors + "/wycheproof/aes_wrap_test.json"));
  int checked = 0;
  for (const auto& group : file.at("testGroups").as_array()) {
    const std::string name = "AES-" + std::to_string(group.at("keySize").as_int64()) + "-WRAP";
    for (const auto& test : group.at("tests").as_array()) {
      const auto bytes = [&test](const char* field) {
        return HexDecode(boost::json::value_to<std::string>(test.at(field))).value();
      };
      // Whether an 8-byte key may be wrapped is left to the implementation.
      if (test.at("result") == "acceptable") continue;
      const bool valid = test.at("result") == "valid";
      const auto unwrapped = RunWrapCipher(name.c_str(), bytes("key"), bytes("ct"), false);
      EXPECT_EQ(unwrapped.has_value(), valid) << test.at("tcId");
      if (valid) {
        EXPECT_EQ(unwrapped, bytes("msg")) << test.at("tcId");
        EXPECT_EQ(RunWrapCipher(name.c_str(), bytes("key"), bytes("msg"), true), bytes("ct"))
            << test.at("tcId");
      }
      ++checked;
    }
  }
  EXPECT_GT(checked, 150);
}

}  // namespace
}  // namespace constancia
