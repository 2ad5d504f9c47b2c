#include "tests/support/fault_env.h"

#include <algorithm>
#include <condition_variable>
#include <cstdarg>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/random.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace constancia::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// One slash between names, none at the end.
std::string Clean(const std::string& path) {
  std::string clean;
  for (const char c : path) {
    if (c != '/' || clean.empty() || clean.back() != '/') clean.push_back(c);
  }
  if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

class SilentLogger : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  size_t GetLogFileSize() const override { return 0; }
};

constexpr size_t kPageBytes = 4'096;

struct File {
  std::string data;
  size_t synced = 0;  // bytes at the front that survive a loss of power
};

}  // namespace

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using Files = std::map<std::string, std::shared_ptr<File>>;

  explicit FaultFileSystem(uint64_t seed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), random_(seed) {}

  const char* Name() const override { return "FaultFileSystem"; }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext*) override;
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override;
  IOStatus NewWritableFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override;
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& name, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override;

  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<SilentLogger>();
    return IOStatus::OK();
  }

  IOStatus FileExists(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    return files_.contains(Clean(name)) || folders_.contains(Clean(name))
               ? IOStatus::OK()
               : IOStatus::NotFound(name);
  }

  IOStatus GetChildren(const std::string& folder, const IOOptions&,
                       std::vector<std::string>* result, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    result->clear();
    if (!folders_.contains(Clean(folder))) return IOStatus::NotFound(folder);
    const std::string prefix = Clean(folder) + "/";
    const auto add = [&](const std::string& path) {
      if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos) {
        result->push_back(path.substr(prefix.size()));
      }
    };
    for (const auto& [path, file] : files_) add(path);
    for (const std::string& path : folders_) add(path);
    return IOStatus::OK();
  }

  IOStatus DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    CountOperation();
    return files_.erase(Clean(name)) > 0 ? IOStatus::OK() : IOStatus::NotFound(name);
  }

  IOStatus CreateDir(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    return folders_.insert(Clean(name)).second ? IOStatus::OK() : IOStatus::IOError(name, "exists");
  }

  IOStatus CreateDirIfMissing(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    folders_.insert(Clean(name));
    return IOStatus::OK();
  }

  IOStatus DeleteDir(const std::string& name, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    return folders_.erase(Clean(name)) > 0 ? IOStatus::OK() : IOStatus::NotFound(name);
  }

  IOStatus GetFileSize(const std::string& name, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(Clean(name));
    if (found == files_.end()) return IOStatus::NotFound(name);
    *size = found->second->data.size();
    return IOStatus::OK();
  }

  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    CountOperation();
    const auto found = files_.find(Clean(from));
    if (found == files_.end()) return IOStatus::NotFound(from);
    files_[Clean(to)] = std::move(found->second);
    files_.erase(Clean(from));
    return IOStatus::OK();
  }

  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return IOStatus::NotSupported("links");
  }

  IOStatus LockFile(const std::string& name, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    struct Lock : rocksdb::FileLock {
      std::string name;
    };
    const std::lock_guard guard(mutex_);
    if (!locks_.insert(name).second) return IOStatus::IOError(name, "lock is held");
    auto* made = new Lock;
    made->name = name;
    names_[made] = name;
    *lock = made;
    return IOStatus::OK();
  }

  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    const std::lock_guard guard(mutex_);
    locks_.erase(names_[lock]);
    names_.erase(lock);
    delete lock;
    return IOStatus::OK();
  }

  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    *result = path;
    return IOStatus::OK();
  }

  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* result,
                       IODebugContext*) override {
    const std::lock_guard lock(mutex_);
    *result = folders_.contains(Clean(path));
    return IOStatus::OK();
  }

  // What open files do.
  IOStatus Append(File& file, const Slice& bytes) {
    const std::lock_guard lock(mutex_);
    CountOperation();
    if (space_.has_value()) {
      if (*space_ < bytes.size()) return IOStatus::NoSpace("the disk is full");
      *space_ -= bytes.size();
    }
    file.data.append(bytes.data(), bytes.size());
    return IOStatus::OK();
  }

  IOStatus Sync(const std::string& name, File& file) {
    std::unique_lock lock(mutex_);
    if (!held_.empty() && name.find(held_) != std::string::npos) {
      is_held_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return held_.empty(); });
    }
    CountOperation();
    ++syncs_;
    if (!failing_.empty() && name.find(failing_) != std::string::npos) {
      if (syncs_until_failure_ == 0) return IOStatus::IOError(name, "sync failed");
      --syncs_until_failure_;
    }
    file.synced = file.data.size();
    return IOStatus::OK();
  }

  IOStatus Read(const File& file, uint64_t offset, size_t size, Slice* result, char* scratch) {
    const std::lock_guard lock(mutex_);
    if (offset >= file.data.size()) {
      *result = Slice();
      return IOStatus::OK();
    }
    const size_t length = std::min<size_t>(size, file.data.size() - offset);
    std::memcpy(scratch, file.data.data() + offset, length);
    *result = Slice(scratch, length);
    return IOStatus::OK();
  }

  void FailSyncs(const std::string& part, uint64_t after) {
    const std::lock_guard lock(mutex_);
    failing_ = part;
    syncs_until_failure_ = after;
  }

  void HoldSyncs(const std::string& part) {
    const std::lock_guard lock(mutex_);
    held_ = part;
    is_held_ = false;
  }

  void AwaitHeldSync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_held_; });
  }

  void LetSyncs() {
    const std::lock_guard lock(mutex_);
    held_.clear();
    changed_.notify_all();
  }

  void FillDisk(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    space_ = bytes;
  }

  void Heal() {
    const std::lock_guard lock(mutex_);
    failing_.clear();
    space_.reset();
  }

  void Freeze() {
    const std::lock_guard lock(mutex_);
    frozen_ = Copy(files_);
  }

  void FreezeAfter(uint64_t operations) {
    const std::lock_guard lock(mutex_);
    operations_until_frozen_ = operations;
  }

  bool frozen() {
    const std::lock_guard lock(mutex_);
    return frozen_.has_value();
  }

  void LosePower(bool torn) {
    const std::lock_guard lock(mutex_);
    files_ = Copy(frozen_.has_value() ? *frozen_ : files_);
    frozen_.reset();
    operations_until_frozen_.reset();
    for (auto& [path, file] : files_) {
      const size_t unsynced = file->data.size() - file->synced;
      const size_t kept = torn && unsynced > 0 ? random_.Below(unsynced + 1) : 0;
      file->data.resize(file->synced + kept);
      if (path.ends_with(".log")) LosePages(*file);
      file->synced = file->data.size();
    }
  }

  template <typename Use>
  bool With(const std::string& path, Use use) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return false;
    use(*found->second);
    return true;
  }

  std::vector<std::string> List(const std::string& suffix) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [path, file] : files_) {
      if (path.ends_with(suffix)) names.push_back(path);
    }
    return names;
  }

  void RemoveFolder(const std::string& folder) {
    const std::lock_guard lock(mutex_);
    std::erase_if(files_, [&](const auto& file) { return file.first.starts_with(folder + "/"); });
    folders_.erase(folder);
  }

  uint64_t syncs() {
    const std::lock_guard lock(mutex_);
    return syncs_;
  }

 private:
  // Some of the pages that were not synced hold nothing, or what stood there before.
  void LosePages(File& file) {
    for (size_t at = file.synced; at < file.data.size();) {
      const size_t end = std::min(file.data.size(), (at / kPageBytes + 1) * kPageBytes);
      if (random_.Below(4) == 0) {
        const char filler = random_.Below(2) == 0 ? '\0' : '\x5a';
        std::fill(file.data.begin() + at, file.data.begin() + end, filler);
      }
      at = end;
    }
  }

  // Called before the operation is done, with the mutex held.
  void CountOperation() {
    if (!operations_until_frozen_.has_value()) return;
    if (*operations_until_frozen_ > 0) {
      --*operations_until_frozen_;
      return;
    }
    operations_until_frozen_.reset();
    frozen_ = Copy(files_);
  }

  static Files Copy(const Files& files) {
    Files copy;
    for (const auto& [path, file] : files) copy[path] = std::make_shared<File>(*file);
    return copy;
  }

  std::shared_ptr<File> Open(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(Clean(name));
    return found == files_.end() ? nullptr : found->second;
  }

  std::mutex mutex_;
  SeededRandom random_;
  Files files_;
  std::optional<Files> frozen_;
  std::optional<uint64_t> operations_until_frozen_;
  std::set<std::string> folders_;
  std::set<std::string> locks_;
  std::map<rocksdb::FileLock*, std::string> names_;
  std::string held_;
  bool is_held_ = false;  // a sync waits
  std::condition_variable changed_;
  std::string failing_;
  uint64_t syncs_until_failure_ = 0;
  std::optional<uint64_t> space_;
  uint64_t syncs_ = 0;
};

