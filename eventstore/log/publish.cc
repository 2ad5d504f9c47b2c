#include "eventstore/log/publish.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/tile.h"

namespace constancia::eventstore {
namespace {

namespace fs = std::filesystem;

absl::Status Failed(std::string_view doing, const std::string& path) {
  return Error(error::v1::SETUP_INVALID,
               absl::StrCat(ToAbsl(doing), " ", path, ": ", std::strerror(errno)));
}

// A file descriptor that is closed when it goes.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : path_(path), fd_(open(path.c_str(), flags, 0644)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  absl::Status Write(std::string_view bytes) {
    if (fd_ < 0) return Failed("opening", path_);
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return Failed("writing", path_);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::Status Sync() {
    return fd_ >= 0 && fsync(fd_) == 0 ? absl::OkStatus() : Failed("syncing", path_);
  }

 private:
  const std::string path_;
  const int fd_;
};

std::optional<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Writes files below one folder, each whole or not at all.
class Tree {
 public:
  explicit Tree(std::string folder) : folder_(std::move(folder)) {}

  std::string PathOf(std::string_view name) const {
    return absl::StrCat(folder_, "/", ToAbsl(name));
  }

  bool Has(std::string_view name) const {
    std::error_code ignored;
    return fs::exists(PathOf(name), ignored);
  }

  absl::Status Put(std::string_view name, std::string_view bytes) {
    const std::string path = PathOf(name);
    const std::string made = path + ".new";
    const fs::path parent = fs::path(path).parent_path();
    RETURN_IF_ERROR(MakeFolders(parent));
    {
      OpenFile file(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
      RETURN_IF_ERROR(file.Write(bytes));
      RETURN_IF_ERROR(file.Sync());
    }
    if (rename(made.c_str(), path.c_str()) != 0) return Failed("renaming", made);
    unsynced_.insert(parent.string());
    ++written_;
    return absl::OkStatus();
  }

  // Makes the names of everything put so far durable.
  absl::Status SyncFolders() {
    for (const std::string& folder : unsynced_) {
      RETURN_IF_ERROR(OpenFile(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC).Sync());
    }
    unsynced_.clear();
    return absl::OkStatus();
  }

  uint64_t written() const { return written_; }

 private:
  absl::Status MakeFolders(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder, error)) return absl::OkStatus();
    RETURN_IF_ERROR(MakeFolders(folder.parent_path()));
    if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
      return Failed("making", folder.string());
    unsynced_.insert(folder.parent_path().string());
    return absl::OkStatus();
  }

  const std::string folder_;
  std::set<std::string> unsynced_;
  uint64_t written_ = 0;
};

// Size of the checkpoint that `tree` holds, 0 without one. It is one of this log.
absl::StatusOr<uint64_t> PublishedSize(const Tree& tree, const LogReader& reader,
                                       const Checkpoint& latest) {
  const std::string path = tree.PathOf("checkpoint");
  const std::optional<std::string> note = ReadWhole(path);
  if (!note.has_value()) return 0;
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(*note));
  ASSIGN_OR_RETURN(const Checkpoint published, ParseCheckpoint(parsed.text));
  const absl::StatusOr<SignedCheckpoint> own = reader.CheckpointAt(published.size);
  if (published.origin != latest.origin || !own.ok() || own->checkpoint.root != published.root) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(path,
                              " is not a checkpoint of this log, or of a later state of it. "
                              "Publish into another folder"));
  }
  return published.size;
}

absl::StatusOr<std::string> MakeBundle(const LogReader& reader, TileId tile) {
  ASSIGN_OR_RETURN(const std::vector<std::string> leaves,
                   reader.ReadLeaves(Position{tile.index * kTileWidth}, tile.width));
  std::string bundle;
  for (const std::string& leaf : leaves) bundle.append(BundleEntry(leaf));
  return bundle;
}

// How much of `seals` is whole rows, and the position behind the last of them.
struct WholeSeals {
  uint64_t bytes = 0;
  Position next;
};

absl::StatusOr<WholeSeals> ReadSeals(const std::string& path) {
  WholeSeals whole;
  std::ifstream in(path, std::ios::binary);
  std::string length(sizeof(uint32_t), '\0');
  while (in.read(length.data(), static_cast<std::streamsize>(length.size()))) {
    const uint32_t size = *ByteReader(length).TakeU32();
    if (size > 64 << 10) return Failed("reading rows of", path);
    std::string bytes(size, '\0');
    ledger::v1::GroupRow row;
    if (!in.read(bytes.data(), size) || !row.ParseFromString(bytes)) break;
    whole.bytes += length.size() + size;
    whole.next = Position{row.first() + row.count()};
  }
  return whole;
}

absl::Status ExtendSeals(const LogReader& reader, const Tree& tree, uint64_t size) {
  const std::string path = tree.PathOf("seals");
  ASSIGN_OR_RETURN(const WholeSeals whole, ReadSeals(path));
  OpenFile file(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
  RETURN_IF_ERROR(file.Write(""));
  if (truncate(path.c_str(), static_cast<off_t>(whole.bytes)) != 0) return Failed("cutting", path);
  std::string buffer;
  RETURN_IF_ERROR(reader.ReadGroupRows(whole.next, Position{size}, [&](std::string_view row) {
    AppendU32(&buffer, static_cast<uint32_t>(row.size()));
    buffer.append(row);
    if (buffer.size() < 1 << 20) return absl::OkStatus();
    return file.Write(std::exchange(buffer, std::string()));
  }));
  RETURN_IF_ERROR(file.Write(buffer));
  return file.Sync();
}

}  // namespace

absl::StatusOr<PublishResult> Publish(
    const LogReader& reader, const std::string& folder,
    const std::function<void(uint64_t done, uint64_t total)>& progress) {
  const SignedCheckpoint latest = reader.LatestCheckpoint();
  const uint64_t size = latest.checkpoint.size;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("making ", folder, ": ", error.message()));
  }
  Tree tree(folder);
  ASSIGN_OR_RETURN(const uint64_t old_size, PublishedSize(tree, reader, latest.checkpoint));
  const std::vector<TileId> tiles = NewTiles(old_size, size);

  uint64_t done = 0;
  for (const TileId tile : tiles) {
    const std::string path = TilePath({kEntriesLevel, tile.index, tile.width});
    if (tile.level != 0 || tree.Has(path)) continue;
    ASSIGN_OR_RETURN(const std::string bundle, MakeBundle(reader, tile));
    RETURN_IF_ERROR(tree.Put(path, bundle));
    if (progress) progress(++done, 2 * tiles.size());
  }
  RETURN_IF_ERROR(tree.SyncFolders());
  for (const TileId tile : tiles) {
    if (tree.Has(TilePath(tile))) continue;
    ASSIGN_OR_RETURN(const std::string hashes, reader.ReadTile(tile));
    RETURN_IF_ERROR(tree.Put(TilePath(tile), hashes));
    if (progress) progress(++done, 2 * tiles.size());
  }
  RETURN_IF_ERROR(ExtendSeals(reader, tree, size));
  RETURN_IF_ERROR(tree.SyncFolders());
  if (ReadWhole(tree.PathOf("checkpoint")) != latest.note) {
    RETURN_IF_ERROR(tree.Put("checkpoint", latest.note));
    RETURN_IF_ERROR(tree.SyncFolders());
  }
  return PublishResult{size, tree.written()};
}

}  // namespace constancia::eventstore
