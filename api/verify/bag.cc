#include "bag.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "bytes.h"
#include "hash.h"

namespace verify {
namespace {

constexpr std::string_view kPayload = "data/";
constexpr std::string_view kManifest = "manifest-";
constexpr std::string_view kTagManifest = "tagmanifest-";
constexpr std::string_view kText = ".txt";
constexpr size_t kBlockBytes = 1 << 18;

bool IsPayload(std::string_view path) { return path.substr(0, kPayload.size()) == kPayload; }

// The algorithm of "manifest-sha512.txt" and the like; empty for other files.
std::string AlgorithmOf(std::string_view path, std::string_view prefix) {
  if (path.size() <= prefix.size() + kText.size() || path.substr(0, prefix.size()) != prefix ||
      path.substr(path.size() - kText.size()) != kText || path.find('/') != path.npos) {
    return "";
  }
  return std::string(path.substr(prefix.size(), path.size() - prefix.size() - kText.size()));
}

// Lines ended by LF, CR or CRLF; the last may lack its end.
std::vector<std::string_view> AnyLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == text.npos) break;
    const bool two = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (two ? 2 : 1));
  }
  return lines;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// A path with %0D, %0A and %25 decoded; other percent signs stand for themselves.
std::string DecodePath(std::string_view text) {
  std::string path;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string code = text[i] == '%' ? Lower(text.substr(i + 1, 2)) : "";
    const char decoded = code == "0d" ? '\r' : code == "0a" ? '\n' : code == "25" ? '%' : '\0';
    path.push_back(decoded != '\0' ? decoded : text[i]);
    if (decoded != '\0') i += 2;
  }
  return path;
}

// The version; checks both lines of bagit.txt.
Result<std::string> ParseDeclaration(std::string_view text) {
  const std::vector<std::string_view> lines = AnyLines(text);
  constexpr std::string_view kVersion = "BagIt-Version: ";
  constexpr std::string_view kEncoding = "Tag-File-Character-Encoding: ";
  if (lines.size() != 2 || lines[0].substr(0, kVersion.size()) != kVersion ||
      lines[1].substr(0, kEncoding.size()) != kEncoding) {
    return NotProven("must be exactly a line 'BagIt-Version: ' and one of the encoding");
  }
  const std::string version(lines[0].substr(kVersion.size()));
  const std::set<std::string> known = {"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"};
  if (known.count(version) == 0) return NotProven("the version of the bag is unknown");
  const std::string encoding = Lower(lines[1].substr(kEncoding.size()));
  if (version == "1.0" && encoding != "utf-8") {
    return NotProven("the tag files are not declared as UTF-8");
  }
  if (encoding.substr(0, 6) == "utf-16" || encoding.substr(0, 6) == "utf-32") {
    return NotProven("tag files in this encoding are not read");
  }
  return version;
}

// Checks one "Payload-Oxum: <bytes>.<files>" when bag-info.txt has it.
Status CheckOxum(std::string_view bag_info, const Archive& archive) {
  for (std::string_view line : AnyLines(bag_info)) {
    const size_t colon = line.find(':');
    if (colon == line.npos || Lower(line.substr(0, colon)) != "payload-oxum") continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value[0] == ' ' || value[0] == '\t')) value.remove_prefix(1);
    uint64_t bytes = 0, files = 0;
    for (const auto& [path, size] : archive.files()) {
      if (!IsPayload(path)) continue;
      bytes += size;
      ++files;
    }
    if (value != std::to_string(bytes) + "." + std::to_string(files)) {
      return NotProven("Payload-Oxum does not count the files under data/");
    }
  }
  return {};
}

