#include "tiles.h"

#include "bytes.h"

namespace verify {
namespace {

std::string ThreeDigits(uint64_t value) {
  std::string text = std::to_string(value);
  return std::string(3 - text.size(), '0') + text;
}

// The root of a full tile: its 256 hashes folded pairwise.
Hash TileRoot(std::string_view hashes) {
  std::vector<Hash> row;
  for (size_t i = 0; i < kTileWidth; ++i) row.push_back(*Hash::From(hashes.substr(i * 32, 32)));
  for (size_t width = kTileWidth; width > 1; width /= 2) {
    for (size_t i = 0; i < width / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
  }
  return row[0];
}

}  // namespace

std::string TilePath(const TilePlace& place) {
  std::string number = ThreeDigits(place.index % 1000);
  for (uint64_t rest = place.index / 1000; rest > 0; rest /= 1000) {
    number = "x" + ThreeDigits(rest % 1000) + "/" + number;
  }
  std::string path = "tile/";
  path += place.entries ? "entries" : std::to_string(place.level);
  path += "/" + number;
  if (place.width < kTileWidth) path += ".p/" + std::to_string(place.width);
  return path;
}

std::optional<TilePlace> ParseTilePath(std::string_view path) {
  const std::vector<std::string_view> parts = Split(path, '/');
  if (parts.size() < 3 || parts[0] != "tile") return std::nullopt;
  TilePlace place;
  place.entries = parts[1] == "entries";
  if (!place.entries) {
    const auto level = ParseDecimal(parts[1]);
    if (!level || *level > 63) return std::nullopt;
    place.level = static_cast<unsigned>(*level);
  }
  for (size_t i = 2; i < parts.size(); ++i) {
    std::string_view part = parts[i];
    if (i + 1 == parts.size() && i > 2 && parts[i - 1].substr(0, 1) != "x") {
      const auto width = ParseDecimal(part);
      if (!width || *width < 1 || *width >= kTileWidth) return std::nullopt;
      place.width = static_cast<unsigned>(*width);
      continue;
    }
    if (part.substr(0, 1) == "x") part.remove_prefix(1);
    if (part.size() == 5 && part.substr(3) == ".p") part.remove_suffix(2);
    if (part.size() != 3 || place.index > UINT64_MAX / 1000 - 1) return std::nullopt;
    for (char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      place.index = place.index * 10 + static_cast<uint64_t>(c - '0');
    }
  }
  // One spelling for every place: whatever TilePath would not write is none.
  if (TilePath(place) != path) return std::nullopt;
  return place;
}

unsigned WidthAt(uint64_t size, unsigned level, uint64_t index) {
  const uint64_t hashes = 8 * level >= 64 ? 0 : size >> (8 * level);
  if (index < hashes / kTileWidth) return kTileWidth;
  return index == hashes / kTileWidth ? static_cast<unsigned>(hashes % kTileWidth) : 0;
}

Result<std::string_view> CutBundle(std::string_view bundle, unsigned width,
                                   std::vector<std::string_view>* entries) {
  entries->clear();
  for (unsigned i = 0; i < width; ++i) {
    if (bundle.size() < 2) return NotProven("the bundle is cut");
    const size_t length = ReadU16(bundle.data());
    if (bundle.size() - 2 < length) return NotProven("the bundle is cut");
    entries->push_back(bundle.substr(2, length));
    bundle.remove_prefix(2 + length);
  }
  return bundle;
}

void TileBuilder::Append(const Hash& leaf_hash, std::vector<Tile>* full) {
  AppendAt(0, leaf_hash, full);
}

void TileBuilder::AppendAt(unsigned level, const Hash& hash, std::vector<Tile>* full) {
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].hashes += hash.view();
  if (levels_[level].hashes.size() < kTileWidth * 32) return;
  Tile tile{{false, level, levels_[level].index, kTileWidth}, std::move(levels_[level].hashes)};
  levels_[level].hashes.clear();
  ++levels_[level].index;
  const Hash root = TileRoot(tile.hashes);
  full->push_back(std::move(tile));
  AppendAt(level + 1, root, full);
}

std::vector<TileBuilder::Tile> TileBuilder::Partial() const {
  std::vector<Tile> tiles;
  for (unsigned level = 0; level < levels_.size(); ++level) {
    const Level& state = levels_[level];
    if (state.hashes.empty()) continue;
    const unsigned width = static_cast<unsigned>(state.hashes.size() / 32);
    tiles.push_back({{false, level, state.index, width}, state.hashes});
  }
  return tiles;
}

}  // namespace verify
