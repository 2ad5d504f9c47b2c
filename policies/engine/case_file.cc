#include "policies/engine/case_file.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "constancia/policy/v1/case.pb.h"
#include "core/base/status.h"
#include "policies/engine/conduct_case.h"
#include "policies/engine/evaluate.h"
#include "policies/engine/internal/rule_kinds.h"
#include "policies/engine/yaml_message.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using policy::v1::Case;
using policy::v1::CaseContact;

constexpr char kDefaultDebt[] = "D1";
constexpr char kDefaultCreditor[] = "C1";
constexpr char kDefaultCase[] = "CASE1";
// 1900-01-01, before every record of a case.
constexpr int64_t kLongAgoMicros = -2'208'988'800 * kMicrosPerSecond;

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

absl::StatusOr<std::vector<std::string>> DebtsOf(const CaseContact& contact,
                                                 const std::string& path) {
  if (contact.debts().empty()) return std::vector{OrElse(contact.debt(), kDefaultDebt)};
  if (!contact.debt().empty()) return Malformed(path + ".debts", "debt or debts, not both");
  return std::vector<std::string>(contact.debts().begin(), contact.debts().end());
}

template <typename Word>
absl::Status CheckWord(const std::string& text, const std::string& path) {
  if (ParseWord<Word>(text)) return absl::OkStatus();
  return Malformed(path, absl::StrCat("\"", text, "\": no word that rules know"));
}