// fetch.txt is never followed; what it says must still be lines of URL, length and a path that
// stays in the bag.
Status CheckFetch(std::string_view fetch) {
  for (std::string_view line : AnyLines(fetch)) {
    const size_t url_end = line.find_first_of(" \t");
    const size_t length = line.find_first_not_of(" \t", url_end);
    const size_t length_end = line.find_first_of(" \t", length);
    const size_t path = line.find_first_not_of(" \t", length_end);
    if (url_end == line.npos || length == line.npos || length_end == line.npos ||
        path == line.npos || !IsSafePath(DecodePath(line.substr(path)))) {
      return NotProven("a line is not a URL, a length and a safe path");
    }
  }
  return {};
}

// Everything that manifests say: the wanted checksum by algorithm, for each file.
using Wanted = std::map<std::string, std::map<std::string, std::string>>;

class Checker {
 public:
  explicit Checker(Archive& archive) : archive_(archive) {}

  Result<Bag> Check() {
    VERIFY_TRY(ReadDeclaration());
    for (const auto& [path, size] : archive_.files()) {
      if (std::string algorithm = AlgorithmOf(path, kTagManifest); !algorithm.empty()) {
        bag_.tag_algorithms.insert(algorithm);
        VERIFY_TRY(ReadManifest(path, algorithm, /*of_payload=*/false), Step::kBag, path);
      } else if (algorithm = AlgorithmOf(path, kManifest); !algorithm.empty()) {
        bag_.payload_algorithms.insert(algorithm);
        VERIFY_TRY(ReadManifest(path, algorithm, /*of_payload=*/true), Step::kBag, path);
      }
      bag_.payload_files += IsPayload(path);
    }
    if (bag_.payload_algorithms.empty()) return NotProven("the bag has no payload manifest");
    VERIFY_TRY(CheckComplete());
    WarnOfNames();
    if (archive_.Has("bag-info.txt")) {
      VERIFY_ASSIGN(const std::string bag_info, archive_.ReadAll("bag-info.txt"));
      VERIFY_TRY(CheckOxum(bag_info, archive_), Step::kBag, "bag-info.txt");
    }
    if (archive_.Has("fetch.txt")) {
      VERIFY_ASSIGN(const std::string fetch, archive_.ReadAll("fetch.txt"));
      VERIFY_TRY(CheckFetch(fetch), Step::kBag, "fetch.txt");
    }
    for (const auto& [path, checksums] : wanted_) {
      VERIFY_TRY(CheckSums(path, checksums), Step::kBag, Printable(path));
    }
    return std::move(bag_);
  }

 private:
  bool lenient() const { return bag_.version != "1.0"; }

  Status ReadDeclaration() {
    VERIFY_ASSIGN(const std::string text, archive_.ReadAll("bagit.txt"));
    VERIFY_ASSIGN(bag_.version, ParseDeclaration(text), Step::kBag, "bagit.txt");
    return {};
  }

  Status ReadManifest(const std::string& file, const std::string& algorithm, bool of_payload) {
    auto digest = Digest::Named(algorithm);
    if (!digest) return NotProven("the checksum algorithm of this manifest is not known");
    const size_t hex_digits = digest->Finish().size() * 2;
    VERIFY_ASSIGN(const std::string text, archive_.ReadAll(file));
    VERIFY_ASSIGN(const auto lines, ParseManifest(text, lenient(), &bag_.warnings));
    for (const ManifestLine& line : lines) {
      const std::string shown = Printable(line.path);
      if (line.checksum.size() != hex_digits) {
        return NotProven("the checksum of '" + shown + "' has a wrong length");
      }
      if (IsPayload(line.path) != of_payload) {
        return NotProven("'" + shown + "' does not belong in this manifest");
      }
      const auto [entry, is_new] = wanted_[line.path].emplace(algorithm, line.checksum);
      if (!is_new) {
        if (!lenient() || entry->second != line.checksum) {
          return NotProven("'" + shown + "' is listed twice");
        }
        bag_.warnings.push_back("'" + shown + "' is listed twice in " + file);
      }
    }
    return {};
  }

