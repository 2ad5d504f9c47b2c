// One event from payload to sealed group, byte for byte. The values were computed by an independent
// program; a second reader of the format can start here.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "constancia/event/v1/contact.pb.h"
#include "core/base/bytes.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/sha256.h"
#include "core/event/header.h"
#include "core/event/parting.h"
#include "core/event/sealing.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

constexpr char kOrigin[] = "agency.example/constancia/ledger-1";
constexpr Instant kOccurredAt = {1'767'960'000'000'000};  // 2026-01-09 12:00:00 UTC

const std::string& K() {
  static const auto* const k = new std::string(
      *HexDecode("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  return *k;
}
std::string DataKey() { return std::string(32, '\xbb'); }
std::string Salt() { return std::string(32, '\xaa'); }
std::string Nonce() { return std::string(12, '\xcc'); }
EventId Id() { return *EventId::From(*HexDecode("01932c5e8a0070008000000000000001")); }
std::string PublicPart() { return *HexDecode("1001"); }
std::string PersonalPart() { return *HexDecode("3a0f2b3536203920383736352034333231"); }
std::string Sealed() {
  return SealPersonal(DataKey(), Id(), Salt(), PersonalPart(), Commitment(Salt(), PersonalPart()),
                      Nonce());
}

std::string KeyText(std::string_view stream) {
  return HexEncode(StreamKeys(kOrigin, K()).KeyOf(ParseStream(stream).value()).view());
}

TEST(WorkedExample, HasTheseStreamKeys) {
  EXPECT_EQ(KeyText("case/C-17"),
            "322f33988cda9bf0f3defd23613a1cf772fe8d3289243edf37e0f71cc3054856");
  EXPECT_EQ(KeyText("debtor/P-9"),
            "2022059c15e63e2a317ddf4ceeee9f7db6b2077beff05a69f47bb80f6823817e");
  EXPECT_EQ(KeyText("source/dialler-1"),
            "6d37a30fcd7fe6e054d3d3af7222e091a0df9dd2e33de3e6e039c3c21c03f684");
  EXPECT_EQ(KeyText("identifier/CL.RUT.123456785"),
            "e7bdd48c036a1fe4dcab3eebd79b4557310176c9f7d3ec57d0c962564c9e2fd9");
}

TEST(WorkedExample, PartsThePayload) {
  event::v1::ContactAttempted payload;
  payload.set_channel(static_cast<event::v1::Channel>(1));
  payload.set_address("+56 9 8765 4321");
  const auto parts =
      PartPayload(*event::v1::ContactAttempted::descriptor(), payload.SerializeAsString());
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(parts->public_part, PublicPart());
  EXPECT_EQ(parts->personal_part, PersonalPart());
}

TEST(WorkedExample, SealsThePersonalPart) {
  EXPECT_EQ(HexEncode(HkdfSha256(DataKey(), Id().view(), "constancia/payload/v1").view()),
            "d9f7809b094ae3f5ce29aa677c8182b646e4b80e6d148244f2e78a8348b10315");
  EXPECT_EQ(HexEncode(Commitment(Salt(), PersonalPart()).view()),
            "6c0ee25ff9ffd2e06c0c1a0269647d17e480484e9f16afa7ce0fa34544f231e1");
  EXPECT_EQ(HexEncode(Sealed()),
            "cccccccccccccccccccccccc22337dec2019f0c05408460130b381f561168c951198317e4234c0d8b8ca37"
            "c3a2c34c7f66b36653438b80f703727568670080ce15251157a0c41d27ec3562b308");
  EXPECT_EQ(HexEncode(SealedDigest(Sealed()).view()),
            "58cffc347ba710bd991bd20ecb16d1bb57548468fd90f5baf027a7a3eae2983c");
}

TEST(WorkedExample, OpensAgain) {
  const auto opened = OpenPersonal(DataKey(), Id(), Commitment(Salt(), PersonalPart()), Sealed());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->salt, Salt());
  EXPECT_EQ(opened->personal_part, PersonalPart());
}

EventHeader Desk() {
  EventHeader header;
  header.set_event_id(Id().str());
  header.set_type("constancia.event.v1.ContactAttempted");
  header.set_occurred_at(kOccurredAt.micros);
  header.set_zone("America/Santiago");
  header.set_offset_minutes(-180);
  header.mutable_actor()->set_kind(ledger::v1::PERSON);
  header.mutable_actor()->set_id("A-4");
  header.set_source("dialler-1");
  header.set_request_id("r-1");
  header.set_public_payload(PublicPart());
  header.mutable_sealed()->set_key_id(std::string(16, '\xdd'));
  header.mutable_sealed()->set_commitment(Commitment(Salt(), PersonalPart()).str());
  header.mutable_sealed()->set_digest(SealedDigest(Sealed()).str());
  header.mutable_sealed()->set_subject(1);
  return header;
}

std::vector<StreamPlace> Places() {
  const StreamKeys keys(kOrigin, K());
  std::vector<StreamPlace> places;
  for (const char* text : {"case/C-17", "debtor/P-9", "source/dialler-1"}) {
    const Stream stream = ParseStream(text).value();
    StreamPlace& place = places.emplace_back();
    place.set_kind(stream.kind);
    place.set_name(stream.name);
    place.set_key(keys.KeyOf(stream).str());
  }
  return places;
}

std::string Leaf() {
  return FinishLeaf(EncodeDesk(Desk()), {kOccurredAt.micros + 250'000}, Places());
}

constexpr char kLeafText[] =
    "010a1001932c5e8a00700080000000000000011224636f6e7374616e6369612e6576656e742e76312e436f6e746163"
    "74417474656d707465641900f0c643f34706002210416d65726963612f53616e746961676f28e70232070801120341"
    "2d"
    "3442096469616c6c65722d315203722d316a02100172580a10dddddddddddddddddddddddddddddddd12206c0ee25f"
    "f9"
    "ffd2e06c0c1a0269647d17e480484e9f16afa7ce0fa34544f231e11a2058cffc347ba710bd991bd20ecb16d1bb5754"
    "84"
    "68fd90f5baf027a7a3eae2983c2001810190c0ca43f34706008a012a08011204432d31371a20322f33988cda9bf0f3"
    "de"
    "fd23613a1cf772fe8d3289243edf37e0f71cc30548568a012908021203502d391a202022059c15e63e2a317ddf4cee"
    "ee"
    "9f7db6b2077beff05a69f47bb80f6823817e8a012f080312096469616c6c65722d311a206d37a30fcd7fe6e054d3d3"
    "af"
    "7222e091a0df9dd2e33de3e6e039c3c21c03f684";

TEST(WorkedExample, HasTheseLeafBytes) {
  EXPECT_TRUE(CheckDesk(Desk()).ok()) << CheckDesk(Desk());
  EXPECT_EQ(Leaf().size(), 355u);
  EXPECT_EQ(HexEncode(Leaf()), kLeafText);
}

TEST(WorkedExample, IsReadBackFromTheLeaf) {
  const auto header = ParseEventLeaf(Leaf());
  ASSERT_TRUE(header.ok()) << header.status();
  EventHeader expected = Desk();
  expected.set_recorded_at(kOccurredAt.micros + 250'000);
  for (const StreamPlace& place : Places()) *expected.add_streams() = place;
  EXPECT_EQ(header->SerializeAsString(), expected.SerializeAsString());
}

TEST(WorkedExample, HasThisLeafHashAndSeal) {
  const Hash leaf_hash = Sha256Joined({std::string_view("\0", 1), Leaf()});
  EXPECT_EQ(HexEncode(leaf_hash.view()),
            "5176530dff39835ce353870dc50468c869aae20bac7e3548e84026602394fe17");

  std::string sealed_text = "constancia/seal/v1";
  AppendU8(&sealed_text, 0);
  AppendU64(&sealed_text, 2);
  AppendU32(&sealed_text, 1);
  sealed_text.append(leaf_hash.view());
  EXPECT_EQ(
      HexEncode(sealed_text),
      "636f6e7374616e6369612f7365616c2f7631000000000000000002000000015176530dff39835ce353870dc5"
      "0468c869aae20bac7e3548e84026602394fe17");

  // The first test key of RFC 8032.
  const std::string seed =
      *HexDecode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  std::array<uint8_t, 32> bytes{};
  std::copy(seed.begin(), seed.end(), bytes.begin());
  const auto signature = Ed25519Key::FromSeed(bytes).Sign(sealed_text);
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(
      HexEncode(signature->view()),
      "70026f380c6892e1c4e03759936dbe504e70dcd2789c744a8969616003415e553789636732173af04890ae97"
      "8b296ad036331e0a12112140075d848d67cd0506");
}

}  // namespace
}  // namespace constancia
