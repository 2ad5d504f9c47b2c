#include "archive.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "bytes.h"

namespace verify {
namespace {

namespace fs = std::filesystem;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class FileStream : public ByteStream {
 public:
  FileStream(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  Result<size_t> Read(char* out, size_t size) override {
    const size_t got = std::fread(out, 1, size, file_.get());
    if (got < size && std::ferror(file_.get()) != 0) {
      return At(Unreadable("the file cannot be read"), Step::kInput, path_);
    }
    return got;
  }

 private:
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;
};

class Folder : public Archive {
 public:
  explicit Folder(fs::path root) : root_(std::move(root)) {}

  Status List() {
    std::error_code error;
    fs::recursive_directory_iterator entry(root_, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const fs::file_status status = entry->symlink_status(error);
      if (error) break;
      if (fs::is_directory(status)) continue;
      const std::string path = entry->path().lexically_relative(root_).generic_string();
      if (!fs::is_regular_file(status)) {
        return At(NotProven("neither a file nor a folder"), Step::kInput, Printable(path));
      }
      const uint64_t size = entry->file_size(error);
      if (error) break;
      files_[path] = size;
    }
    if (error) return Unreadable("the folder cannot be read: " + error.message());
    return {};
  }

  Result<std::unique_ptr<ByteStream>> Open(const std::string& path) override {
    std::FILE* file = files_.count(path) == 0 ? nullptr : std::fopen((root_ / path).c_str(), "rb");
    if (file == nullptr) {
      return At(Unreadable("the file cannot be opened"), Step::kInput, Printable(path));
    }
    return std::unique_ptr<ByteStream>(std::make_unique<FileStream>(file, path));
  }

 private:
  fs::path root_;
};

}  // namespace

Result<std::string> Archive::ReadAll(const std::string& path, uint64_t bytes_max) {
  const auto entry = files_.find(path);
  if (entry == files_.end()) return At(NotProven("the file is missing"), Step::kUnset, path);
  if (entry->second > bytes_max) {
    return At(NotProven("the file is longer than the " + std::to_string(bytes_max) +
                        " bytes that are read at most"),
              Step::kUnset, path);
  }
  VERIFY_ASSIGN(const auto stream, Open(path));
  std::string bytes(entry->second, '\0');
  VERIFY_ASSIGN(const size_t got, stream->Read(bytes.data(), bytes.size()));
  char beyond = 0;
  VERIFY_ASSIGN(const size_t more, stream->Read(&beyond, 1));
  if (got != bytes.size() || more != 0) {
    return At(Unreadable("the file changed while it was read"), Step::kInput, path);
  }
  return bytes;
}

bool IsSafePath(std::string_view path) {
  if (path.empty() || path[0] == '~') return false;
  if (path.size() >= 2 && path[1] == ':') return false;
  for (char c : path) {
    if (static_cast<uint8_t>(c) < 0x20 || c == '\\' || c == 0x7F) return false;
  }
  const std::vector<std::string_view> parts = Split(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

Result<std::unique_ptr<Archive>> OpenFolder(const std::string& folder) {
  auto opened = std::make_unique<Folder>(fs::path(folder));
  VERIFY_TRY(opened->List(), Step::kInput, folder);
  return std::unique_ptr<Archive>(std::move(opened));
}

Result<std::unique_ptr<Archive>> OpenArchive(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return OpenFolder(path);
  return OpenZip(path);
}

Result<std::string> ReadInput(const std::string& path, uint64_t bytes_max) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  std::unique_ptr<std::FILE, CloseFile> file(is_folder ? nullptr : std::fopen(path.c_str(), "rb"));
  if (!file) return At(Unreadable("the file cannot be opened"), Step::kInput, path);
  std::string bytes;
  char block[65536];
  while (true) {
    const size_t got = std::fread(block, 1, sizeof(block), file.get());
    bytes.append(block, got);
    if (bytes.size() > bytes_max) {
      return At(Unreadable("the file is too long"), Step::kInput, path);
    }
    if (got < sizeof(block)) break;
  }
  if (std::ferror(file.get()) != 0) {
    return At(Unreadable("the file cannot be read"), Step::kInput, path);
  }
  return bytes;
}

}  // namespace verify
