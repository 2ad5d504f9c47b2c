#include "eventstore/projections/case_file/tallies.h"

#include <algorithm>
#include <utility>

#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/civil_date.h"
#include "core/case/acts.h"
#include "core/case/rule_words.h"
#include "eventstore/projections/case_file/case_rows.h"
#include "eventstore/projections/case_file/facts.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::ActDay;
using casefile::v1::ActTally;
using casefile::v1::AttemptTally;
using casefile::v1::CaseActivity;
using casefile::v1::CaseFile;
using casefile::v1::DatedAct;
using casefile::v1::Fact;
using casefile::v1::TalliedAct;

constexpr std::string_view kAttempt = "ContactAttempted";
constexpr std::string_view kFamily = "family:";

DatedAct ActOf(const Fact& fact) {
  const FactReader reader(fact);
  const auto about = reader.Read<ev::About>();
  DatedAct act;
  act.set_type(fact.type());
  act.set_date(reader.date());
  act.set_position(fact.position());
  act.set_event_id(reader.event_id());
  *act.mutable_obligation_ids() = about.obligation_ids();
  act.set_party_id(about.party_id());
  return act;
}

uint32_t DayNumber(std::string_view date) {
  const auto day = CivilDate::Parse(date);
  return day.ok() ? static_cast<uint32_t>(std::max<int64_t>(day->DaysSinceEpoch() + 1, 0)) : 0;
}

std::string DateOf(uint32_t day) {
  return LocalDate((static_cast<int64_t>(day) - 1) * 86'400 * 1'000'000, 0);
}

ActTally* Find(CaseActivity* activity, const std::string& name) {
  auto* all = activity->mutable_tallies();
  const auto at = std::lower_bound(
      all->begin(), all->end(), name,
      [](const ActTally& tally, const std::string& key) { return tally.tally() < key; });
  if (at != all->end() && at->tally() == name) return &*at;
  const auto index = at - all->begin();
  all->Add()->set_tally(name);
  std::rotate(all->begin() + index, all->end() - 1, all->end());
  return all->Mutable(static_cast<int>(index));
}

bool CountsIn(const TalliedAct& act, const std::string& tally) {
  return std::find(act.tallies().begin(), act.tallies().end(), tally) != act.tallies().end();
}

// Sets `edge` to the first act of `tally` between two iterators.
template <typename Acts>
void SetEdge(const Acts& begin, const Acts& end, const std::string& tally, DatedAct* edge) {
  const auto found =
      std::find_if(begin, end, [&](const TalliedAct& act) { return CountsIn(act, tally); });
  if (found != end) *edge = found->act();
}

}  // namespace

bool IsTallied(std::string_view type) { return KeptOf(type) == ActsKept::kEdges; }

std::vector<std::string> TalliesOf(const Fact& fact) {
  const FactReader reader(fact);
  std::vector<std::string> tallies{fact.type()};
  if (fact.type() == kAttempt) {
    const auto attempt = reader.Read<ev::ContactAttempted>();
    if (RuleInitiator(attempt.initiated_by(), attempt.direction()) != "collector") return {};
    const std::string_view family = RuleFamily(RuleChannel(
        attempt.channel(), attempt.place(), attempt.prerecorded(), attempt.direction()));
    if (!family.empty()) tallies.push_back(std::string(kFamily).append(family));
  } else if (fact.type() == "ContactCompleted" &&
             reader.Read<ev::ContactCompleted>().reach() == ev::REACH_RIGHT_PARTY) {
    tallies.emplace_back(kConversationAct);
  }
  return tallies;
}

