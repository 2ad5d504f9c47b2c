// The ZIP half of archive.h.
#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <zlib.h>

#include "archive.h"
#include "bytes.h"

namespace verify {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr uint32_t kDescriptorSignature = 0x08074b50;
constexpr size_t kLocalBytes = 30;
constexpr size_t kCentralBytes = 46;
constexpr size_t kEndBytes = 22;
constexpr size_t kEnd64Bytes = 56;
constexpr size_t kEnd64LocatorBytes = 20;
constexpr uint16_t kEncryptedFlags = 1 | 1 << 6 | 1 << 13;
constexpr uint16_t kDescriptorFlag = 1 << 3;
constexpr uint16_t kUtf8Flag = 1 << 11;
// Besides these only the two bits that tell how hard deflate tried (1 and 2).
constexpr uint16_t kKnownFlags = kDescriptorFlag | kUtf8Flag | 1 << 1 | 1 << 2;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint64_t kDeflateRatioMax = 1032;
constexpr uint16_t kZip64Extra = 1;
constexpr uint32_t kFull32 = 0xFFFFFFFF;
constexpr uint16_t kFull16 = 0xFFFF;

uint64_t LittleEndian(std::string_view bytes, size_t offset, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) {
    value = (value << 8) | static_cast<uint8_t>(bytes[offset + i]);
  }
  return value;
}
uint16_t U16(std::string_view bytes, size_t offset) {
  return static_cast<uint16_t>(LittleEndian(bytes, offset, 2));
}
uint32_t U32(std::string_view bytes, size_t offset) {
  return static_cast<uint32_t>(LittleEndian(bytes, offset, 4));
}
uint64_t U64(std::string_view bytes, size_t offset) { return LittleEndian(bytes, offset, 8); }

Failure Broken(const std::string& what) { return Unreadable("not a proper ZIP: " + what); }

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The bytes of the ZIP itself, by offset. Any thread may read.
class RandomFile {
 public:
  explicit RandomFile(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {
    if (file_ && fseeko(file_.get(), 0, SEEK_END) == 0) size_ = ftello(file_.get());
  }
  bool ok() const { return size_ >= 0; }
  uint64_t size() const { return static_cast<uint64_t>(size_); }

  Status Read(uint64_t offset, char* out, size_t count) {
    if (offset > size() || count > size() - offset) return Broken("it ends too early");
    const std::lock_guard<std::mutex> lock(mutex_);
    if (fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) != 0 ||
        std::fread(out, 1, count, file_.get()) != count) {
      return Unreadable("the ZIP cannot be read");
    }
    return {};
  }
  Result<std::string> Read(uint64_t offset, uint64_t count) {
    if (offset > size() || count > size() - offset) return Broken("it ends too early");
    if (count > kWholeFileBytesMax) return Broken("its directory is too long");
    std::string bytes(count, '\0');
    VERIFY_TRY(Read(offset, bytes.data(), bytes.size()));
    return bytes;
  }

 private:
  std::mutex mutex_;  // of the place in file_
  std::unique_ptr<std::FILE, CloseFile> file_;
  off_t size_ = -1;
};

struct Entry {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint64_t packed_bytes = 0;
  uint64_t bytes = 0;
  uint64_t offset = 0;       // of the local header
  uint64_t data_offset = 0;  // of the packed bytes
};

// Takes the values of full 32-bit fields from the ZIP64 extra field, in their fixed order.
Status ReadExtra(std::string_view extra, std::vector<uint64_t*> full, bool* has_zip64) {
  *has_zip64 = false;
  while (!extra.empty()) {
    if (extra.size() < 4) return Broken("an extra field is cut");
    const uint16_t id = U16(extra, 0), size = U16(extra, 2);
    if (extra.size() < 4u + size) return Broken("an extra field is cut");
    if (id == kZip64Extra) {
      if (*has_zip64 || size < 8 * full.size()) return Broken("a ZIP64 field has a wrong length");
      *has_zip64 = true;
      for (size_t i = 0; i < full.size(); ++i) *full[i] = U64(extra, 4 + 8 * i);
    }
    extra.remove_prefix(4u + size);
  }
  if (!*has_zip64 && !full.empty()) return Broken("a ZIP64 field is missing");
  return {};
}

