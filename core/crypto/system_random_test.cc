#include "core/crypto/system_random.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(SystemRandom, FillsAnyLengthAndDoesNotRepeat) {
  SystemRandom random;
  random.Fill({});
  std::vector<uint8_t> first((1 << 20) + 64);
  std::vector<uint8_t> second(first.size());
  random.Fill(first);
  random.Fill(second);
  EXPECT_NE(first, second);
  EXPECT_FALSE(std::all_of(first.end() - 64, first.end(), [](uint8_t b) { return b == 0; }));
}

}  // namespace
}  // namespace constancia
