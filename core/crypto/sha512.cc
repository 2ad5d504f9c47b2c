#include "core/crypto/sha512.h"

#include <openssl/evp.h>

#include "core/base/check.h"

namespace constancia {

std::string Sha512(std::string_view bytes) {
  std::string digest(64, '\0');
  CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   nullptr, EVP_sha512(), nullptr) == 1);
  return digest;
}

}  // namespace constancia
