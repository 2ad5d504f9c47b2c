#include "api/server/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr size_t kSmallFileBytesMax = 1 << 20;
constexpr char kLockFile[] = "/lock";
constexpr mode_t kOthers = 0077;

absl::Status Failed(std::string_view what, const std::string& path) {
  return Error(error::v1::SETUP_INVALID,
               absl::StrCat(path, ": ", ToAbsl(what), ": ", std::strerror(errno)));
}

// Closes when it goes.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int get() const { return value_; }
  bool open() const { return value_ >= 0; }
  int Release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

absl::StatusOr<std::string> Read(const Descriptor& file, const std::string& path) {
  std::string content;
  char bytes[4096];
  while (true) {
    const ssize_t size = read(file.get(), bytes, sizeof(bytes));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Failed("cannot be read", path);
    if (size == 0) return content;
    content.append(bytes, static_cast<size_t>(size));
    if (content.size() > kSmallFileBytesMax) {
      return Error(error::v1::SETUP_INVALID, absl::StrCat(path, ": larger than 1 MiB"));
    }
  }
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open() || fsync(descriptor.get()) != 0) return Failed("cannot be synced", folder);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return Failed("cannot be opened", path);
  return Read(file, path);
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file.open() || fstat(file.get(), &about) != 0) return Failed("cannot be opened", path);
  if ((about.st_mode & kOthers) != 0) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(path, ": others may read this secret; set its mode to 0600"));
  }
  return Read(file, path);
}

absl::Status WriteNewFile(const std::string& path, std::string_view content, mode_t mode) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kSecretMode));
  if (!file.open() || fchmod(file.get(), mode) != 0) return Failed("cannot be created", path);
  for (size_t done = 0; done < content.size();) {
    const ssize_t size = write(file.get(), content.data() + done, content.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Failed("cannot be written", path);
    done += static_cast<size_t>(size);
  }
  if (fsync(file.get()) != 0) return Failed("cannot be synced", path);
  return SyncFolderOf(path);
}

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 || chmod(path.c_str(), mode) != 0) {
    return Failed("cannot be created", path);
  }
  return absl::OkStatus();
}

absl::StatusOr<FolderLock> FolderLock::Take(const std::string& folder) {
  const std::string path = folder + kLockFile;
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kSecretMode));
  if (!file.open()) return Failed("cannot be opened", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(folder, ": another process works with this ledger; stop it first"));
  }
  return FolderLock(file.Release());
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace constancia::api
