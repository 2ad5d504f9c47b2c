#include "core/event/parting.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

// Every kind of field there is, public and personal.
constexpr char kSchema[] = R"pb(
  name: "thing.proto"
  package: "test"
  syntax: "proto3"
  enum_type {
    name: "Color"
    value { name: "NONE" number: 0 }
    value { name: "RED" number: 1 }
    value { name: "BLUE" number: -2 }
  }
  message_type {
    name: "Inner"
    field { name: "id" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "ids" number: 2 label: LABEL_REPEATED type: TYPE_STRING }
    field {
      name: "inner"
      number: 3
      label: LABEL_OPTIONAL
      type: TYPE_MESSAGE
      type_name: ".test.Inner"
    }
  }
  message_type {
    name: "Thing"
    field { name: "id" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field {
      name: "note"
      number: 2
      label: LABEL_OPTIONAL
      type: TYPE_STRING
      options {
        [constancia.event.v1.personal]: true
      }
    }
    field { name: "color" number: 3 label: LABEL_OPTIONAL type: TYPE_ENUM type_name: ".test.Color" }
    field {
      name: "inner"
      number: 4
      label: LABEL_OPTIONAL
      type: TYPE_MESSAGE
      type_name: ".test.Inner"
    }
    field {
      name: "inners"
      number: 5
      label: LABEL_REPEATED
      type: TYPE_MESSAGE
      type_name: ".test.Inner"
    }
    field {
      name: "person"
      number: 6
      label: LABEL_OPTIONAL
      type: TYPE_MESSAGE
      type_name: ".test.Inner"
      options {
        [constancia.event.v1.personal]: true
      }
    }
    field { name: "numbers" number: 7 label: LABEL_REPEATED type: TYPE_INT32 }
    field {
      name: "colors"
      number: 8
      label: LABEL_REPEATED
      type: TYPE_ENUM
      type_name: ".test.Color"
    }
    field { name: "digest" number: 9 label: LABEL_OPTIONAL type: TYPE_BYTES }
    field { name: "yes" number: 10 label: LABEL_OPTIONAL type: TYPE_BOOL }
    field { name: "u32" number: 11 label: LABEL_OPTIONAL type: TYPE_UINT32 }
    field { name: "s32" number: 12 label: LABEL_OPTIONAL type: TYPE_SINT32 }
    field { name: "f32" number: 13 label: LABEL_OPTIONAL type: TYPE_FIXED32 }
    field { name: "f64" number: 14 label: LABEL_REPEATED type: TYPE_FIXED64 }
    field { name: "left" number: 15 label: LABEL_OPTIONAL type: TYPE_INT32 oneof_index: 0 }
    field {
      name: "right"
      number: 16
      label: LABEL_OPTIONAL
      type: TYPE_STRING
      oneof_index: 0
      options {
        [constancia.event.v1.personal]: true
      }
    }
    field {
      name: "maybe"
      number: 17
      label: LABEL_OPTIONAL
      type: TYPE_INT32
      oneof_index: 1
      proto3_optional: true
    }
    field {
      name: "names"
      number: 18
      label: LABEL_REPEATED
      type: TYPE_STRING
      options {
        [constancia.event.v1.personal]: true
      }
    }
    field { name: "i32" number: 19 label: LABEL_OPTIONAL type: TYPE_INT32 }
    field {
      name: "photo"
      number: 20
      label: LABEL_OPTIONAL
      type: TYPE_BYTES
      options {
        [constancia.event.v1.personal]: true
      }
    }
    oneof_decl { name: "side" }
    oneof_decl { name: "_maybe" }
  }
)pb";

const Descriptor& Thing() {
  static const Descriptor* const thing = [] {
    google::protobuf::FileDescriptorProto file;
    const bool parsed = google::protobuf::TextFormat::ParseFromString(kSchema, &file);
    auto* pool = new google::protobuf::DescriptorPool();
    return parsed ? pool->BuildFile(file)->FindMessageTypeByName("Thing") : nullptr;
  }();
  return *thing;
}

