#include "policies/engine/internal/evaluation.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/engine/evaluate.h"

namespace constancia::policies::internal {
namespace {

constexpr std::string_view kHousePack = "HOUSE";
constexpr int64_t kMicrosPerHour = 3'600 * kMicrosPerSecond;

std::string_view CountryOf(std::string_view jurisdiction) {
  return jurisdiction.substr(0, jurisdiction.find('-'));
}

bool LooksAtDebts(const Rule& rule) {
  if (const auto* count = std::get_if<Count>(&rule.kind)) {
    return count->key == Count::Key::kPersonDebt || count->key == Count::Key::kDebt;
  }
  if (const auto* bar = std::get_if<StatusBar>(&rule.kind)) {
    return std::any_of(bar->bars.begin(), bar->bars.end(), [](const StatusBar::Bar& one) {
      return one.scope == StatusBar::Scope::kDebt || one.scope == StatusBar::Scope::kDebtAndPerson;
    });
  }
  return false;
}

template <typename List, typename Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

absl::CivilDay FirstDateCounted(const Count& count, absl::CivilDay date) {
  switch (count.per) {
    case Count::Per::kLocalDate:
      return date;
    case Count::Per::kCalendarMonth:
      return absl::CivilDay(absl::CivilMonth(date));
    case Count::Per::kCalendarWeek:
      return date - static_cast<int>(absl::GetWeekday(date));
    case Count::Per::kRollingDates:
      break;
  }
  return date - (count.n - 1);
}

bool DayBarred(const Window& window, const PackSet::Member& member, absl::CivilDay date,
               std::string_view region) {
  if (window.hours[static_cast<size_t>(absl::GetWeekday(date))].empty()) return true;
  if (!window.holidays) return false;
  const std::string& own = member.pack->text().region();
  return member.calendar->IsHoliday(date, region) ||
         (!own.empty() && member.calendar->IsHoliday(date, own));
}

void AppendText(std::string* out, std::string_view text) {
  AppendU32(out, static_cast<uint32_t>(text.size()));
  out->append(text);
}

template <typename Texts>
void AppendSorted(std::string* out, const Texts& texts) {
  std::vector<std::string_view> sorted(texts.begin(), texts.end());
  std::sort(sorted.begin(), sorted.end());
  AppendU32(out, static_cast<uint32_t>(sorted.size()));
  for (const std::string_view text : sorted) AppendText(out, text);
}

void AppendMoment(std::string* out, const Moment& moment) {
  AppendU64(out, static_cast<uint64_t>(moment.at.micros));
  AppendU64(out, moment.position);
}

void AppendContact(std::string* out, const ContactView& view) {
  const counsel::v1::Contact& contact = *view.contact;
  AppendMoment(out, view.moment);
  for (const std::string* text :
       {&contact.channel(), &contact.party(), &contact.person(), &contact.creditor(),
        &contact.initiated_by(), &contact.outcome()}) {
    AppendText(out, *text);
  }
  AppendSorted(out, contact.debts());
  AppendU8(out, view.outcome ? 0 : 1);
  if (!view.outcome) AppendU64(out, static_cast<uint64_t>(view.permit_until.micros));
}

void AppendRecord(std::string* out, const RecordView& view) {
  const counsel::v1::Record& record = *view.record;
  AppendMoment(out, view.moment);
  for (const std::string* text : {&record.word(), &record.person(), &record.case_id()}) {
    AppendText(out, *text);
  }
  AppendSorted(out, record.debts());
}

}  // namespace

Evaluation::Evaluation(const std::vector<PackSet::Selected>& packs, const FactsView& facts,
                       const ProposalView& proposal)
    : packs_(packs),
      facts_(facts),
      proposal_(proposal),
      reply_id_(absl::StrCat(ToAbsl(CountryOf(proposal.jurisdictions.front())), kReplySuffix)),
      last_date_(LocalDate(proposal.moment.at, *proposal.zones.front()) + kNextAllowedDatesMax),
      used_contacts_(facts.contacts.size()),
      used_records_(facts.records.size()) {
  for (const PackSet::Selected& pack : packs_) {
    for (const Rule& rule : pack.member->book.rules) {
      if (!LooksAtDebts(rule)) {
        questions_.push_back({&rule, &pack, ""});
        continue;
      }
      for (const std::string_view debt : proposal_.debts)
        questions_.push_back({&rule, &pack, debt});
    }
  }
  std::stable_sort(questions_.begin(), questions_.end(), [](const Question& a, const Question& b) {
    return a.rule->step < b.rule->step;
  });
}

Answer Evaluation::Ask(const Question& question, Instant now) {
  if (!InForce(question, now)) return {};
  const Exemption* exemption = FindExemption(*question.rule, proposal_.channel, proposal_.person,
                                             {now, proposal_.moment.position}, DateAt(now), now);
  if (exemption != nullptr) {
    Answer answer;
    answer.result = Answer::Result::kExempt;
    answer.exempted_by = exemption->id;
    return answer;
  }
  if (const auto* window = std::get_if<Window>(&question.rule->kind)) {
    return AskWindow(question, *window, now);
  }
  if (const auto* count = std::get_if<Count>(&question.rule->kind)) {
    return AskCount(question, *count, now);
  }
  if (const auto* status_bar = std::get_if<StatusBar>(&question.rule->kind)) {
    return AskStatusBar(question, *status_bar, now);
  }
  Answer answer;
  const bool allowed = std::get<PartyAllow>(question.rule->kind).allowed.Has(proposal_.party);
  answer.result = allowed ? Answer::Result::kPass : Answer::Result::kFail;
  return answer;
}

// Every zone must pass. The hour rule is not asked in a zone whose day is barred; when all are, it
// is as if not in force.
Answer Evaluation::AskWindow(const Question& question, const Window& window, Instant now) const {
  Answer answer;
  const size_t zones = window.every_zone ? proposal_.zones.size() : 1;
  for (size_t i = 0; i < zones; ++i) {
    const absl::CivilSecond local = LocalTime(now, *proposal_.zones[i]);
    const absl::CivilDay date(local);
    const bool barred = DayBarred(window, *question.pack->member, date, proposal_.region);
    if (!window.day_rule && barred) continue;
    const int second = static_cast<int>(local - absl::CivilSecond(date));
    const auto& spans = window.hours[static_cast<size_t>(absl::GetWeekday(date))];
    const bool open = std::any_of(spans.begin(), spans.end(), [&](const OpenSpan& span) {
      return span.open <= second && second < span.close;
    });
    if (window.day_rule ? barred : !open) {
      answer.result = Answer::Result::kFail;
      return answer;
    }
    answer.result = Answer::Result::kPass;
  }
  return answer;
}

Answer Evaluation::AskCount(const Question& question, const Count& count, Instant now) {
  Answer answer;
  const absl::CivilDay date = DateAt(now);
  answer.limit = count.limit;
  answer.window = {std::max(FirstDateCounted(count, date), count.count_from), date};
  const Moment moment = {now, proposal_.moment.position};
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (!(contact.moment < moment)) break;
    const bool itself = proposal_.recorded && contact.moment.position == proposal_.moment.position;
    if (itself || contact.initiated_by != Initiator::kCollector ||
        !count.bucket.Has(contact.channel) || !answer.window.Has(contact.date) ||
        !contact.Counts(count.outcomes, now) || !SameKey(count, contact, question.debt)) {
      continue;
    }
    used_contacts_[i] = true;
    if (FindExemption(*question.rule, contact.channel, contact.contact->person(), contact.moment,
                      contact.date, now) == nullptr) {
      answer.positions.push_back(contact.moment.position);
    }
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  answer.count = static_cast<int>(answer.positions.size());
  answer.result = answer.count < answer.limit ? Answer::Result::kPass : Answer::Result::kFail;
  return answer;
}

// A bar stands when the latest of its records, up to now, opened it.
Answer Evaluation::AskStatusBar(const Question& question, const StatusBar& status_bar,
                                Instant now) {
  Answer answer;
  answer.result = Answer::Result::kPass;
  if (status_bar.spared.Has(proposal_.party)) return answer;
  for (const StatusBar::Bar& bar : status_bar.bars) {
    const RecordView* opened = nullptr;
    for (size_t i = 0; i < facts_.records.size() && facts_.records[i].moment.at <= now; ++i) {
      const RecordView& view = facts_.records[i];
      const bool opens = view.record->word() == bar.opened_by;
      if (!opens && !Has(bar.closed_by, view.record->word())) continue;
      if (!InScope(bar.scope, *view.record, question.debt)) continue;
      used_records_[i] = true;
      opened = opens ? &view : nullptr;
    }
    if (opened == nullptr) continue;
    answer.result = Answer::Result::kFail;
    answer.positions.push_back(opened->moment.position);
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  return answer;
}

bool Evaluation::InForce(const Question& question, Instant now) const {
  const Rule& rule = *question.rule;
  const absl::CivilDay date = DateAt(now);
  return rule.validity.Has(date) && rule.channels.Has(proposal_.channel) &&
         rule.parties.Has(proposal_.party) && rule.purposes.Has(proposal_.purpose) &&
         !(rule.fallback && StandsAside(question, date));
}

bool Evaluation::StandsAside(const Question& question, absl::CivilDay date) const {
  return std::any_of(packs_.begin(), packs_.end(), [&](const PackSet::Selected& other) {
    if (&other == question.pack || other.member->pack->text().pack() == kHousePack) return false;
    const std::vector<Rule>& rules = other.member->book.rules;
    return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
      return rule.step == question.rule->step && rule.validity.Has(date);
    });
  });
}

