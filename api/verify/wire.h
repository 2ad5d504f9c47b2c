// Reading the protobuf wire format, field by field, without a schema.
//
// Used by: the reader of headers and group rows.
#ifndef CONSTANCIA_VERIFY_WIRE_H_
#define CONSTANCIA_VERIFY_WIRE_H_

#include <cstdint>
#include <string_view>

namespace verify {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;      // of a varint or fixed field
  std::string_view bytes;  // of a length-delimited field
};

// Walks the fields of one message. Groups (types 3 and 4) are refused.
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message) {}
  // Reads the next field. False at the end and on malformed bytes; ok() tells which.
  bool Next(WireField* field);
  bool ok() const { return ok_; }

 private:
  bool Varint(uint64_t* value);

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_WIRE_H_