class ZipStream : public ByteStream {
 public:
  ZipStream(RandomFile* file, const Entry& entry, std::string path)
      : file_(file), entry_(entry), path_(std::move(path)), offset_(entry.data_offset) {}
  ~ZipStream() override {
    if (inflating_) inflateEnd(&inflate_);
  }

  Status Start() {
    if (entry_.method == kDeflated) {
      if (inflateInit2(&inflate_, -MAX_WBITS) != Z_OK) return Unreadable("zlib cannot start");
      inflating_ = true;
    }
    return {};
  }

  Result<size_t> Read(char* out, size_t size) override {
    size_t filled = 0;
    while (filled < size && !at_end_) {
      VERIFY_ASSIGN(const size_t got, ReadSome(out + filled, size - filled), Step::kInput, path_);
      crc_ = static_cast<uint32_t>(
          crc32(crc_, reinterpret_cast<const Bytef*>(out + filled), static_cast<uInt>(got)));
      filled += got;
      produced_ += got;
      if (produced_ > entry_.bytes) return Fault("the entry is longer than declared");
      if (!at_end_) continue;
      if (produced_ != entry_.bytes || packed_ != entry_.packed_bytes) {
        return Fault("the entry does not have the declared length");
      }
      if (crc_ != entry_.crc) return Fault("the checksum of the entry is wrong");
    }
    return filled;
  }

 private:
  Failure Fault(const std::string& what) const { return At(Broken(what), Step::kInput, path_); }

  // One step; sets at_end_ when the entry is finished.
  Result<size_t> ReadSome(char* out, size_t size) {
    size = std::min<size_t>(size, 1 << 20);
    if (entry_.method == kStored) {
      const size_t count = std::min<uint64_t>(size, entry_.packed_bytes - packed_);
      VERIFY_TRY(file_->Read(offset_, out, count));
      Advance(count);
      at_end_ = packed_ == entry_.packed_bytes;
      return count;
    }
    if (inflate_.avail_in == 0) {
      const size_t count = std::min<uint64_t>(sizeof(input_), entry_.packed_bytes - packed_);
      VERIFY_TRY(file_->Read(offset_, input_, count));
      Advance(count);
      inflate_.next_in = reinterpret_cast<Bytef*>(input_);
      inflate_.avail_in = static_cast<uInt>(count);
    }
    inflate_.next_out = reinterpret_cast<Bytef*>(out);
    inflate_.avail_out = static_cast<uInt>(size);
    const int result = inflate(&inflate_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      at_end_ = true;
      if (inflate_.avail_in != 0) return Broken("bytes behind the packed data");
    } else if (result != Z_OK) {
      return Broken("the packed data is damaged");
    }
    return size - inflate_.avail_out;
  }
  void Advance(size_t count) {
    offset_ += count;
    packed_ += count;
  }

  RandomFile* file_;
  const Entry entry_;
  const std::string path_;
  uint64_t offset_;
  uint64_t packed_ = 0;
  uint64_t produced_ = 0;
  uint32_t crc_ = 0;
  bool at_end_ = false;
  bool inflating_ = false;
  z_stream inflate_ = {};
  char input_[32768];
};

class Zip : public Archive {
 public:
  explicit Zip(const std::string& path) : file_(path) {}

  Status Load() {
    if (!file_.ok()) return Unreadable("the file cannot be opened");
    VERIFY_TRY(ReadEnd());
    std::vector<Entry> entries;
    VERIFY_TRY(ReadDirectory(&entries));
    VERIFY_TRY(ReadLocalHeaders(&entries));
    return NameEntries(entries);
  }

