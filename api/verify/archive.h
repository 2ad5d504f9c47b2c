// The files of an export, from a folder or from a ZIP, read as streams.
//
// Paths use '/' and are relative to the root. Nothing outside the root is ever read: links are
// refused in a folder, and names that are absolute or climb are refused in a ZIP.
//
// Used by: the checks of bags, bundles and published logs.
// Threads: an archive may be read by any thread, a stream by one.
#ifndef CONSTANCIA_VERIFY_ARCHIVE_H_
#define CONSTANCIA_VERIFY_ARCHIVE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "result.h"

namespace verify {

// Largest file that is read into memory as a whole (manifests, proofs).
constexpr uint64_t kWholeFileBytesMax = 256 * 1024 * 1024;

// The bytes of one file, once, front to back.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills at most `size` bytes of `out`; fewer only at the end, 0 at the end.
  virtual Result<size_t> Read(char* out, size_t size) = 0;
};

class Archive {
 public:
  virtual ~Archive() = default;

  // Size in bytes of every file, by path.
  const std::map<std::string, uint64_t>& files() const { return files_; }
  bool Has(const std::string& path) const { return files_.count(path) != 0; }

  virtual Result<std::unique_ptr<ByteStream>> Open(const std::string& path) = 0;

  // The whole of a file of at most `bytes_max`.
  Result<std::string> ReadAll(const std::string& path, uint64_t bytes_max = kWholeFileBytesMax);

 protected:
  std::map<std::string, uint64_t> files_;
};

// A relative path of normal names: not empty, no '..', '.', empty part, backslash, control
// character, leading '~' or drive letter.
bool IsSafePath(std::string_view path);

// Every file below `folder`. Fails when there is anything but files and folders.
Result<std::unique_ptr<Archive>> OpenFolder(const std::string& folder);

// A ZIP (PKWARE APPNOTE 6.3: stored and deflated entries, ZIP64, data descriptors). Strict: local
// headers agree with the central directory, entries neither overlap nor leave gaps, nothing
// stands before the first or behind the last, and every checksum is verified when read. Encrypted
// entries, spanned archives, links and repeated names are refused.
// When all entries lie in one top folder, paths are relative to that folder.
Result<std::unique_ptr<Archive>> OpenZip(const std::string& file);

// A folder or a ZIP, by what stands at `path`.
Result<std::unique_ptr<Archive>> OpenArchive(const std::string& path);

// The whole of a file named on the command line, of at most `bytes_max`.
Result<std::string> ReadInput(const std::string& path, uint64_t bytes_max = kWholeFileBytesMax);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_ARCHIVE_H_
