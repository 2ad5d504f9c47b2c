// BagIt manifests, strict and lenient.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bag.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> warnings;
  (void)verify::ParseManifest(bytes, /*lenient=*/false, &warnings);
  (void)verify::ParseManifest(bytes, /*lenient=*/true, &warnings);
  return 0;
}
