// Tiles: the log as static files of up to 256 hashes (C2SP tlog-tiles), and proofs read from them.
//
// Hash number i of tile (level L, index N) is the perfect node over the leaves
// [(N*256+i)*256^L, (N*256+i+1)*256^L). The seven tree levels between two tile levels are
// recomputed from a tile. A partial tile holds the first `width` hashes and is never hashed upward.
//
// Used by: eventstore/log (stores tiles as rows), api/export, `ledger publish`.
// Threads: any thread; a TileNodes belongs to one thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_TILE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_TILE_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "eventstore/proof/merkle.h"

namespace constancia::eventstore {

inline constexpr int kTileWidth = 256;
inline constexpr int kTileHeight = 8;

// In place of a tile level: the tile is a bundle of entries.
inline constexpr int kEntriesLevel = -1;

struct TileId {
  int level = 0;  // 0 to 63, or kEntriesLevel
  uint64_t index = 0;
  int width = kTileWidth;  // 1 to 256; below 256 the tile is partial
  auto operator<=>(const TileId&) const = default;
};

// Returns `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`: tile (0, 1234067) of width 5 is
// `tile/0/x001/x234/067.p/5`.
std::string TilePath(TileId tile);

// Reads such a path. Fails with INPUT_MALFORMED.
absl::StatusOr<TileId> ParseTilePath(std::string_view path);

// Returns the tiles of a tree of `size` leaves that one of `old_size` does not have, level by
// level, each level left to right, the partial one last. old_size <= size.
std::vector<TileId> NewTiles(uint64_t old_size, uint64_t size);

// Returns the tile that holds `node`, or its deepest 256 hashes that lie under it, as it is in a
// tree of `size` leaves. `node` is perfect in that tree.
TileId TileOf(NodeId node, uint64_t size);

// Returns one entry of a bundle: u16be length || bytes. `leaf` is at most 65,535 bytes.
std::string BundleEntry(std::string_view leaf);

// Parts a bundle into its entries, views into `bundle`. Fails with INPUT_MALFORMED.
absl::StatusOr<std::vector<std::string_view>> ParseBundle(std::string_view bundle);

// Reads nodes out of tiles, each tile at most once.
class TileNodes : public NodeReader {
 public:
  // Returns the bytes of a tile, 32 for each hash; those of a wider one at its place do as well.
  using Fetch = std::function<absl::StatusOr<std::string>(TileId)>;

  TileNodes(uint64_t size, Fetch fetch);

  // Fails with DAMAGED when a tile has not as many hashes as its width asks for.
  absl::StatusOr<Hash> ReadNode(NodeId node) const override;

 private:
  uint64_t size_;
  Fetch fetch_;
  mutable absl::flat_hash_map<std::pair<int, uint64_t>, MemoryTree> tiles_;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_TILE_H_
