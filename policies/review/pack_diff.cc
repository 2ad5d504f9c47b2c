#include "policies/review/pack_diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "policies/engine/case_file.h"
#include "policies/review/rule_text.h"

namespace constancia::policies {
namespace {

using counsel::v1::Verdict;
using policy::v1::Rule;
using Fields = std::map<std::string, std::string>;

void CompareFields(const Fields& before, const Fields& after, const TextChange& where,
                   std::vector<TextChange>* changes) {
  std::set<std::string> names;
  for (const auto& [name, value] : before) names.insert(name);
  for (const auto& [name, value] : after) names.insert(name);
  const auto value_of = [](const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  for (const std::string& name : names) {
    TextChange change = where;
    change.change = "changed";
    change.field = name;
    change.before = value_of(before, name);
    change.after = value_of(after, name);
    if (change.before != change.after) changes->push_back(std::move(change));
  }
}

// The rules of a pack by what makes them the same rule; its versions in the order of the text.
std::map<std::string, std::vector<const Rule*>> ById(const policy::v1::Pack& pack) {
  std::map<std::string, std::vector<const Rule*>> rules;
  for (const Rule& rule : pack.rules()) {
    rules[absl::StrCat(absl::StrJoin(IdsOf(rule), ", "), "\n", rule.kind())].push_back(&rule);
  }
  return rules;
}

TextChange Where(const policy::v1::Pack& pack, const Rule& rule, std::string_view change) {
  return {.pack = pack.pack(),
          .rule = absl::StrJoin(IdsOf(rule), ", "),
          .from = FirstDateOf(pack, rule),
          .change = std::string(change),
          .field = "",
          .before = "",
          .after = ""};
}

// The version in `versions` that `rule` is compared with; null when there is none.
const Rule* Counterpart(const policy::v1::Pack& pack, const Rule& rule, size_t own_versions,
                        const policy::v1::Pack& other, const std::vector<const Rule*>& versions) {
  if (own_versions == 1 && versions.size() == 1) return versions.front();
  for (const Rule* version : versions) {
    if (FirstDateOf(other, *version) == FirstDateOf(pack, rule)) return version;
  }
  return nullptr;
}

void ComparePacks(const policy::v1::Pack& before, const policy::v1::Pack& after,
                  std::vector<TextChange>* changes) {
  const auto above_rules = [](policy::v1::Pack pack) {
    pack.clear_rules();
    return FieldsOf(pack);
  };
  TextChange pack_itself;
  pack_itself.pack = before.pack();
  CompareFields(above_rules(before), above_rules(after), pack_itself, changes);

  const auto old_rules = ById(before);
  const auto new_rules = ById(after);
  const auto versions_in = [](const auto& rules, const std::string& key) {
    const auto found = rules.find(key);
    return found == rules.end() ? std::vector<const Rule*>() : found->second;
  };
  for (const auto& [key, versions] : old_rules) {
    const std::vector<const Rule*> others = versions_in(new_rules, key);
    for (const Rule* rule : versions) {
      const Rule* other = Counterpart(before, *rule, versions.size(), after, others);
      if (other == nullptr) {
        changes->push_back(Where(before, *rule, "removed"));
      } else {
        CompareFields(FieldsOf(*rule), FieldsOf(*other), Where(before, *rule, "changed"), changes);
      }
    }
  }
  for (const auto& [key, versions] : new_rules) {
    const std::vector<const Rule*> others = versions_in(old_rules, key);
    for (const Rule* rule : versions) {
      if (Counterpart(after, *rule, versions.size(), before, others) == nullptr) {
        changes->push_back(Where(after, *rule, "added"));
      }
    }
  }
}

std::string AnswerText(const CaseResult& result, const PackSet& packs) {
  const Verdict& verdict = result.verdict;
  if (verdict.outcome() == Verdict::OUTCOME_UNSPECIFIED) {
    return result.passed() ? "as expected" : result.difference;
  }
  if (verdict.outcome() != Verdict::DENY) {
    return verdict.outcome() == Verdict::REFER ? absl::StrCat("refer by ", verdict.rule())
                                               : "permit";
  }
  if (!result.conduct_date.empty()) return absl::StrCat("deny by ", verdict.rule());
  const absl::TimeZone& zone = *packs.zones().Find(result.proposal.zones(0));
  return absl::StrCat(
      "deny by ", verdict.rule(), ", ",
      verdict.has_next_allowed_at_micros()
          ? absl::StrCat("from ", absl::FormatTime(
                                      absl::RFC3339_full,
                                      absl::FromUnixMicros(verdict.next_allowed_at_micros()), zone))
          : "never");
}

}  // namespace

std::vector<TextChange> CompareTexts(const std::vector<Pack>& before,
                                     const std::vector<Pack>& after) {
  std::map<std::string, std::pair<const Pack*, const Pack*>> packs;
  for (const Pack& pack : before) packs[pack.text().pack()].first = &pack;
  for (const Pack& pack : after) packs[pack.text().pack()].second = &pack;
  std::vector<TextChange> changes;
  for (const auto& [id, pair] : packs) {
    if (pair.first != nullptr && pair.second != nullptr) {
      ComparePacks(pair.first->text(), pair.second->text(), &changes);
      continue;
    }
    TextChange change;
    change.pack = id;
    change.change = pair.first == nullptr ? "added" : "removed";
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<AnswerChange> CompareAnswers(const PackSet& before, const PackSet& after,
                                         std::string_view file, std::string_view jsonl) {
  const std::vector<CaseResult> old_results = RunCases(before, file, jsonl);
  const std::vector<CaseResult> new_results = RunCases(after, file, jsonl);
  CHECK(old_results.size() == new_results.size());
  std::vector<AnswerChange> changes;
  for (size_t i = 0; i < old_results.size(); ++i) {
    AnswerChange change;
    change.case_id = old_results[i].id;
    change.before = AnswerText(old_results[i], before);
    change.after = AnswerText(new_results[i], after);
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace constancia::policies
