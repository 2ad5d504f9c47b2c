#include "policies/engine/conduct.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "policies/calendar/business_days.h"
#include "policies/engine/internal/amount_cap.h"
#include "policies/engine/internal/conduct_message.h"
#include "policies/engine/internal/conduct_scope.h"
#include "policies/engine/internal/pack_use.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Verdict;
using internal::ForEachRule;
using internal::Has;
using internal::RegionFor;
using internal::Selection;

constexpr std::string_view kConductDomain = "constancia/conduct/v1";

// In which the person meant was told or sent something.
constexpr Outcomes kToldOutcomes = Outcomes::Of(Outcome::kAnswered, Outcome::kSpoke, Outcome::kSent,
                                                Outcome::kDelivered, Outcome::kRead);
Finding MakeFinding(const PackSet::Selected& pack, const ConductRule& rule, bool pass) {
  Finding finding;
  finding.set_jurisdiction(std::string(pack.jurisdiction));
  finding.set_rule_id(rule.id);
  finding.set_pack(pack.member->pack->text().pack());
  finding.set_pack_version(pack.member->pack->text().version());
  finding.set_severity(rule.severity);
  finding.set_kind(rule.text.kind());
  finding.set_result(pass ? Finding::PASS : Finding::FAIL);
  return finding;
}

// The facts of an act as bytes, each with its length.
class FactBytes {
 public:
  FactBytes(std::string_view act, const ConductScope& scope) {
    bytes_ = kConductDomain;
    AppendU8(&bytes_, 0);
    Add(act);
    Add(scope.region);
    Add(scope.circumstances);
  }

