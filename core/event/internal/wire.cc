#include "core/event/internal/wire.h"

namespace constancia::wire {
namespace {

// Protobuf libraries refuse longer fields.
constexpr uint32_t kBytesMax = INT32_MAX - 16;

void AppendVarint(std::string* out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

void AppendTag(std::string* out, uint32_t field, Type type) {
  AppendVarint(out, uint64_t{field} << 3 | static_cast<uint8_t>(type));
}

}  // namespace

std::optional<uint64_t> Reader::TakeVarint() {
  uint64_t value = 0;
  for (size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(rest_[i]);
    if (i == 9 && byte > 1) return std::nullopt;
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<uint32_t> Reader::TakeShortVarint() {
  const size_t before = rest_.size();
  const std::optional<uint64_t> value = TakeVarint();
  if (!value.has_value() || before - rest_.size() > 5 || *value > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*value);
}

std::optional<uint64_t> Reader::TakeLittleEndian(size_t size) {
  if (rest_.size() < size) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(rest_[i])} << (8 * i);
  rest_.remove_prefix(size);
  return value;
}

std::optional<uint64_t> Reader::TakeNumber(Type type) {
  switch (type) {
    case Type::kVarint:
      return TakeVarint();
    case Type::kFixed64:
      return TakeLittleEndian(8);
    case Type::kFixed32:
      return TakeLittleEndian(4);
    case Type::kBytes:
      break;
  }
  return std::nullopt;
}

std::optional<Field> Reader::TakeField() {
  const std::string_view start = rest_;
  const std::optional<uint32_t> tag = TakeShortVarint();
  if (!tag.has_value() || *tag >> 3 == 0) return std::nullopt;
  Field field;
  field.number = *tag >> 3;
  field.type = static_cast<Type>(*tag & 7);
  if (field.type == Type::kBytes) {
    const std::optional<uint32_t> size = TakeShortVarint();
    if (!size.has_value() || *size > kBytesMax || *size > rest_.size()) return std::nullopt;
    field.bytes = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
  } else {
    const std::optional<uint64_t> value = TakeNumber(field.type);
    if (!value.has_value()) return std::nullopt;
    field.value = *value;
  }
  field.whole = start.substr(0, start.size() - rest_.size());
  return field;
}

void AppendNumber(std::string* out, uint32_t field, uint64_t value) {
  if (value == 0) return;
  AppendTag(out, field, Type::kVarint);
  AppendVarint(out, value);
}

void AppendFixed64(std::string* out, uint32_t field, uint64_t value) {
  if (value == 0) return;
  AppendTag(out, field, Type::kFixed64);
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(value >> shift));
}

void AppendBytes(std::string* out, uint32_t field, std::string_view bytes) {
  if (bytes.empty()) return;
  AppendTag(out, field, Type::kBytes);
  AppendVarint(out, bytes.size());
  out->append(bytes);
}

}  // namespace constancia::wire
