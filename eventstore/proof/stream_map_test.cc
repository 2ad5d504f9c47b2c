#include "eventstore/proof/stream_map.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

using Entries = std::map<Hash, Hash>;

bool Bit(const Hash& key, size_t depth) { return (key.bytes[depth / 8] << depth % 8 & 0x80) != 0; }

// The definition, word by word.
Hash RecursiveRoot(const Entries& entries, size_t depth = 0) {
  if (entries.empty()) return Hash();
  if (entries.size() == 1) {
    const auto& [key, value_hash] = *entries.begin();
    return Sha256("\x10" + key.str() + value_hash.str());
  }
  Entries zeros;
  Entries ones;
  for (const auto& [key, value_hash] : entries) (Bit(key, depth) ? ones : zeros)[key] = value_hash;
  return Sha256("\x11" + RecursiveRoot(zeros, depth + 1).str() +
                RecursiveRoot(ones, depth + 1).str());
}

StreamMap MapOf(const Entries& entries) {
  std::vector<StreamMap::Entry> list;
  for (const auto& [key, value_hash] : entries) list.push_back({key, value_hash});
  return StreamMap::Build(std::move(list));
}

// Every proof that the map of `entries` gives for `key` holds, and shows nothing else.
void ExpectProof(const StreamMap& map, const Hash& key) {
  const MapProof proof = map.Prove(key);
  const std::optional<Hash> value_hash = map.Find(key);
  EXPECT_TRUE(VerifyMapProof(proof, key, value_hash, map.root()).ok());
  EXPECT_EQ(proof.terminal == MapProof::Terminal::kPresent, value_hash.has_value());
  const std::optional<Hash> opposite =
      value_hash ? std::nullopt : std::optional<Hash>(MapValueHash("made up"));
  EXPECT_FALSE(VerifyMapProof(proof, key, opposite, map.root()).ok());
}

TEST(StreamMap, HasTheWorkedRoots) {
  const char* const roots[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                               "6ad700d78f8413830c7095e5e93abe7e4032d582158b897341f32c03c72a8756",
                               "c8ab783e3dd26f029b374acdf35fbce3fef1e89d63b34c0e65e90133d223b44d",
                               "66fbee3adf956cdad741b7fbe81c995f5f5f30ef7394c1058d88906693214525",
                               nullptr,
                               "846c2da171e6a29e9e6636efa2d9932ef19d815460bc84e86e2bfc4c8133ad22"};
  StreamMap map;
  for (int count = 0; count <= 5; ++count) {
    if (count > 0) {
      const std::string number = std::to_string(count - 1);
      map.Update({{Sha256("k" + number), MapValueHash("v" + number)}});
    }
    if (roots[count] != nullptr) {
      EXPECT_EQ(HexEncode(map.root().view()), roots[count]) << count;
    }
  }
  const size_t depths[] = {2, 2, 3, 3, 2};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(map.Prove(Sha256("k" + std::to_string(i))).siblings.size(), depths[i]);
  }
}

TEST(StreamMap, HasARootThatDoesNotDependOnTheOrder) {
  SeededRandom random(7);
  Entries entries;
  StreamMap map;
  for (int round = 0; round < 60; ++round) {
    std::vector<StreamMap::Entry> batch;
    const uint64_t size = random.Below(30);
    for (uint64_t i = 0; i < size; ++i) {
      // Small numbers, so that keys come again, also in one batch.
      const Hash key = Sha256(std::to_string(random.Below(1500)));
      const Hash value_hash = MapValueHash(std::to_string(random.Below(1000)));
      batch.push_back({key, value_hash});
      entries[key] = value_hash;
    }
    map.Update(batch);
    ASSERT_EQ(map.root(), RecursiveRoot(entries)) << round;
    ASSERT_EQ(map.root(), MapOf(entries).root()) << round;
    EXPECT_EQ(map.size(), entries.size());
  }
  EXPECT_GT(map.size(), 300u);
  for (int i = 0; i < 1500; ++i) ExpectProof(map, Sha256(std::to_string(i)));
}