namespace {

class SequentialFile : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(FaultFileSystem* files, std::shared_ptr<File> file)
      : files_(files), file_(std::move(file)) {}
  IOStatus Read(size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const IOStatus status = files_->Read(*file_, at_, size, result, scratch);
    at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t size) override {
    at_ += size;
    return IOStatus::OK();
  }

 private:
  FaultFileSystem* const files_;
  const std::shared_ptr<File> file_;
  uint64_t at_ = 0;
};

class RandomAccessFile : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(FaultFileSystem* files, std::shared_ptr<File> file)
      : files_(files), file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t size, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return files_->Read(*file_, offset, size, result, scratch);
  }

 private:
  FaultFileSystem* const files_;
  const std::shared_ptr<File> file_;
};

class WritableFile : public rocksdb::FSWritableFile {
 public:
  WritableFile(FaultFileSystem* files, std::string name, std::shared_ptr<File> file)
      : files_(files), name_(std::move(name)), file_(std::move(file)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    return files_->Append(*file_, bytes);
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    file_->data.resize(size);
    file_->synced = std::min<size_t>(file_->synced, size);
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return files_->Sync(name_, *file_); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_->data.size(); }

 private:
  FaultFileSystem* const files_;
  const std::string name_;
  const std::shared_ptr<File> file_;
};

