#include "core/crypto/key_wrap.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/aead.h"
#include "core/crypto/internal/key_wrap_cipher.h"
#include "core/crypto/internal/openssl.h"

namespace constancia {
namespace crypto_internal {

std::optional<std::string> RunWrapCipher(const char* name, std::string_view key,
                                         std::string_view input, bool wrap) {
  const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  const CipherContextPtr context(EVP_CIPHER_CTX_new());
  CHECK(cipher != nullptr && context != nullptr);
  CHECK(key.size() == static_cast<size_t>(EVP_CIPHER_get_key_length(cipher.get())));
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  CHECK(EVP_CipherInit_ex2(context.get(), cipher.get(), Data(key), nullptr, wrap, nullptr) == 1);

  std::string output(input.size() + 16, '\0');
  int written = 0;
  int rest = 0;
  const bool done = EVP_CipherUpdate(context.get(), Data(output), &written, Data(input),
                                     static_cast<int>(input.size())) == 1 &&
                    EVP_CipherFinal_ex(context.get(), Data(output) + written, &rest) == 1;
  ERR_clear_error();
  if (!done || written + rest <= 0) return std::nullopt;
  output.resize(static_cast<size_t>(written + rest));
  return output;
}

}  // namespace crypto_internal

namespace {
constexpr char kCipher[] = "AES-256-WRAP-PAD";
}

std::string WrapKey(std::string_view master, std::string_view key) {
  CHECK(master.size() == kAesKeyBytes && !key.empty());
  std::optional<std::string> wrapped =
      crypto_internal::RunWrapCipher(kCipher, master, key, /*wrap=*/true);
  CHECK(wrapped.has_value());
  return *std::move(wrapped);
}

absl::StatusOr<std::string> UnwrapKey(std::string_view master, std::string_view wrapped) {
  CHECK(master.size() == kAesKeyBytes);
  std::optional<std::string> key =
      crypto_internal::RunWrapCipher(kCipher, master, wrapped, /*wrap=*/false);
  if (!key) {
    return Error(error::v1::DAMAGED, "a wrapped key does not open under this master key");
  }
  return *std::move(key);
}

}  // namespace constancia
