// SHA-512 (FIPS 180-4), for the manifests of bags (RFC 8493). The ledger itself hashes with SHA-256
// alone.
//
// Used by: api/export.
// Threads: every function may be called from any thread.
#ifndef CONSTANCIA_CORE_CRYPTO_SHA512_H_
#define CONSTANCIA_CORE_CRYPTO_SHA512_H_

#include <string>
#include <string_view>

namespace constancia {

// Returns the SHA-512 of `bytes`, 64 bytes.
std::string Sha512(std::string_view bytes);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_SHA512_H_
