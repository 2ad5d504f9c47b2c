// Where random bytes come from. SystemRandom, for keys and salts, is in
// core/crypto/system_random.h.

#ifndef CONSTANCIA_CORE_BASE_RANDOM_H_
#define CONSTANCIA_CORE_BASE_RANDOM_H_

#include <cstdint>
#include <mutex>
#include <span>

namespace constancia {

// Threads: any thread may call Fill.
class Random {
 public:
  virtual ~Random() = default;

  virtual void Fill(std::span<uint8_t> out) = 0;
};

// The same bytes for the same seed (SplitMix64). For tests, the simulation and sandbox data; never
// for keys that matter.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  void Fill(std::span<uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    uint64_t word = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      if (i % 8 == 0) word = Next();
      out[i] = static_cast<uint8_t>(word >> (8 * (i % 8)));
    }
  }

  // A number in [0, bound); `bound` is above 0. The bias is below bound / 2^64.
  uint64_t Below(uint64_t bound) {
    const std::lock_guard lock(mutex_);
    return Next() % bound;
  }

 private:
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::mutex mutex_;
  uint64_t state_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_RANDOM_H_