// The times of a record, as facts have them.
absl::Status ReadTimes(const CaseContact& entry, const std::string& path,
                       counsel::v1::Record* record) {
  const bool closes = entry.outcome() == "inconvenient_time";
  if (!entry.has_window()) {
    if (closes) return Malformed(path, "inconvenient_time needs a window");
    return absl::OkStatus();
  }
  if (!closes && entry.outcome() != "hours_waiver") {
    return Malformed(path + ".window", "only inconvenient_time and hours_waiver have one");
  }
  ASSIGN_OR_RETURN(const auto hours, internal::ReadHours(entry.window(), path + ".window"));
  for (size_t day = 0; day < hours.size(); ++day) {
    for (const OpenSpan& span : hours[day]) {
      counsel::v1::WeekTime* time = record->add_windows();
      time->add_weekdays(static_cast<uint32_t>(day) + 1);
      time->set_from_minute(static_cast<uint32_t>(span.open / 60));
      time->set_to_minute(static_cast<uint32_t>(span.close / 60));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadRecord(const CaseContact& entry, const std::string& path,
                        counsel::v1::Record* record) {
  if (!IsRecordWord(entry.outcome())) {
    return Malformed(path + ".outcome", absl::StrCat("\"", entry.outcome(), "\": no such record"));
  }
  record->set_word(entry.outcome());
  record->set_case_id(OrElse(entry.case_id(), kDefaultCase));
  RETURN_IF_ERROR(ReadTimes(entry, path, record));
  if (!entry.until().empty()) {
    ASSIGN_OR_RETURN(const int64_t until, ReadInstant(entry.until(), path + ".until"));
    record->set_until_micros(until);
  }
  return absl::OkStatus();
}

absl::Status ReadContact(const CaseContact& entry, const std::string& path,
                         counsel::v1::Contact* contact) {
  RETURN_IF_ERROR(CheckWord<Channel>(entry.channel(), path + ".channel"));
  RETURN_IF_ERROR(CheckWord<Outcome>(entry.outcome(), path + ".outcome"));
  if (entry.has_window()) return Malformed(path + ".window", "a contact has no window");
  if (!entry.until().empty()) return Malformed(path + ".until", "a contact has no until");
  contact->set_channel(entry.channel());
  contact->set_creditor(OrElse(entry.creditor(), kDefaultCreditor));
  contact->set_initiated_by(OrElse(entry.initiated_by(), "collector"));
  RETURN_IF_ERROR(CheckWord<Initiator>(contact->initiated_by(), path + ".initiated_by"));
  contact->set_outcome(entry.outcome());
  return absl::OkStatus();
}

absl::StatusOr<counsel::v1::Facts> ReadHistory(const Case& one) {
  counsel::v1::Facts facts;
  for (int i = 0; i < one.history_size(); ++i) {
    const CaseContact& entry = one.history(i);
    const std::string path = absl::StrCat("history[", i, "]");
    ASSIGN_OR_RETURN(const int64_t at, ReadInstant(entry.at(), path + ".at"));
    const std::string party = OrElse(entry.party(), "debtor");
    RETURN_IF_ERROR(CheckWord<Party>(party, path + ".party"));
    if (!entry.missing().empty()) return Malformed(path + ".missing", "only a proposal has it");
    ASSIGN_OR_RETURN(const std::vector<std::string> debts, DebtsOf(entry, path));
    const auto fill = [&](auto* fact) {
      fact->set_position(static_cast<uint64_t>(i));
      fact->set_at_micros(at);
      fact->set_party(party);
      fact->set_person(OrElse(entry.person(), party.c_str()));
      fact->mutable_debts()->Assign(debts.begin(), debts.end());
    };
    if (entry.channel() == "record") {
      counsel::v1::Record* record = facts.add_records();
      fill(record);
      RETURN_IF_ERROR(ReadRecord(entry, path, record));
      continue;
    }
    counsel::v1::Contact* contact = facts.add_contacts();
    fill(contact);
    RETURN_IF_ERROR(ReadContact(entry, path, contact));
    if (!entry.ended_at().empty()) {
      RETURN_IF_ERROR(ReadInstant(entry.ended_at(), path + ".ended_at").status());
    }
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
  RETURN_IF_ERROR(CheckWord<Channel>(entry.channel(), "proposed.channel"));
  proposal.set_party(OrElse(entry.party(), "debtor"));
  RETURN_IF_ERROR(CheckWord<Party>(proposal.party(), "proposed.party"));
  proposal.set_person(entry.person().empty() ? proposal.party() : entry.person());
  ASSIGN_OR_RETURN(const std::vector<std::string> debts, DebtsOf(entry, "proposed"));
  proposal.mutable_debts()->Assign(debts.begin(), debts.end());
  proposal.set_creditor(OrElse(entry.creditor(), kDefaultCreditor));
  proposal.set_case_id(OrElse(entry.case_id(), kDefaultCase));
  proposal.set_purpose(entry.purpose().empty() ? one.purpose() : entry.purpose());
  proposal.set_initiated_by(entry.initiated_by());
  proposal.set_region(entry.region().empty() ? one.region() : entry.region());
  if (!entry.ended_at().empty()) {
    ASSIGN_OR_RETURN(const int64_t ended_at, ReadInstant(entry.ended_at(), "proposed.ended_at"));
    if (ended_at < at) return Malformed("proposed.ended_at", "it ends before it begins");
    proposal.set_ended_at_micros(ended_at);
  }
  if (entry.has_window()) return Malformed("proposed.window", "a contact has no window");
  if (!entry.outcome().empty()) return Malformed("proposed.outcome", "what is proposed has none");
  for (const absl::string_view zone : absl::StrSplit(one.tz(), '|')) {
    proposal.add_zones(std::string(zone));
  }
  for (const absl::string_view code : absl::StrSplit(one.jurisdiction(), '+')) {
    proposal.add_jurisdictions(std::string(code));
  }
  return proposal;
}

// What holds in every case unless it says otherwise: the person has authorised the usual channels,
// and every precondition is met but those that are `missing`.
absl::Status AddConventions(const PackSet& packs, const Case& one,
                            const counsel::v1::Proposal& proposal, counsel::v1::Facts* facts) {
  for (const char* channel : {"call", "sms", "im", "email", "letter"}) {
    counsel::v1::Record* record = facts->add_records();
    record->set_at_micros(kLongAgoMicros);
    record->set_position(static_cast<uint64_t>(one.history_size()));
    record->set_word(absl::StrCat("authorised_", channel));
    record->set_person(proposal.person());
  }
  ASSIGN_OR_RETURN(
      const std::vector<PackSet::Selected> selected,
      packs.Select({proposal.jurisdictions().begin(), proposal.jurisdictions().end()}));
  std::set<std::string> words;
  for (const PackSet::Selected& pack : selected) {
    for (const Rule& rule : pack.member->book.rules) {
      const auto* precondition = std::get_if<Precondition>(&rule.kind);
      if (precondition == nullptr) continue;
      words.insert(precondition->all.begin(), precondition->all.end());
      words.insert(precondition->any.begin(), precondition->any.end());
    }
  }
  const auto& missing = one.proposed().missing();
  for (int i = 0; i < missing.size(); ++i) {
    if (words.erase(missing[i]) == 1) continue;
    return Malformed(absl::StrCat("proposed.missing[", i, "]"),
                     absl::StrCat("\"", missing[i], "\": no precondition here asks for it"));
  }
  for (const std::string& word : words) facts->add_conditions()->set_word(word);
  return absl::OkStatus();
}

// Tells whether a pack that the case asks has a rule or exemption of its id that this form of case
// can test.
bool HasRule(const PackSet& packs, const Case& one) {
  std::vector<std::string_view> jurisdictions;
  for (const absl::string_view code : absl::StrSplit(one.jurisdiction(), '+')) {
    jurisdictions.push_back(ToStd(code));
  }
  const auto selected = packs.Select(jurisdictions);
  if (!selected.ok()) return false;
  const auto named = [&](const auto& rule) { return rule.id == one.rule(); };
  const auto among = [&](const auto& rules) {
    return std::any_of(rules.begin(), rules.end(), named);
  };
  return std::any_of(selected->begin(), selected->end(), [&](const PackSet::Selected& pack) {
    const RuleBook& book = pack.member->book;
    return IsConductCase(one) ? among(book.conduct) : among(book.rules) || among(book.exemptions);
  });
}

absl::StatusOr<std::optional<int64_t>> ReadNext(const google::protobuf::Value& value) {
  if (value.has_null_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const int64_t micros, ReadInstant(value.string_value(), "next_allowed_at"));
  return micros;
}

// The review rules that fail.
std::set<std::string> Referred(const Verdict& verdict) {
  std::set<std::string> referred;
  for (const Finding& finding : verdict.findings()) {
    if (finding.severity() == Finding::REVIEW && finding.result() == Finding::FAIL) {
      referred.insert(finding.rule_id());
    }
  }
  return referred;
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
  const std::set<std::string> referred = Referred(verdict);
  const std::set<std::string> expected(one.review().begin(), one.review().end());
  const bool about_review = std::any_of(
      verdict.findings().begin(), verdict.findings().end(), [&](const Finding& finding) {
        return finding.severity() == Finding::REVIEW && finding.rule_id() == one.rule();
      });
  if ((about_review || !expected.empty()) && referred != expected) {
    return absl::StrCat("expected the review rules [", absl::StrJoin(expected, " "),
                        "] to fail, got [", absl::StrJoin(referred, " "), "]");
  }
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
  if (!HasRule(packs, one)) {
    return Malformed("rule", absl::StrCat(one.rule(), ": no such rule in the packs of this case"));
  }
  std::optional<PackSet> switched;
  if (!one.switches().empty()) {
    SwitchValues values;
    for (const auto& [id, value] : one.switches()) values[id] = SwitchText(value);
    ASSIGN_OR_RETURN(switched, packs.With(values));
  }
  if (IsConductCase(one)) {
    result->conduct_date = ConductDate(one);
    ASSIGN_OR_RETURN(result->verdict, AskConductCase(switched ? *switched : packs, one));
    ASSIGN_OR_RETURN(result->difference, Compare(one, result->verdict, absl::UTCTimeZone()));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(counsel::v1::Facts facts, ReadHistory(one));
  ASSIGN_OR_RETURN(result->proposal, ReadProposed(one));
  RETURN_IF_ERROR(AddConventions(packs, one, result->proposal, &facts));
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
  std::set<std::pair<std::string, std::string>> tested;  // rule, by what kind of case
  for (const CaseResult& result : results) {
    const bool refers = Referred(result.verdict).contains(result.rule);
    tested.emplace(result.rule, result.expects_deny ? "deny" : refers ? "refer" : "permit");
  }
  std::set<std::string> untested;
  const auto need = [&](const std::string& rule, const char* kind) {
    if (!tested.contains({rule, kind})) {
      untested.insert(absl::StrCat(rule, ": no ", kind, " case"));
    }
  };
  for (const PackSet::Member& member : packs.members()) {
    for (const Rule& rule : member.book.rules) {
      need(rule.id, "permit");
      need(rule.id, rule.denies() ? "deny" : "refer");
    }
    for (const Exemption& exemption : member.book.exemptions) need(exemption.id, "permit");
    for (const ConductRule& rule : member.book.conduct) {
      if (std::holds_alternative<Retention>(rule.kind)) continue;
      need(rule.id, "permit");
      need(rule.id, rule.severity == Finding::REVIEW ? "refer" : "deny");
    }
  }
  return {untested.begin(), untested.end()};
}

}  // namespace constancia::policies