void Count(const std::string& case_id, const Fact& fact, const std::vector<std::string>& tallies,
           CaseActivity* activity, Rows& rows) {
  TalliedAct entry;
  *entry.mutable_act() = ActOf(fact);
  for (const std::string& name : tallies) entry.add_tallies(name);
  const DatedAct& act = entry.act();
  const std::string key = case_row::Key(case_row::kDay, case_id, act.date());
  auto day = case_row::Load<ActDay>(rows, key);
  *day.add_acts() = entry;
  std::sort(day.mutable_acts()->begin(), day.mutable_acts()->end(),
            [](const TalliedAct& a, const TalliedAct& b) { return Earlier(a.act(), b.act()); });
  case_row::Store(rows, key, day);
  const uint32_t number = DayNumber(act.date());
  for (const std::string& name : tallies) {
    ActTally* tally = Find(activity, name);
    tally->set_count(tally->count() + 1);
    auto* days = tally->mutable_days();
    const auto at = std::lower_bound(days->begin(), days->end(), number);
    if (at == days->end() || *at != number) {
      const auto index = at - days->begin();
      days->Add(number);
      std::rotate(days->begin() + index, days->end() - 1, days->end());
    }
    if (tally->count() == 1 || Earlier(act, tally->first())) *tally->mutable_first() = act;
    if (tally->count() == 1 || Earlier(tally->last(), act)) *tally->mutable_last() = act;
  }
}

void Uncount(const std::string& case_id, std::string_view date, uint64_t position,
             CaseActivity* activity, Rows& rows) {
  const std::string key = case_row::Key(case_row::kDay, case_id, date);
  auto day = case_row::Load<ActDay>(rows, key);
  auto* acts = day.mutable_acts();
  const auto at = std::find_if(acts->begin(), acts->end(), [&](const TalliedAct& act) {
    return act.act().position() == position;
  });
  if (at == acts->end()) return;
  const TalliedAct gone = *at;
  acts->erase(at);
  if (acts->empty()) {
    rows.Delete(key);
  } else {
    case_row::Store(rows, key, day);
  }
  for (const std::string& name : gone.tallies()) {
    ActTally* tally = Find(activity, name);
    tally->set_count(tally->count() - 1);
    auto* days = tally->mutable_days();
    if (std::none_of(acts->begin(), acts->end(),
                     [&](const TalliedAct& act) { return CountsIn(act, name); })) {
      days->erase(std::remove(days->begin(), days->end(), DayNumber(date)), days->end());
    }
    if (days->empty()) {
      auto* all = activity->mutable_tallies();
      all->erase(std::remove_if(all->begin(), all->end(),
                                [&](const ActTally& one) { return one.tally() == name; }),
                 all->end());
      continue;
    }
    if (tally->first().position() == position) {
      const auto first = case_row::Load<ActDay>(
          rows, case_row::Key(case_row::kDay, case_id, DateOf(*days->begin())));
      SetEdge(first.acts().begin(), first.acts().end(), name, tally->mutable_first());
    }
    if (tally->last().position() == position) {
      const auto last = case_row::Load<ActDay>(
          rows, case_row::Key(case_row::kDay, case_id, DateOf(*days->rbegin())));
      SetEdge(last.acts().rbegin(), last.acts().rend(), name, tally->mutable_last());
    }
  }
}

void ShowTallies(const CaseActivity& activity, CaseFile* file) {
  file->set_events(activity.events());
  file->set_last_occurred_at_micros(activity.last_occurred_at_micros());
  file->set_denials(activity.denials());
  file->set_violations(activity.violations() -
                       std::min(activity.violations_cleared(), activity.violations()));
  auto* acts = file->mutable_acts();
  for (const ActTally& tally : activity.tallies()) {
    if (tally.tally().starts_with(kFamily)) {
      AttemptTally* attempts = file->add_attempt_tallies();
      attempts->set_family(tally.tally().substr(kFamily.size()));
      attempts->set_attempts(tally.count());
      attempts->set_first_date(tally.first().date());
      attempts->set_last_date(tally.last().date());
      continue;
    }
    if (tally.tally() == kAttempt) file->set_attempts(tally.count());
    if (tally.tally() == kConversationAct) file->set_right_party_contacts(tally.count());
    *acts->Add() = tally.first();
    acts->rbegin()->set_type(tally.tally());
    if (tally.first().position() == tally.last().position()) continue;
    *acts->Add() = tally.last();
    acts->rbegin()->set_type(tally.tally());
  }
  std::sort(acts->begin(), acts->end(), Earlier);
}

}  // namespace constancia::eventstore
