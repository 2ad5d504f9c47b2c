#include "eventstore/proof/note.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/proof/cosignature.h"
#include "eventstore/proof/internal/utf8.h"

namespace constancia::eventstore {
namespace {

using proof_internal::IsSpace;
using proof_internal::TakeCharacter;

constexpr size_t kNoteBytesMax = 64 * 1024;
constexpr size_t kSignaturesMax = 100;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space

absl::Status Malformed(std::string_view what) {
  return Error(error::v1::INPUT_MALFORMED, absl::StrCat("signed note: ", ToAbsl(what)));
}

std::optional<KeyId> KeyIdFrom(std::string_view raw) {
  KeyId id;
  if (raw.size() != id.bytes.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}

bool IsNoteText(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> character = TakeCharacter(text);
    if (!character || (*character < 0x20 && *character != '\n')) return false;
  }
  return true;
}

absl::Status VerifyLine(const VerifierKey& key, std::string_view text, const NoteSignature& line) {
  if (key.type == KeyType::kCosignature) {
    return VerifyCosignature(key.key, text, line.signature).status();
  }
  const std::optional<Signature> signature = Signature::From(line.signature);
  if (!signature || !Ed25519Verify(key.key, text, *signature)) {
    return Error(error::v1::PROOF_INVALID,
                 absl::StrCat("signed note: the signature of ", key.name, " does not verify"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view KeyId::view() const {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

KeyId MakeKeyId(std::string_view name, KeyType type, const PublicKey& key) {
  const char separator_and_type[] = {'\n', static_cast<char>(type)};
  const Hash hash = Sha256Joined({name, {separator_and_type, 2}, key.view()});
  return *KeyIdFrom(hash.view().substr(0, 4));
}

bool IsKeyName(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const std::optional<char32_t> character = TakeCharacter(name);
    if (!character || *character == '+' || IsSpace(*character)) return false;
  }
  return true;
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(std::string_view text) {
  const auto malformed = [](std::string_view what) {
    return Error(error::v1::INPUT_MALFORMED, absl::StrCat("verifier key: ", ToAbsl(what)));
  };
  // base64 may hold '+', so only the first two part.
  const size_t first = text.find('+');
  const size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return malformed("it must be name+key id+base64");
  const std::string_view hex = text.substr(first + 1, second - first - 1);
  const std::optional<std::string> id = HexDecode(hex);
  const std::optional<std::string> key = Base64Decode(text.substr(second + 1));

  VerifierKey parsed;
  parsed.name = text.substr(0, first);
  if (!IsKeyName(parsed.name)) return malformed("the name is empty or holds a space");
  if (!id || HexEncode(*id) != hex || !key || key->empty()) {
    return malformed("the key id or the base64 is wrong");
  }
  parsed.type = static_cast<KeyType>(key->front());
  if (parsed.type != KeyType::kEd25519 && parsed.type != KeyType::kCosignature) {
    return malformed("the type of key is not 1 or 4");
  }
  const std::optional<PublicKey> public_key = PublicKey::From(std::string_view(*key).substr(1));
  if (!public_key) return malformed("the key is not 32 bytes long");
  if (IsLowOrder(*public_key)) return malformed("the key is of low order and proves nothing");
  parsed.key = *public_key;
  if (parsed.id().view() != *id) return malformed("the key id is not that of this name and key");
  return parsed;
}

std::string VerifierKey::ToText() const {
  std::string typed_key(1, static_cast<char>(type));
  typed_key += key.view();
  return absl::StrCat(name, "+", HexEncode(id().view()), "+", Base64Encode(typed_key));
}

absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kDash)) return Malformed("a signature line must begin with a dash");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == line.npos) return Malformed("a signature line has no signature");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!IsKeyName(signature.name)) return Malformed("a signature line has a wrong key name");
  const std::optional<std::string> bytes = Base64Decode(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return Malformed("a signature line has wrong base64");
  signature.id = *KeyIdFrom(std::string_view(*bytes).substr(0, 4));
  signature.signature = bytes->substr(4);
  return signature;
}

std::string SignatureLine(std::string_view name, const KeyId& id, std::string_view signature) {
  std::string bytes(id.view());
  bytes += signature;
  return absl::StrCat(ToAbsl(kDash), ToAbsl(name), " ", Base64Encode(bytes), "\n");
}

absl::StatusOr<Note> ParseNote(std::string_view note) {
  if (note.size() > kNoteBytesMax) return Malformed("it is longer than 64 KiB");
  if (!IsNoteText(note)) return Malformed("it is not UTF-8, or holds a control character");
  const size_t split = note.rfind("\n\n");
  if (split == note.npos) return Malformed("no empty line parts text and signatures");
  Note parsed;
  parsed.text = note.substr(0, split + 1);
  std::string_view lines = note.substr(split + 2);
  if (lines.empty()) return Malformed("it has no signature");
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (end == lines.npos) return Malformed("the last byte is not a line feed");
    if (parsed.signatures.size() == kSignaturesMax) return Malformed("more than 100 signatures");
    ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(lines.substr(0, end)));
    parsed.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

absl::StatusOr<Note> OpenNote(std::string_view note, std::span<const VerifierKey> trusted) {
  std::vector<std::pair<std::string_view, KeyId>> pairs;
  for (const VerifierKey& key : trusted) {
    const std::pair<std::string_view, KeyId> pair(key.name, key.id());
    if (std::find(pairs.begin(), pairs.end(), pair) != pairs.end()) {
      return Error(error::v1::INPUT_MALFORMED,
                   absl::StrCat("two trusted keys of ", key.name, " have the same key id"));
    }
    pairs.push_back(pair);
  }
  ASSIGN_OR_RETURN(Note opened, ParseNote(note));
  std::vector<NoteSignature> verified;
  for (NoteSignature& line : opened.signatures) {
    const auto at = std::find(pairs.begin(), pairs.end(),
                              std::pair<std::string_view, KeyId>(line.name, line.id));
    if (at == pairs.end()) continue;
    RETURN_IF_ERROR(
        VerifyLine(trusted[static_cast<size_t>(at - pairs.begin())], opened.text, line));
    verified.push_back(std::move(line));
  }
  if (verified.empty()) {
    return Error(error::v1::PROOF_INVALID, "signed note: no signature of a trusted key");
  }
  opened.signatures = std::move(verified);
  return opened;
}

absl::StatusOr<std::string> SignNote(std::string_view text, std::string_view name,
                                     const Signer& signer) {
  CHECK(text.ends_with('\n') && IsNoteText(text) && IsKeyName(name));
  ASSIGN_OR_RETURN(const Signature signature, signer.Sign(text));
  const KeyId id = MakeKeyId(name, KeyType::kEd25519, signer.public_key());
  return absl::StrCat(ToAbsl(text), "\n", SignatureLine(name, id, signature.view()));
}

}  // namespace constancia::eventstore
