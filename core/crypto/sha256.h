// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869), the only hash family of the ledger.
//
// The digest is fetched once for each thread and its context reused: three times as fast as the
// one-call form of the library, which looks the algorithm up every time.
//
// Used by: everything that hashes.
// Threads: every function may be called from any thread; a Sha256Stream belongs to one thread.
#ifndef CONSTANCIA_CORE_CRYPTO_SHA256_H_
#define CONSTANCIA_CORE_CRYPTO_SHA256_H_

#include <initializer_list>
#include <memory>
#include <string_view>

#include "core/base/hash.h"

struct evp_md_ctx_st;

namespace constancia {

// Returns the SHA-256 of `bytes`.
Hash Sha256(std::string_view bytes);

// Returns the SHA-256 of the concatenation of `parts`, without building it.
Hash Sha256Joined(std::initializer_list<std::string_view> parts);

// Hashes what arrives in pieces: a file, a download.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  ~Sha256Stream();

  void Update(std::string_view bytes);

  // Returns the digest of all bytes so far and begins anew.
  Hash Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// Returns HMAC-SHA256 of `message` under `key`, a key of any length.
Hash HmacSha256(std::string_view key, std::string_view message);

// Derives 32 bytes from `input_key` by HKDF-SHA256 (extract, then the first block of expand).
Hash HkdfSha256(std::string_view input_key, std::string_view salt, std::string_view info);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_SHA256_H_
