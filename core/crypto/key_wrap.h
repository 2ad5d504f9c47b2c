// AES-256 key wrap with padding (RFC 5649): how data keys rest under a master key.
//
// Used by: eventstore/log (data keys, the stream key K), eventstore/retention.
// Threads: any thread.
#ifndef CONSTANCIA_CORE_CRYPTO_KEY_WRAP_H_
#define CONSTANCIA_CORE_CRYPTO_KEY_WRAP_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace constancia {

// Wraps `key` (at least one byte) under the 32-byte `master`: 8 bytes more than `key`, rounded up
// to a multiple of 8.
std::string WrapKey(std::string_view master, std::string_view key);

// Fails with DAMAGED when `wrapped` was not made under `master` or was altered.
absl::StatusOr<std::string> UnwrapKey(std::string_view master, std::string_view wrapped);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_KEY_WRAP_H_
