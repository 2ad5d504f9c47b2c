#include "api/export/bag/json.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace constancia::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Characters beyond ASCII that are invisible or reorder text, which protobuf escapes.
constexpr std::pair<uint32_t, uint32_t> kEscaped[] = {
    {0x80, 0x9f},     {0xad, 0xad},     {0x600, 0x603},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x17b4, 0x17b5}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x2064},   {0x206a, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f}};

bool IsPlain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>';
}

void AppendUnit(uint32_t unit, std::string* out) { absl::StrAppendFormat(out, "\\u%04x", unit); }

void AppendEscape(uint32_t character, std::string* out) {
  switch (character) {
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
  }
  if (character <= 0xffff) return AppendUnit(character, out);
  AppendUnit(0xd800 + ((character - 0x10000) >> 10), out);
  AppendUnit(0xdc00 + ((character - 0x10000) & 0x3ff), out);
}

// Takes the character at the front of `text`, which is UTF-8 as parsing has checked, and is not
// empty. Returns it with its bytes.
std::pair<uint32_t, std::string_view> TakeCharacter(std::string_view* text) {
  const auto first = static_cast<uint8_t>(text->front());
  const size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const std::string_view bytes = text->substr(0, size);
  text->remove_prefix(bytes.size());
  uint32_t character = size == 1 ? first : first & (0x7f >> size);
  for (const char c : bytes.substr(1))
    character = character << 6 | (static_cast<uint8_t>(c) & 0x3f);
  return {character, bytes};
}

void AppendString(std::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    const auto odd = std::find_if_not(text.begin(), text.end(), IsPlain);
    const size_t plain = static_cast<size_t>(odd - text.begin());
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto [character, bytes] = TakeCharacter(&text);
    const bool escaped =
        character < 0x80 ||
        std::any_of(std::begin(kEscaped), std::end(kEscaped), [c = character](const auto& range) {
          return c >= range.first && c <= range.second;
        });
    if (escaped) {
      AppendEscape(character, out);
    } else {
      out->append(bytes);
    }
  }
  out->push_back('"');
}

// Fractions have as many digits as are needed, three at a time.
void AppendTimestamp(const Message& message, std::string* out) {
  const auto& timestamp = static_cast<const google::protobuf::Timestamp&>(message);
  absl::StrAppend(
      out, "\"",
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(timestamp.seconds()),
                       absl::UTCTimeZone()));
  const int32_t nanos = timestamp.nanos();
  if (nanos % 1'000 != 0) {
    absl::StrAppendFormat(out, ".%09d", nanos);
  } else if (nanos % 1'000'000 != 0) {
    absl::StrAppendFormat(out, ".%06d", nanos / 1'000);
  } else if (nanos != 0) {
    absl::StrAppendFormat(out, ".%03d", nanos / 1'000'000);
  }
  out->append("Z\"");
}

void AppendEnum(const FieldDescriptor* field, int number, std::string* out) {
  const auto* value = field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    absl::StrAppend(out, number);
  } else {
    absl::StrAppend(out, "\"", value->name(), "\"");
  }
}

// `index` is that of a repeated field, and -1 otherwise.
void AppendValue(const Message& message, const FieldDescriptor* field, int index,
                 std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      out->append((one ? reflection.GetBool(message, field)
                       : reflection.GetRepeatedBool(message, field, index))
                      ? "true"
                      : "false");
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      absl::StrAppend(out, one ? reflection.GetInt32(message, field)
                               : reflection.GetRepeatedInt32(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      absl::StrAppend(out, one ? reflection.GetUInt32(message, field)
                               : reflection.GetRepeatedUInt32(message, field, index));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      absl::StrAppend(out, "\"",
                      one ? reflection.GetInt64(message, field)
                          : reflection.GetRepeatedInt64(message, field, index),
                      "\"");
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      absl::StrAppend(out, "\"",
                      one ? reflection.GetUInt64(message, field)
                          : reflection.GetRepeatedUInt64(message, field, index),
                      "\"");
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      AppendEnum(field,
                 one ? reflection.GetEnumValue(message, field)
                     : reflection.GetRepeatedEnumValue(message, field, index),
                 out);
      return;
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string& value =
          one ? reflection.GetStringReference(message, field, &scratch)
              : reflection.GetRepeatedStringReference(message, field, index, &scratch);
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        absl::StrAppend(out, "\"", Base64Encode(value), "\"");
      } else {
        AppendString(value, out);
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& value = one ? reflection.GetMessage(message, field)
                                 : reflection.GetRepeatedMessage(message, field, index);
      if (value.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
        AppendTimestamp(value, out);
      } else {
        AppendJson(value, out);
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      break;
  }
  CHECK(false);
}

}  // namespace

void AppendJson(const Message& message, std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  out->push_back('{');
  for (const FieldDescriptor* field : fields) {
    if (field != fields.front()) out->push_back(',');
    absl::StrAppend(out, "\"", field->name(), "\":");
    if (!field->is_repeated()) {
      AppendValue(message, field, -1, out);
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      out->push_back(i == 0 ? '[' : ',');
      AppendValue(message, field, i, out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

}  // namespace constancia::api