// Keys that agree in their first bytes reach the depths that random ones never do.
TEST(StreamMap, TakesKeysThatDifferLate) {
  SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    Entries entries;
    std::vector<Hash> asked;
    const uint64_t count = 1 + random.Below(40);
    for (uint64_t i = 0; i < count; ++i) {
      Hash key;
      for (int bits = 0; bits < 4; ++bits) {
        const uint64_t bit = random.Below(2) == 0 ? random.Below(256) : random.Below(5);
        key.bytes[bit / 8] = static_cast<uint8_t>(key.bytes[bit / 8] ^ 0x80 >> bit % 8);
      }
      asked.push_back(key);
      if (i % 3 != 0) entries[key] = MapValueHash(std::to_string(i));
    }
    const StreamMap built = MapOf(entries);
    ASSERT_EQ(built.root(), RecursiveRoot(entries));
    StreamMap grown;
    for (const auto& [key, value_hash] : entries) grown.Update({{key, value_hash}});
    ASSERT_EQ(grown.root(), built.root());
    for (const Hash& key : asked) {
      ExpectProof(built, key);
      EXPECT_EQ(built.Prove(key), grown.Prove(key));
    }
  }
}

TEST(VerifyMapProof, RefusesEveryAlteration) {
  Entries entries;
  for (int i = 0; i < 40; ++i) entries[Sha256(std::to_string(i))] = MapValueHash("v");
  const StreamMap map = MapOf(entries);
  for (int i = 0; i < 80; ++i) {
    const Hash key = Sha256(std::to_string(i));
    const MapProof proof = map.Prove(key);
    const auto refused = [&](const MapProof& altered) {
      return ReasonOf(VerifyMapProof(altered, key, map.Find(key), map.root())) ==
             error::v1::PROOF_INVALID;
    };
    for (size_t s = 0; s < proof.siblings.size(); ++s) {
      MapProof altered = proof;
      altered.siblings[s].bytes[s] ^= 1;
      EXPECT_TRUE(refused(altered));
      altered = proof;
      altered.siblings.erase(altered.siblings.begin() + static_cast<ptrdiff_t>(s));
      EXPECT_TRUE(refused(altered));
    }
    MapProof deeper = proof;
    deeper.siblings.insert(deeper.siblings.begin(), Hash());
    EXPECT_TRUE(refused(deeper));
    deeper.siblings.assign(257, Sha256(""));
    EXPECT_TRUE(refused(deeper));
    if (proof.terminal == MapProof::Terminal::kOther) {
      MapProof altered = proof;
      altered.other_key = key;
      EXPECT_TRUE(refused(altered));
      altered = proof;
      altered.other_key.bytes[0] ^= 0x80;
      EXPECT_TRUE(refused(altered));
      altered = proof;
      altered.other_value_hash.bytes[31] ^= 1;
      EXPECT_TRUE(refused(altered));
      altered = proof;
      altered.terminal = MapProof::Terminal::kEmpty;
      EXPECT_TRUE(refused(altered));
    }
  }
}

// An empty side beside a lone key would have been that key: such a path belongs to no map.
TEST(VerifyMapProof, RefusesAPairThatWouldHaveCollapsed) {
  const Hash key = Sha256("k0");
  const Hash value_hash = MapValueHash("v0");
  const Hash leaf = Sha256("\x10" + key.str() + value_hash.str());
  const Hash root = Bit(key, 0) ? Sha256("\x11" + Hash().str() + leaf.str())
                                : Sha256("\x11" + leaf.str() + Hash().str());
  MapProof proof;
  proof.terminal = MapProof::Terminal::kPresent;
  proof.siblings = {Hash()};
  EXPECT_FALSE(VerifyMapProof(proof, key, value_hash, root).ok());
}

TEST(EncodeMapValue, IsCountLastAndRoot) {
  EXPECT_EQ(HexEncode(EncodeMapValue(2, 258, Sha256(""))),
            "00000000000000020000000000000102"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace constancia::eventstore
