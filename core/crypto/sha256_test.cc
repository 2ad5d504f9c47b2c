#include "core/crypto/sha256.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/test_data.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

std::string Hex(const Hash& hash) { return HexEncode(hash.view()); }

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsTheSameInPieces) {
  EXPECT_EQ(Sha256Joined({"a", "", "bc"}), Sha256("abc"));
  Sha256Stream stream;
  stream.Update("ab");
  stream.Update("c");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
  stream.Update("a");
  Sha256Stream moved = std::move(stream);
  moved.Update("bc");
  EXPECT_EQ(moved.Finish(), Sha256("abc"));
  EXPECT_EQ(moved.Finish(), Sha256(""));
}

TEST(Sha256, DoesNotDisturbAStreamThatIsOpen) {
  Sha256Stream stream;
  stream.Update("ab");
  Sha256("something else");
  stream.Update("c");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

TEST(Sha256, IsTheSameOnEveryThread) {
  std::vector<Hash> hashes(8);
  std::vector<std::thread> threads;
  for (Hash& hash : hashes) threads.emplace_back([&hash] { hash = Sha256("abc"); });
  for (std::thread& thread : threads) thread.join();
  for (const Hash& hash : hashes) EXPECT_EQ(hash, Sha256("abc"));
}

// RFC 4231, test cases 1 and 6: a short key, and one longer than a block.
TEST(HmacSha256, IsThatOfRfc4231) {
  EXPECT_EQ(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HkdfSha256, GivesTheFirstBlockOfEveryWycheproofVector) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const boost::json::value file =
      boost::json::parse(ReadTestFile(*vectors + "/wycheproof/hkdf_sha256_test.json"));
  int checked = 0;
  for (const auto& group : file.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      const auto bytes = [&test](const char* name) {
        return HexDecode(boost::json::value_to<std::string>(test.at(name))).value();
      };
      if (test.at("result") != "valid") continue;
      const std::string wanted = bytes("okm").substr(0, Hash::kSize);
      const Hash derived = HkdfSha256(bytes("ikm"), bytes("salt"), bytes("info"));
      EXPECT_EQ(HexEncode(derived.view().substr(0, wanted.size())), HexEncode(wanted))
          << test.at("tcId");
      ++checked;
    }
  }
  EXPECT_GT(checked, 70);
}

}  // namespace
}  // namespace constancia
