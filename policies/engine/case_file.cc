#include "policies/engine/case_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "constancia/policy/v1/case.pb.h"
#include "core/base/status.h"
#include "policies/engine/evaluate.h"
#include "policies/engine/internal/rule_compiler.h"
#include "policies/engine/yaml_message.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using policy::v1::Case;
using policy::v1::CaseContact;

constexpr char kDefaultDebt[] = "D1";
constexpr char kCreditor[] = "C1";

absl::Status Malformed(std::string_view field, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, field);
}

absl::StatusOr<int64_t> ReadInstant(const std::string& text, std::string_view field) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return Malformed(field, "an instant is written 2025-03-10T08:00:00-03:00");
  }
  return absl::ToUnixMicros(time);
}

std::string WriteInstant(std::optional<int64_t> micros, const absl::TimeZone& zone) {
  if (!micros) return "never";
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(*micros), zone);
}

std::string OrElse(const std::string& text, const char* fallback) {
  return text.empty() ? fallback : text;
}

std::vector<std::string> DebtsOf(const CaseContact& contact) {
  if (!contact.debts().empty()) return {contact.debts().begin(), contact.debts().end()};
  return {OrElse(contact.debt(), kDefaultDebt)};
}

absl::StatusOr<counsel::v1::Facts> ReadHistory(const Case& one) {
  counsel::v1::Facts facts;
  for (int i = 0; i < one.history_size(); ++i) {
    const CaseContact& entry = one.history(i);
    const std::string path = absl::StrCat("history[", i, "]");
    ASSIGN_OR_RETURN(const int64_t at, ReadInstant(entry.at(), path + ".at"));
    const std::string party = OrElse(entry.party(), "debtor");
    const std::string person = entry.person().empty() ? party : entry.person();
    const std::vector<std::string> debts = DebtsOf(entry);
    if (entry.channel() == "record") {
      counsel::v1::Record* record = facts.add_records();
      record->set_position(static_cast<uint64_t>(i));
      record->set_at_micros(at);
      record->set_word(entry.outcome());
      record->set_person(person);
      record->mutable_debts()->Assign(debts.begin(), debts.end());
      continue;
    }
    counsel::v1::Contact* contact = facts.add_contacts();
    contact->set_position(static_cast<uint64_t>(i));
    contact->set_at_micros(at);
    contact->set_channel(entry.channel());
    contact->set_party(party);
    contact->set_person(person);
    contact->mutable_debts()->Assign(debts.begin(), debts.end());
    contact->set_creditor(kCreditor);
    contact->set_initiated_by(OrElse(entry.initiated_by(), "collector"));
    contact->set_outcome(entry.outcome());
  }
  return facts;
}

absl::StatusOr<counsel::v1::Proposal> ReadProposed(const Case& one) {
  if (!one.has_proposed()) return Malformed("proposed", "a case proposes a contact");
  const CaseContact& entry = one.proposed();
  counsel::v1::Proposal proposal;
  ASSIGN_OR_RETURN(const int64_t at, ReadInstant(entry.at(), "proposed.at"));
  proposal.set_at_micros(at);
  proposal.set_channel(entry.channel());
  proposal.set_party(OrElse(entry.party(), "debtor"));
  proposal.set_person(entry.person().empty() ? proposal.party() : entry.person());
  const std::vector<std::string> debts = DebtsOf(entry);
  proposal.mutable_debts()->Assign(debts.begin(), debts.end());
  proposal.set_creditor(kCreditor);
  proposal.set_purpose(entry.purpose().empty() ? one.purpose() : entry.purpose());
  proposal.set_initiated_by(entry.initiated_by());
  proposal.set_region(entry.region().empty() ? one.region() : entry.region());
  for (const absl::string_view zone : absl::StrSplit(one.tz(), '|')) {
    proposal.add_zones(std::string(zone));
  }
  for (const absl::string_view code : absl::StrSplit(one.jurisdiction(), '+')) {
    proposal.add_jurisdictions(std::string(code));
  }
  return proposal;
}

// Tells whether a pack that `jurisdictions` load has a rule or exemption of that id.
bool HasRule(const PackSet& packs, const counsel::v1::Proposal& proposal, std::string_view id) {
  const auto selected =
      packs.Select({proposal.jurisdictions().begin(), proposal.jurisdictions().end()});
  if (!selected.ok()) return false;
  return std::any_of(selected->begin(), selected->end(), [&](const PackSet::Selected& one) {
    const RuleBook& book = one.member->book;
    return std::any_of(book.rules.begin(), book.rules.end(),
                       [&](const Rule& rule) { return rule.id == id; }) ||
           std::any_of(book.exemptions.begin(), book.exemptions.end(),
                       [&](const Exemption& exemption) { return exemption.id == id; });
  });
}

