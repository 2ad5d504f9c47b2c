#include "eventstore/proof/group_seal.h"

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "eventstore/proof/merkle.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

// The first test key of RFC 8032.
Ed25519Key TheKey() {
  return Ed25519Key::FromSeed(
      PublicKey::From(
          *HexDecode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
          ->bytes);
}

VerifierKey TheVerifier() {
  return VerifierKey::Parse(
             "agency.example/constancia/ledger-1+aa246bb0+"
             "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea")
      .value();
}

SealFile SealOf(const std::vector<Hash>& leaves, uint64_t first, uint64_t position) {
  const Ed25519Key key = TheKey();
  SealFile file;
  file.origin = "agency.example/constancia/ledger-1";
  file.position = position;
  file.seal.first = first;
  file.seal.count = static_cast<uint32_t>(leaves.size());
  file.seal.path = MakeInclusionProof(MemoryTree(leaves), position - first, leaves.size()).value();
  file.seal.key_id = MakeKeyId(file.origin, KeyType::kEd25519, key.public_key());
  file.seal.signature = key.Sign(GroupMessage(first, file.seal.count, RootOf(leaves))).value();
  return file;
}

// The group of one event at position 2 that docs/format/seal.md works through.
TEST(GroupSeal, IsTheWorkedExample) {
  const Hash leaf =
      *Hash::From(*HexDecode("5176530dff39835ce353870dc50468c869aae20bac7e3548e84026602394fe17"));
  EXPECT_EQ(
      HexEncode(GroupMessage(2, 1, leaf)),
      "636f6e7374616e6369612f7365616c2f7631000000000000000002000000015176530dff39835ce353870dc5"
      "0468c869aae20bac7e3548e84026602394fe17");
  const SealFile file = SealOf({leaf}, 2, 2);
  EXPECT_EQ(
      HexEncode(file.seal.signature.view()),
      "70026f380c6892e1c4e03759936dbe504e70dcd2789c744a8969616003415e553789636732173af04890ae97"
      "8b296ad036331e0a12112140075d848d67cd0506");
  EXPECT_TRUE(VerifySeal(file.seal, 2, leaf, TheVerifier()).ok());
  EXPECT_EQ(
      ToText(file),
      "constancia-seal/v1\norigin agency.example/constancia/ledger-1\nfirst 2\ncount 1\n"
      "index 2\npath 0\n\xe2\x80\x94 agency.example/constancia/ledger-1 "
      "qiRrsHACbzgMaJLhxOA3WZNtvlBOcNzSeJx0SolpYWADQV5VN4ljZzIXOvBIkK6Xiylq0DYzHgoSESFAB12EjWfN"
      "BQY=\n");
}

TEST(VerifySeal, RefusesOtherLeavesPlacesAndKeys) {
  std::vector<Hash> leaves;
  for (int i = 0; i < 5; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  const Seal seal = SealOf(leaves, 100, 103).seal;
  const VerifierKey key = TheVerifier();
  ASSERT_TRUE(VerifySeal(seal, 103, leaves[3], key).ok());
  const auto refused = [&](const Seal& altered, uint64_t position) {
    return ReasonOf(VerifySeal(altered, position, leaves[3], key)) == error::v1::PROOF_INVALID;
  };
  EXPECT_FALSE(VerifySeal(seal, 103, leaves[2], key).ok());
  for (uint64_t position : {0, 99, 102, 104, 105}) EXPECT_TRUE(refused(seal, position));
  Seal altered = seal;
  altered.first = 99;
  EXPECT_TRUE(refused(altered, 103));
  EXPECT_TRUE(refused(altered, 102));
  altered = seal;
  altered.count = 6;
  EXPECT_TRUE(refused(altered, 103));
  altered.count = 5000;
  EXPECT_TRUE(refused(altered, 103));
  altered = seal;
  altered.key_id.bytes[0] ^= 1;
  EXPECT_TRUE(refused(altered, 103));
  VerifierKey witness = key;
  witness.type = KeyType::kCosignature;
  EXPECT_FALSE(VerifySeal(seal, 103, leaves[3], witness).ok());
}

TEST(SealFile, IsRefusedWithAnyByteChanged) {
  std::vector<Hash> leaves;
  for (int i = 0; i < 5; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  const SealFile file = SealOf(leaves, 100, 103);
  const std::string text = ToText(file);
  ASSERT_EQ(ParseSealFile(text).value(), file);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto parsed = ParseSealFile(altered);
    EXPECT_TRUE(!parsed.ok() || parsed->origin != file.origin ||
                !VerifySeal(parsed->seal, parsed->position, leaves[3], TheVerifier()).ok())
        << i;
    EXPECT_EQ(ReasonOf(ParseSealFile(text.substr(0, i)).status()), error::v1::INPUT_MALFORMED);
  }
  EXPECT_FALSE(ParseSealFile(text + "\n").ok());
}

TEST(GroupRowHash, IsTaggedSoThatNoOtherHashIsOne) {
  EXPECT_NE(GroupRowHash("row"), LeafHash("row"));
  EXPECT_EQ(HexEncode(GroupRowHash("row").view()).size(), 64u);
}

}  // namespace
}  // namespace constancia::eventstore
