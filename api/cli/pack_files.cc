#include "api/cli/pack_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_split.h"
#include "api/server/files.h"
#include "core/base/status.h"
#include "core/base/zone.h"
#include "policies/engine/yaml_message.h"

namespace constancia::api {

absl::StatusOr<std::string> PacksFolder(const std::string& folder) {
  std::string found = folder.empty() ? DefaultPacksFolder() : folder;
  if (found.empty()) {
    return Error(error::v1::SETUP_INVALID, "no packs beside the program; give --packs DIR");
  }
  return found;
}

absl::StatusOr<std::vector<policies::PackFolder>> ReadPackFolders(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, FindPacks(folder));
  std::vector<policies::PackFolder> folders;
  for (const std::string& path : paths) {
    policies::PackFolder one;
    one.pack_file = path;
    ASSIGN_OR_RETURN(one.yaml, ReadSmallFile(path));
    one.cases_file = std::filesystem::path(path).parent_path() / "cases.jsonl";
    std::error_code failed;
    if (std::filesystem::exists(one.cases_file, failed)) {
      ASSIGN_OR_RETURN(one.cases, ReadSmallFile(one.cases_file));
    }
    folders.push_back(std::move(one));
  }
  return folders;
}

absl::StatusOr<Counsel> CounselOf(const std::vector<policies::PackFolder>& folders,
                                  const std::string& others,
                                  const std::vector<policies::PackFolder>& replaced,
                                  const policies::SwitchValues& switches) {
  std::vector<policies::Pack> packs;
  std::set<std::string> own;
  for (const policies::PackFolder& folder : replaced) {
    ASSIGN_OR_RETURN(const policies::Pack pack,
                     policies::Pack::Load(folder.pack_file, folder.yaml));
    own.insert(pack.text().pack());
  }
  for (const policies::PackFolder& folder : folders) {
    ASSIGN_OR_RETURN(policies::Pack pack, policies::Pack::Load(folder.pack_file, folder.yaml));
    own.insert(pack.text().pack());
    packs.push_back(std::move(pack));
  }
  if (!others.empty()) {
    ASSIGN_OR_RETURN(std::vector<policies::Pack> rest, ReadPacks(others));
    for (policies::Pack& pack : rest) {
      if (!own.contains(pack.text().pack())) packs.push_back(std::move(pack));
    }
  }
  return BuildCounsel(std::move(packs), switches);
}

std::vector<policy::v1::Case> CasesIn(std::string_view file, std::string_view jsonl) {
  using policies::YamlDocument;
  std::vector<policy::v1::Case> cases;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(jsonl), '\n')) {
    ++number;
    const auto document =
        YamlDocument::Parse(file, ToStd(line), YamlDocument::Spelling::kJson, number);
    policy::v1::Case one;
    if (document.ok() && document->Into(&one).ok()) cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace constancia::api
