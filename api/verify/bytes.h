// Reading bytes and text strictly: one accepted spelling for every value.
//
// Used by: everything in this folder that reads a file.
#ifndef CONSTANCIA_VERIFY_BYTES_H_
#define CONSTANCIA_VERIFY_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verify {

// Standard base64 (RFC 4648) with padding; refuses line breaks, missing padding and set bits
// behind the last byte.
std::optional<std::string> Base64Decode(std::string_view text);
std::string Base64Encode(std::string_view bytes);

// Lower-case hex.
std::string HexEncode(std::string_view bytes);
// Refuses upper case unless `any_case`.
std::optional<std::string> HexDecode(std::string_view text, bool any_case = false);

// A decimal below 2^64 without sign, space or leading zero.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(std::string_view text);

// Makes text from outside safe to show on a terminal: control characters and bytes that are
// not UTF-8 become \xNN.
std::string Printable(std::string_view text);

// Big-endian integers. The caller has checked that there are enough bytes.
uint16_t ReadU16(const char* bytes);
uint32_t ReadU32(const char* bytes);
uint64_t ReadU64(const char* bytes);
void AppendU16(std::string* out, uint16_t value);
void AppendU32(std::string* out, uint32_t value);
void AppendU64(std::string* out, uint64_t value);

// Reads text line by line. Every line must end in LF.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  // The next line without its LF; nothing at the end or when the last line has no LF.
  std::optional<std::string_view> Next();
  // The next line when it begins with `word` and one space; returns what follows.
  std::optional<std::string_view> Field(std::string_view word);
  std::optional<uint64_t> DecimalField(std::string_view word);
  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_BYTES_H_
