// The container of every export: a BagIt 1.0 bag (RFC 8493) as a ZIP with one top folder.
//
//     <export id>/bagit.txt
//                 bag-info.txt
//                 data/...               the payload, in the order given
//                 proofs/...             what ties the payload to a signed checkpoint
//                 manifest-sha512.txt    the files of data/
//                 tagmanifest-sha512.txt every other file before it
//                 export.note            note of the log's key over the tag manifest
//
// docs/format/bag.md says what stands in each file.
//
// Used by: ExportJobs.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_BAG_BAG_WRITER_H_
#define CONSTANCIA_API_EXPORT_BAG_BAG_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/hash.h"
#include "core/crypto/ed25519.h"

namespace constancia::api {

struct BagFile {
  std::string path;  // below data/ or proofs/
  std::string bytes;
};

// What a kind of export puts into its bag.
struct BagContents {
  // data/ first, then proofs/; in this order they are written.
  std::vector<BagFile> files;
  std::string description;  // one line, for External-Description
  uint64_t events = 0;      // in scope
  uint64_t checkpoint_size = 0;
  Hash checkpoint_root;
};

// What is the same for every bag of a ledger or an order.
struct BagLabels {
  std::string export_id;
  std::string organization;  // whose ledger it is
  std::string contact;       // whom to ask; left out when empty
  std::string date;          // YYYY-MM-DD, of the order
  std::string origin;        // of the log
};

struct BagResult {
  uint64_t files = 0;
  uint64_t bytes = 0;  // of the ZIP
  Hash sha256;         // of the ZIP
  Hash tagmanifest_sha256;
};

// Writes the bag to `path`, synced. Fails with SETUP_INVALID when the disk takes no more, and when
// the key cannot be reached.
absl::StatusOr<BagResult> WriteBag(const std::string& path, const BagLabels& labels,
                                   const BagContents& contents, const Signer& signer);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_BAG_WRITER_H_
