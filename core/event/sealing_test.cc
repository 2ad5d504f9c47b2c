#include "core/event/sealing.h"

#include <array>
#include <string>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

const std::string kDataKey(32, 'd');
const std::string kSalt(32, 's');
const std::string kNonce(12, 'n');
const std::string kPersonal = "+56 9 8765 4321";

EventId AnId(uint64_t seed) {
  SeededRandom random(seed);
  return NewEventId({1'000'000}, random);
}

std::string Seal() {
  return SealPersonal(kDataKey, AnId(1), kSalt, kPersonal, Commitment(kSalt, kPersonal), kNonce);
}

absl::StatusOr<OpenedPersonal> Open(std::string_view sealed) {
  return OpenPersonal(kDataKey, AnId(1), Commitment(kSalt, kPersonal), sealed);
}

TEST(OpenPersonal, FindsEveryFlippedBit) {
  const std::string sealed = Seal();
  for (size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string damaged = sealed;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
    EXPECT_EQ(ReasonOf(Open(damaged).status()), error::v1::DAMAGED) << i;
  }
}

TEST(OpenPersonal, FindsMissingAndSurplusBytes) {
  const std::string sealed = Seal();
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(ReasonOf(Open(sealed.substr(0, size)).status()), error::v1::DAMAGED) << size;
  }
  EXPECT_EQ(ReasonOf(Open(sealed + "x").status()), error::v1::DAMAGED);
}

TEST(OpenPersonal, RefusesAnotherKeyEventOrCommitment) {
  const Hash commitment = Commitment(kSalt, kPersonal);
  EXPECT_FALSE(OpenPersonal(std::string(32, 'e'), AnId(1), commitment, Seal()).ok());
  EXPECT_FALSE(OpenPersonal(kDataKey, AnId(2), commitment, Seal()).ok());
  EXPECT_FALSE(OpenPersonal(kDataKey, AnId(1), Commitment(kSalt, "other"), Seal()).ok());
}

TEST(OpenPersonal, RefusesATextThatWasNotCommittedTo) {
  // Who holds the key seals another text under the commitment of the first: GCM alone opens it.
  const Hash commitment = Commitment(kSalt, kPersonal);
  const std::string forged =
      SealPersonal(kDataKey, AnId(1), kSalt, "+56 9 0000 0000", commitment, kNonce);
  EXPECT_EQ(ReasonOf(Open(forged).status()), error::v1::DAMAGED);
}

TEST(OpenPersonal, GivesBackWhatWasSealed) {
  for (const size_t size : {0, 1, 15, 16, 17, 256 * 1024}) {
    const std::string personal(size, 'p');
    const Hash commitment = Commitment(kSalt, personal);
    const std::string sealed = SealPersonal(kDataKey, AnId(1), kSalt, personal, commitment, kNonce);
    EXPECT_EQ(sealed.size(), size + kSealedOverheadBytes);
    const auto opened = OpenPersonal(kDataKey, AnId(1), commitment, sealed);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->personal_part, personal);
    EXPECT_EQ(opened->salt, kSalt);
  }
}

TEST(SourceSignatureMessage, CoversEverythingTheSourceSays) {
  const Hash none;
  const std::string message = SourceSignatureMessage(AnId(1), {5}, "t", "p", none);
  EXPECT_EQ(message.size(), 20u + 1 + 16 + 8 + 32 + 32 + 32);
  EXPECT_EQ(message.substr(0, 21), std::string("constancia/source/v1\0", 21));
  EXPECT_EQ(message.substr(21, 16), AnId(1).view());
  EXPECT_EQ(HexEncode(message.substr(37, 8)), "0000000000000005");
  EXPECT_EQ(message.substr(message.size() - 32), std::string(32, '\0'));
  EXPECT_NE(message, SourceSignatureMessage(AnId(2), {5}, "t", "p", none));
  EXPECT_NE(message, SourceSignatureMessage(AnId(1), {6}, "t", "p", none));
  EXPECT_NE(message, SourceSignatureMessage(AnId(1), {5}, "u", "p", none));
  EXPECT_NE(message, SourceSignatureMessage(AnId(1), {5}, "t", "q", none));
  EXPECT_NE(message, SourceSignatureMessage(AnId(1), {5}, "t", "p", Commitment(kSalt, "")));
}

TEST(SourceKeyId, TellsSourcesAndKeysApart) {
  PublicKey key;
  PublicKey other;
  other.bytes[0] = 1;
  EXPECT_EQ(HexEncode(SourceKeyId("dialler-1", key)), "eaf4c316");
  EXPECT_NE(SourceKeyId("dialler-1", key), SourceKeyId("dialler-2", key));
  EXPECT_NE(SourceKeyId("dialler-1", key), SourceKeyId("dialler-1", other));
}

}  // namespace
}  // namespace constancia
