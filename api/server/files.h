// Small files of a ledger's folder: keys, certificates, settings.
//
// Used by: api/server.
// Threads: any.
#ifndef CONSTANCIA_API_SERVER_FILES_H_
#define CONSTANCIA_API_SERVER_FILES_H_

#include <sys/types.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace constancia::api {

inline constexpr mode_t kSecretMode = 0600;
inline constexpr mode_t kPublicMode = 0644;
inline constexpr mode_t kSecretFolderMode = 0700;
inline constexpr mode_t kPublicFolderMode = 0755;

// All fail with SETUP_INVALID, naming the path.

// Reads a whole file of at most 1 MiB.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);

// The same, refused when anybody but its owner may read it.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// Creates a file with exactly `mode` and syncs it and its folder. Fails when it exists.
absl::Status WriteNewFile(const std::string& path, std::string_view content, mode_t mode);

// Creates a folder with exactly `mode`.
absl::Status MakeFolder(const std::string& path, mode_t mode);

// Holds a folder against other processes for as long as the object lives.
class FolderLock {
 public:
  // Fails when another process holds it.
  static absl::StatusOr<FolderLock> Take(const std::string& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_FILES_H_
