#include "eventstore/proof/tile.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "eventstore/proof/checkpoint.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

namespace json = boost::json;

TEST(ParseTilePath, TakesOneSpellingOnly) {
  EXPECT_EQ(TilePath({0, 1234067, 5}), "tile/0/x001/x234/067.p/5");
  EXPECT_EQ(TilePath({63, 5, 256}), "tile/63/005");
  EXPECT_EQ(TilePath({kEntriesLevel, 0, 255}), "tile/entries/000.p/255");
  for (const TileId tile : {TileId{0, 1234067, 5}, TileId{2, 999, 256}, TileId{1, 1000, 256},
                            TileId{kEntriesLevel, 123456789, 1}}) {
    EXPECT_EQ(ParseTilePath(TilePath(tile)).value(), tile);
  }
  for (const char* path : {"",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/5",
                           "tile/0/0005",
                           "tile/00/005",
                           "tile/64/005",
                           "tile/-1/005",
                           "tile/0/x000/005",
                           "tile/0/001/x234/067",
                           "tile/0/x1/234",
                           "tile/0/005.p/0",
                           "tile/0/005.p/256",
                           "tile/0/005.p/05",
                           "tile/0/005.p/",
                           "tile/0/005.p/1/",
                           "tile/0/005/",
                           "/tile/0/005",
                           "tile/entries",
                           "tile/0/x99999999999999999999/000",
                           "tile/data/000"}) {
    EXPECT_EQ(ReasonOf(ParseTilePath(path).status()), error::v1::INPUT_MALFORMED) << path;
  }
}

TEST(NewTiles, AreThoseOfTheSpecification) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = json::parse(ReadTestFile(*vectors + "/c2sp/examples.json"));
  std::map<std::string, int64_t> counted;
  for (const TileId& tile : NewTiles(0, 70'000)) {
    const std::string level = "level" + std::to_string(tile.level);
    if (tile.width == kTileWidth) {
      ++counted[level + "_full"];
    } else {
      counted[level + "_partial_width"] = tile.width;
    }
  }
  EXPECT_EQ(json::value_from(counted), file.at("tiles_for_size_70000"));
  EXPECT_EQ(NewTiles(0, 256), (std::vector<TileId>{{0, 0, 256}, {1, 0, 1}}));
  EXPECT_EQ(NewTiles(256, 256), std::vector<TileId>());
  EXPECT_EQ(NewTiles(300, 513), (std::vector<TileId>{{0, 1, 256}, {0, 2, 1}, {1, 0, 2}}));
}

TEST(TileNodes, RebuildsEveryFileOfTessera) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const std::string folder = *vectors + "/tessera-testdata/";
  const json::value keys = json::parse(ReadTestFile(folder + "keys.json"));
  const std::string secret = json::value_to<std::string>(keys.at("signer_key"));
  const std::string seed = Base64Decode(secret.substr(secret.size() - 44))->substr(1);
  const Ed25519Key key = Ed25519Key::FromSeed(PublicKey::From(seed)->bytes);

  std::map<std::string, std::string> files;
  std::vector<Hash> leaves;
  std::string hashes;
  std::string bundle;
  for (uint64_t size = 0;; ++size) {
    const Checkpoint checkpoint = {json::value_to<std::string>(keys.at("origin")), size,
                                   RootOf(leaves)};
    files["checkpoint." + std::to_string(size)] = SignCheckpoint(checkpoint, key).value();
    for (TileId tile : NewTiles(0, size)) {
      files[TilePath(tile)] = hashes;
      tile.level = kEntriesLevel;
      files[TilePath(tile)] = bundle;
    }
    const auto& entries = keys.at("entries").as_array();
    if (size == entries.size()) {
      files["checkpoint"] = files["checkpoint." + std::to_string(size)];
      break;
    }
    const std::string entry = json::value_to<std::string>(entries[size]);
    leaves.push_back(LeafHash(entry));
    hashes += leaves.back().view();
    bundle += BundleEntry(entry);
  }
  size_t compared = 0;
  for (const auto& found : std::filesystem::recursive_directory_iterator(folder + "log")) {
    if (!found.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(found.path(), folder + "log").string();
    EXPECT_EQ(ReadTestFile(found.path().string()), files[name]) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 47u);
  EXPECT_EQ(ParseBundle(bundle)->size(), 15u);
  for (size_t i = 1; i < bundle.size(); ++i) {
    const auto parts = ParseBundle(std::string_view(bundle).substr(0, i));
    EXPECT_TRUE(!parts.ok() || parts->size() < 15);
  }
}

TEST(TileNodes, ReadsEveryPerfectNodeOfATreeOfThreeTileLevels) {
  constexpr uint64_t kSize = 70'000;
  std::vector<Hash> leaves;
  for (uint64_t i = 0; i < kSize; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  const MemoryTree tree(leaves);
  const TileNodes nodes(kSize, [&tree](TileId tile) -> absl::StatusOr<std::string> {
    std::string bytes;
    for (int i = 0; i < tile.width; ++i) {
      const uint64_t index = tile.index * kTileWidth + static_cast<uint64_t>(i);
      bytes += tree.ReadNode({tile.level * kTileHeight, index})->view();
    }
    return bytes;
  });
  for (int level = 0; level < 17; ++level) {
    for (uint64_t index = 0; index < kSize >> level; index += 1 + index / 7) {
      ASSERT_EQ(nodes.ReadNode({level, index}).value(), tree.ReadNode({level, index}).value())
          << level << "/" << index;
    }
  }
  EXPECT_EQ(MakeRoot(nodes, kSize).value(), MakeRoot(tree, kSize).value());
  const auto proof = MakeInclusionProof(nodes, 54'321, kSize);
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(VerifyInclusion(54'321, kSize, leaves[54'321], *proof, RootOf(leaves)).ok());
}

TEST(TileNodes, RefusesATileThatIsTooShort) {
  const TileNodes nodes(10, [](TileId) { return std::string(9 * 32 + 31, 'x'); });
  EXPECT_EQ(ReasonOf(nodes.ReadNode({0, 0}).status()), error::v1::DAMAGED);
}

}  // namespace
}  // namespace constancia::eventstore
