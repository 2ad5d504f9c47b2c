// The keys with which sources sign their own drafts.
//
// Used by: api/commands, api/server (registers them from the settings).
// Threads: any; nothing changes after construction.
#ifndef CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_
#define CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/crypto/ed25519.h"

namespace constancia::api {

class SourceKeys {
 public:
  SourceKeys() = default;

  // Registers a key under the 4 bytes by which a signature names it. A source may have several, so
  // that it can change them. Fails with SETUP_INVALID for a key of low order or one whose name is
  // taken.
  absl::Status Register(std::string_view source, const PublicKey& key);

  // Null when the source has no such key.
  const PublicKey* Find(std::string_view source, std::string_view key_id) const;

 private:
  std::map<std::pair<std::string, std::string>, PublicKey> keys_;  // by source and key id
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_
