#include "core/event/parting.h"

#include <bitset>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/options.pb.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "core/event/internal/wire.h"
#include "core/event/public_string.h"
#include "google/protobuf/descriptor.h"

namespace constancia {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Messages inside messages. Protobuf libraries stop at 100.
constexpr int kDepthMax = 32;
constexpr int kFieldsMax = 256;

enum class Place { kPublic, kPersonal };

absl::Status Invalid(std::string_view message) { return Error(error::v1::SCHEMA_INVALID, message); }

absl::Status NotAnEncoding(const Descriptor& type) {
  return Invalid(absl::StrCat("not the encoding of a ", type.full_name()));
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    const uint8_t lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                        : lead >= 0xe0 && lead <= 0xef ? 3
                        : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                       : 0;
    if (size == 0 || text.size() - i < size) return false;
    for (size_t j = 1; j < size; ++j) {
      if (byte(i + j) >> 6 != 2) return false;
    }
    const uint8_t second = byte(i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += size;
  }
  return true;
}

wire::Type WireTypeOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return wire::Type::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return wire::Type::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return wire::Type::kBytes;
    default:
      return wire::Type::kVarint;
  }
}

// A protobuf library would cut the value to the type's bits in silence, and keep an enum value that
// nobody knows.
absl::Status CheckNumber(const FieldDescriptor& field, uint64_t value) {
  const auto as_signed = static_cast<int64_t>(value);
  bool fits = true;
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      fits = value <= 1;
      break;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_SINT32:
      fits = value <= UINT32_MAX;
      break;
    case FieldDescriptor::TYPE_INT32:
      fits = as_signed >= INT32_MIN && as_signed <= INT32_MAX;
      break;
    case FieldDescriptor::TYPE_ENUM:
      fits = as_signed >= INT32_MIN && as_signed <= INT32_MAX &&
             field.enum_type()->FindValueByNumber(static_cast<int>(as_signed)) != nullptr;
      if (!fits) return Invalid("no such value is declared");
      break;
    default:
      break;
  }
  return fits ? absl::OkStatus() : Invalid("the number does not fit its type");
}

absl::Status CheckPacked(const FieldDescriptor& field, std::string_view bytes) {
  wire::Reader reader(bytes);
  while (!reader.done()) {
    const std::optional<uint64_t> value = reader.TakeNumber(WireTypeOf(field));
    if (!value.has_value()) return Invalid("not a list of packed numbers");
    RETURN_IF_ERROR(CheckNumber(field, *value));
  }
  return absl::OkStatus();
}

absl::Status CheckString(const FieldDescriptor& field, std::string_view text, Place place) {
  if (place == Place::kPersonal) {
    return IsUtf8(text) ? absl::OkStatus() : Invalid("text is UTF-8");
  }
  if (text.empty() && !field.is_repeated()) return absl::OkStatus();
  return CheckPublicString(text, "");
}

absl::Status CheckMessage(const Descriptor& type, std::string_view message, Place place, int depth);

absl::Status CheckValue(const FieldDescriptor& field, const wire::Field& value, Place place,
                        int depth) {
  const wire::Type expected = WireTypeOf(field);
  if (value.type != expected) {
    const bool packed = field.is_packable() && value.type == wire::Type::kBytes;
    return packed ? CheckPacked(field, value.bytes)
                  : Invalid("not encoded as a field of this type is");
  }
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return CheckString(field, value.bytes, place);
    case FieldDescriptor::TYPE_BYTES:
      return absl::OkStatus();
    case FieldDescriptor::TYPE_MESSAGE:
      return CheckMessage(*field.message_type(), value.bytes, place, depth + 1);
    default:
      return CheckNumber(field, value.value);
  }
}

// Finds fields given twice: readers would take the last, or merge, and a parting could change
// which of a choice's members is last.
class Once {
 public:
  bool Repeats(const FieldDescriptor& field) {
    if (field.is_repeated()) return false;
    const google::protobuf::OneofDescriptor* choice = field.real_containing_oneof();
    auto& seen = choice != nullptr ? choices_ : fields_;
    const int index = choice != nullptr ? choice->index() : field.index();
    if (seen[index]) return true;
    seen[index] = true;
    return false;
  }

 private:
  std::bitset<kFieldsMax> fields_;
  std::bitset<kFieldsMax> choices_;
};

// The place of a field in its message: its name, and which of several unless they are packed.
std::string PathOf(const FieldDescriptor& field, std::string_view message,
                   const wire::Field& value) {
  const bool packed = field.is_packable() && value.type == wire::Type::kBytes;
  if (!field.is_repeated() || packed) return field.name();
  const auto before = static_cast<size_t>(value.whole.data() - message.data());
  wire::Reader reader(message.substr(0, before));
  int index = 0;
  while (!reader.done()) index += reader.TakeField()->number == value.number ? 1 : 0;
  return absl::StrCat(field.name(), "[", index, "]");
}

// Walks the fields of one message; `visit(field, value)` says where each one goes before it is
// checked.
template <typename Visit>
absl::Status Walk(const Descriptor& type, std::string_view message, int depth, Visit visit) {
  CHECK(type.field_count() <= kFieldsMax);
  Once once;
  wire::Reader reader(message);
  while (!reader.done()) {
    const std::optional<wire::Field> value = reader.TakeField();
    if (!value.has_value()) return NotAnEncoding(type);
    const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(value->number));
    if (field == nullptr) {
      return Error(error::v1::SCHEMA_INVALID,
                   absl::StrCat(type.full_name(), " has no field ", value->number),
                   absl::StrCat(value->number));
    }
    const absl::Status status = once.Repeats(*field)
                                    ? Invalid("given twice")
                                    : CheckValue(*field, *value, visit(*field, *value), depth);
    if (!status.ok()) return InField(status, PathOf(*field, message, *value));
  }
  return absl::OkStatus();
}

absl::Status CheckMessage(const Descriptor& type, std::string_view message, Place place,
                          int depth) {
  if (depth > kDepthMax) return Invalid("too many messages inside each other");
  return Walk(type, message, depth,
              [&](const FieldDescriptor&, const wire::Field&) { return place; });
}

absl::Status TooLarge(std::string_view part, size_t bytes_max) {
  return Error(error::v1::EVENT_TOO_LARGE,
               absl::StrCat("the ", ToAbsl(part), " part is at most ", bytes_max, " bytes"), "",
               {{"bytes_max", absl::StrCat(bytes_max)}});
}

}  // namespace

absl::StatusOr<Parts> PartPayload(const Descriptor& type, std::string_view payload) {
  if (payload.size() > kPublicPartBytesMax + kPersonalPartBytesMax) {
    return TooLarge("personal", kPersonalPartBytesMax);
  }
  Parts parts;
  RETURN_IF_ERROR(
      Walk(type, payload, 0, [&](const FieldDescriptor& field, const wire::Field& value) {
        const bool personal = field.options().GetExtension(event::v1::personal);
        (personal ? parts.personal_part : parts.public_part).append(value.whole);
        return personal ? Place::kPersonal : Place::kPublic;
      }));
  if (parts.public_part.size() > kPublicPartBytesMax)
    return TooLarge("public", kPublicPartBytesMax);
  if (parts.personal_part.size() > kPersonalPartBytesMax) {
    return TooLarge("personal", kPersonalPartBytesMax);
  }
  return parts;
}

}  // namespace constancia
