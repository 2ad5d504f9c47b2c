#include "policies/engine/internal/evaluation.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/engine/evaluate.h"

namespace constancia::policies::internal {
namespace {

constexpr std::string_view kHousePack = "HOUSE";
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
constexpr Instant kBeforeAll = {std::numeric_limits<int64_t>::min()};
constexpr Outcomes kTalks = Outcomes::Of(Outcome::kAnswered, Outcome::kSpoke);

std::string_view CountryOf(std::string_view jurisdiction) {
  return jurisdiction.substr(0, jurisdiction.find('-'));
}

bool IsAboutDebts(RecordScope scope) {
  return scope == RecordScope::kDebt || scope == RecordScope::kDebtAndPerson;
}
bool IsAboutDebts(Key key) { return key == Key::kPersonDebt || key == Key::kDebt; }

// Tells whether the answer may differ from debt to debt.
struct LooksAtDebts {
  bool operator()(const Count& count) const { return IsAboutDebts(count.key); }
  bool operator()(const QuietAfter& quiet) const { return IsAboutDebts(quiet.key); }
  bool operator()(const StatusBar& status_bar) const {
    return std::any_of(status_bar.bars.begin(), status_bar.bars.end(),
                       [](const StatusBar::Bar& bar) { return IsAboutDebts(bar.scope); });
  }
  bool operator()(const ChannelBar& bar) const {
    const auto about_debts = [](const RecordWord* word) { return IsAboutDebts(word->scope); };
    return std::any_of(bar.unless.begin(), bar.unless.end(), about_debts) ||
           std::any_of(bar.when.begin(), bar.when.end(), about_debts);
  }
  bool operator()(const Window& window) const {
    return window.closed_by != nullptr && IsAboutDebts(window.closed_by->scope);
  }
  bool operator()(const PartyAllow&) const { return false; }
  bool operator()(const Precondition&) const { return false; }
  bool operator()(const Overrun&) const { return false; }
};

template <typename List, typename Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Of the windows that are dates.
absl::CivilDay FirstDateCounted(const Count::Threshold& threshold, absl::CivilDay date) {
  switch (threshold.per) {
    case Count::Per::kLocalDate:
      return date;
    case Count::Per::kCalendarMonth:
      return absl::CivilDay(absl::CivilMonth(date));
    case Count::Per::kCalendarWeek:
      return date - static_cast<int>(absl::GetWeekday(date));
    case Count::Per::kRollingDates:
      return date - (threshold.n - 1);
    case Count::Per::kMinutes:
      return date - 2;
    case Count::Per::kEver:
      break;
  }
  return absl::CivilDay::min();
}

Instant MinutesAfter(Instant at, int minutes) { return {at.micros + minutes * kMicrosPerMinute}; }

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
  for (const std::string* text :
       {&record.word(), &record.person(), &record.party(), &record.case_id()}) {
    AppendText(out, *text);
  }
  AppendSorted(out, record.debts());
  AppendU32(out, static_cast<uint32_t>(record.windows_size()));
  for (const counsel::v1::WeekTime& time : record.windows()) {
    AppendU32(out, static_cast<uint32_t>(time.weekdays_size()));
    for (const uint32_t weekday : time.weekdays()) AppendU32(out, weekday);
    AppendU32(out, time.from_minute());
    AppendU32(out, time.to_minute());
  }
  AppendU8(out, view.until ? 1 : 0);
  if (view.until) AppendU64(out, static_cast<uint64_t>(view.until->micros));
}

void AppendCondition(std::string* out, const ConditionView& view) {
  AppendText(out, view.condition->word());
  AppendSorted(out, view.condition->debts());
  AppendU64(out, static_cast<uint64_t>(view.from.micros));
  AppendU64(out, static_cast<uint64_t>(view.until.micros));
  std::vector<uint64_t> positions(view.condition->positions().begin(),
                                  view.condition->positions().end());
  std::sort(positions.begin(), positions.end());
  AppendU32(out, static_cast<uint32_t>(positions.size()));
  for (const uint64_t position : positions) AppendU64(out, position);
}

void AppendCount(std::string* out, const std::vector<bool>& used) {
  AppendU32(out, static_cast<uint32_t>(std::count(used.begin(), used.end(), true)));
}

void FailFor(const RecordView& view, Answer* answer) {
  answer->result = Answer::Result::kFail;
  answer->positions.push_back(view.moment.position);
  if (!answer->since || *answer->since < view.moment.at) answer->since = view.moment.at;
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
      used_records_(facts.records.size()),
      used_conditions_(facts.conditions.size()),
      readings_(proposal.zones.size()) {
  for (const PackSet::Selected& pack : packs_) {
    for (const Rule& rule : pack.member->book.rules) AddQuestions(pack, rule);
  }
  std::stable_sort(questions_.begin(), questions_.end(), [](const Question& a, const Question& b) {
    return a.rule->step < b.rule->step;
  });
}

void Evaluation::AddQuestions(const PackSet::Selected& pack, const Rule& rule) {
  if (!rule.channels.Has(proposal_.channel) || !rule.parties.Has(proposal_.party) ||
      !rule.purposes.Has(proposal_.purpose) || rule.validity.from > last_date_ ||
      rule.validity.until < DateAt(proposal_.moment.at)) {
    return;
  }
  Question question{&rule, &pack, "", exemptions_.size(), exemptions_.size()};
  bool about_debts = std::visit(LooksAtDebts(), rule.kind);
  for (const std::string& named : rule.exempt_by) {
    const std::string& id = named == kReply ? reply_id_ : named;
    for (const PackSet::Selected& other : packs_) {
      for (const Exemption& exemption : other.member->book.exemptions) {
        if (exemption.id != id || !exemption.Lifts(rule)) continue;
        exemptions_.push_back(&exemption);
        about_debts |= exemption.record != nullptr && IsAboutDebts(exemption.record->scope);
      }
    }
  }
  question.exemptions_end = exemptions_.size();
  if (!about_debts) {
    questions_.push_back(question);
    return;
  }
  for (const std::string_view debt : proposal_.debts) {
    question.debt = debt;
    questions_.push_back(question);
  }
}

Answer Evaluation::Ask(const Question& question, Instant now) {
  Answer answer;
  if (!InForce(question, now)) return answer;
  const Rule& rule = *question.rule;
  if (const auto* window = std::get_if<Window>(&rule.kind)) {
    return AskWindow(question, *window, now);
  }
  const Exemption* exemption =
      FindExemption(question, SubjectAt(now), *proposal_.zones.front(), now, false);
  if (exemption != nullptr) {
    answer.result = Answer::Result::kExempt;
    answer.exempted_by = exemption->id;
    return answer;
  }
  if (const auto* count = std::get_if<Count>(&rule.kind)) return AskCount(question, *count, now);
  if (const auto* quiet = std::get_if<QuietAfter>(&rule.kind)) {
    return AskQuiet(question, *quiet, now);
  }
  if (const auto* bar = std::get_if<StatusBar>(&rule.kind)) {
    return AskStatusBar(question, *bar, now);
  }
  if (const auto* bar = std::get_if<ChannelBar>(&rule.kind)) {
    return AskChannelBar(question, *bar, now);
  }
  if (const auto* precondition = std::get_if<Precondition>(&rule.kind)) {
    return AskPrecondition(*precondition, now);
  }
  if (const auto* overrun = std::get_if<Overrun>(&rule.kind)) return AskOverrun(*overrun);
  const bool allowed = std::get<PartyAllow>(rule.kind).allowed.Has(proposal_.party);
  answer.result = allowed ? Answer::Result::kPass : Answer::Result::kFail;
  return answer;
}

// Every zone must pass or be exempt. The hour rule is not asked in a zone whose day is barred; when
// all are, it is as if not in force.
Answer Evaluation::AskWindow(const Question& question, const Window& window, Instant now) {
  Answer answer;
  const size_t zones = window.every_zone ? proposal_.zones.size() : 1;
  for (size_t i = 0; i < zones; ++i) {
    const absl::CivilSecond local = LocalAt(i, now);
    const absl::CivilDay date(local);
    const bool barred = DayBarred(window, *question.pack->member, date, proposal_.region);
    if (!window.day_rule && barred) continue;
    const Exemption* exemption =
        FindExemption(question, SubjectAt(now), *proposal_.zones[i], now, false);
    if (exemption != nullptr) {
      answer.exempted_by = exemption->id;
      continue;
    }
    const int second = static_cast<int>(local - absl::CivilSecond(date));
    const auto& spans = window.hours[static_cast<size_t>(absl::GetWeekday(date))];
    const bool open = std::any_of(spans.begin(), spans.end(), [&](const OpenSpan& span) {
      return span.open <= second && second < span.close;
    });
    if (window.day_rule ? barred : !open) {
      answer = {};
      answer.result = Answer::Result::kFail;
      return answer;
    }
    if (!window.day_rule && window.closed_by != nullptr) {
      Answer closed;
      if (ClosedByRecord(*window.closed_by, question, local, now, &closed)) return closed;
    }
    answer.result = Answer::Result::kPass;
  }
  if (!answer.exempted_by.empty()) answer.result = Answer::Result::kExempt;
  return answer;
}

bool Evaluation::ClosedByRecord(const RecordWord& word, const Question& question,
                                absl::CivilSecond local, Instant now, Answer* answer) {
  ForEachStanding({word.word, false, word.scope}, word.ended_by, question, now, [&](size_t i) {
    if (facts_.records[i].HoldsTime(local)) FailFor(facts_.records[i], answer);
  });
  return answer->result == Answer::Result::kFail;
}

Answer Evaluation::AskCount(const Question& question, const Count& count, Instant now) {
  Answer first;
  if (count.party && *count.party != proposal_.party) {
    first.result = Answer::Result::kPass;
    return first;
  }
  for (const Count::Threshold& threshold : count.thresholds) {
    Answer answer = AskThreshold(question, count, threshold, now);
    if (answer.result == Answer::Result::kFail) return answer;
    if (&threshold == &count.thresholds.front()) first = std::move(answer);
  }
  return first;
}

Answer Evaluation::AskThreshold(const Question& question, const Count& count,
                                const Count::Threshold& threshold, Instant now) {
  Answer answer;
  const absl::CivilDay date = DateAt(now);
  const Channels family = question.pack->member->book.FamilyOf(proposal_.channel);
  const Instant after =
      threshold.per == Count::Per::kMinutes ? MinutesAfter(now, -threshold.n) : kBeforeAll;
  answer.limit = threshold.limit;
  answer.window = {std::max(FirstDateCounted(threshold, date), count.count_from), date};
  const Moment moment = {now, proposal_.moment.position};
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (!(contact.moment < moment)) break;
    if (contact.initiated_by != Initiator::kCollector || !count.bucket.Has(contact.channel) ||
        !answer.window.Has(contact.date) || contact.moment.at <= after ||
        (count.families != Count::Families::kAny &&
         family.Has(contact.channel) != (count.families == Count::Families::kProposals)) ||
        (count.party && contact.party != *count.party) || !contact.Counts(count.outcomes, now) ||
        !SameKey(count.key, contact, question.debt) || IsItself(contact)) {
      continue;
    }
    used_contacts_[i] = true;
    const Subject subject = {
        contact.moment, contact.date, contact.channel, contact.party, contact.contact->person(),
        contact.contact};
    if (FindExemption(question, subject, *proposal_.zones.front(), now, true) == nullptr) {
      answer.positions.push_back(contact.moment.position);
    }
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  answer.count = static_cast<int>(answer.positions.size());
  answer.result = answer.count < answer.limit ? Answer::Result::kPass : Answer::Result::kFail;
  return answer;
}

// A conversation counts whoever began it, up to the very instant of the proposal.
Answer Evaluation::AskQuiet(const Question& question, const QuietAfter& quiet, Instant now) {
  Answer answer;
  answer.result = Answer::Result::kPass;
  const absl::CivilDay date = DateAt(now);
  const DateInterval dates = {std::max(date - (quiet.n - 1), quiet.count_from), date};
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (contact.moment.at > now) break;
    if (!contact.outcome || !quiet.outcomes.Has(*contact.outcome) ||
        !quiet.channels.Has(contact.channel) || !dates.Has(contact.date) ||
        !SameKey(quiet.key, contact, question.debt) || IsItself(contact)) {
      continue;
    }
    used_contacts_[i] = true;
    answer.result = Answer::Result::kFail;
    answer.positions.push_back(contact.moment.position);
    answer.since = contact.moment.at;
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  return answer;
}

Answer Evaluation::AskStatusBar(const Question& question, const StatusBar& status_bar,
                                Instant now) {
  Answer answer;
  answer.result = Answer::Result::kPass;
  if (status_bar.spared.Has(proposal_.party)) return answer;
  for (const StatusBar::Bar& bar : status_bar.bars) {
    ForEachStanding({bar.opened_by, false, bar.scope, bar.couple}, bar.closed_by, question, now,
                    [&](size_t i) { FailFor(facts_.records[i], &answer); });
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  return answer;
}

Answer Evaluation::AskChannelBar(const Question& question, const ChannelBar& bar, Instant now) {
  Answer answer;
  bool allowed = !bar.when.empty() && bar.unless.empty();
  for (const RecordWord* word : bar.unless) {
    ForEachStanding({word->word, bar.of_family, word->scope}, word->ended_by, question, now,
                    [&](size_t) { allowed = true; });
  }
  answer.result = allowed ? Answer::Result::kPass : Answer::Result::kFail;
  for (const RecordWord* word : bar.when) {
    ForEachStanding({word->word, bar.of_family, word->scope}, word->ended_by, question, now,
                    [&](size_t i) { FailFor(facts_.records[i], &answer); });
  }
  std::sort(answer.positions.begin(), answer.positions.end());
  return answer;
}

Answer Evaluation::AskPrecondition(const Precondition& precondition, Instant now) {
  Answer answer;
  const auto holds_for = [&](std::string_view word, std::string_view debt) {
    for (size_t i = 0; i < facts_.conditions.size(); ++i) {
      const ConditionView& view = facts_.conditions[i];
      const counsel::v1::Condition& condition = *view.condition;
      if (condition.word() != word || now < view.from || now >= view.until) continue;
      if (!condition.debts().empty() && !Has(condition.debts(), debt)) continue;
      used_conditions_[i] = true;
      for (const uint64_t position : condition.positions()) answer.positions.push_back(position);
      return true;
    }
    return false;
  };
  const auto holds = [&](std::string_view word) {
    return std::all_of(proposal_.debts.begin(), proposal_.debts.end(),
                       [&](std::string_view debt) { return holds_for(word, debt); });
  };
  const bool met = std::all_of(precondition.all.begin(), precondition.all.end(), holds) &&
                   (precondition.any.empty() ||
                    std::any_of(precondition.any.begin(), precondition.any.end(), holds));
  answer.result = met ? Answer::Result::kPass : Answer::Result::kFail;
  std::sort(answer.positions.begin(), answer.positions.end());
  answer.positions.erase(std::unique(answer.positions.begin(), answer.positions.end()),
                         answer.positions.end());
  return answer;
}

// Looks at the hours of every rule that the contact began within. That it began outside is for the
// hour rules themselves to say.
Answer Evaluation::AskOverrun(const Overrun& overrun) {
  Answer answer;
  answer.result = Answer::Result::kPass;
  if (!proposal_.ended_at) return answer;
  const Instant began = proposal_.moment.at;
  const Instant tested = MinutesAfter(*proposal_.ended_at, -overrun.minutes);
  for (const Question& question : questions_) {
    const auto* window = std::get_if<Window>(&question.rule->kind);
    if (window == nullptr || window->day_rule || !question.rule->denies()) continue;
    if (!InForce(question, began)) continue;
    if (AskWindow(question, *window, began).result != Answer::Result::kPass) continue;
    const size_t zones = window->every_zone ? proposal_.zones.size() : 1;
    for (size_t i = 0; i < zones; ++i) {
      const absl::CivilSecond local = LocalAt(i, began);
      const absl::CivilSecond midnight{absl::CivilDay(local)};
      for (const OpenSpan& span : window->hours[static_cast<size_t>(absl::GetWeekday(local))]) {
        if (local < midnight + span.open || local >= midnight + span.close) continue;
        if (LocalTime(tested, *proposal_.zones[i]) > midnight + span.close) {
          answer.result = Answer::Result::kFail;
        }
      }
    }
  }
  return answer;
}

bool Evaluation::InForce(const Question& question, Instant now) {
  const absl::CivilDay date = DateAt(now);
  return question.rule->validity.Has(date) &&
         !(question.rule->fallback && StandsAside(question, date));
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

const Exemption* Evaluation::FindExemption(const Question& question, const Subject& subject,
                                           const absl::TimeZone& zone, Instant now, bool counting) {
  for (size_t i = question.exemptions_begin; i < question.exemptions_end; ++i) {
    const Exemption& exemption = *exemptions_[i];
    if ((counting && exemption.count_exempted) || !exemption.validity.Has(subject.date) ||
        !exemption.channels.Has(subject.channel) || !exemption.parties.Has(subject.party)) {
      continue;
    }
    const bool lifts = exemption.record == nullptr
                           ? IsReply(exemption, subject, now)
                           : IsCovered(exemption, question, subject, zone, now);
    if (lifts) return &exemption;
  }
  return nullptr;
}

// A reply follows the person's latest message on that channel within the time, and nothing of ours
// that counts stands between.
bool Evaluation::IsReply(const Exemption& exemption, const Subject& subject, Instant now) {
  std::optional<size_t> message;
  bool answered = false;
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (contact.moment.at > subject.moment.at) break;
    if (contact.channel != subject.channel || contact.contact->person() != subject.person) continue;
    if (contact.initiated_by == Initiator::kDebtor) {
      message = i;
      answered = false;
    } else if (contact.initiated_by == Initiator::kCollector && contact.moment < subject.moment &&
               contact.Counts(kCountedOutcomes, now)) {
      answered = true;
    }
  }
  if (!message || (answered && exemption.once)) return false;
  const Instant sent = facts_.contacts[*message].moment.at;
  if (subject.moment.at.micros >= sent.micros + *exemption.lasts_hours * kMicrosPerHour) {
    return false;
  }
  used_contacts_[*message] = true;
  return true;
}

bool Evaluation::IsCovered(const Exemption& exemption, const Question& question,
                           const Subject& subject, const absl::TimeZone& zone, Instant now) {
  const RecordWord& word = *exemption.record;
  if (subject.person != proposal_.person) return false;
  if (subject.contact != nullptr && IsAboutDebts(word.scope) &&
      !Has(subject.contact->debts(), question.debt)) {
    return false;
  }
  bool covered = false;
  ForEachStanding(
      {word.word, false, word.scope}, word.ended_by, question, subject.moment.at,
      [&](size_t i) { covered = covered || Lasts(exemption, question, i, subject, zone, now); });
  return covered;
}

bool Evaluation::Lasts(const Exemption& exemption, const Question& question, size_t index,
                       const Subject& subject, const absl::TimeZone& zone, Instant now) {
  const RecordView& record = facts_.records[index];
  if (!(record.moment < subject.moment)) return false;
  if (exemption.lasts_hours &&
      subject.moment.at.micros >=
          record.moment.at.micros + *exemption.lasts_hours * kMicrosPerHour) {
    return false;
  }
  if (exemption.lasts_dates && subject.date >= record.date + *exemption.lasts_dates) return false;
  if (!record.HoldsTime(LocalTime(subject.moment.at, zone))) return false;
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    const ContactView& contact = facts_.contacts[i];
    if (!(contact.moment < subject.moment)) break;
    if (!(record.moment < contact.moment) || contact.contact->person() != subject.person ||
        IsItself(contact)) {
      continue;
    }
    const bool used_up = exemption.once && contact.initiated_by == Initiator::kCollector &&
                         exemption.channels.Has(contact.channel) &&
                         contact.Counts(kCountedOutcomes, now);
    const bool talked =
        exemption.ends_on_talk && contact.outcome && kTalks.Has(*contact.outcome) &&
        (!IsAboutDebts(exemption.record->scope) || Has(contact.contact->debts(), question.debt));
    if (used_up || talked) {
      used_contacts_[i] = true;
      return false;
    }
  }
  return true;
}

bool Evaluation::Matches(std::string_view word, const RecordView& view, const Wanted& wanted,
                         const Question& question) const {
  if (wanted.of_family) {
    const std::optional<Channel> channel = ChannelOfRecord(view.word(), word);
    const Channels family = question.pack->member->book.FamilyOf(proposal_.channel);
    if (!channel || !family.Has(*channel)) return false;
  } else if (word.empty() || view.word() != word) {
    return false;
  }
  const counsel::v1::Record& record = *view.record;
  if (wanted.scope == RecordScope::kCase) {
    return !record.case_id().empty() && record.case_id() == proposal_.case_id;
  }
  if (IsAboutDebts(wanted.scope) && !Has(record.debts(), question.debt)) return false;
  if (wanted.scope == RecordScope::kDebt || record.person() == proposal_.person) return true;
  const auto of_couple = [](Party party) {
    return party == Party::kDebtor || party == Party::kSpouse;
  };
  // A role that is not known is taken for the debtor's.
  return wanted.couple && of_couple(proposal_.party) &&
         of_couple(ParseWord<Party>(record.party()).value_or(Party::kDebtor));
}

template <typename EndedBy, typename Use>
void Evaluation::ForEachStanding(const Wanted& wanted, const EndedBy& ended_by,
                                 const Question& question, Instant now, Use use) {
  const std::vector<RecordView>& records = facts_.records;
  for (size_t i = 0; i < records.size() && records[i].moment.at <= now; ++i) {
    if (!Matches(wanted.opened_by, records[i], wanted, question)) continue;
    used_records_[i] = true;
    bool ended = records[i].until && *records[i].until <= now;
    for (size_t j = i + 1; !ended && j < records.size() && records[j].moment.at <= now; ++j) {
      ended = std::any_of(ended_by.begin(), ended_by.end(), [&](std::string_view word) {
        return Matches(word, records[j], wanted, question);
      });
      if (ended) used_records_[j] = true;
    }
    if (!ended) use(i);
  }
}

bool Evaluation::SameKey(Key key, const ContactView& contact, std::string_view debt) const {
  const bool person = contact.contact->person() == proposal_.person;
  switch (key) {
    case Key::kPerson:
      return person;
    case Key::kPersonDebt:
      return person && Has(contact.contact->debts(), debt);
    case Key::kPersonCreditor:
      return person && contact.contact->creditor() == proposal_.creditor;
    case Key::kDebt:
      break;
  }
  return Has(contact.contact->debts(), debt);
}

Evaluation::Subject Evaluation::SubjectAt(Instant now) {
  return {{now, proposal_.moment.position},
          DateAt(now),
          proposal_.channel,
          proposal_.party,
          proposal_.person,
          nullptr};
}

absl::CivilSecond Evaluation::LocalAt(size_t zone, Instant now) {
  Reading& reading = readings_[zone];
  if (reading.at != now) reading = {now, LocalTime(now, *proposal_.zones[zone])};
  return reading.local;
}

// The date decides what is counted, and which rules and exemptions are in force.
bool Evaluation::DependsOnDate(const Question& question) const {
  const Rule& rule = *question.rule;
  if (rule.fallback || rule.validity.until <= last_date_) return true;
  if (std::holds_alternative<QuietAfter>(rule.kind)) return true;
  if (const auto* count = std::get_if<Count>(&rule.kind)) {
    return std::any_of(count->thresholds.begin(), count->thresholds.end(), [](const auto& one) {
      return one.per != Count::Per::kEver && one.per != Count::Per::kMinutes;
    });
  }
  return std::any_of(
      exemptions_.begin() + static_cast<ptrdiff_t>(question.exemptions_begin),
      exemptions_.begin() + static_cast<ptrdiff_t>(question.exemptions_end),
      [](const Exemption* one) { return one->validity.from != absl::CivilDay::min(); });
}

std::optional<Instant> Evaluation::NextChange(const Question& question, Instant now) {
  std::optional<Instant> next;
  const auto consider = [&](std::optional<Instant> candidate) {
    if (candidate && *candidate > now && (!next || *candidate < *next)) next = candidate;
  };
  const auto fact = std::upper_bound(facts_.changes.begin(), facts_.changes.end(), now);
  if (fact != facts_.changes.end()) consider(*fact);

  const Rule& rule = *question.rule;
  static constexpr int kMidnight[] = {0};
  const auto* window = std::get_if<Window>(&rule.kind);
  const size_t zones = window != nullptr && window->every_zone ? proposal_.zones.size() : 1;
  // Times that records name open exemptions and close windows.
  const bool heeds_times =
      !facts_.record_readings.empty() && (question.exemptions_begin != question.exemptions_end ||
                                          (window != nullptr && window->closed_by != nullptr));
  for (size_t i = 0; i < zones; ++i) {
    if (window != nullptr) consider(NextReading(now, *proposal_.zones[i], window->readings));
    if (heeds_times) {
      consider(NextReading(now, *proposal_.zones[i], facts_.record_readings));
    }
  }
  if (DependsOnDate(question)) consider(NextReading(now, *proposal_.zones.front(), kMidnight));
  if (const auto* count = std::get_if<Count>(&rule.kind)) {
    for (const Count::Threshold& threshold : count->thresholds) {
      if (threshold.per != Count::Per::kMinutes) continue;
      for (const ContactView& contact : facts_.contacts) {
        consider(WholeSecondFrom(MinutesAfter(contact.moment.at, threshold.n)));
      }
    }
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
std::optional<Instant> Evaluation::NextAllowed(Instant now) {
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
  AppendCount(out, used_contacts_);
  for (size_t i = 0; i < facts_.contacts.size(); ++i) {
    if (used_contacts_[i]) AppendContact(out, facts_.contacts[i]);
  }
  AppendCount(out, used_records_);
  for (size_t i = 0; i < facts_.records.size(); ++i) {
    if (used_records_[i]) AppendRecord(out, facts_.records[i]);
  }
  AppendCount(out, used_conditions_);
  for (size_t i = 0; i < facts_.conditions.size(); ++i) {
    if (used_conditions_[i]) AppendCondition(out, facts_.conditions[i]);
  }
}

}  // namespace constancia::policies::internal
