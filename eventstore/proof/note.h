// Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures.
//
// The signed bytes are the text with its final line feed. The last empty line of the file
// separates, so the text may hold empty lines. At most 100 signature lines and 64 KiB.
//
// Used by: checkpoint, witness_policy, group_seal; api/export (export.note).
// Threads: any thread.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_NOTE_H_
#define CONSTANCIA_EVENTSTORE_PROOF_NOTE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/ed25519.h"

namespace constancia::eventstore {

// The kinds of key we verify; a line of any other kind is skipped like an unknown signer's.
enum class KeyType : uint8_t {
  kEd25519 = 0x01,      // over the text
  kCosignature = 0x04,  // of a witness, over the text and a time; see cosignature.h
};

// Tells keys of one name apart: the first 4 bytes of H(name || LF || type || public key).
struct KeyId {
  std::array<uint8_t, 4> bytes = {};
  std::string_view view() const;
  auto operator<=>(const KeyId&) const = default;
};

KeyId MakeKeyId(std::string_view name, KeyType type, const PublicKey& key);

// Tells whether `name` can name a key: UTF-8, not empty, no Unicode space, no '+'.
bool IsKeyName(std::string_view name);

// A public key with the name it signs under; in text `name+hex key id+b64(type || key)`.
struct VerifierKey {
  std::string name;
  KeyType type = KeyType::kEd25519;
  PublicKey key;

  // Fails with INPUT_MALFORMED, also when the key id is not that of name and key, when the type is
  // not one of KeyType, and when the key is of low order.
  static absl::StatusOr<VerifierKey> Parse(std::string_view text);
  std::string ToText() const;
  KeyId id() const { return MakeKeyId(name, type, key); }
  bool operator==(const VerifierKey&) const = default;
};

struct NoteSignature {
  std::string name;
  KeyId id;
  std::string signature;  // what follows the key id: 64 bytes for Ed25519, more for others
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends in LF
  std::vector<NoteSignature> signatures;
};

// Parts a note without verifying anything. Fails with INPUT_MALFORMED.
absl::StatusOr<Note> ParseNote(std::string_view note);

// Parts a note and verifies it: the result holds only the lines that verified. A line whose pair
// (name, key id) is not in `trusted` is skipped, even when its name is; one whose pair is must
// verify, and there must be one (PROOF_INVALID). Fails with INPUT_MALFORMED like ParseNote, and
// when two trusted keys have the same pair.
absl::StatusOr<Note> OpenNote(std::string_view note, std::span<const VerifierKey> trusted);

// Returns the line `— name b64(key id || signature)` with its LF.
std::string SignatureLine(std::string_view name, const KeyId& id, std::string_view signature);

// Reads one such line, without its LF. Fails with INPUT_MALFORMED.
absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line);

// Returns `text`, which ends in LF, signed under `name`. Fails when the key cannot be reached.
absl::StatusOr<std::string> SignNote(std::string_view text, std::string_view name,
                                     const Signer& signer);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_NOTE_H_