std::unique_ptr<Message> Parsed(std::string_view bytes) {
  static auto* const factory = new google::protobuf::DynamicMessageFactory();
  std::unique_ptr<Message> message(factory->GetPrototype(&Thing())->New());
  if (!message->ParseFromString(std::string(bytes))) return nullptr;
  return message;
}

std::string FromText(const std::string& text) {
  std::unique_ptr<Message> message = Parsed("");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get())) << text;
  return message->SerializeAsString();
}

std::string Hex(std::string_view text) { return *HexDecode(text); }

struct Refusal {
  std::string payload;
  std::string field;
};

void ExpectRefused(const std::vector<Refusal>& refusals, Reason reason) {
  for (const Refusal& refusal : refusals) {
    const absl::Status status = PartPayload(Thing(), refusal.payload).status();
    EXPECT_EQ(ReasonOf(status), reason) << HexEncode(refusal.payload);
    EXPECT_EQ(FieldOf(status), refusal.field) << HexEncode(refusal.payload) << status;
  }
}

TEST(PartPayload, RefusesBytesThatAreNoMessage) {
  ExpectRefused(
      {
          {Hex("0a"), ""},                        // A tag and nothing.
          {Hex("0a05"), ""},                      // A length and nothing.
          {Hex("0a0561"), ""},                    // Too few bytes.
          {Hex("80"), ""},                        // Half a tag.
          {Hex("00"), ""},                        // Field 0.
          {Hex("07"), ""},                        // No such wire type.
          {Hex("0b0c"), ""},                      // A group.
          {Hex("8a8080808000"), ""},              // A tag of six bytes.
          {Hex("18ffffffffffffffffff02"), ""},    // Above 64 bits.
          {Hex("18ffffffffffffffffffff01"), ""},  // Eleven bytes.
          {Hex("0affffffff0f"), ""},              // A length of 4 GiB.
          {Hex("6d000000"), ""},                  // Three bytes of four.
          {Hex("22020a05"), "inner"},             // Inside.
          {Hex("2a002a020a05"), "inners[1]"},
          {Hex("3a02018f"), "numbers"},
      },
      error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesUnknownFieldsAtAnyDepth) {
  ExpectRefused(
      {
          {Hex("a80601"), "101"},
          {Hex("220420012801"), "inner.4"},
          {Hex("2a002a041a022001"), "inners[1].inner.4"},
          {Hex("32022001"), "person.4"},
      },
      error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesValuesThatAReaderWouldChange) {
  ExpectRefused(
      {
          {Hex("1802"), "color"},          // Not declared.
          {Hex("188080808010"), "color"},  // 0 in its low 32 bits.
          {Hex("4203000105"), "colors"},   // Packed: the third is not declared.
          {Hex("40014005"), "colors[1]"},
          {Hex("5002"), "yes"},
          {Hex("588080808010"), "u32"},
          {Hex("608080808010"), "s32"},
          {Hex("98018080808010"), "i32"},
          {Hex("3a058080808010"), "numbers"},
      },
      error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesTheWrongWireType) {
  ExpectRefused(
      {
          {Hex("0801"), "id"},
          {Hex("1a00"), "color"},
          {Hex("1d00000000"), "color"},
          {Hex("2001"), "inner"},
          {Hex("6801"), "f32"},
          {Hex("3d01000000"), "numbers[0]"},
          {Hex("7207000000000000ff"), "f64"},  // Packed, seven bytes of eight.
      },
      error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesWhatIsGivenTwice) {
  ExpectRefused(
      {
          {Hex("0a01610a0161"), "id"},
          {Hex("18001801"), "color"},
          {Hex("22002200"), "inner"},
          {Hex("22060a01610a0161"), "inner.id"},
          {Hex("7801") + Hex("820100"), "right"},  // Two of one choice.
          {Hex("880101880101"), "maybe"},
      },
      error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesTextThatIsNotUtf8) {
  for (const char* text : {"80", "c0af", "c3", "e08080", "eda080", "f0808080", "f4908080",
                           "f8888080", "fe", "61ff", "c328", "e282", "f09f98"}) {
    std::string payload = "\x12";
    const std::string bytes = Hex(text);
    payload.push_back(static_cast<char>(bytes.size()));
    payload += bytes;
    ExpectRefused({{payload, "note"}}, error::v1::SCHEMA_INVALID);
    EXPECT_EQ(Parsed(payload), nullptr) << "protobuf refuses it too: " << text;
  }
}

TEST(PartPayload, TakesEveryTextThatIsUtf8) {
  for (const std::string text : {"", "Muñoz", "ÑÑ", "€", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    const std::string payload = FromText("note: \"" + text + "\" names: \"" + text + "\"");
    EXPECT_TRUE(PartPayload(Thing(), payload).ok()) << text;
  }
}

TEST(PartPayload, RefusesWordsInThePublicPart) {
  ExpectRefused(
      {
          {FromText("id: 'Juan Soto'"), "id"},
          {FromText("id: '+56987654321'"), "id"},
          {FromText("inner { id: 'a b' }"), "inner.id"},
          {FromText("inner { ids: 'a' ids: 'b' ids: '' }"), "inner.ids[2]"},
          {FromText("inners { } inners { inner { ids: '\\303\\221' } }"), "inners[1].inner.ids[0]"},
          {FromText("id: '" + std::string(129, 'a') + "'"), "id"},
      },
      error::v1::SCHEMA_INVALID);
  EXPECT_TRUE(PartPayload(Thing(), FromText("person { id: 'Juan Soto' ids: '' }")).ok());
  EXPECT_TRUE(PartPayload(Thing(), Hex("0a00")).ok()) << "empty counts as absent";
}

TEST(PartPayload, RefusesAPersonsNumberInThePublicPart) {
  ExpectRefused(
      {
          {FromText("id: '12.345.678-5'"), "id"},
          {FromText("inners { } inners { ids: 'a' ids: '123.456.789-09' }"), "inners[1].ids[1]"},
      },
      error::v1::PERSONAL_DATA_MISPLACED);
  EXPECT_TRUE(PartPayload(Thing(), FromText("note: '12.345.678-5'")).ok());
  EXPECT_TRUE(PartPayload(Thing(), FromText("id: '12.345.678-6'")).ok());
}

TEST(PartPayload, NeverRepeatsAValueInAnError) {
  const absl::Status status = PartPayload(Thing(), FromText("id: 'Juan Soto'")).status();
  EXPECT_EQ(status.ToString().find("Soto"), std::string::npos);
}

TEST(PartPayload, RefusesTooManyMessagesInsideEachOther) {
  std::string inner;
  for (int i = 0; i < 40; ++i) {
    std::string next = "\x1a";
    next.push_back(static_cast<char>(inner.size()));
    inner = next + inner;
  }
  std::string payload = "\x22";
  payload.push_back(static_cast<char>(inner.size()));
  EXPECT_EQ(ReasonOf(PartPayload(Thing(), payload + inner).status()), error::v1::SCHEMA_INVALID);
}

TEST(PartPayload, RefusesPartsAboveTheirLimits) {
  const auto with_bytes = [](const char* name, size_t size) {
    return FromText(std::string(name) + ": '" + std::string(size, 'x') + "'");
  };
  // Tag and length take four bytes of the public and five of the personal field.
  EXPECT_TRUE(PartPayload(Thing(), with_bytes("digest", kPublicPartBytesMax - 4)).ok());
  EXPECT_TRUE(PartPayload(Thing(), with_bytes("photo", kPersonalPartBytesMax - 5)).ok());
  for (const std::string& payload :
       {with_bytes("digest", kPublicPartBytesMax - 3),
        with_bytes("photo", kPersonalPartBytesMax - 4),
        with_bytes("digest", kPublicPartBytesMax + kPersonalPartBytesMax)}) {
    EXPECT_EQ(ReasonOf(PartPayload(Thing(), payload).status()), error::v1::EVENT_TOO_LARGE);
  }
}

TEST(PartPayload, KeepsTheOrderAndTheSpellingOfTheSource) {
  // note, color (as a varint of two bytes), names, id, names.
  const std::string payload =
      Hex("120161"
          "188100"
          "920101"
          "62"
          "0a0163"
          "92010164");
  const auto parts = PartPayload(Thing(), payload);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(HexEncode(parts->public_part), "1881000a0163");
  EXPECT_EQ(HexEncode(parts->personal_part), "1201619201016292010164");
}

TEST(PartPayload, TakesAnEmptyMessage) {
  const auto parts = PartPayload(Thing(), "");
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->public_part + parts->personal_part, "");
}

TEST(PartPayload, TakesPackedAndLooseNumbers) {
  for (const char* payload : {"3a03010203", "38013802",
                              "3a020102"
                              "3803",
                              "3a00",
                              "4202"
                              "0001",
                              "7210"
                              "01000000000000000200000000000000",
                              "38ffffffffffffffffff01", "18feffffffffffffffff01"}) {
    const auto parts = PartPayload(Thing(), Hex(payload));
    EXPECT_TRUE(parts.ok()) << payload << parts.status();
  }
}

// Whatever passes, protobuf reads to the same message from the whole and from the parts.
void ExpectSound(const std::string& payload) {
  const auto parts = PartPayload(Thing(), payload);
  if (!parts.ok()) return;
  const std::unique_ptr<Message> whole = Parsed(payload);
  const std::unique_ptr<Message> joined = Parsed(parts->public_part + parts->personal_part);
  const std::unique_ptr<Message> open = Parsed(parts->public_part);
  ASSERT_TRUE(whole != nullptr && joined != nullptr && open != nullptr) << HexEncode(payload);
  EXPECT_EQ(whole->SerializeAsString(), joined->SerializeAsString()) << HexEncode(payload);
  EXPECT_EQ(parts->public_part.size() + parts->personal_part.size(), payload.size());
  EXPECT_TRUE(whole->GetReflection()->GetUnknownFields(*whole).empty());
  for (const char* name : {"note", "person", "right", "names", "photo"}) {
    const auto* field = Thing().FindFieldByName(name);
    EXPECT_FALSE(field->is_repeated() ? open->GetReflection()->FieldSize(*open, field) > 0
                                      : open->GetReflection()->HasField(*open, field));
  }
}

TEST(PartPayload, AgreesWithProtobufOnDamagedMessages) {
  const std::string good = FromText(
      "id: 'a-1' note: 'Muñoz' color: RED inner { id: 'b' ids: 'c' inner { id: 'd' } } "
      "inners { id: 'e' } person { id: 'Juan Soto' } numbers: [1, 2, -3] colors: [RED, BLUE] "
      "digest: 'xyz' yes: true u32: 7 s32: -7 f32: 9 f64: [1, 2] right: 'r' maybe: 0 "
      "names: 'x' i32: -1 photo: 'png'");
  ASSERT_TRUE(PartPayload(Thing(), good).ok()) << PartPayload(Thing(), good).status();
  ExpectSound(good);
  for (size_t i = 0; i < good.size(); ++i) {
    ExpectSound(good.substr(0, i));
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      ExpectSound(changed);
    }
  }
  SeededRandom random(20260109);
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = good;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      const size_t at = random.Below(changed.size());
      if (random.Below(3) == 0) {
        changed.erase(at, random.Below(4));
      } else {
        changed[at] = static_cast<char>(random.Below(256));
      }
      if (changed.empty()) changed = good;
    }
    ExpectSound(changed);
  }
}

TEST(PartPayload, PartsAnEventOfTheCatalogue) {
  event::v1::ContactAttempted payload;
  payload.set_address("+56 9 8765 4321");
  payload.set_case_id("C-17");
  payload.set_party_id("P-9");
  payload.add_obligation_ids("O-1");
  const auto parts =
      PartPayload(*event::v1::ContactAttempted::descriptor(), payload.SerializeAsString());
  ASSERT_TRUE(parts.ok()) << parts.status();
  event::v1::ContactAttempted open;
  ASSERT_TRUE(open.ParseFromString(parts->public_part));
  EXPECT_EQ(open.address(), "");
  EXPECT_EQ(open.case_id(), "C-17");
  event::v1::ContactAttempted personal;
  ASSERT_TRUE(personal.ParseFromString(parts->personal_part));
  EXPECT_EQ(personal.address(), "+56 9 8765 4321");
  EXPECT_EQ(personal.case_id(), "");
}

}  // namespace
}  // namespace constancia
