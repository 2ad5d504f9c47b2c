// Signed notes, checkpoints, verifier keys, policies and the proofs that carry them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "checkpoint.h"
#include "policy.h"
#include "proof_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)verify::ParseNote(bytes);
  (void)verify::ParseCheckpoint(bytes);
  (void)verify::ParseVerifierKey(bytes);
  (void)verify::ParseTlogProof(bytes);
  (void)verify::ParseSeal(bytes);
  (void)verify::Policy::Parse(bytes);
  return 0;
}
