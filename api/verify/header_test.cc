#include "header.h"

#include <gtest/gtest.h>

#include "bytes.h"
#include "checks.h"
#include "test_writer.h"

namespace verify {
namespace {

constexpr char kOrigin[] = "agency.example/constancia/ledger-1";
// A ContactAttempted at 2026-01-09 12:00:00 UTC, with a personal part, in three streams.
constexpr char kLeafHex[] =
    "010a1001932c5e8a00700080000000000000011224636f6e7374616e6369612e6576656e742e76312e436f6e746163"
    "7"
    "4417474656d707465641900f0c643f34706002210416d65726963612f53616e746961676f28e702320708011203412"
    "d"
    "3442096469616c6c65722d315203722d316a02100172580a10dddddddddddddddddddddddddddddddd12206c0ee25f"
    "f"
    "9ffd2e06c0c1a0269647d17e480484e9f16afa7ce0fa34544f231e11a2058cffc347ba710bd991bd20ecb16d1bb575"
    "4"
    "8468fd90f5baf027a7a3eae2983c2001810190c0ca43f34706008a012a08011204432d31371a20322f33988cda9bf0"
    "f"
    "3defd23613a1cf772fe8d3289243edf37e0f71cc30548568a012908021203502d391a202022059c15e63e2a317ddf4"
    "c"
    "eeee9f7db6b2077beff05a69f47bb80f6823817e8a012f080312096469616c6c65722d311a206d37a30fcd7fe6e054"
    "d"
    "3d3af7222e091a0df9dd2e33de3e6e039c3c21c03f684";
constexpr char kLeafHash[] = "5176530dff39835ce353870dc50468c869aae20bac7e3548e84026602394fe17";
constexpr char kSignature[] =
    "70026f380c6892e1c4e03759936dbe504e70dcd2789c744a8969616003415e553789636732173af04890ae978b296a"
    "d0"
    "36331e0a12112140075d848d67cd0506";
constexpr char kPolicy[] =
    "log agency.example/constancia/ledger-1+aa246bb0+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n"
    "quorum none\n";

TEST(EventLeaf, OfTheWorkedExampleSaysWhatItShould) {
  const std::string leaf = *HexDecode(kLeafHex);
  ASSERT_EQ(leaf.size(), 355u);
  EXPECT_EQ(HexEncode(LeafHash(leaf).view()), kLeafHash);
  Event event;
  const Status status = ParseEvent(leaf, &event);
  ASSERT_TRUE(status.ok()) << status.failure().detail;
  EXPECT_EQ(event.type, "constancia.event.v1.ContactAttempted");
  EXPECT_EQ(event.source, "dialler-1");
  EXPECT_EQ(event.occurred_at, 1767960000000000u);
  EXPECT_EQ(event.recorded_at, 1767960000250000);
  EXPECT_EQ(event.public_payload, "\x10\x01");
  ASSERT_TRUE(event.sealed);
  EXPECT_EQ(event.sealed->subject, 1u);
  const std::string personal = *HexDecode("3a0f2b3536203920383736352034333231");
  EXPECT_EQ(Sha256({"\x20", std::string(32, '\xaa'), personal}), event.sealed->commitment);
  ASSERT_EQ(event.streams.size(), 3u);
  EXPECT_EQ(StreamText(event.streams[0]), "case/C-17");
  EXPECT_EQ(StreamText(event.streams[1]), "debtor/P-9");
  EXPECT_EQ(StreamText(event.streams[2]), "source/dialler-1");
  EXPECT_EQ(HexEncode(OpenStreamKey(StreamKind::kSource, kOrigin, "dialler-1").view()),
            "6d37a30fcd7fe6e054d3d3af7222e091a0df9dd2e33de3e6e039c3c21c03f684");
  EXPECT_TRUE(StreamKeyCheck(kOrigin).Check(event).ok());
  EXPECT_FALSE(StreamKeyCheck("other.example/log").Check(event).ok());
  std::string secret;
  for (char i = 0; i < 32; ++i) secret.push_back(i);
  EXPECT_TRUE(StreamKeyCheck(kOrigin, secret).Check(event).ok());
  secret[31] = 0;
  EXPECT_NE(StreamKeyCheck(kOrigin, secret).Check(event).failure().detail.find("case/C-17"),
            std::string::npos);
}

TEST(Seal, OfTheWorkedExampleHoldsForThatLeafAlone) {
  const std::string leaf = *HexDecode(kLeafHex);
  const std::string seal =
      "constancia-seal/v1\norigin agency.example/constancia/ledger-1\nfirst 2\ncount 1\nindex 2\n"
      "path 0\n\xE2\x80\x94 agency.example/constancia/ledger-1 " +
      Base64Encode(*HexDecode("aa246bb0") + *HexDecode(kSignature)) + "\n";
  Trust trust;
  trust.policy = *Policy::Parse(kPolicy);
  Report report;
  const Status status = CheckSeal("a.seal", seal, leaf, trust, &report);
  ASSERT_TRUE(status.ok()) << status.failure().detail;
  for (size_t i = 0; i < leaf.size(); ++i) {
    std::string other = leaf;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(CheckSeal("a.seal", seal, other, trust, &report).ok()) << i;
  }
  for (size_t i = 0; i < seal.size(); ++i) {
    std::string other = seal;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(CheckSeal("a.seal", other, leaf, trust, &report).ok()) << i;
  }
}

TEST(EventLeaf, RefusesWhatTheFormatDoesNotHave) {
  const auto parses = [](const std::string& body) {
    Event event;
    return ParseEvent("\x01" + body, &event).ok();
  };
  const std::string id = WireBytes(1, std::string(16, 'i')), type = WireBytes(2, "t");
  const std::string source = WireBytes(8, "s");
  const auto stream = [](char key) {
    return WireBytes(17, WireVarint(1, 3) + WireBytes(2, "s") + WireBytes(3, std::string(32, key)));
  };
  EXPECT_TRUE(parses(id + type + source + stream('a')));
  for (const std::string& body :
       {std::string(), type + source + stream('a'), id + source + stream('a'),
        id + type + stream('a'), id + type + source,
        WireBytes(1, "short") + type + source + stream('a'),   // wrong length
        type + id + source + stream('a'),                      // out of order
        id + id + type + source + stream('a'),                 // twice
        id + type + source + stream('a') + stream('a'),        // one stream twice
        id + type + source + stream('a') + WireVarint(18, 1),  // unknown
        id + WireVarint(2, 1) + source + stream('a'),          // wrong type
        id + WireBytes(2, "\xff") + source + stream('a'),      // not UTF-8
        id + type + source + stream('a') + "\x8a",             // cut
        id + type + source + WireBytes(13, std::string(32769, 'x')) + stream('a'),
        id + type + source + WireBytes(14, WireBytes(1, std::string(16, 'k'))) + stream('a')}) {
    EXPECT_FALSE(parses(body)) << HexEncode(body.substr(0, 80));
  }
  std::string nine = id + type + source;
  for (char key = 'a'; key < 'a' + 8; ++key) nine += stream(key);
  EXPECT_TRUE(parses(nine));
  EXPECT_FALSE(parses(nine + stream('z')));
}

TEST(FieldWithValue, IsFoundAtAnyDepthAndOnlyWhole) {
  const std::string key(16, 'k');
  EXPECT_TRUE(HasFieldWithValue(WireBytes(3, key), key));
  EXPECT_TRUE(HasFieldWithValue(WireVarint(1, 5) + WireBytes(2, WireBytes(9, key)), key));
  EXPECT_FALSE(HasFieldWithValue(WireBytes(3, key + "x"), key));
  EXPECT_FALSE(HasFieldWithValue(WireBytes(3, key) + "\xff", key));
  EXPECT_FALSE(HasFieldWithValue("", key));
}

TEST(SourceKey, IsAPrivateTypeOfVerifierKey) {
  const TestKey key('\x03');
  const std::string text =
      VerifierKeyText("dialler-1", '\xff', "constancia/source/v1" + key.public_key());
  const auto parsed = ParseSourceKey(text);
  ASSERT_TRUE(parsed.ok()) << parsed.failure().detail;
  EXPECT_EQ(parsed->key, key.public_key());
  EXPECT_FALSE(ParseSourceKey(VerifierKeyText("dialler-1", '\x01', key.public_key())).ok());
}

}  // namespace
}  // namespace verify
