// BagIt bags (RFC 8493): complete and valid, or not.
//
// Reads versions 0.93 to 1.0 whose tag files are UTF-8 (or another encoding as far as it is
// ASCII), with any of md5, sha1, sha224, sha256, sha384 and sha512. Never follows fetch.txt: a
// file that is to be fetched is missing. Where 1.0 calls something an error that older versions
// tolerated, an older bag gets a warning.
//
// Used by: the check of bundles.
#ifndef CONSTANCIA_VERIFY_BAG_H_
#define CONSTANCIA_VERIFY_BAG_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "archive.h"
#include "result.h"

namespace verify {

struct Bag {
  std::string version;
  std::set<std::string> payload_algorithms;
  std::set<std::string> tag_algorithms;
  std::set<std::string> tagged;  // tag files that every tag manifest lists
  uint64_t payload_files = 0;
  std::vector<std::string> warnings;
};

// One line of a manifest.
struct ManifestLine {
  std::string checksum;  // lower-case hex
  std::string path;      // decoded
};

// Parses a manifest's text: lines of checksum, blanks, path, ended by LF, CR or CRLF. `lenient`
// is for bags before 1.0, where "*path" and "./path" earn a warning.
Result<std::vector<ManifestLine>> ParseManifest(std::string_view text, bool lenient,
                                                std::vector<std::string>* warnings);

// Checks that the archive is a valid bag.
Result<Bag> CheckBag(Archive& archive);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_BAG_H_
