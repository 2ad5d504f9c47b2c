// Completeness, inclusion and consistency files, parsed and checked.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "merkle.h"
#include "proof_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto proof = verify::ParseCompleteness(bytes); proof.ok()) {
    (void)verify::CheckCompleteness(*proof, verify::Hash());
  }
  if (auto inclusion = verify::ParseInclusion(bytes); inclusion.ok()) {
    std::map<uint64_t, verify::Hash> leaves;
    for (uint64_t index : inclusion->leaves) leaves.emplace(index, verify::Hash());
    (void)verify::RootFromLeaves(inclusion->size, leaves, inclusion->nodes);
  }
  (void)verify::ParseConsistency(bytes);
  return 0;
}
