// The static files of a published log (C2SP tlog-tiles).
//
//   checkpoint                       the latest signed checkpoint
//   tile/<L>/<N>[.p/<W>]             up to 256 hashes of tree level 8*L
//   tile/entries/<N>[.p/<W>]         up to 256 entries, each u16be length || bytes
//
// Used by: the check of a published log.
#ifndef CONSTANCIA_VERIFY_TILES_H_
#define CONSTANCIA_VERIFY_TILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hash.h"
#include "result.h"

namespace verify {

constexpr uint64_t kTileWidth = 256;

// One file below tile/.
struct TilePlace {
  bool entries = false;
  unsigned level = 0;  // of a hash tile
  uint64_t index = 0;
  unsigned width = kTileWidth;  // 1 to 255 for a partial tile
};

std::string TilePath(const TilePlace& place);
// Nothing when `path` is not one that TilePath makes.
std::optional<TilePlace> ParseTilePath(std::string_view path);

// How many hashes or entries of a tree of `size` the tile at (level, index) holds: 256, fewer at
// the right edge, 0 beyond. Entry bundles are of level 0.
unsigned WidthAt(uint64_t size, unsigned level, uint64_t index);

// Cuts an entry bundle into exactly `width` entries and returns what is left.
Result<std::string_view> CutBundle(std::string_view bundle, unsigned width,
                                   std::vector<std::string_view>* entries);

// Rebuilds all hash tiles from leaf hashes in order, and hands over each as it is complete.
class TileBuilder {
 public:
  struct Tile {
    TilePlace place;
    std::string hashes;
  };
  // Adds a leaf hash; appends tiles that became full to `full`.
  void Append(const Hash& leaf_hash, std::vector<Tile>* full);
  // The partial tiles of the tree so far.
  std::vector<Tile> Partial() const;

 private:
  struct Level {
    uint64_t index = 0;
    std::string hashes;
  };
  void AppendAt(unsigned level, const Hash& hash, std::vector<Tile>* full);

  std::vector<Level> levels_;
};

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_TILES_H_
