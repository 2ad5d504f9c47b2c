// Notes, verifier keys, checkpoints and policies from anybody.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/witness_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace constancia::eventstore;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto note = ParseNote(input); note.ok()) {
    // What was read says the same when it is written again.
    std::string text = note->text + "\n";
    for (const NoteSignature& line : note->signatures) {
      text += SignatureLine(line.name, line.id, line.signature);
    }
    CHECK(text == input);
    const auto checkpoint = ParseCheckpoint(note->text);
    if (checkpoint.ok()) CHECK(note->text.starts_with(ToText(*checkpoint)));
  }
  if (const auto key = VerifierKey::Parse(input); key.ok()) CHECK(key->ToText() == input);
  if (const auto policy = WitnessPolicy::Parse(input); policy.ok()) {
    CHECK(!policy->Accept(input).ok());
  }
  return 0;
}
