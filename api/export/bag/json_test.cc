#include "api/export/bag/json.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "constancia/ledger/v1/header.pb.h"
#include "core/base/random.h"
#include "core/event/catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Ours(const Message& message) {
  std::string json;
  AppendJson(message, &json);
  return json;
}

std::string Theirs(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  out->push_back(static_cast<char>((0xff00 >> (more + 1) & 0xff) | c >> 6 * more));
  for (int i = more - 1; i >= 0; --i) out->push_back(static_cast<char>(0x80 | (c >> 6 * i & 0x3f)));
}

// Sets fields at random, nested ones as well.
class Filler {
 public:
  explicit Filler(uint64_t seed) : random_(seed) {}

  void Fill(Message* message, int depth) {
    const google::protobuf::Descriptor* type = message->GetDescriptor();
    if (type == google::protobuf::Timestamp::descriptor()) {
      auto* timestamp = static_cast<google::protobuf::Timestamp*>(message);
      timestamp->set_seconds(static_cast<int64_t>(random_.Below(253'402'300'800)));
      const int32_t step = random_.Below(2) == 0 ? 1 : random_.Below(2) == 0 ? 1'000 : 1'000'000;
      timestamp->set_nanos(static_cast<int32_t>(random_.Below(1'000'000'000)) / step * step);
      return;
    }
    for (int i = 0; i < type->field_count(); ++i) {
      if (random_.Below(4) == 0) continue;
      const int values = type->field(i)->is_repeated() ? 1 + static_cast<int>(random_.Below(3)) : 1;
      for (int n = 0; n < values; ++n) Set(message, type->field(i), depth);
    }
  }

 private:
  void Set(Message* message, const FieldDescriptor* field, int depth) {
    const google::protobuf::Reflection& to = *message->GetReflection();
    const bool many = field->is_repeated();
    // Also the extremes, and the values that stand for absence.
    const uint64_t number =
        random_.Below(3) == 0 ? random_.Below(3) - 1 : random_.Below(UINT64_MAX);
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        many ? to.AddBool(message, field, number % 2) : to.SetBool(message, field, number % 2);
        return;
      case FieldDescriptor::CPPTYPE_INT32: {
        const auto value = static_cast<int32_t>(number);
        many ? to.AddInt32(message, field, value) : to.SetInt32(message, field, value);
        return;
      }
      case FieldDescriptor::CPPTYPE_UINT32: {
        const auto value = static_cast<uint32_t>(number);
        many ? to.AddUInt32(message, field, value) : to.SetUInt32(message, field, value);
        return;
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const auto value = static_cast<int64_t>(number);
        many ? to.AddInt64(message, field, value) : to.SetInt64(message, field, value);
        return;
      }
      case FieldDescriptor::CPPTYPE_UINT64:
        many ? to.AddUInt64(message, field, number) : to.SetUInt64(message, field, number);
        return;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto value = static_cast<int>(random_.Below(8));  // a few have no name
        many ? to.AddEnumValue(message, field, value) : to.SetEnumValue(message, field, value);
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string value = Text(field->type() == FieldDescriptor::TYPE_BYTES);
        many ? to.AddString(message, field, value) : to.SetString(message, field, value);
        return;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == 0) return;
        Fill(many ? to.AddMessage(message, field) : to.MutableMessage(message, field), depth - 1);
        return;
      default:
        ADD_FAILURE() << field->full_name() << " is of a type that has no JSON here";
    }
  }

  std::string Text(bool bytes) {
    std::string text;
    for (uint64_t i = random_.Below(12); i > 0; --i) {
      if (bytes) {
        text.push_back(static_cast<char>(random_.Below(256)));
      } else {
        AppendUtf8(static_cast<uint32_t>(random_.Below(4) == 0 ? random_.Below(0xd800)
                                                               : random_.Below(0x100)),
                   &text);
      }
    }
    return text;
  }

  SeededRandom random_;
};

TEST(Json, EscapesEveryCharacterAsProtobufDoes) {
  ledger::v1::EventHeader header;
  for (uint32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    AppendUtf8(c, header.mutable_source());
    if (c % 0x1000 != 0xfff) continue;
    ASSERT_EQ(Ours(header), Theirs(header)) << "up to " << c;
    header.clear_source();
  }
}

TEST(Json, OfEveryTypeIsWhatProtobufWrites) {
  const Catalogue catalogue;
  for (const EventType& type : catalogue.All()) {
    const std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()
                                               ->GetPrototype(type.descriptor)
                                               ->New());
    EXPECT_EQ(Ours(*message), "{}");
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      message->Clear();
      Filler(seed).Fill(message.get(), 3);
      ASSERT_EQ(Ours(*message), Theirs(*message)) << type.descriptor->full_name();
    }
  }
  ledger::v1::EventHeader header;
  Filler(7).Fill(&header, 3);
  EXPECT_EQ(Ours(header), Theirs(header));
}

}  // namespace
}  // namespace constancia::api
