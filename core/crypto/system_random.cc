#include "core/crypto/system_random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "core/base/check.h"

namespace constancia {

void SystemRandom::Fill(std::span<uint8_t> out) {
  constexpr size_t kCallBytesMax = 1 << 20;
  while (!out.empty()) {
    const size_t size = std::min(out.size(), kCallBytesMax);
    CHECK(RAND_bytes(out.data(), static_cast<int>(size)) == 1);
    out = out.subspan(size);
  }
}

}  // namespace constancia
