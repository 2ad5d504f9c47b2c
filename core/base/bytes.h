// Big-endian integers, hexadecimal and base64: how our byte formats are written and read.

#ifndef CONSTANCIA_CORE_BASE_BYTES_H_
#define CONSTANCIA_CORE_BASE_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace constancia {

// Append an unsigned integer, most significant byte first.
void AppendU8(std::string* out, uint8_t value);
void AppendU16(std::string* out, uint16_t value);
void AppendU32(std::string* out, uint32_t value);
void AppendU64(std::string* out, uint64_t value);

// Reads fields from the front of bytes that somebody else made. Every read says whether there were
// enough bytes; after the first that fails nothing more is taken.
class ByteReader {
 public:
  // `bytes` outlives the reader and everything that Take returns.
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<uint8_t> TakeU8();
  std::optional<uint16_t> TakeU16();
  std::optional<uint32_t> TakeU32();
  std::optional<uint64_t> TakeU64();
  std::optional<std::string_view> Take(size_t size);

  std::string_view rest() const { return rest_; }
  bool done() const { return rest_.empty(); }

 private:
  std::optional<uint64_t> TakeBigEndian(size_t size);

  std::string_view rest_;
};

// Lower case.
std::string HexEncode(std::string_view bytes);
// Either case; nothing when the length is odd or a digit is wrong.
std::optional<std::string> HexDecode(std::string_view text);

// Standard alphabet with padding (RFC 4648 section 4).
std::string Base64Encode(std::string_view bytes);
// Strict: padding required, unused bits zero, no other characters; so every value has one spelling.
std::optional<std::string> Base64Decode(std::string_view text);

// A decimal without sign or leading zeros ("0" alone is zero) that fits; so every number has one
// spelling.
std::optional<uint64_t> ParseDecimal(std::string_view text);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_BYTES_H_
