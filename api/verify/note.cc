#include "note.h"

#include <algorithm>
#include <array>

#include "bytes.h"
#include "hash.h"

namespace verify {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash, space

// Every character with the Unicode property White_Space that is not below 0x20.
constexpr std::array<std::string_view, 20> kSpaces = {" ",
                                                      "\xC2\x85",
                                                      "\xC2\xA0",
                                                      "\xE1\x9A\x80",
                                                      "\xE2\x80\x80",
                                                      "\xE2\x80\x81",
                                                      "\xE2\x80\x82",
                                                      "\xE2\x80\x83",
                                                      "\xE2\x80\x84",
                                                      "\xE2\x80\x85",
                                                      "\xE2\x80\x86",
                                                      "\xE2\x80\x87",
                                                      "\xE2\x80\x88",
                                                      "\xE2\x80\x89",
                                                      "\xE2\x80\x8A",
                                                      "\xE2\x80\xA8",
                                                      "\xE2\x80\xA9",
                                                      "\xE2\x80\xAF",
                                                      "\xE2\x81\x9F",
                                                      "\xE3\x80\x80"};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x20; });
}

}  // namespace

std::string KeyId(std::string_view name, uint8_t type, std::string_view key) {
  const char type_byte = static_cast<char>(type);
  return std::string(
      Sha256({name, "\n", std::string_view(&type_byte, 1), key}).view().substr(0, 4));
}

bool IsKeyName(std::string_view name) {
  if (name.empty() || !IsUtf8(name) || HasControl(name)) return false;
  if (name.find('+') != std::string_view::npos) return false;
  return std::none_of(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  });
}

Result<VerifierKey> ParseVerifierKey(std::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return NotProven("a verifier key must read name+hex+base64");
  }
  VerifierKey key;
  key.name = std::string(text.substr(0, first));
  if (!IsKeyName(key.name)) return NotProven("the name of a verifier key is not allowed");
  const auto id = HexDecode(text.substr(first + 1, second - first - 1));
  const auto body = Base64Decode(text.substr(second + 1));
  if (!id || id->size() != 4 || !body || body->size() < 2) {
    return NotProven("the verifier key of '" + key.name + "' is malformed");
  }
  key.id = *id;
  key.type = static_cast<uint8_t>((*body)[0]);
  key.key = body->substr(1);
  if ((key.type == kEd25519 || key.type == kCosignatureV1) && key.key.size() != 32) {
    return NotProven("the public key of '" + key.name + "' is not 32 bytes long");
  }
  if (KeyId(key.name, key.type, key.key) != key.id) {
    return NotProven("the key id of '" + key.name + "' does not belong to its public key");
  }
  return key;
}

Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (line.substr(0, kSignaturePrefix.size()) != kSignaturePrefix) {
    return NotProven("a signature line does not begin with an em dash and a space");
  }
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return NotProven("a signature line has no signature");
  NoteSignature signature;
  signature.name = std::string(line.substr(0, space));
  if (!IsKeyName(signature.name)) return NotProven("a signature line has no proper key name");
  const auto bytes = Base64Decode(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) {
    return NotProven("the signature of '" + signature.name + "' is not base64 of 5 bytes or more");
  }
  signature.key_id = bytes->substr(0, 4);
  signature.signature = bytes->substr(4);
  return signature;
}

Result<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return NotProven("a signed note is longer than 64 KiB");
  if (bytes.empty() || bytes.back() != '\n') return NotProven("a signed note must end in LF");
  if (!IsUtf8(bytes)) return NotProven("a signed note must be UTF-8");
  for (char c : bytes) {
    if (static_cast<uint8_t>(c) < 0x20 && c != '\n') {
      return NotProven("a signed note holds a control character");
    }
  }
  const size_t separator = bytes.rfind("\n\n");
  if (separator == std::string_view::npos || separator == 0) {
    return NotProven("a signed note needs text, an empty line and signatures");
  }
  Note note;
  note.text = std::string(bytes.substr(0, separator + 1));
  Lines lines(bytes.substr(separator + 2));
  while (!lines.done()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return NotProven("a signed note has more than 100 signatures");
    }
    const auto line = lines.Next();
    VERIFY_ASSIGN(NoteSignature signature, ParseSignatureLine(*line));
    note.signatures.push_back(std::move(signature));
  }
  if (note.signatures.empty()) return NotProven("a signed note has no signature");
  return note;
}

bool NamesKey(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.key_id == key.id;
}

}  // namespace verify
