#include "core/crypto/aead.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <limits>

#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/internal/openssl.h"

namespace constancia {
namespace {

using crypto_internal::CipherContextPtr;
using crypto_internal::CipherPtr;
using crypto_internal::Data;

// The cipher with key, nonce and associated data set, ready for the text.
CipherContextPtr Begin(std::string_view key, std::string_view nonce, std::string_view aad,
                       bool seal) {
  CHECK(key.size() == kAesKeyBytes && nonce.size() == kAesGcmNonceBytes);
  thread_local const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  CipherContextPtr context(EVP_CIPHER_CTX_new());
  CHECK(cipher != nullptr && context != nullptr);
  CHECK(EVP_CipherInit_ex2(context.get(), cipher.get(), Data(key), Data(nonce), seal, nullptr) ==
        1);
  int ignored = 0;
  CHECK(EVP_CipherUpdate(context.get(), nullptr, &ignored, Data(aad),
                         static_cast<int>(aad.size())) == 1);
  return context;
}

}  // namespace

std::string AesGcmSeal(std::string_view key, std::string_view nonce, std::string_view plaintext,
                       std::string_view aad) {
  CHECK(plaintext.size() <= std::numeric_limits<int>::max() - kAesGcmTagBytes);
  const CipherContextPtr context = Begin(key, nonce, aad, /*seal=*/true);
  std::string sealed(plaintext.size() + kAesGcmTagBytes, '\0');
  int written = 0;
  CHECK(EVP_CipherUpdate(context.get(), Data(sealed), &written, Data(plaintext),
                         static_cast<int>(plaintext.size())) == 1);
  int rest = 0;
  CHECK(EVP_CipherFinal_ex(context.get(), Data(sealed) + written, &rest) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAesGcmTagBytes,
                            Data(sealed) + plaintext.size()) == 1);
  return sealed;
}

absl::StatusOr<std::string> AesGcmOpen(std::string_view key, std::string_view nonce,
                                       std::string_view sealed, std::string_view aad) {
  const absl::Status refused = Error(error::v1::DAMAGED, "sealed bytes do not open under this key");
  if (sealed.size() < kAesGcmTagBytes || sealed.size() > std::numeric_limits<int>::max()) {
    return refused;
  }
  std::string tag(sealed.substr(sealed.size() - kAesGcmTagBytes));
  sealed.remove_suffix(kAesGcmTagBytes);

  const CipherContextPtr context = Begin(key, nonce, aad, /*seal=*/false);
  std::string plaintext(sealed.size(), '\0');
  int written = 0;
  CHECK(EVP_CipherUpdate(context.get(), Data(plaintext), &written, Data(sealed),
                         static_cast<int>(sealed.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAesGcmTagBytes, Data(tag)) == 1);
  int rest = 0;
  if (EVP_CipherFinal_ex(context.get(), Data(plaintext) + written, &rest) != 1) {
    ERR_clear_error();
    return refused;
  }
  return plaintext;
}

}  // namespace constancia
