#include "core/event/sealing.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/aead.h"
#include "core/crypto/sha256.h"

namespace constancia {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kCommitmentTag = "\x20"sv;
constexpr std::string_view kDigestTag = "\x21"sv;
constexpr std::string_view kKeyInfo = "constancia/payload/v1"sv;
constexpr std::string_view kSourceSignature = "constancia/source/v1"sv;

std::string EventKey(std::string_view data_key, const EventId& event_id) {
  CHECK(data_key.size() == kDataKeyBytes);
  return HkdfSha256(data_key, event_id.view(), kKeyInfo).str();
}

std::string AssociatedData(const EventId& event_id, const Hash& commitment) {
  return event_id.str().append(commitment.view());
}

}  // namespace

Hash Commitment(std::string_view salt, std::string_view personal_part) {
  CHECK(salt.size() == kSaltBytes);
  return Sha256Joined({kCommitmentTag, salt, personal_part});
}

std::string SealPersonal(std::string_view data_key, const EventId& event_id, std::string_view salt,
                         std::string_view personal_part, const Hash& commitment,
                         std::string_view nonce) {
  CHECK(salt.size() == kSaltBytes);
  std::string text;
  text.reserve(salt.size() + personal_part.size());
  text.append(salt).append(personal_part);
  std::string sealed(nonce);
  sealed +=
      AesGcmSeal(EventKey(data_key, event_id), nonce, text, AssociatedData(event_id, commitment));
  return sealed;
}

Hash SealedDigest(std::string_view sealed) { return Sha256Joined({kDigestTag, sealed}); }

absl::StatusOr<OpenedPersonal> OpenPersonal(std::string_view data_key, const EventId& event_id,
                                            const Hash& commitment, std::string_view sealed) {
  if (sealed.size() < kSealedOverheadBytes) {
    return Error(error::v1::DAMAGED, "the sealed part is too short", "",
                 {{"event_id", ToText(event_id)}});
  }
  ASSIGN_OR_RETURN(
      const std::string text,
      AesGcmOpen(EventKey(data_key, event_id), sealed.substr(0, kAesGcmNonceBytes),
                 sealed.substr(kAesGcmNonceBytes), AssociatedData(event_id, commitment)));
  OpenedPersonal opened = {text.substr(0, kSaltBytes), text.substr(kSaltBytes)};
  if (Commitment(opened.salt, opened.personal_part) != commitment) {
    return Error(error::v1::DAMAGED, "the sealed part is not what the header committed to", "",
                 {{"event_id", ToText(event_id)}});
  }
  return opened;
}

std::string SourceSignatureMessage(const EventId& event_id, Instant occurred_at,
                                   std::string_view type, std::string_view public_part,
                                   const Hash& commitment) {
  std::string message(kSourceSignature);
  message.push_back('\0');
  message.append(event_id.view());
  AppendU64(&message, static_cast<uint64_t>(occurred_at.micros));
  message.append(Sha256(type).view());
  message.append(Sha256(public_part).view());
  message.append(commitment.view());
  return message;
}

std::string SourceKeyId(std::string_view source, const PublicKey& key) {
  const Hash hash = Sha256Joined({source, "\n\xff"sv, kSourceSignature, key.view()});
  return std::string(hash.view().substr(0, kSourceKeyIdBytes));
}

}  // namespace constancia
