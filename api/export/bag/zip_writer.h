// A ZIP file, written entry by entry.
//
// ZIP64, deflate, UTF-8 names, one constant time of modification: the same entries give the same
// entry data whenever they are written.
//
// Used by: BagWriter.
// Threads: one.
// Durability: when Finish returns OK, the file survives loss of power; its name may not (the caller
// renames it and syncs the folder).
#ifndef CONSTANCIA_API_EXPORT_BAG_ZIP_WRITER_H_
#define CONSTANCIA_API_EXPORT_BAG_ZIP_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/crypto/sha256.h"

struct archive;

namespace constancia::api {

class ZipWriter {
 public:
  // What was written.
  struct Written {
    uint64_t bytes = 0;
    Hash sha256;
  };

  // Begins the file `path`, empty when it exists. Fails with SETUP_INVALID when it cannot be made.
  static absl::StatusOr<std::unique_ptr<ZipWriter>> Create(const std::string& path);

  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;
  ~ZipWriter();

  // Adds an entry. `name` is relative and has '/' between its parts. Fails with SETUP_INVALID when
  // the disk takes no more.
  absl::Status Add(const std::string& name, std::string_view bytes);

  // Ends the file and syncs it. Nothing is added afterwards.
  absl::StatusOr<Written> Finish();

 private:
  ZipWriter(std::string path, int file);

  static ssize_t Write(archive* zip, void* self, const void* bytes, size_t size);
  absl::Status Fault(std::string_view what) const;

  const std::string path_;
  int file_;
  archive* zip_;
  Sha256Stream digest_;
  uint64_t bytes_ = 0;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_ZIP_WRITER_H_
