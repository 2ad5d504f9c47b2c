// Seal files from anybody: what is read says the same when it is written again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "eventstore/proof/group_seal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace constancia::eventstore;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto parsed = ParseSealFile(input);
  if (!parsed.ok()) return 0;
  CHECK(ToText(*parsed) == input);
  const VerifierKey key = {parsed->origin, KeyType::kEd25519, constancia::PublicKey()};
  CHECK(!VerifySeal(parsed->seal, parsed->position, constancia::Hash(), key).ok());
  return 0;
}
