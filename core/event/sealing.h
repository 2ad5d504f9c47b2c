// Sealing: how the personal part of an event is locked so that destroying one key erases it and
// nothing else, and how a source signs its own draft.
//
//   commitment = H(0x20 || salt || personal part)
//   key        = HKDF-SHA256(ikm = data key, salt = event id, info = "constancia/payload/v1")
//   sealed     = nonce || AES-256-GCM(key, nonce, salt || personal part,
//                                     AAD = event id || commitment) || tag
//   digest     = H(0x21 || sealed)
//
// The header keeps commitment and digest. GCM does not commit to its key, so the commitment fixes
// the text; the digest lets a reader without keys confirm the stored bytes. The salt stands inside
// the sealed bytes and goes with the key: what is left cannot be guessed at.
//
// Used by: eventstore/log (seals, opens), api/service (source signatures).
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_SEALING_H_
#define CONSTANCIA_CORE_EVENT_SEALING_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/event/uuid.h"

namespace constancia {

inline constexpr size_t kSaltBytes = 32;
inline constexpr size_t kDataKeyBytes = 32;
inline constexpr size_t kDataKeyIdBytes = 16;
inline constexpr size_t kSourceKeyIdBytes = 4;
// What sealing adds to the personal part: nonce, salt, tag.
inline constexpr size_t kSealedOverheadBytes = 12 + kSaltBytes + 16;

// `salt` is 32 random bytes, fresh for each event.
Hash Commitment(std::string_view salt, std::string_view personal_part);

// Returns the sealed bytes. `data_key` is 32 bytes, `nonce` 12 random ones, and `commitment` that
// of `salt` and `personal_part`.
std::string SealPersonal(std::string_view data_key, const EventId& event_id, std::string_view salt,
                         std::string_view personal_part, const Hash& commitment,
                         std::string_view nonce);

Hash SealedDigest(std::string_view sealed);

struct OpenedPersonal {
  std::string salt;
  std::string personal_part;
};

// Fails with DAMAGED when the bytes do not open under this key for this event, or open to
// something other than what was committed to.
absl::StatusOr<OpenedPersonal> OpenPersonal(std::string_view data_key, const EventId& event_id,
                                            const Hash& commitment, std::string_view sealed);

// Returns the bytes a source signs:
//   "constancia/source/v1" || 0x00 || event id || u64be occurred_at || H(type) || H(public part)
//   || commitment
// `commitment` is 32 zero bytes when there is no personal part.
std::string SourceSignatureMessage(const EventId& event_id, Instant occurred_at,
                                   std::string_view type, std::string_view public_part,
                                   const Hash& commitment);

// Returns the 4 bytes by which a source's key is named.
std::string SourceKeyId(std::string_view source, const PublicKey& key);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_SEALING_H_
