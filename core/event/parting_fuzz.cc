// Feeds outside bytes to the parting, as a payload of the type that the first byte picks. Whatever
// passes, protobuf must read to the same message from the whole and from the two parts.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/event/catalogue.h"
#include "core/event/header.h"
#include "core/event/parting.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia {
namespace {

std::string ReadAndWritten(const google::protobuf::Descriptor& type, const std::string& bytes) {
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  CHECK(message->ParseFromString(bytes));
  return message->SerializeAsString();
}

void Part(std::string_view input) {
  static const auto* const catalogue = new Catalogue();
  const auto types = catalogue->All();
  const size_t picked = static_cast<uint8_t>(input.front()) % types.size();
  const google::protobuf::Descriptor& type = *types[picked].descriptor;
  const std::string payload(input.substr(1));
  const auto parts = PartPayload(type, payload);
  if (!parts.ok()) return;
  CHECK(parts->public_part.size() + parts->personal_part.size() == payload.size());
  CHECK(ReadAndWritten(type, payload) ==
        ReadAndWritten(type, parts->public_part + parts->personal_part));
}

}  // namespace
}  // namespace constancia

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (!input.empty()) constancia::Part(input);
  const auto header = constancia::ParseEventLeaf(input);
  const auto map_root = constancia::ParseMapRootLeaf(input);
  if (map_root.ok()) CHECK(constancia::EncodeMapRootLeaf(*map_root) == input);
  return 0;
}