absl::StatusOr<std::optional<int64_t>> ReadNext(const google::protobuf::Value& value) {
  if (value.has_null_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const int64_t micros, ReadInstant(value.string_value(), "next_allowed_at"));
  return micros;
}

// Returns how the verdict differs from what the case expects; "" when it does not.
absl::StatusOr<std::string> Compare(const Case& one, const Verdict& verdict,
                                    const absl::TimeZone& zone) {
  const bool denied = verdict.outcome() == Verdict::DENY;
  const std::string answer = denied ? absl::StrCat("deny by ", verdict.rule()) : "permit";
  if (denied != (one.expect() == "deny") || (denied && verdict.rule() != one.rule())) {
    return absl::StrCat("expected ", one.expect(), one.expect() == "deny" ? " by " : "",
                        one.expect() == "deny" ? one.rule() : "", ", got ", answer);
  }
  if (one.has_next_allowed_at()) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> expected, ReadNext(one.next_allowed_at()));
    std::optional<int64_t> next;
    if (verdict.has_next_allowed_at_micros()) next = verdict.next_allowed_at_micros();
    if (next != expected) {
      return absl::StrCat("expected next_allowed_at ", WriteInstant(expected, zone), ", got ",
                          WriteInstant(next, zone));
    }
  }
  std::set<std::string> referred;
  for (const Finding& finding : verdict.findings()) {
    if (finding.severity() == Finding::REVIEW && finding.result() == Finding::FAIL) {
      referred.insert(finding.rule_id());
    }
  }
  const std::set<std::string> expected(one.review().begin(), one.review().end());
  if (!expected.empty() && referred != expected) return std::string("other review rules fail");
  return std::string();
}

// Asks one case and fills in `result`. A failure is about the case itself; its field says where.
absl::Status RunCase(const PackSet& packs, const Case& one, CaseResult* result) {
  result->id = one.id();
  result->rule = one.rule();
  result->expects_deny = one.expect() == "deny";
  if (one.id().empty()) return Malformed("id", "a case has an id");
  if (one.expect() != "deny" && one.expect() != "permit") {
    return Malformed("expect", "permit or deny");
  }
  ASSIGN_OR_RETURN(const counsel::v1::Facts facts, ReadHistory(one));
  ASSIGN_OR_RETURN(result->proposal, ReadProposed(one));
  if (!HasRule(packs, result->proposal, one.rule())) {
    return Malformed("rule", absl::StrCat(one.rule(), ": no such rule in the packs of this case"));
  }
  std::optional<PackSet> switched;
  if (!one.switches().empty()) {
    SwitchValues values;
    for (const auto& [id, value] : one.switches()) values[id] = internal::SwitchText(value);
    ASSIGN_OR_RETURN(switched, packs.With(values));
  }
  ASSIGN_OR_RETURN(result->verdict,
                   Evaluate(switched ? *switched : packs, facts, result->proposal));
  ASSIGN_OR_RETURN(result->difference,
                   Compare(one, result->verdict, *packs.zones().Find(result->proposal.zones(0))));
  return absl::OkStatus();
}

}  // namespace

std::vector<CaseResult> RunCases(const PackSet& packs, std::string_view file,
                                 std::string_view jsonl) {
  std::vector<CaseResult> results;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(jsonl), '\n')) {
    ++number;
    const std::string_view text = ToStd(line);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos || text.front() == '#') continue;
    CaseResult& result = results.emplace_back();
    result.line = number;
    const absl::StatusOr<YamlDocument> document =
        YamlDocument::Parse(file, text, YamlDocument::Spelling::kJson, number);
    Case one;
    absl::Status status = document.ok() ? document->Into(&one) : document.status();
    if (status.ok()) {
      status = RunCase(packs, one, &result);
      if (!status.ok()) status = document->ErrorAt(FieldOf(status), ToStd(status.message()));
    }
    if (!status.ok()) result.difference = std::string(status.message());
  }
  return results;
}

std::vector<std::string> FindUntestedRules(const PackSet& packs,
                                           const std::vector<CaseResult>& results) {
  std::set<std::pair<std::string, bool>> tested;  // rule, by a deny case
  for (const CaseResult& result : results) tested.emplace(result.rule, result.expects_deny);
  std::set<std::string> untested;
  const auto need = [&](const std::string& rule, bool deny) {
    if (!tested.contains({rule, deny})) {
      untested.insert(absl::StrCat(rule, ": no ", deny ? "deny" : "permit", " case"));
    }
  };
  for (const PackSet::Member& member : packs.members()) {
    for (const Rule& rule : member.book.rules) {
      need(rule.id, false);
      if (rule.denies()) need(rule.id, true);
    }
    for (const Exemption& exemption : member.book.exemptions) need(exemption.id, false);
  }
  return {untested.begin(), untested.end()};
}

}  // namespace constancia::policies
