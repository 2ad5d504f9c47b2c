#include "api/cli/import/field_path.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kIndexMax = 63;

absl::Status Refuse(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

// Sets or, in a repeated field, replaces one scalar; the element exists.
template <typename T>
void Put(const FieldDescriptor* field, int index, T value, Message* message,
         void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
         void (Reflection::*set_repeated)(Message*, const FieldDescriptor*, int, T) const) {
  const Reflection* reflection = message->GetReflection();
  if (field->is_repeated()) {
    (reflection->*set_repeated)(message, field, index, std::move(value));
  } else {
    (reflection->*set)(message, field, std::move(value));
  }
}

// Makes a repeated field at least `size` long.
void Grow(const FieldDescriptor* field, int size, Message* message) {
  const Reflection* reflection = message->GetReflection();
  while (reflection->FieldSize(*message, field) < size) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        reflection->AddMessage(message, field);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        reflection->AddString(message, field, "");
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection->AddEnumValue(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->AddBool(message, field, false);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection->AddInt32(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->AddInt64(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        reflection->AddUInt32(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection->AddUInt64(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        reflection->AddFloat(message, field, 0);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        reflection->AddDouble(message, field, 0);
        break;
    }
  }
}

template <typename T>
absl::StatusOr<T> Number(std::string_view text, const FieldDescriptor& field) {
  T value;
  if (!absl::SimpleAtoi(ToAbsl(text), &value)) {
    return Refuse(absl::StrCat(field.name(), " is a whole number, not \"", ToAbsl(text), "\""));
  }
  return value;
}

}  // namespace

absl::StatusOr<FieldPath> FieldPath::Parse(const Descriptor& type, std::string_view path) {
  std::vector<Step> steps;
  const Descriptor* inside = &type;
  for (absl::string_view part : absl::StrSplit(ToAbsl(path), '.')) {
    int index = 0;
    const size_t open = part.find('[');
    if (open != absl::string_view::npos) {
      const absl::string_view digits = part.substr(open + 1, part.size() - open - 2);
      if (part.back() != ']' || !absl::SimpleAtoi(digits, &index) || index < 0 ||
          index > kIndexMax) {
        return Refuse(absl::StrCat("\"", part, "\": an index is [0] to [", kIndexMax, "]"));
      }
    }
    const std::string name(part.substr(0, open));
    if (inside == nullptr) return Refuse(absl::StrCat("nothing stands below \"", name, "\""));
    const FieldDescriptor* field = inside->FindFieldByName(name);
    if (field == nullptr) {
      return Refuse(absl::StrCat(inside->name(), " has no field \"", name, "\""));
    }
    if (open != absl::string_view::npos && !field->is_repeated()) {
      return Refuse(absl::StrCat(name, " is not repeated"));
    }
    steps.push_back({field, index});
    inside = field->message_type();
  }
  return FieldPath(std::move(steps));
}

Message* FieldPath::Parent(Message* root) const {
  Message* message = root;
  for (size_t i = 0; i + 1 < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (step.field->is_repeated()) {
      Grow(step.field, step.index + 1, message);
      message = message->GetReflection()->MutableRepeatedMessage(message, step.field, step.index);
    } else {
      message = message->GetReflection()->MutableMessage(message, step.field);
    }
  }
  return message;
}

bool FieldPath::TakesText() const {
  switch (field().cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return false;
    default:
      return field().type() != FieldDescriptor::TYPE_BYTES;
  }
}

absl::Status FieldPath::SetText(std::string_view text, Message* root) const {
  const auto& [field, index] = steps_.back();
  if (!TakesText()) return Refuse(absl::StrCat(field->name(), " cannot be set from text"));
  Message* message = Parent(root);
  if (field->is_repeated()) Grow(field, index + 1, message);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      Put<std::string>(field, index, std::string(text), message, &Reflection::SetString,
                       &Reflection::SetRepeatedString);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field->enum_type()->FindValueByName(std::string(text));
      if (value == nullptr) {
        return Refuse(
            absl::StrCat(field->enum_type()->name(), " has no value \"", ToAbsl(text), "\""));
      }
      Put<int>(field, index, value->number(), message, &Reflection::SetEnumValue,
               &Reflection::SetRepeatedEnumValue);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        return Refuse(absl::StrCat(field->name(), " is true or false, not \"", ToAbsl(text), "\""));
      }
      Put<bool>(field, index, text == "true", message, &Reflection::SetBool,
                &Reflection::SetRepeatedBool);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32: {
      ASSIGN_OR_RETURN(const int32_t value, Number<int32_t>(text, *field));
      Put<int32_t>(field, index, value, message, &Reflection::SetInt32,
                   &Reflection::SetRepeatedInt32);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      ASSIGN_OR_RETURN(const int64_t value, Number<int64_t>(text, *field));
      Put<int64_t>(field, index, value, message, &Reflection::SetInt64,
                   &Reflection::SetRepeatedInt64);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      ASSIGN_OR_RETURN(const uint32_t value, Number<uint32_t>(text, *field));
      Put<uint32_t>(field, index, value, message, &Reflection::SetUInt32,
                    &Reflection::SetRepeatedUInt32);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      ASSIGN_OR_RETURN(const uint64_t value, Number<uint64_t>(text, *field));
      Put<uint64_t>(field, index, value, message, &Reflection::SetUInt64,
                    &Reflection::SetRepeatedUInt64);
      return absl::OkStatus();
    }
    default:
      return absl::OkStatus();  // TakesText let none of these through.
  }
}

void FieldPath::SetNumber(int64_t number, Message* root) const {
  const auto& [field, index] = steps_.back();
  Message* message = Parent(root);
  if (field->is_repeated()) Grow(field, index + 1, message);
  Put<int64_t>(field, index, number, message, &Reflection::SetInt64, &Reflection::SetRepeatedInt64);
}

Message* FieldPath::Mutable(Message* root) const {
  const auto& [field, index] = steps_.back();
  Message* message = Parent(root);
  if (!field->is_repeated()) return message->GetReflection()->MutableMessage(message, field);
  Grow(field, index + 1, message);
  return message->GetReflection()->MutableRepeatedMessage(message, field, index);
}

}  // namespace constancia::api
