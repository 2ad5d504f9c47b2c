// The protobuf wire format, field by field: as much of it as the header and the parting need.
//
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_INTERNAL_WIRE_H_
#define CONSTANCIA_CORE_EVENT_INTERNAL_WIRE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace constancia::wire {

// Groups (3 and 4) belong to proto2 and are no part of what we read.
enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  uint32_t number = 0;
  Type type = Type::kVarint;
  uint64_t value = 0;      // Of the three types that are numbers.
  std::string_view bytes;  // Of kBytes.
  std::string_view whole;  // Tag included, as it stands on the wire.
};

// Reads the fields of one message from the front.
class Reader {
 public:
  // `message` outlives everything that is read.
  explicit Reader(std::string_view message) : rest_(message) {}

  bool done() const { return rest_.empty(); }

  // Returns the next field, nothing when the bytes are none. Stricter than protobuf in one thing:
  // a number of ten bytes that does not fit in 64 bits is refused.
  std::optional<Field> TakeField();

  // Reads a bare number, as packed fields hold them.
  std::optional<uint64_t> TakeNumber(Type type);

 private:
  std::optional<uint64_t> TakeVarint();
  std::optional<uint64_t> TakeLittleEndian(size_t size);
  // Tags and lengths: at most five bytes, in 32 bits.
  std::optional<uint32_t> TakeShortVarint();

  std::string_view rest_;
};

// Fields with their default value are left out, as every proto3 encoder does.
void AppendNumber(std::string* out, uint32_t field, uint64_t value);
void AppendFixed64(std::string* out, uint32_t field, uint64_t value);
void AppendBytes(std::string* out, uint32_t field, std::string_view bytes);

}  // namespace constancia::wire

#endif  // CONSTANCIA_CORE_EVENT_INTERNAL_WIRE_H_
