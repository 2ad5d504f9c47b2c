// ZIP archives, read to the last byte of every entry.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <unistd.h>

#include <cstdio>

#include "archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string path = "/tmp/verify_zip_fuzz_" + std::to_string(getpid()) + ".zip";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return 0;
  std::fwrite(data, 1, size, file);
  std::fclose(file);
  if (auto archive = verify::OpenZip(path); archive.ok()) {
    for (const auto& [name, bytes] : (*archive)->files()) (void)(*archive)->ReadAll(name, 1 << 20);
  }
  std::remove(path.c_str());
  return 0;
}
