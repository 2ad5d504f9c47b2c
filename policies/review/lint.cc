#include "policies/review/lint.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "policies/engine/case_file.h"
#include "policies/engine/pack_set.h"
#include "policies/engine/yaml_message.h"
#include "policies/review/rule_text.h"

namespace constancia::policies {
namespace {

// A sentence about the value at `path` of the folder's pack.
std::string About(const PackFolder& folder, const std::string& path, std::string_view what) {
  const absl::StatusOr<YamlDocument> document = YamlDocument::Parse(folder.pack_file, folder.yaml);
  if (!document.ok()) return std::string(document.status().message());
  return std::string(document->ErrorAt(path, what).message());
}

// Where the first version of a rule stands: "rules[2]".
std::string PathOf(const policy::v1::Pack& pack, std::string_view id) {
  for (int i = 0; i < pack.rules_size(); ++i) {
    const std::vector<std::string> ids = IdsOf(pack.rules(i));
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return absl::StrCat("rules[", i, "]");
  }
  return "rules";
}

}  // namespace

std::vector<std::string> Lint(const std::vector<PackFolder>& folders,
                              const std::vector<Pack>& others, const ZoneTable& zones) {
  std::vector<std::string> wrong;
  std::map<std::string, const PackFolder*> folder_of;
  std::vector<Pack> packs;
  for (const PackFolder& folder : folders) {
    absl::StatusOr<Pack> pack = Pack::Load(folder.pack_file, folder.yaml);
    if (!pack.ok()) {
      wrong.push_back(std::string(pack.status().message()));
      continue;
    }
    const policy::v1::Pack& text = pack->text();
    const auto [at, fresh] = folder_of.emplace(text.pack(), &folder);
    if (!fresh) {
      wrong.push_back(About(folder, "pack", absl::StrCat("also given by ", at->second->pack_file)));
    }
    for (int i = 0; i < text.zones_size(); ++i) {
      if (zones.Find(text.zones(i)) == nullptr) {
        wrong.push_back(
            About(folder, absl::StrCat("zones[", i, "]"),
                  absl::StrCat(text.zones(i), ": no such zone in tzdata ", zones.version())));
      }
    }
    if (folder.cases.empty()) {
      wrong.push_back(absl::StrCat(folder.pack_file, ": no cases.jsonl beside it"));
    }
    packs.push_back(*std::move(pack));
  }
  // Cases are asked of packs that stand: anything else would only repeat what was said.
  if (!wrong.empty()) return wrong;

  absl::StatusOr<PackSet> own = PackSet::Build(packs, &zones);
  for (const Pack& other : others) {
    if (!folder_of.contains(other.text().pack())) packs.push_back(other);
  }
  absl::StatusOr<PackSet> all = PackSet::Build(std::move(packs), &zones);
  for (const auto* set : {&own, &all}) {
    if (!set->ok()) return {std::string(set->status().message())};
  }

  std::vector<CaseResult> results;
  for (const PackFolder& folder : folders) {
    for (CaseResult& result : RunCases(*all, folder.cases_file, folder.cases)) {
      if (!result.passed()) {
        const std::string where = absl::StrCat(folder.cases_file, ":", result.line);
        wrong.push_back(result.difference.rfind(where, 0) == 0
                            ? result.difference
                            : absl::StrCat(where, ": ", result.id, ": ", result.difference));
      }
      results.push_back(std::move(result));
    }
  }
  for (const std::string& untested : FindUntestedRules(*own, results)) {
    const std::string id = untested.substr(0, untested.find(':'));
    for (const PackSet::Member& member : own->members()) {
      const policy::v1::Pack& text = member.pack->text();
      const std::string path = PathOf(text, id);
      if (path != "rules") wrong.push_back(About(*folder_of.at(text.pack()), path, untested));
    }
  }
  return wrong;
}

}  // namespace constancia::policies
