#include "core/crypto/ed25519.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

std::array<uint8_t, 32> Seed(std::string_view hex) {
  return PublicKey::From(HexDecode(hex).value())->bytes;
}

std::string Bytes(const boost::json::value& object, const char* name) {
  return HexDecode(boost::json::value_to<std::string>(object.at(name))).value();
}

std::string FreshPath(const std::string& name) {
  const std::string path = testing::TempDir() + "/constancia_ed25519_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + name;
  std::filesystem::remove(path);
  return path;
}

constexpr char kSeed1[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

TEST(Ed25519KeyFile, IsRefusedWhenOthersMayReadIt) {
  const Ed25519Key key = Ed25519Key::FromSeed(Seed(kSeed1));
  const std::string path = FreshPath(".pem");
  ASSERT_TRUE(key.SaveFile(path).ok());
  for (mode_t mode : {0640, 0604, 0660, 0700, 0610}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(ReasonOf(Ed25519Key::LoadFile(path).status()), error::v1::INPUT_MALFORMED) << mode;
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const auto loaded = Ed25519Key::LoadFile(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->public_key(), key.public_key());
}

TEST(Ed25519KeyFile, IsNeverOverwritten) {
  const std::string path = FreshPath(".pem");
  ASSERT_TRUE(Ed25519Key::FromSeed(Seed(kSeed1)).SaveFile(path).ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  SeededRandom random(1);
  EXPECT_FALSE(Ed25519Key::Generate(random).SaveFile(path).ok());
  EXPECT_EQ(Ed25519Key::LoadFile(path)->public_key(),
            Ed25519Key::FromSeed(Seed(kSeed1)).public_key());
}

TEST(Ed25519KeyFile, IsRefusedWhenItIsMissingOrNoKey) {
  EXPECT_FALSE(Ed25519Key::LoadFile(FreshPath(".absent")).ok());
  EXPECT_FALSE(Ed25519Key::LoadFile("/").ok());
  EXPECT_EQ(ReasonOf(Ed25519Key::FromPem("").status()), error::v1::INPUT_MALFORMED);
  EXPECT_FALSE(PublicKeyFromPem("-----BEGIN PUBLIC KEY-----\n").ok());
}

TEST(Ed25519Key, OfAPemFileSignsAndReadsBackTheSame) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const std::string folder = *vectors + "/rfc8032/";
  const std::string pem = ReadTestFile(folder + "ed25519-pkcs8.pem");
  const auto key = Ed25519Key::FromPem(pem);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->ToPem(), pem);
  const std::string public_pem = ReadTestFile(folder + "ed25519-pub.pem");
  EXPECT_EQ(PublicKeyToPem(key->public_key()), public_pem);
  EXPECT_EQ(PublicKeyFromPem(public_pem).value(), key->public_key());
  EXPECT_FALSE(Ed25519Key::FromPem(public_pem).ok());
  EXPECT_FALSE(Ed25519Key::FromPem(ReadTestFile(folder + "ed25519-pkcs8-enc.pem")).ok());
}

TEST(Ed25519Verify, RefusesWhatWasAltered) {
  const Ed25519Key key = Ed25519Key::FromSeed(Seed(kSeed1));
  const Signature signature = key.Sign("message").value();
  EXPECT_TRUE(Ed25519Verify(key.public_key(), "message", signature));
  EXPECT_FALSE(Ed25519Verify(key.public_key(), "massage", signature));
  EXPECT_FALSE(Ed25519Verify(PublicKey(), "message", signature));
  for (size_t i = 0; i < signature.bytes.size(); ++i) {
    Signature altered = signature;
    altered.bytes[i] ^= 1;
    EXPECT_FALSE(Ed25519Verify(key.public_key(), "message", altered)) << i;
  }
}

TEST(Ed25519, MakesAndVerifiesEverySignatureOfRfc8032) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const boost::json::value rfc =
      boost::json::parse(ReadTestFile(*vectors + "/rfc8032/ed25519.json"));
  const boost::json::value more =
      boost::json::parse(ReadTestFile(*vectors + "/rfc8032/ed25519_sign_input_part.json"));
  const auto check = [](const boost::json::value& vector) {
    const Ed25519Key key = Ed25519Key::FromSeed(PublicKey::From(Bytes(vector, "secret"))->bytes);
    EXPECT_EQ(key.public_key().view(), Bytes(vector, "public"));
    const std::string message = Bytes(vector, "message");
    const Signature signature = Signature::From(Bytes(vector, "signature")).value();
    EXPECT_EQ(key.Sign(message).value(), signature) << vector.at("n");
    EXPECT_TRUE(Ed25519Verify(key.public_key(), message, signature)) << vector.at("n");
  };
  for (const auto& vector : rfc.at("sign").as_array()) check(vector);
  for (const auto& vector : more.as_array()) check(vector);
  EXPECT_EQ(more.as_array().size(), 120u);
}

// Edge cases of point encodings: like the ref10 family we reject a non-canonical R and a residue of
// low order, and accept the rest.
TEST(Ed25519, TakesPointEncodingsLikeRef10) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const boost::json::value file =
      boost::json::parse(ReadTestFile(*vectors + "/cctv-ed25519/ed25519vectors.json"));
  std::set<std::string> low_order;
  for (const auto& vector : file.as_array()) {
    std::set<std::string> flags;
    if (vector.at("flags").is_array()) {
      for (const auto& flag : vector.at("flags").as_array()) {
        flags.insert(boost::json::value_to<std::string>(flag));
      }
    }
    const PublicKey key = PublicKey::From(Bytes(vector, "key")).value();
    EXPECT_EQ(Ed25519Verify(key, boost::json::value_to<std::string>(vector.at("msg")),
                            Signature::From(Bytes(vector, "sig")).value()),
              !flags.contains("non_canonical_R") && !flags.contains("low_order_residue"))
        << vector.at("number");
    EXPECT_EQ(IsLowOrder(key), flags.contains("low_order_A")) << vector.at("number");
    if (IsLowOrder(key)) low_order.insert(std::string(key.view()));
  }
  EXPECT_EQ(low_order.size(), 14u);
}

}  // namespace
}  // namespace constancia
