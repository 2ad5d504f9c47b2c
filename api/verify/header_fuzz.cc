// Leaves and group rows, as they come from a log of anybody.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  verify::Event event;
  if (verify::ParseEvent(bytes, &event).ok()) {
    (void)verify::StreamKeyCheck("origin").Check(event);
    for (const verify::StreamPlace& place : event.streams) (void)verify::StreamText(place);
    (void)verify::HasFieldWithValue(event.public_payload, "0123456789abcdef");
  }
  (void)verify::ParseMapRoot(bytes);
  (void)verify::ParseGroupRow(bytes);
  return 0;
}
