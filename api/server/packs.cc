#include "api/server/packs.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/server/files.h"
#include "core/base/status.h"
#include "core/base/zone.h"

namespace constancia::api {
namespace {

// Keeps the text of each pack by its id.
absl::StatusOr<std::vector<policies::Pack>> ReadPacks(const std::string& folder,
                                                      std::map<std::string, std::string>* texts) {
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, FindPacks(folder));
  std::vector<policies::Pack> packs;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string yaml, ReadSmallFile(path));
    ASSIGN_OR_RETURN(policies::Pack pack, policies::Pack::Load(path, yaml));
    (*texts)[pack.text().pack()] = std::move(yaml);
    packs.push_back(std::move(pack));
  }
  return packs;
}

}  // namespace

std::string DefaultPacksFolder() {
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::filesystem::path folder = program.parent_path() / "../share/constancia/packs";
  if (failed || !std::filesystem::is_directory(folder, failed)) return "";
  return folder.lexically_normal().string();
}

absl::StatusOr<std::vector<std::string>> FindPacks(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (auto at = std::filesystem::recursive_directory_iterator(folder, failed);
       !failed && at != std::filesystem::recursive_directory_iterator(); at.increment(failed)) {
    if (at->path().filename() == "pack.yaml") paths.push_back(at->path().string());
  }
  if (failed || paths.empty()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("no pack.yaml below \"", folder, "\""));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<std::vector<policies::Pack>> ReadPacks(const std::string& folder) {
  std::map<std::string, std::string> texts;
  return ReadPacks(folder, &texts);
}

absl::StatusOr<Counsel> LoadCounsel(const std::string& folder,
                                    const policies::SwitchValues& switches) {
  std::vector<policies::Pack> packs;
  std::map<std::string, std::string> texts;
  if (!folder.empty()) {
    ASSIGN_OR_RETURN(packs, ReadPacks(folder, &texts));
  }
  ASSIGN_OR_RETURN(Counsel counsel, BuildCounsel(std::move(packs), switches));
  counsel.texts = std::move(texts);
  return counsel;
}

absl::StatusOr<Counsel> LoadCounsel(const Settings& settings) {
  policies::SwitchValues switches;
  for (const auto& [id, chosen] : settings.switches) switches[id] = chosen.value;
  absl::StatusOr<Counsel> counsel =
      LoadCounsel(settings.packs.empty() ? DefaultPacksFolder() : settings.packs, switches);
  const std::optional<error::v1::ErrorDetail> detail = DetailOf(counsel.status());
  if (counsel.ok() || !detail.has_value()) return counsel;
  for (const error::v1::Variable& variable : detail->variables()) {
    const auto chosen = settings.switches.find(variable.value());
    if (variable.name() != "switch" || chosen == settings.switches.end()) continue;
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(chosen->second.place, ": ", counsel.status().message()));
  }
  return counsel;
}

absl::StatusOr<Counsel> BuildCounsel(std::vector<policies::Pack> packs,
                                     const policies::SwitchValues& switches) {
  ASSIGN_OR_RETURN(const std::string tzdata, ReadSmallFile(kZoneFile));
  ASSIGN_OR_RETURN(policies::ZoneTable table, policies::ZoneTable::Load(tzdata));
  Counsel counsel;
  counsel.zones = std::make_unique<const policies::ZoneTable>(std::move(table));
  ASSIGN_OR_RETURN(counsel.packs,
                   policies::PackSet::Build(std::move(packs), counsel.zones.get(), switches));
  return counsel;
}

}  // namespace constancia::api