const Exemption* Evaluation::FindExemption(const Rule& rule, Channel channel,
                                           std::string_view person, Moment moment,
                                           absl::CivilDay date, Instant now) {
  for (const std::string& named : rule.exempt_by) {
    const std::string& id = named == kReply ? reply_id_ : named;
    for (const PackSet::Selected& pack : packs_) {
      for (const Exemption& exemption : pack.member->book.exemptions) {
        if (exemption.id == id && exemption.validity.Has(date) && exemption.channels.Has(channel) &&
            (Has(exemption.lifts_steps, rule.step) || Has(exemption.lifts_rules, rule.id)) &&
            IsReply(exemption, channel, person, moment, now)) {
          return &exemption;
        }
      }
    }
  }
  return nullptr;
}

// A reply follows the person's latest message on that channel within the time, and nothing of ours
// that counts stands between.
bool Evaluation::IsReply(const Exemption& exemption, Channel channel, std::string_view person,
                         Moment moment, Instant now) {
  std::optional<size_t> message;
  bool answered = false;
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (contact.moment.at > moment.at) break;
    if (contact.channel != channel || contact.contact->person() != person) continue;
    if (contact.initiated_by == Initiator::kDebtor) {
      message = i;
      answered = false;
    } else if (contact.initiated_by == Initiator::kCollector && contact.moment < moment &&
               contact.Counts(kCountedOutcomes, now)) {
      answered = true;
    }
  }
  if (!message || (answered && exemption.once)) return false;
  const Instant sent = facts_.contacts[*message].moment.at;
  if (moment.at.micros >= sent.micros + exemption.lasts_hours * kMicrosPerHour) return false;
  used_contacts_[*message] = true;
  return true;
}

