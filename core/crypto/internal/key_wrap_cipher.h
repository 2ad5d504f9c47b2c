// The wrap ciphers of OpenSSL by name, so that tests reach those with published vectors.
//
// Used by: core/crypto only.
#ifndef CONSTANCIA_CORE_CRYPTO_INTERNAL_KEY_WRAP_CIPHER_H_
#define CONSTANCIA_CORE_CRYPTO_INTERNAL_KEY_WRAP_CIPHER_H_

#include <optional>
#include <string>
#include <string_view>

namespace constancia::crypto_internal {

// Runs `input` through wrap cipher `name`, such as "AES-256-WRAP-PAD". Nothing when the cipher
// refuses it; `key` has the length the cipher asks for.
std::optional<std::string> RunWrapCipher(const char* name, std::string_view key,
                                         std::string_view input, bool wrap);

}  // namespace constancia::crypto_internal

#endif  // CONSTANCIA_CORE_CRYPTO_INTERNAL_KEY_WRAP_CIPHER_H_
