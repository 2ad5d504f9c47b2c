// Randomness of the operating system, for keys, salts and nonces.
//
// Used by: api/server, which hands it to whoever takes a Random.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_CORE_CRYPTO_SYSTEM_RANDOM_H_
#define CONSTANCIA_CORE_CRYPTO_SYSTEM_RANDOM_H_

#include <cstdint>
#include <span>

#include "core/base/random.h"

namespace constancia {

class SystemRandom final : public Random {
 public:
  // Stops the process when the generator cannot be seeded: a key of weak bytes is worse.
  void Fill(std::span<uint8_t> out) override;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_SYSTEM_RANDOM_H_
