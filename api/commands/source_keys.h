// The keys with which sources sign their own drafts.
//
// Used by: api/commands, api/server (registers them from the settings).
// Threads: any.
#ifndef CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_
#define CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/ed25519.h"

namespace constancia::api {

class SourceKeys {
 public:
  SourceKeys() = default;

  // Registers a key under the 4 bytes by which a signature names it. A source may have several, so
  // that it can change them. Fails with SETUP_INVALID for a key of low order or one whose name is
  // taken.
  absl::Status Register(std::string_view source, const PublicKey& key);

  // Takes a key away; nothing happens when there is none.
  void Remove(std::string_view source, std::string_view key_id);

  // Nothing when the source has no such key.
  std::optional<PublicKey> Find(std::string_view source, std::string_view key_id) const;

 private:
  // Apart, so that settings can be moved while nobody uses them.
  struct Shared {
    absl::Mutex mutex;
    // By source and key id.
    std::map<std::pair<std::string, std::string>, PublicKey> keys ABSL_GUARDED_BY(mutex);
  };
  std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_SOURCE_KEYS_H_
