#include "eventstore/proof/tile.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kEntryBytesMax = 65'535;

// How many hashes tile level `level` has in a tree of `size` leaves.
uint64_t HashesOfLevel(int level, uint64_t size) { return size >> (kTileHeight * level); }

// Reads what TilePath writes, and other spellings too: the caller compares.
std::optional<TileId> ReadTilePath(std::string_view path) {
  constexpr std::string_view kFolder = "tile/";
  if (!path.starts_with(kFolder)) return std::nullopt;
  path.remove_prefix(kFolder.size());

  TileId tile;
  const std::string_view level = path.substr(0, path.find('/'));
  path.remove_prefix(level.size());
  if (level == "entries") {
    tile.level = kEntriesLevel;
  } else {
    const std::optional<uint64_t> number = ParseDecimal(level);
    if (!number || *number > 63) return std::nullopt;
    tile.level = static_cast<int>(*number);
  }

  const size_t partial = path.find(".p/");
  if (partial != path.npos) {
    const std::optional<uint64_t> width = ParseDecimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    tile.width = static_cast<int>(*width);
    path = path.substr(0, partial);
  }
  std::string digits;
  std::copy_if(path.begin(), path.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const std::optional<uint64_t> index = ParseDecimal(digits);
  if (!index) return std::nullopt;
  tile.index = *index;
  return tile;
}

}  // namespace

std::string TilePath(TileId tile) {
  std::string number = absl::StrFormat("%03d", tile.index % 1000);
  for (uint64_t rest = tile.index / 1000; rest > 0; rest /= 1000) {
    number = absl::StrFormat("x%03d/", rest % 1000) + number;
  }
  std::string path = tile.level == kEntriesLevel ? absl::StrCat("tile/entries/", number)
                                                 : absl::StrCat("tile/", tile.level, "/", number);
  if (tile.width < kTileWidth) absl::StrAppend(&path, ".p/", tile.width);
  return path;
}

absl::StatusOr<TileId> ParseTilePath(std::string_view path) {
  const std::optional<TileId> tile = ReadTilePath(path);
  if (!tile || TilePath(*tile) != path) {
    return Error(error::v1::INPUT_MALFORMED, "not the path of a tile");
  }
  return *tile;
}

std::vector<TileId> NewTiles(uint64_t old_size, uint64_t size) {
  CHECK(old_size <= size);
  std::vector<TileId> tiles;
  for (int level = 0; level < 64 / kTileHeight; ++level) {
    const uint64_t before = HashesOfLevel(level, old_size);
    const uint64_t after = HashesOfLevel(level, size);
    if (before == after) continue;
    for (uint64_t index = before / kTileWidth; index <= (after - 1) / kTileWidth; ++index) {
      const uint64_t width = std::min<uint64_t>(after - index * kTileWidth, kTileWidth);
      tiles.push_back({level, index, static_cast<int>(width)});
    }
  }
  return tiles;
}

TileId TileOf(NodeId node, uint64_t size) {
  const int level = node.level / kTileHeight;
  const uint64_t first = node.index << (node.level % kTileHeight);
  const uint64_t index = first / kTileWidth;
  const uint64_t after = HashesOfLevel(level, size);
  CHECK(first < after);
  const uint64_t width = std::min<uint64_t>(after - index * kTileWidth, kTileWidth);
  return {level, index, static_cast<int>(width)};
}

std::string BundleEntry(std::string_view leaf) {
  CHECK(leaf.size() <= kEntryBytesMax);
  std::string entry;
  AppendU16(&entry, static_cast<uint16_t>(leaf.size()));
  entry += leaf;
  return entry;
}

absl::StatusOr<std::vector<std::string_view>> ParseBundle(std::string_view bundle) {
  std::vector<std::string_view> entries;
  ByteReader reader(bundle);
  while (!reader.done()) {
    const std::optional<uint16_t> size = reader.TakeU16();
    const std::optional<std::string_view> entry = size ? reader.Take(*size) : std::nullopt;
    if (!entry || entries.size() == kTileWidth) {
      return Error(error::v1::INPUT_MALFORMED, "an entry bundle is cut, or has too many entries");
    }
    entries.push_back(*entry);
  }
  return entries;
}

TileNodes::TileNodes(uint64_t size, Fetch fetch) : size_(size), fetch_(std::move(fetch)) {}

absl::StatusOr<Hash> TileNodes::ReadNode(NodeId node) const {
  const TileId tile = TileOf(node, size_);
  const std::pair<int, uint64_t> place(tile.level, tile.index);
  auto at = tiles_.find(place);
  if (at == tiles_.end()) {
    ASSIGN_OR_RETURN(const std::string bytes, fetch_(tile));
    std::vector<Hash> hashes;
    ByteReader reader(bytes);
    while (hashes.size() < static_cast<size_t>(tile.width)) {
      const std::optional<Hash> hash = Hash::From(reader.Take(Hash::kSize).value_or(""));
      if (!hash) {
        return Error(error::v1::DAMAGED, absl::StrCat("tile ", TilePath(tile), " is too short"), "",
                     {{"tile", TilePath(tile)}});
      }
      hashes.push_back(*hash);
    }
    at = tiles_.emplace(place, MemoryTree(hashes)).first;
  }
  const int level = node.level % kTileHeight;
  return at->second.ReadNode({level, node.index & ((uint64_t{kTileWidth} >> level) - 1)});
}

}  // namespace constancia::eventstore