bool Evaluation::SameKey(const Count& count, const ContactView& contact,
                         std::string_view debt) const {
  const bool person = contact.contact->person() == proposal_.person;
  switch (count.key) {
    case Count::Key::kPerson:
      return person;
    case Count::Key::kPersonDebt:
      return person && Has(contact.contact->debts(), debt);
    case Count::Key::kPersonCreditor:
      return person && contact.contact->creditor() == proposal_.creditor;
    case Count::Key::kDebt:
      break;
  }
  return Has(contact.contact->debts(), debt);
}

bool Evaluation::InScope(StatusBar::Scope scope, const counsel::v1::Record& record,
                         std::string_view debt) const {
  const bool person = record.person() == proposal_.person;
  switch (scope) {
    case StatusBar::Scope::kDebt:
      return Has(record.debts(), debt);
    case StatusBar::Scope::kPerson:
      return person;
    case StatusBar::Scope::kDebtAndPerson:
      return person && Has(record.debts(), debt);
    case StatusBar::Scope::kCase:
      break;
  }
  return !record.case_id().empty() && record.case_id() == proposal_.case_id;
}

std::optional<Instant> Evaluation::NextChange(const Question& question, Instant now) const {
  std::optional<Instant> next;
  const auto consider = [&](std::optional<Instant> candidate) {
    if (candidate && (!next || *candidate < *next)) next = candidate;
  };
  const auto fact = std::upper_bound(facts_.changes.begin(), facts_.changes.end(), now);
  if (fact != facts_.changes.end()) consider(*fact);

  const Rule& rule = *question.rule;
  static constexpr int kMidnight[] = {0};
  if (const auto* window = std::get_if<Window>(&rule.kind)) {
    const size_t zones = window->every_zone ? proposal_.zones.size() : 1;
    for (size_t i = 0; i < zones; ++i) {
      consider(NextReading(now, *proposal_.zones[i], window->readings));
    }
  }
  // The date decides what is counted and which rules are in force.
  if (std::holds_alternative<Count>(rule.kind) || rule.fallback ||
      rule.validity.until <= last_date_) {
    consider(NextReading(now, *proposal_.zones.front(), kMidnight));
  }
  return next;
}

std::optional<Instant> Evaluation::NextPass(const Question& question, Instant now) {
  while (Ask(question, now).result == Answer::Result::kFail) {
    const std::optional<Instant> next = NextChange(question, now);
    if (!next || DateAt(*next) > last_date_) return std::nullopt;
    now = *next;
  }
  return now;
}

// No instant before the latest of the rules' next passes can satisfy them all; so going there and
// asking again finds the least one that does.
std::optional<Instant> Evaluation::NextAllowed() {
  Instant now = proposal_.moment.at;
  while (true) {
    Instant latest = now;
    for (const Question& question : questions_) {
      if (!question.rule->denies()) continue;
      const std::optional<Instant> next = NextPass(question, now);
      if (!next) return std::nullopt;
      latest = std::max(latest, *next);
    }
    if (latest == now) return now;
    now = latest;
  }
}

void Evaluation::AppendUsedFacts(std::string* out) const {
  AppendU32(out,
            static_cast<uint32_t>(std::count(used_contacts_.begin(), used_contacts_.end(), true)));
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    if (used_contacts_[i]) AppendContact(out, facts_.contacts[i]);
  }
  AppendU32(out,
            static_cast<uint32_t>(std::count(used_records_.begin(), used_records_.end(), true)));
  for (size_t i = 0; i < facts_.records.size(); ++i) {
    if (used_records_[i]) AppendRecord(out, facts_.records[i]);
  }
}

}  // namespace constancia::policies::internal
