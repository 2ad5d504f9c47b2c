#include "api/export/bag/bag_writer.h"

#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "api/export/bag/zip_writer.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/crypto/sha512.h"
#include "eventstore/proof/note.h"

namespace constancia::api {
namespace {

constexpr std::string_view kDeclaration =
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

bool IsPayload(const std::string& path) { return path.starts_with("data/"); }

std::string BagInfo(const BagLabels& labels, const BagContents& contents) {
  uint64_t bytes = 0, files = 0;
  for (const BagFile& file : contents.files) {
    if (!IsPayload(file.path)) continue;
    bytes += file.bytes.size();
    ++files;
  }
  std::string info = absl::StrCat("Source-Organization: ", labels.organization, "\n");
  if (!labels.contact.empty()) absl::StrAppend(&info, "Contact-Name: ", labels.contact, "\n");
  absl::StrAppend(&info, "Bagging-Date: ", labels.date, "\n",
                  "External-Identifier: ", labels.export_id, "\n",
                  "External-Description: ", contents.description, "\n",  //
                  "Payload-Oxum: ", bytes, ".", files, "\n",             //
                  "Bag-Count: 1 of 1\n",                                 //
                  "Internal-Sender-Identifier: ", labels.origin, "\n");
  return info;
}

// Writes files one by one and keeps the manifests of what it wrote.
class Bag {
 public:
  Bag(ZipWriter* zip, const std::string& folder) : zip_(zip), folder_(folder) {}

  absl::Status Add(const std::string& path, std::string_view bytes) {
    absl::StrAppend(IsPayload(path) ? &manifest_ : &tag_manifest_, HexEncode(Sha512(bytes)), "  ",
                    path, "\n");
    return AddUnlisted(path, bytes);
  }

  absl::Status AddUnlisted(const std::string& path, std::string_view bytes) {
    ++files_;
    return zip_->Add(absl::StrCat(folder_, "/", path), bytes);
  }

  const std::string& manifest() const { return manifest_; }
  const std::string& tag_manifest() const { return tag_manifest_; }
  uint64_t files() const { return files_; }

 private:
  ZipWriter* const zip_;
  const std::string folder_;
  std::string manifest_;
  std::string tag_manifest_;
  uint64_t files_ = 0;
};

}  // namespace

absl::StatusOr<BagResult> WriteBag(const std::string& path, const BagLabels& labels,
                                   const BagContents& contents, const Signer& signer) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ZipWriter> zip, ZipWriter::Create(path));
  Bag bag(zip.get(), labels.export_id);
  RETURN_IF_ERROR(bag.Add("bagit.txt", kDeclaration));
  RETURN_IF_ERROR(bag.Add("bag-info.txt", BagInfo(labels, contents)));
  for (const BagFile& file : contents.files) {
    CHECK(IsPayload(file.path) || file.path.starts_with("proofs/"));
    RETURN_IF_ERROR(bag.Add(file.path, file.bytes));
  }
  RETURN_IF_ERROR(bag.Add("manifest-sha512.txt", bag.manifest()));
  RETURN_IF_ERROR(bag.AddUnlisted("tagmanifest-sha512.txt", bag.tag_manifest()));
  BagResult result;
  result.tagmanifest_sha256 = Sha256(bag.tag_manifest());
  ASSIGN_OR_RETURN(
      const std::string note,
      eventstore::SignNote(
          absl::StrCat("constancia-export/v1\n", labels.export_id, "\n", contents.checkpoint_size,
                       "\n", Base64Encode(result.tagmanifest_sha256.view()), "\n"),
          labels.origin, signer));
  RETURN_IF_ERROR(bag.AddUnlisted("export.note", note));
  ASSIGN_OR_RETURN(const ZipWriter::Written written, zip->Finish());
  result.files = bag.files();
  result.bytes = written.bytes;
  result.sha256 = written.sha256;
  return result;
}

}  // namespace constancia::api
