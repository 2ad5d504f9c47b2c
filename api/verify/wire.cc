#include "wire.h"

namespace verify {
namespace {

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

bool WireReader::Varint(uint64_t* value) {
  *value = 0;
  for (unsigned i = 0; i < 10 && i < rest_.size(); ++i) {
    const uint8_t byte = static_cast<uint8_t>(rest_[i]);
    if (i == 9 && byte > 1) return false;  // beyond 64 bits
    *value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool WireReader::Next(WireField* field) {
  if (!ok_ || rest_.empty()) return false;
  ok_ = false;  // until the field is whole
  uint64_t tag = 0;
  if (!Varint(&tag) || tag > UINT32_MAX || (tag >> 3) == 0) return false;
  field->number = static_cast<uint32_t>(tag >> 3);
  field->type = static_cast<WireType>(tag & 7);
  field->value = 0;
  field->bytes = {};
  switch (field->type) {
    case WireType::kVarint:
      if (!Varint(&field->value)) return false;
      break;
    case WireType::kFixed64:
    case WireType::kFixed32: {
      const size_t size = field->type == WireType::kFixed64 ? 8 : 4;
      if (rest_.size() < size) return false;
      field->value = LittleEndian(rest_.substr(0, size));
      rest_.remove_prefix(size);
      break;
    }
    case WireType::kBytes: {
      uint64_t size = 0;
      if (!Varint(&size) || size > rest_.size()) return false;
      field->bytes = rest_.substr(0, size);
      rest_.remove_prefix(size);
      break;
    }
    default:
      return false;
  }
  ok_ = true;
  return true;
}

}  // namespace verify
