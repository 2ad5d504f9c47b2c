// tlog-proof files from anybody: what is read says the same when it is written again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "eventstore/proof/tlog_proof.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace constancia::eventstore;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto parsed = ParseTlogProof(input);
  if (!parsed.ok()) return 0;
  CHECK(ToText(*parsed) == input);
  return 0;
}