  void Add(std::string_view text) {
    AppendU32(&bytes_, static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  void Add(absl::CivilDay date) { Add(std::string_view(absl::FormatCivilTime(date))); }
  void Add(const std::optional<absl::CivilDay>& date) {
    date ? Add(*date) : Add(std::string_view());
  }
  void Add(const Money& money) {
    Add(std::string_view(absl::StrCat(money.minor(), " ", ToAbsl(money.currency().code()))));
  }
  void Add(const std::set<std::string, std::less<>>& words) {
    AppendU32(&bytes_, static_cast<uint32_t>(words.size()));
    for (const std::string& word : words) Add(std::string_view(word));
  }
  void Add(const Fields& fields) {
    AppendU32(&bytes_, static_cast<uint32_t>(fields.size()));
    for (const auto& [name, value] : fields) {
      Add(std::string_view(name));
      Add(std::string_view(value));
    }
  }
  void Add(const std::map<std::string, Money, std::less<>>& amounts) {
    AppendU32(&bytes_, static_cast<uint32_t>(amounts.size()));
    for (const auto& [name, amount] : amounts) {
      Add(std::string_view(name));
      Add(amount);
    }
  }
  void Add(const DatedEvent& event) {
    Add(std::string_view(event.type));
    Add(event.on);
    Add(std::string_view(event.position ? absl::StrCat(*event.position) : ""));
    Add(event.fields);
  }

  std::string Digest() const { return Sha256(bytes_).str(); }

 private:
  std::string bytes_;
};

// Draws the conclusion from the findings and says what was asked under.
void Conclude(const Selection& packs, const PackSet& set, const FactBytes& facts,
              Verdict* verdict) {
  verdict->set_outcome(Verdict::ALLOW);
  for (const Finding& finding : verdict->findings()) {
    if (finding.result() != Finding::FAIL) continue;
    const bool denies = finding.severity() != Finding::REVIEW;
    if (verdict->outcome() == Verdict::ALLOW || (denies && verdict->outcome() == Verdict::REFER)) {
      verdict->set_outcome(denies ? Verdict::DENY : Verdict::REFER);
      verdict->set_rule(finding.rule_id());
    }
  }
  verdict->set_tzdb_version(set.zones().version());
  internal::DescribePacks(packs, verdict);
  verdict->set_facts_digest(facts.Digest());
}

// Adds to `missing` what `fields` lack of the rule.
void AskFields(const RecordField& rule, const Fields& fields, Finding* finding) {
  for (const std::string& field : rule.fields) {
    const auto found = fields.find(field);
    if (found == fields.end() || found->second.empty()) finding->add_missing(field);
  }
  const auto differs = [&](const RecordField::Values& values, bool among) {
    const auto found = fields.find(values.field);
    if (found == fields.end() || Has(values.values, found->second) == among) return;
    finding->add_missing(absl::StrCat(values.field, "=", found->second));
  };
  for (const RecordField::Values& values : rule.allowed) differs(values, true);
  for (const RecordField::Values& values : rule.forbidden) differs(values, false);
  if (finding->missing_size() > 0) finding->set_result(Finding::FAIL);
}

// Adds to `missing` the dates that are absent or too early for an event of that date.
void AskLeastDates(const RecordField& rule, const DatedEvent& event, std::string_view region,
                   Finding* finding) {
  for (const RecordField::LeastDate& least : rule.least_dates) {
    const absl::CivilDay earliest =
        AddBusinessDays(event.on, least.business_days, rule.calendar, region) + least.days;
    finding->set_due_date(absl::FormatCivilTime(earliest));
    const auto found = event.fields.find(least.field);
    const absl::StatusOr<CivilDate> date =
        CivilDate::Parse(found == event.fields.end() ? "" : found->second);
    if (date.ok() && absl::CivilDay(date->year, date->month, date->day) >= earliest) continue;
    finding->add_missing(
        found == event.fields.end() ? least.field : absl::StrCat(least.field, "=", found->second));
    finding->set_result(Finding::FAIL);
  }
}

bool Asked(const Content::Item& item, const CompletedContact& contact) {
  if (item.at == Content::At::kFirst && !contact.first) return false;
  if (item.at == Content::At::kWritten && !internal::kWrittenChannels.Has(contact.channel))
    return false;
  // What has to be said is said to the person meant; what may not be done is done to nobody.
  const bool told = !contact.other_reached && kToldOutcomes.Has(contact.outcome);
  if (item.disclosure) return told;
  return contact.reviewed &&
         (told || contact.other_reached || contact.outcome == Outcome::kVoicemail);
}

// Nothing when none of the items is asked of this contact.
std::optional<Finding> AskContent(const PackSet::Selected& pack, const ConductRule& rule,
                                  const Content& content, const CompletedContact& contact) {
  std::optional<Finding> finding;
  for (const Content::Item& item : content.items) {
    if (!Asked(item, contact)) continue;
    if (!finding) finding = MakeFinding(pack, rule, true);
    if ((item.disclosure ? contact.disclosures : contact.checks).contains(item.code)) continue;
    finding->add_missing(item.code);
    finding->set_result(Finding::FAIL);
  }
  return finding;
}

Finding AskWait(const PackSet::Selected& pack, const ConductRule& rule, const Wait& wait,
                std::span<const DatedEvent> earlier, const DatedEvent& event) {
  Finding finding = MakeFinding(pack, rule, true);
  std::set<absl::CivilDay> dates;
  for (const DatedEvent& one : earlier) {
    if (one.on > event.on) continue;
    if (Has(wait.unless_after, one.type)) return finding;
    if (!Has(wait.after, one.type)) continue;
    dates.insert(one.on);
    if (one.position) finding.add_positions(*one.position);
  }
  std::sort(finding.mutable_positions()->begin(), finding.mutable_positions()->end());
  finding.set_count(static_cast<uint32_t>(dates.size()));
  finding.set_limit(static_cast<uint32_t>(wait.times));
  const bool enough = dates.size() >= static_cast<size_t>(wait.times);
  if (enough) finding.set_due_date(absl::FormatCivilTime(*dates.rbegin() + wait.days));
  if (!enough || event.on < *dates.rbegin() + wait.days) finding.set_result(Finding::FAIL);
  return finding;
}

// One duty that follows from `because`. `events` are in order of date.
DutyStanding MakeStanding(const PackSet::Selected& pack, const ConductRule& rule, const Duty& duty,
                          const DatedEvent& because, absl::CivilDay due,
                          const std::vector<DatedEvent>& events, absl::CivilDay now) {
  DutyStanding standing;
  standing.because = because;
  for (const DatedEvent& event : events) {
    if (event.on > now || (duty.each && event.on < because.on)) continue;
    if (!Has(duty.fulfilled_by, event.type)) continue;
    standing.done_on = event.on;
    break;
  }
  if (standing.done_on && *standing.done_on <= due) {
    standing.state = DutyStanding::State::kFulfilled;
  } else if (now >= due) {
    standing.state = DutyStanding::State::kMissed;
  }
  standing.finding = MakeFinding(pack, rule, standing.state != DutyStanding::State::kMissed);
  standing.finding.set_due_date(absl::FormatCivilTime(due));
  if (because.position) standing.finding.add_positions(*because.position);
  return standing;
}

const ConductRule* FindConductRule(const PackSet& packs, absl::CivilDay on,
                                   const Finding& finding) {
  for (const PackSet::Member& member : packs.members()) {
    const policy::v1::Pack& pack = member.pack->text();
    if (pack.pack() != finding.pack() || pack.version() != finding.pack_version()) continue;
    for (const ConductRule& rule : member.book.conduct) {
      if (rule.id != finding.rule_id() || rule.text.kind() != finding.kind()) continue;
      if (rule.validity.Has(on)) return &rule;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Verdict> JudgeContact(const PackSet& packs, const ConductScope& scope,
                                     const CompletedContact& contact) {
  ASSIGN_OR_RETURN(const Selection selected, packs.Select(scope.jurisdictions));
  Verdict verdict;
  const auto judges = [&](const ConductRule& rule, Party party) {
    return rule.channels.Has(contact.channel) && rule.parties.Has(party) &&
           rule.purposes.Has(contact.purpose);
  };
  RETURN_IF_ERROR(ForEachRule<Content>(
      selected, scope, contact.on,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const Content& content) {
        if (!judges(rule, contact.other_reached.value_or(contact.party))) return absl::OkStatus();
        std::optional<Finding> finding = AskContent(pack, rule, content, contact);
        if (finding) *verdict.add_findings() = *std::move(finding);
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(ForEachRule<RecordField>(
      selected, scope, contact.on,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const RecordField& fields) {
        if (!fields.of.empty() || !judges(rule, contact.party)) return absl::OkStatus();
        Finding finding = MakeFinding(pack, rule, true);
        AskFields(fields, contact.fields, &finding);
        *verdict.add_findings() = std::move(finding);
        return absl::OkStatus();
      }));
  FactBytes facts("contact", scope);
  facts.Add(contact.on);
  const int words[] = {static_cast<int>(contact.channel),
                       static_cast<int>(contact.party),
                       static_cast<int>(contact.purpose),
                       static_cast<int>(contact.outcome),
                       contact.other_reached ? static_cast<int>(*contact.other_reached) : -1,
                       contact.first ? 1 : 0,
                       contact.reviewed ? 1 : 0};
  for (const int word : words) facts.Add(std::string_view(absl::StrCat(word)));
  facts.Add(contact.disclosures);
  facts.Add(contact.checks);
  facts.Add(contact.fields);
  Conclude(selected, packs, facts, &verdict);
  return verdict;
}

absl::StatusOr<Verdict> JudgeCharge(const PackSet& packs, const ConductScope& scope,
                                    const Charge& charge) {
  ASSIGN_OR_RETURN(const Selection selected, packs.Select(scope.jurisdictions));
  Verdict verdict;
  RETURN_IF_ERROR(ForEachRule<AmountCap>(
      selected, scope, charge.on,
      [&](const PackSet::Selected& pack, const ConductRule& rule,
          const AmountCap& cap) -> absl::Status {
        if (!Has(cap.fees, charge.kind)) return absl::OkStatus();
        ASSIGN_OR_RETURN(const internal::CapAnswer answer, internal::AskAmountCap(cap, charge));
        if (answer.said_elsewhere) return absl::OkStatus();
        Finding finding = MakeFinding(pack, rule, answer.pass);
        if (answer.charged_minor) finding.set_charged_minor(*answer.charged_minor);
        if (answer.limit_minor) finding.set_limit_minor(*answer.limit_minor);
        if (cap.caps()) finding.set_code(std::string(charge.amount.currency().code()));
        if (answer.first_date) finding.set_due_date(absl::FormatCivilTime(*answer.first_date));
        finding.mutable_missing()->Assign(answer.missing.begin(), answer.missing.end());
        *verdict.add_findings() = std::move(finding);
        return absl::OkStatus();
      }));
  FactBytes facts("charge", scope);
  facts.Add(charge.on);
  facts.Add(std::string_view(charge.kind));
  facts.Add(charge.amount);
  facts.Add(charge.charged_before);
  facts.Add(charge.due);
  facts.Add(charge.bases);
  facts.Add(std::string_view(charge.unit));
  if (charge.unit_value) {
    facts.Add(
        std::string_view(absl::StrCat(charge.unit_value->minor, " ", charge.unit_value->exponent,
                                      " ", ToAbsl(charge.unit_value->currency.code()))));
  }
  facts.Add(charge.unit_value_on);
  facts.Add(charge.useful_notice);
  facts.Add(std::string_view(charge.acted ? "1" : "0"));
  facts.Add(charge.basis);
  Conclude(selected, packs, facts, &verdict);
  return verdict;
}

absl::StatusOr<Verdict> JudgeEvent(const PackSet& packs, const ConductScope& scope,
                                   std::span<const DatedEvent> earlier, const DatedEvent& event) {
  ASSIGN_OR_RETURN(const Selection selected, packs.Select(scope.jurisdictions));
  Verdict verdict;
  RETURN_IF_ERROR(ForEachRule<Wait>(
      selected, scope, event.on,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const Wait& wait) {
        if (Has(wait.before, event.type)) {
          *verdict.add_findings() = AskWait(pack, rule, wait, earlier, event);
        }
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(ForEachRule<RecordField>(
      selected, scope, event.on,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const RecordField& fields) {
        if (!Has(fields.of, event.type)) return absl::OkStatus();
        Finding finding = MakeFinding(pack, rule, true);
        AskFields(fields, event.fields, &finding);
        AskLeastDates(fields, event, RegionFor(pack, scope), &finding);
        *verdict.add_findings() = std::move(finding);
        return absl::OkStatus();
      }));
  FactBytes facts("event", scope);
  facts.Add(event);
  for (const DatedEvent& one : earlier) facts.Add(one);
  Conclude(selected, packs, facts, &verdict);
  return verdict;
}

absl::StatusOr<std::vector<DutyStanding>> ListDuties(const PackSet& packs,
                                                     const ConductScope& scope,
                                                     std::span<const DatedEvent> events,
                                                     absl::CivilDay now) {
  ASSIGN_OR_RETURN(const Selection selected, packs.Select(scope.jurisdictions));
  std::vector<DatedEvent> ordered(events.begin(), events.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const DatedEvent& a, const DatedEvent& b) { return a.on < b.on; });
  std::vector<DutyStanding> standings;
  std::set<std::pair<const PackSet::Member*, std::string_view>> begun;
  for (const DatedEvent& because : ordered) {
    if (because.on > now) break;
    const auto ask = [&](const PackSet::Selected& pack, const ConductRule& rule, const Duty& duty) {
      if (!Has(duty.after, because.type)) return absl::OkStatus();
      if (!duty.each && begun.contains({pack.member, rule.id})) return absl::OkStatus();
      standings.push_back(MakeStanding(pack, rule, duty, because,
                                       internal::DueDate(pack, selected, scope, duty, because.on),
                                       ordered, now));
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(ForEachRule<Duty>(selected, scope, because.on, ask));
    // An event before the rule began makes no duty, and none after it is the first.
    for (const PackSet::Selected& pack : selected) {
      for (const ConductRule& rule : pack.member->book.conduct) {
        const Duty* duty = std::get_if<Duty>(&rule.kind);
        if (duty != nullptr && Has(duty->after, because.type)) begun.insert({pack.member, rule.id});
      }
    }
  }
  std::stable_sort(standings.begin(), standings.end(),
                   [](const DutyStanding& a, const DutyStanding& b) {
                     return std::forward_as_tuple(a.finding.due_date(), a.finding.rule_id()) <
                            std::forward_as_tuple(b.finding.due_date(), b.finding.rule_id());
                   });
  return standings;
}

absl::StatusOr<std::vector<RetentionRule>> RetentionRules(
    const PackSet& packs, const std::vector<std::string_view>& jurisdictions,
    std::string_view record_class, absl::CivilDay date) {
  ASSIGN_OR_RETURN(const Selection selected, packs.Select(jurisdictions));
  std::vector<RetentionRule> rules;
  RETURN_IF_ERROR(ForEachRule<Retention>(
      selected, ConductScope{}, date,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const Retention& retention) {
        if (Has(retention.classes, record_class)) {
          rules.push_back({&rule, &retention, pack.member->pack.get(), pack.jurisdiction});
        }
        return absl::OkStatus();
      }));
  return rules;
}

absl::CivilDay KeepThrough(absl::CivilDay trigger, int years) {
  const absl::CivilDay same(trigger.year() + years, trigger.month(), trigger.day());
  // 29 February of a year without one was read as 1 March.
  return same.month() == trigger.month() ? same : same - 1;
}

std::string ExplainConduct(const PackSet& packs, absl::CivilDay on, const Finding& finding,
                           Language language) {
  const ConductRule* rule = FindConductRule(packs, on, finding);
  if (rule == nullptr) return "";
  return internal::FillConductMessage(rule->text.message(), finding, language);
}

}  // namespace constancia::policies