  Result<std::unique_ptr<ByteStream>> Open(const std::string& path) override {
    const auto entry = entries_.find(path);
    if (entry == entries_.end()) {
      return At(Unreadable("the file cannot be opened"), Step::kInput, Printable(path));
    }
    auto stream = std::make_unique<ZipStream>(&file_, entry->second, path);
    VERIFY_TRY(stream->Start());
    return std::unique_ptr<ByteStream>(std::move(stream));
  }

 private:
  // The end record stands at the very end: a comment is refused.
  Status ReadEnd() {
    if (file_.size() < kEndBytes) return Broken("it is too short");
    const uint64_t end_offset = file_.size() - kEndBytes;
    VERIFY_ASSIGN(const std::string end, file_.Read(end_offset, kEndBytes));
    if (U32(end, 0) != kEndSignature || U16(end, 20) != 0) {
      return Broken("it does not end in an end record without comment");
    }
    if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != U16(end, 10)) {
      return Broken("it is one part of several");
    }
    count_ = U16(end, 10);
    directory_bytes_ = U32(end, 12);
    directory_offset_ = U32(end, 16);
    uint64_t directory_end = end_offset;
    const bool wants_64 =
        count_ == kFull16 || directory_bytes_ == kFull32 || directory_offset_ == kFull32;
    if (end_offset >= kEnd64LocatorBytes + kEnd64Bytes) {
      const uint64_t locator_offset = end_offset - kEnd64LocatorBytes;
      VERIFY_ASSIGN(const std::string locator, file_.Read(locator_offset, kEnd64LocatorBytes));
      if (U32(locator, 0) == kEnd64LocatorSignature) {
        directory_end = locator_offset - kEnd64Bytes;
        VERIFY_ASSIGN(const std::string end64, file_.Read(directory_end, kEnd64Bytes));
        if (U32(locator, 4) != 0 || U64(locator, 8) != directory_end || U32(locator, 16) != 1 ||
            U32(end64, 0) != kEnd64Signature || U64(end64, 4) != kEnd64Bytes - 12 ||
            U32(end64, 16) != 0 || U32(end64, 20) != 0 || U64(end64, 24) != U64(end64, 32)) {
          return Broken("its ZIP64 end record is wrong");
        }
        if ((count_ != kFull16 && count_ != U64(end64, 32)) ||
            (directory_bytes_ != kFull32 && directory_bytes_ != U64(end64, 40)) ||
            (directory_offset_ != kFull32 && directory_offset_ != U64(end64, 48))) {
          return Broken("its two end records differ");
        }
        count_ = U64(end64, 32);
        directory_bytes_ = U64(end64, 40);
        directory_offset_ = U64(end64, 48);
      } else if (wants_64) {
        return Broken("its ZIP64 end record is missing");
      }
    } else if (wants_64) {
      return Broken("its ZIP64 end record is missing");
    }
    if (directory_offset_ > directory_end ||
        directory_bytes_ != directory_end - directory_offset_) {
      return Broken("its directory does not end where it should");
    }
    return {};
  }

  Status ReadDirectory(std::vector<Entry>* entries) {
    VERIFY_ASSIGN(const std::string directory, file_.Read(directory_offset_, directory_bytes_));
    std::string_view rest = directory;
    while (!rest.empty()) {
      if (rest.size() < kCentralBytes || U32(rest, 0) != kCentralSignature) {
        return Broken("an entry of its directory is malformed");
      }
      const size_t name_bytes = U16(rest, 28), extra_bytes = U16(rest, 30);
      const size_t total = kCentralBytes + name_bytes + extra_bytes;
      if (U16(rest, 32) != 0 || U16(rest, 34) != 0 || rest.size() < total) {
        return Broken("an entry of its directory has a comment or is cut");
      }
      Entry entry;
      entry.flags = U16(rest, 8);
      entry.method = U16(rest, 10);
      entry.crc = U32(rest, 16);
      entry.packed_bytes = U32(rest, 20);
      entry.bytes = U32(rest, 24);
      entry.offset = U32(rest, 42);
      entry.name = std::string(rest.substr(kCentralBytes, name_bytes));
      std::vector<uint64_t*> full;
      for (uint64_t* value : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
        if (*value == kFull32) full.push_back(value);
      }
      bool has_zip64 = false;
      VERIFY_TRY(ReadExtra(rest.substr(kCentralBytes + name_bytes, extra_bytes), full, &has_zip64));
      if ((entry.flags & kEncryptedFlags) != 0) return Broken("an entry is encrypted");
      if ((entry.flags & ~kKnownFlags) != 0) return Broken("an entry has unknown flags");
      if (entry.method != kStored && entry.method != kDeflated) {
        return Broken("an entry is neither stored nor deflated");
      }
      if (entry.method == kStored && entry.bytes != entry.packed_bytes) {
        return Broken("a stored entry has two lengths");
      }
      if (entry.method == kDeflated && entry.bytes / kDeflateRatioMax > entry.packed_bytes) {
        return Broken("an entry declares more than its packed bytes can hold");
      }
      const bool by_unix = (U16(rest, 4) >> 8) == 3;
      const uint32_t file_kind = (U32(rest, 38) >> 16) & 0170000;
      if (by_unix && file_kind != 0 && file_kind != 0100000 && file_kind != 0040000) {
        return Broken("an entry is a link or a device");
      }
      central_.push_back(std::string(rest.substr(0, kCentralBytes)));
      entries->push_back(std::move(entry));
      rest.remove_prefix(total);
    }
    if (entries->size() != count_) return Broken("its directory has another number of entries");
    return {};
  }

  // Walks the entries by offset: each begins where the one before ended.
  Status ReadLocalHeaders(std::vector<Entry>* entries) {
    std::vector<size_t> order(entries->size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return (*entries)[a].offset < (*entries)[b].offset; });
    uint64_t expected = 0;
    for (size_t i = 0; i < order.size(); ++i) {
      Entry& entry = (*entries)[order[i]];
      if (entry.offset != expected) return Broken("entries overlap or leave a gap");
      const uint64_t next =
          i + 1 < order.size() ? (*entries)[order[i + 1]].offset : directory_offset_;
      VERIFY_TRY(ReadLocalHeader(&entry, central_[order[i]], next), Step::kInput,
                 Printable(entry.name));
      expected = next;
    }
    if (expected != directory_offset_) return Broken("a gap stands before its directory");
    return {};
  }

  Status ReadLocalHeader(Entry* entry, std::string_view central, uint64_t next) {
    VERIFY_ASSIGN(const std::string local, file_.Read(entry->offset, kLocalBytes));
    if (U32(local, 0) != kLocalSignature) return Broken("a local header is malformed");
    const size_t name_bytes = U16(local, 26), extra_bytes = U16(local, 28);
    VERIFY_ASSIGN(const std::string behind,
                  file_.Read(entry->offset + kLocalBytes, name_bytes + extra_bytes));
    if (behind.substr(0, name_bytes) != entry->name) return Broken("an entry has two names");
    // Flags, method, time and date stand in both headers.
    if (local.substr(6, 8) != central.substr(8, 8)) {
      return Broken("a local header differs from the directory");
    }
    uint64_t packed_bytes = U32(local, 18), bytes = U32(local, 22);
    std::vector<uint64_t*> full;
    for (uint64_t* value : {&bytes, &packed_bytes}) {
      if (*value == kFull32) full.push_back(value);
    }
    bool has_zip64 = false;
    std::string_view extra = std::string_view(behind).substr(name_bytes);
    VERIFY_TRY(ReadExtra(extra, full, &has_zip64));
    // A streamed entry leaves open what it does not know yet; its data descriptor says it.
    const bool described = (entry->flags & kDescriptorFlag) != 0;
    const auto agrees = [&](uint64_t here, uint64_t there) {
      return here == there || (described && here == 0);
    };
    if (!agrees(U32(local, 14), entry->crc) || !agrees(bytes, entry->bytes) ||
        !agrees(packed_bytes, entry->packed_bytes)) {
      return Broken("a local header differs from the directory");
    }
    entry->data_offset = entry->offset + kLocalBytes + behind.size();
    if (entry->data_offset > next || entry->packed_bytes > next - entry->data_offset) {
      return Broken("entries overlap");
    }
    const uint64_t data_end = entry->data_offset + entry->packed_bytes;
    if (!described) {
      if (data_end != next) return Broken("bytes stand behind an entry");
      return {};
    }
    if (next - data_end > 24) return Broken("bytes stand behind an entry");
    VERIFY_ASSIGN(const std::string descriptor, file_.Read(data_end, next - data_end));
    return CheckDescriptor(*entry, descriptor);
  }

  // A data descriptor: optional signature, checksum, and two lengths of 4 or 8 bytes.
  static Status CheckDescriptor(const Entry& entry, std::string_view descriptor) {
    if (descriptor.size() == 16 || descriptor.size() == 24) {
      if (U32(descriptor, 0) != kDescriptorSignature) return Broken("a data descriptor is wrong");
      descriptor.remove_prefix(4);
    }
    if (descriptor.size() != 12 && descriptor.size() != 20) {
      return Broken("a data descriptor has a wrong length");
    }
    const size_t width = descriptor.size() == 12 ? 4 : 8;
    if (U32(descriptor, 0) != entry.crc ||
        LittleEndian(descriptor, 4, width) != entry.packed_bytes ||
        LittleEndian(descriptor, 4 + width, width) != entry.bytes) {
      return Broken("a data descriptor differs from the directory");
    }
    return {};
  }

  // Gives every file its path; the one top folder, when there is one, is left out.
  Status NameEntries(const std::vector<Entry>& entries) {
    std::set<std::string> names;
    std::string top;
    bool one_top = true;
    for (const Entry& entry : entries) {
      std::string_view name = entry.name;
      const bool is_folder = !name.empty() && name.back() == '/';
      if (is_folder) name.remove_suffix(1);
      if (!IsSafePath(name)) {
        return At(NotProven("an entry's name is not a safe path"), Step::kInput,
                  Printable(entry.name));
      }
      if (is_folder && entry.bytes != 0) return Broken("a folder has content");
      if (!names.insert(std::string(name)).second) {
        return At(NotProven("two entries have this name"), Step::kInput, Printable(entry.name));
      }
      const size_t slash = entry.name.find('/');
      const std::string folder = slash == std::string::npos ? "" : entry.name.substr(0, slash + 1);
      if (top.empty()) top = folder;
      one_top = one_top && !folder.empty() && folder == top;
    }
    const size_t skip = one_top ? top.size() : 0;
    for (const Entry& entry : entries) {
      if (entry.name.back() == '/') continue;
      const std::string path = entry.name.substr(skip);
      files_[path] = entry.bytes;
      entries_[path] = entry;
    }
    return {};
  }

  RandomFile file_;
  uint64_t count_ = 0;
  uint64_t directory_offset_ = 0;
  uint64_t directory_bytes_ = 0;
  std::vector<std::string> central_;  // fixed parts of the directory, for the local headers
  std::map<std::string, Entry> entries_;
};

}  // namespace

Result<std::unique_ptr<Archive>> OpenZip(const std::string& file) {
  auto zip = std::make_unique<Zip>(file);
  VERIFY_TRY(zip->Load(), Step::kInput, file);
  return std::unique_ptr<Archive>(std::move(zip));
}

}  // namespace verify