  // Nothing listed is missing; nothing under data/ is unlisted; and from 1.0 on every manifest
  // lists every file.
  Status CheckComplete() {
    for (const auto& [path, checksums] : wanted_) {
      if (!archive_.Has(path)) {
        return At(NotProven("a listed file is missing"), Step::kBag, Printable(path));
      }
      const bool payload = IsPayload(path);
      const size_t manifests =
          payload ? bag_.payload_algorithms.size() : bag_.tag_algorithms.size();
      if (checksums.size() == manifests) {
        if (!payload) bag_.tagged.insert(path);
      } else if (payload && !lenient()) {
        return At(NotProven("not every manifest lists this file"), Step::kBag, Printable(path));
      }
    }
    for (const auto& [path, size] : archive_.files()) {
      if (IsPayload(path) && wanted_.count(path) == 0) {
        return At(NotProven("no manifest lists this file"), Step::kBag, Printable(path));
      }
    }
    return {};
  }

  void WarnOfNames() {
    std::map<std::string, std::string> by_lower;
    for (const auto& [path, size] : archive_.files()) {
      const auto [entry, is_new] = by_lower.emplace(Lower(path), path);
      if (!is_new) {
        bag_.warnings.push_back("'" + Printable(entry->second) + "' and '" + Printable(path) +
                                "' differ only in letter case");
      }
    }
  }

  Status CheckSums(const std::string& path, const std::map<std::string, std::string>& checksums) {
    std::map<std::string, Digest> digests;
    for (const auto& [algorithm, checksum] : checksums) {
      digests.emplace(algorithm, std::move(*Digest::Named(algorithm)));
    }
    VERIFY_ASSIGN(const auto stream, archive_.Open(path));
    while (true) {
      VERIFY_ASSIGN(const size_t got, stream->Read(block_.data(), block_.size()));
      for (auto& [algorithm, digest] : digests) digest.Update({block_.data(), got});
      if (got < block_.size()) break;
    }
    for (auto& [algorithm, digest] : digests) {
      if (HexEncode(digest.Finish()) != checksums.at(algorithm)) {
        return NotProven("the file does not have the " + algorithm + " of its manifest");
      }
    }
    return {};
  }

  Archive& archive_;
  Bag bag_;
  Wanted wanted_;
  std::string block_ = std::string(kBlockBytes, '\0');
};

}  // namespace

Result<std::vector<ManifestLine>> ParseManifest(std::string_view text, bool lenient,
                                                std::vector<std::string>* warnings) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") return NotProven("the manifest has a byte-order mark");
  if (!IsUtf8(text)) return NotProven("the manifest is not UTF-8");
  std::vector<ManifestLine> lines;
  for (std::string_view line : AnyLines(text)) {
    if (line.empty() && lenient) continue;
    const size_t end = line.find_first_of(" \t");
    const size_t start = end == line.npos ? end : line.find_first_not_of(" \t", end);
    if (start == line.npos || !HexDecode(line.substr(0, end), /*any_case=*/true)) {
      return NotProven("a line is not a checksum and a path");
    }
    std::string_view path = line.substr(start);
    if (lenient && path[0] == '*') {
      path.remove_prefix(1);
      warnings->push_back("a manifest was made by a md5sum tool ('*' before a path)");
    }
    if (lenient && path.substr(0, 2) == "./") {
      path.remove_prefix(2);
      warnings->push_back("a manifest has a path that begins with './'");
    }
    const std::string decoded = DecodePath(path);
    if (!IsSafePath(decoded)) {
      return NotProven("the path '" + Printable(decoded) + "' is not safe");
    }
    lines.push_back({Lower(line.substr(0, end)), decoded});
  }
  return lines;
}

Result<Bag> CheckBag(Archive& archive) {
  Result<Bag> bag = Checker(archive).Check();
  if (!bag.ok()) return At(bag.failure(), Step::kBag);
  return bag;
}

}  // namespace verify