class Directory : public rocksdb::FSDirectory {
 public:
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
};

}  // namespace

IOStatus FaultFileSystem::NewSequentialFile(const std::string& name, const FileOptions&,
                                            std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                            IODebugContext*) {
  std::shared_ptr<File> file = Open(name);
  if (file == nullptr) return IOStatus::PathNotFound(name);
  *result = std::make_unique<SequentialFile>(this, std::move(file));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::NewRandomAccessFile(const std::string& name, const FileOptions&,
                                              std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                              IODebugContext*) {
  std::shared_ptr<File> file = Open(name);
  if (file == nullptr) return IOStatus::PathNotFound(name);
  *result = std::make_unique<RandomAccessFile>(this, std::move(file));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& name, const FileOptions&,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext*) {
  auto file = std::make_shared<File>();
  {
    const std::lock_guard lock(mutex_);
    files_[Clean(name)] = file;
  }
  *result = std::make_unique<WritableFile>(this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::ReopenWritableFile(const std::string& name, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                                             IODebugContext* debug) {
  std::shared_ptr<File> file = Open(name);
  if (file == nullptr) return NewWritableFile(name, options, result, debug);
  *result = std::make_unique<WritableFile>(this, name, std::move(file));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::NewDirectory(const std::string&, const IOOptions&,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       IODebugContext*) {
  *result = std::make_unique<Directory>();
  return IOStatus::OK();
}

FaultEnv::FaultEnv(uint64_t seed)
    : files_(std::make_shared<FaultFileSystem>(seed)), env_(rocksdb::NewCompositeEnv(files_)) {}

FaultEnv::~FaultEnv() = default;

rocksdb::Env* FaultEnv::env() { return env_.get(); }

void FaultEnv::FailSyncs(const std::string& part, uint64_t after) {
  files_->FailSyncs(part, after);
}

void FaultEnv::HoldSyncs(const std::string& part) { files_->HoldSyncs(part); }
void FaultEnv::AwaitHeldSync() { files_->AwaitHeldSync(); }
void FaultEnv::LetSyncs() { files_->LetSyncs(); }
void FaultEnv::FillDisk(uint64_t bytes) { files_->FillDisk(bytes); }
void FaultEnv::Heal() { files_->Heal(); }
void FaultEnv::Freeze() { files_->Freeze(); }
void FaultEnv::FreezeAfter(uint64_t operations) { files_->FreezeAfter(operations); }
bool FaultEnv::frozen() const { return files_->frozen(); }
void FaultEnv::LosePower(bool torn) { files_->LosePower(torn); }

bool FaultEnv::FlipBit(const std::string& path, uint64_t offset) {
  bool flipped = false;
  files_->With(path, [&](File& file) {
    if (offset >= file.data.size()) return;
    file.data[offset] = static_cast<char>(file.data[offset] ^ 0x10);
    flipped = true;
  });
  return flipped;
}

std::vector<std::string> FaultEnv::Files(const std::string& suffix) const {
  return files_->List(suffix);
}

uint64_t FaultEnv::Size(const std::string& path) const { return Read(path).size(); }

std::string FaultEnv::Read(const std::string& path) const {
  std::string data;
  files_->With(path, [&](File& file) { data = file.data; });
  return data;
}

void FaultEnv::Truncate(const std::string& path, uint64_t size) {
  files_->With(path, [&](File& file) {
    file.data.resize(size);
    file.synced = std::min<size_t>(file.synced, size);
  });
}

uint64_t FaultEnv::syncs() const { return files_->syncs(); }

void FaultEnv::RemoveFolder(const std::string& folder) { files_->RemoveFolder(folder); }

}  // namespace constancia::testing
