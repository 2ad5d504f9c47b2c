// AES-256-GCM (NIST SP 800-38D): seals bytes under a key and binds them to others left in clear.
//
// GCM does not commit to its key, so callers keep a commitment of the plaintext beside it.
//
// Used by: core/event (personal parts), eventstore/log.
// Threads: any thread.
#ifndef CONSTANCIA_CORE_CRYPTO_AEAD_H_
#define CONSTANCIA_CORE_CRYPTO_AEAD_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace constancia {

inline constexpr size_t kAesKeyBytes = 32;
inline constexpr size_t kAesGcmNonceBytes = 12;
inline constexpr size_t kAesGcmTagBytes = 16;

// Returns ciphertext || tag. `key` is 32 bytes and `nonce` 12; a nonce serves one text per key.
std::string AesGcmSeal(std::string_view key, std::string_view nonce, std::string_view plaintext,
                       std::string_view aad);

// Returns the plaintext of `sealed` (ciphertext || tag). Fails with DAMAGED when key, nonce, bytes
// or `aad` are not those it was sealed with; nothing is returned then.
absl::StatusOr<std::string> AesGcmOpen(std::string_view key, std::string_view nonce,
                                       std::string_view sealed, std::string_view aad);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_AEAD_H_
