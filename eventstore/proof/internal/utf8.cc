#include "eventstore/proof/internal/utf8.h"

#include <bit>
#include <cstdint>

namespace constancia::eventstore::proof_internal {

std::optional<char32_t> TakeCharacter(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text.front());
  text.remove_prefix(1);
  if (first < 0x80) return first;
  const int size = std::countl_one(first);
  if (size < 2 || size > 4) return std::nullopt;
  char32_t character = first & (0x7f >> size);
  for (int i = 1; i < size; ++i) {
    if (text.empty() || (static_cast<uint8_t>(text.front()) & 0xc0) != 0x80) return std::nullopt;
    character = character << 6 | (static_cast<uint8_t>(text.front()) & 0x3f);
    text.remove_prefix(1);
  }
  constexpr char32_t kLeastOfSize[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < kLeastOfSize[size] || character > 0x10ffff || surrogate) return std::nullopt;
  return character;
}

bool IsSpace(char32_t character) {
  return (character >= 0x09 && character <= 0x0d) || character == 0x20 || character == 0x85 ||
         character == 0xa0 || character == 0x1680 || (character >= 0x2000 && character <= 0x200a) ||
         character == 0x2028 || character == 0x2029 || character == 0x202f || character == 0x205f ||
         character == 0x3000;
}

}  // namespace constancia::eventstore::proof_internal
