// Packs from anybody: whatever loads also compiles, in the same way each time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "policies/engine/pack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace constancia::policies;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto pack = Pack::Load("pack.yaml", input);
  if (!pack.ok()) return 0;
  const auto book = pack->Compile({});
  CHECK(book.ok());
  CHECK(!book->rules.empty() || !book->exemptions.empty() || !book->conduct.empty());
  return 0;
}
