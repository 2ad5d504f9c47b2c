#include "checkpoint.h"

#include "bytes.h"

namespace verify {

Result<Checkpoint> ParseCheckpoint(std::string_view bytes) {
  Checkpoint checkpoint;
  VERIFY_ASSIGN(checkpoint.note, ParseNote(bytes));
  Lines lines(checkpoint.note.text);
  const auto origin = lines.Next();
  if (!origin || !IsKeyName(*origin)) return NotProven("line 1 of a checkpoint must be an origin");
  checkpoint.origin = std::string(*origin);
  const auto size_line = lines.Next();
  const auto size = size_line ? ParseDecimal(*size_line) : std::nullopt;
  if (!size) return NotProven("line 2 of a checkpoint must be a decimal size");
  checkpoint.size = *size;
  const auto root_line = lines.Next();
  const auto root_bytes = root_line ? Base64Decode(*root_line) : std::nullopt;
  const auto root = root_bytes ? Hash::From(*root_bytes) : std::nullopt;
  if (!root) return NotProven("line 3 of a checkpoint must be base64 of 32 bytes");
  checkpoint.root = *root;
  while (!lines.done()) {
    const auto extension = lines.Next();
    if (!extension || extension->empty()) return NotProven("a checkpoint holds an empty line");
  }
  if (checkpoint.size == 0 && checkpoint.root != Sha256("")) {
    return NotProven("a checkpoint of size 0 must have the root of the empty tree");
  }
  return checkpoint;
}

std::optional<uint64_t> CosignedAt(const NoteSignature& signature, const VerifierKey& key,
                                   std::string_view checkpoint_text) {
  if (key.type != kCosignatureV1 || signature.signature.size() != 8 + 64) return std::nullopt;
  const uint64_t time = ReadU64(signature.signature.data());
  if (time > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  const std::string message =
      "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(checkpoint_text);
  if (!Ed25519Verify(key.key, message, std::string_view(signature.signature).substr(8))) {
    return std::nullopt;
  }
  return time;
}

}  // namespace verify
