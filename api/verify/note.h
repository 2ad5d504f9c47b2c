// Signed notes and verifier keys (C2SP signed-note).
//
// A note is text that ends in LF, an empty line, and signature lines. The last empty line
// separates. The signed bytes are the text with its final LF.
//
// Used by: checkpoints, policies, the note of an export, seals.
#ifndef CONSTANCIA_VERIFY_NOTE_H_
#define CONSTANCIA_VERIFY_NOTE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace verify {

constexpr size_t kNoteBytesMax = 64 * 1024;
constexpr size_t kNoteSignaturesMax = 100;

// Signature algorithms: the type byte of a key.
constexpr uint8_t kEd25519 = 0x01;
constexpr uint8_t kCosignatureV1 = 0x04;
constexpr uint8_t kCosignatureMlDsa44 = 0x06;  // recognized, never counted
constexpr uint8_t kPrivateType = 0xff;

// A verifier key: `name+HEX+B64` with HEX the key id and B64 = base64(type || public key).
struct VerifierKey {
  std::string name;
  std::string id;  // 4 bytes
  uint8_t type = 0;
  std::string key;  // the public key; 32 bytes for Ed25519

  bool operator==(const VerifierKey&) const = default;
};

// First 4 bytes of H(name || LF || type || public key).
std::string KeyId(std::string_view name, uint8_t type, std::string_view key);

// Non-empty UTF-8 without any Unicode space, control character or plus sign.
bool IsKeyName(std::string_view name);

// Parses a verifier key, recomputes its id and checks the length of its public key.
Result<VerifierKey> ParseVerifierKey(std::string_view text);

struct NoteSignature {
  std::string name;
  std::string key_id;     // 4 bytes
  std::string signature;  // at least 1 byte
};

struct Note {
  std::string text;  // with its final LF
  std::vector<NoteSignature> signatures;
};

// Takes a note apart. Checks nothing but its form: the text must not be used before a signature
// of a trusted key has been verified.
Result<Note> ParseNote(std::string_view bytes);

// Parses one signature line without its LF.
Result<NoteSignature> ParseSignatureLine(std::string_view line);

// Whether `signature` names `key`, so that it must verify.
bool NamesKey(const NoteSignature& signature, const VerifierKey& key);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_NOTE_H_
