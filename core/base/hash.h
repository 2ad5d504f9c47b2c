// A SHA-256 value. How to make one is core/crypto/sha256.h.

#ifndef CONSTANCIA_CORE_BASE_HASH_H_
#define CONSTANCIA_CORE_BASE_HASH_H_

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace constancia {

// Exactly 32 bytes. Also used for stream keys, which are hashes.
struct Hash {
  static constexpr size_t kSize = 32;

  std::array<uint8_t, kSize> bytes{};

  // Nothing unless `text` has exactly 32 bytes.
  static std::optional<Hash> From(std::string_view text) {
    if (text.size() != kSize) return std::nullopt;
    Hash hash;
    std::memcpy(hash.bytes.data(), text.data(), kSize);
    return hash;
  }

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), kSize}; }
  std::string str() const { return std::string(view()); }

  friend auto operator<=>(const Hash&, const Hash&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Hash& hash) {
    return H::combine(std::move(state), hash.bytes);
  }
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_HASH_H_
