// Ed25519 signatures (RFC 8032) and their key files.
//
// A private key file is PEM "PRIVATE KEY", PKCS#8 version 0 (RFC 8410), readable by its owner only.
// Do not rely on a signature being unique for a message: who holds the key can make others.
//
// Used by: eventstore/proof (notes, seals), eventstore/log (the ledger key), core/event (source
// signatures), api/commands (registration of source keys).
// Threads: any thread may call anything; a Signer may sign from several threads at once.
#ifndef CONSTANCIA_CORE_CRYPTO_ED25519_H_
#define CONSTANCIA_CORE_CRYPTO_ED25519_H_

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"

struct evp_pkey_st;

namespace constancia {

struct PublicKey {
  std::array<uint8_t, 32> bytes = {};

  // Returns nothing unless `raw` holds exactly 32 bytes.
  static std::optional<PublicKey> From(std::string_view raw);
  std::string_view view() const;
  auto operator<=>(const PublicKey&) const = default;
};

struct Signature {
  std::array<uint8_t, 64> bytes = {};

  // Returns nothing unless `raw` holds exactly 64 bytes.
  static std::optional<Signature> From(std::string_view raw);
  std::string_view view() const;
  auto operator<=>(const Signature&) const = default;
};

// Makes signatures with a key that may live elsewhere: in a file, in a security module.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual PublicKey public_key() const = 0;

  // Fails only when the key cannot be reached.
  virtual absl::StatusOr<Signature> Sign(std::string_view message) const = 0;
};

// Tells whether `signature` is one of `key` over `message`. Refuses S beyond the group order and a
// non-canonical R; a low-order key passes here and is refused when it is registered.
bool Ed25519Verify(const PublicKey& key, std::string_view message, const Signature& signature);

// Tells whether `key` encodes a point of order 1, 2, 4 or 8, canonically or not. A signature under
// such a key can hold for every message, so no registration accepts one.
bool IsLowOrder(const PublicKey& key);

// A private key in memory.
class Ed25519Key : public Signer {
 public:
  // `seed` is the 32-byte private key of RFC 8032.
  static Ed25519Key FromSeed(const std::array<uint8_t, 32>& seed);
  static Ed25519Key Generate(Random& random);

  // Fails with INPUT_MALFORMED when `pem` holds no Ed25519 private key, or an encrypted one.
  static absl::StatusOr<Ed25519Key> FromPem(std::string_view pem);

  // Fails with INPUT_MALFORMED when the file is missing, holds no such key, or can be read by
  // anybody but its owner (mode wider than 0600).
  static absl::StatusOr<Ed25519Key> LoadFile(const std::string& path);

  Ed25519Key(Ed25519Key&&) noexcept = default;
  Ed25519Key& operator=(Ed25519Key&&) noexcept = default;

  PublicKey public_key() const override { return public_key_; }
  absl::StatusOr<Signature> Sign(std::string_view message) const override;

  std::string ToPem() const;

  // Creates `path` with mode 0600 and syncs it. Fails when the file exists.
  absl::Status SaveFile(const std::string& path) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit Ed25519Key(evp_pkey_st* key);

  std::unique_ptr<evp_pkey_st, Free> key_;
  PublicKey public_key_;
};

// Writes and reads PEM "PUBLIC KEY" (RFC 8410). Reading fails with INPUT_MALFORMED.
std::string PublicKeyToPem(const PublicKey& key);
absl::StatusOr<PublicKey> PublicKeyFromPem(std::string_view pem);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_ED25519_H_
