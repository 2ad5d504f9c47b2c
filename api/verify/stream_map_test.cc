#include "stream_map.h"

#include <gtest/gtest.h>

#include <random>

#include "bytes.h"
#include "test_writer.h"

namespace verify {
namespace {

// Keys are H("k0"), H("k1"), ..., values the texts "v0", "v1", ...
TEST(StreamMap, HasTheRootsOfTheWorkedExample) {
  const std::map<int, std::string> roots = {
      {0, std::string(64, '0')},
      {1, "6ad700d78f8413830c7095e5e93abe7e4032d582158b897341f32c03c72a8756"},
      {2, "c8ab783e3dd26f029b374acdf35fbce3fef1e89d63b34c0e65e90133d223b44d"},
      {3, "66fbee3adf956cdad741b7fbe81c995f5f5f30ef7394c1058d88906693214525"},
      {5, "846c2da171e6a29e9e6636efa2d9932ef19d815460bc84e86e2bfc4c8133ad22"}};
  StreamMap map;
  for (int count = 0; count <= 5; ++count) {
    if (const auto root = roots.find(count); root != roots.end()) {
      EXPECT_EQ(HexEncode(map.Root().view()), root->second) << count;
    }
    map.Set(Sha256("k" + std::to_string(count)), MapValueHash("v" + std::to_string(count)));
  }
}

TEST(StreamMap, AgreesWithTheRecursiveDefinitionOnRandomMaps) {
  std::mt19937_64 random(20260101);
  for (int round = 0; round < 30; ++round) {
    StreamMap map;
    std::map<std::string, std::string> values;
    for (int step = 0; step < 60; ++step) {
      // Few first bytes and, at times, long common prefixes.
      std::string key(32, static_cast<char>(random() % 3));
      key[round % 2 == 0 ? 0 : 31] = static_cast<char>(random() % 40);
      values[key] = std::to_string(random());
      map.Set(*Hash::From(key), MapValueHash(values[key]));
      if (step % 7 == 0) {
        EXPECT_EQ(map.Root().view(), SlowMapRoot(values));
      }
    }
    EXPECT_EQ(map.Root().view(), SlowMapRoot(values));
    EXPECT_EQ(map.size(), values.size());
  }
}

TEST(MapPath, RefusesASiblingThatWouldHaveCollapsed) {
  EXPECT_FALSE(RootFromMapPath(Sha256("k"), {}, {Hash{}}).ok());
}

TEST(MapPath, RefusesAnotherKeyThatIsThisKeyOrLiesElsewhere) {
  Hash key, near, far;
  near.bytes[0] = 0x20;                    // parts at bit 2
  far.bytes[0] = static_cast<char>(0x80);  // parts at bit 0
  const std::vector<Hash> siblings = {Sha256("a"), Sha256("b")};
  using Kind = MapTerminal::Kind;
  EXPECT_TRUE(RootFromMapPath(key, {Kind::kOther, near, Sha256("v")}, siblings).ok());
  EXPECT_FALSE(RootFromMapPath(key, {Kind::kOther, far, Sha256("v")}, siblings).ok());
  EXPECT_FALSE(RootFromMapPath(key, {Kind::kOther, key, Sha256("v")}, siblings).ok());
}

}  // namespace
}  // namespace verify
