#include "api/commands/mask.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kCharsShown = 4;
constexpr size_t kTextCharsMin = 8;  // A shorter one would be told by what is shown.
constexpr size_t kTokenBytes = 8;

// Whether a byte begins a character of UTF-8.
bool BeginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::string Stars(std::string_view text) {
  std::vector<size_t> begins;
  for (size_t i = 0; i < text.size(); ++i) {
    if (BeginsCharacter(text[i])) begins.push_back(i);
  }
  if (begins.size() < kTextCharsMin) return std::string(begins.size(), '*');
  const size_t hidden = begins.size() - kCharsShown;
  std::string masked(hidden, '*');
  masked.append(text.substr(begins[hidden]));
  return masked;
}

class Masker {
 public:
  Masker(event::v1::Masking masking, const StreamKeys& keys) : masking_(masking), keys_(keys) {}

  void Mask(Message* message) const {
    const Reflection& reflection = *message->GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(*message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (!field->is_repeated()) {
          Mask(reflection.MutableMessage(message, field));
          continue;
        }
        for (int i = 0; i < reflection.FieldSize(*message, field); ++i)
          Mask(reflection.MutableRepeatedMessage(message, field, i));
      } else if (field->type() != FieldDescriptor::TYPE_STRING) {
        reflection.ClearField(message, field);
      } else if (!field->is_repeated()) {
        reflection.SetString(message, field, Masked(reflection.GetString(*message, field)));
      } else {
        for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
          reflection.SetRepeatedString(message, field, i,
                                       Masked(reflection.GetRepeatedString(*message, field, i)));
        }
      }
    }
  }

 private:
  std::string Masked(const std::string& text) const {
    if (masking_ == event::v1::MASKING_PARTIAL) return Stars(text);
    // No stream has such a name, so no token is the key of one.
    const Hash token = keys_.KeyOf(
        {.kind = ledger::v1::STREAM_KIND_IDENTIFIER, .name = absl::StrCat("token/", text)});
    return HexEncode(token.str().substr(0, kTokenBytes));
  }

  const event::v1::Masking masking_;
  const StreamKeys& keys_;
};

}  // namespace

std::string MaskPersonal(const google::protobuf::Descriptor& type, std::string_view personal_part,
                         event::v1::Masking masking, const StreamKeys& keys) {
  const std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  if (!message->ParseFromArray(personal_part.data(), static_cast<int>(personal_part.size())))
    return "";
  Masker(masking, keys).Mask(message.get());
  return message->SerializeAsString();
}

}  // namespace constancia::api
