// SHA-256, other digests for BagIt, and Ed25519, all by OpenSSL's EVP interface.
//
// Used by: everything that recomputes something.
// Threads: any; the fetched algorithm and its context are one for each thread.
#ifndef CONSTANCIA_VERIFY_HASH_H_
#define CONSTANCIA_VERIFY_HASH_H_

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace verify {

// A SHA-256 value: 32 bytes and never another length.
struct Hash {
  std::array<char, 32> bytes{};

  auto operator<=>(const Hash&) const = default;
  std::string_view view() const { return {bytes.data(), bytes.size()}; }
  bool is_zero() const { return *this == Hash{}; }
  // Bit `i`, where bit 0 is the top bit of the first byte.
  int bit(unsigned i) const { return (bytes[i / 8] >> (7 - i % 8)) & 1; }
  // Nothing unless `view` is 32 bytes long.
  static std::optional<Hash> From(std::string_view view) {
    Hash hash;
    if (view.size() != hash.bytes.size()) return std::nullopt;
    std::memcpy(hash.bytes.data(), view.data(), view.size());
    return hash;
  }
};

// For hash tables. Keys are chosen by the log, so all bytes take part.
struct HashOfHash {
  size_t operator()(const Hash& hash) const {
    uint64_t words[4];
    std::memcpy(words, hash.bytes.data(), sizeof(words));
    uint64_t mixed = 0;
    for (uint64_t word : words) mixed = (mixed ^ word) * 0x9E3779B97F4A7C15u + (mixed >> 29);
    return static_cast<size_t>(mixed);
  }
};

// SHA-256 over the parts one after the other.
Hash Sha256(std::initializer_list<std::string_view> parts);
inline Hash Sha256(std::string_view bytes) { return Sha256({bytes}); }

// RFC 6962: the first byte keeps leaves and nodes apart.
Hash LeafHash(std::string_view leaf);
Hash NodeHash(const Hash& left, const Hash& right);

// A digest over a stream of bytes, chosen by its BagIt name ("sha512", "md5", ...).
class Digest {
 public:
  // Nothing for an unknown name.
  static std::optional<Digest> Named(std::string_view name);
  void Update(std::string_view bytes);
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// HMAC-SHA256 (RFC 2104) with a key of at most 64 bytes.
Hash HmacSha256(std::string_view key, std::string_view message);

// Whether `signature` (64 bytes) is that of `key` (32 bytes) over `message`, by RFC 8032.
bool Ed25519Verify(std::string_view key, std::string_view message, std::string_view signature);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_HASH_H_
