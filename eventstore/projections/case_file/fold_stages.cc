#include <algorithm>
#include <string>
#include <vector>

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::Closing;
using casefile::v1::Flag;
using casefile::v1::StagePeriod;
using casefile::v1::Suspension;

struct Stages {
  CaseFile* file;
  std::vector<ev::CaseParty> linked;
  // Decisions follow one another in the order in which they were recorded.
  std::vector<const casefile::v1::Fact*> decisions;
};

void Open(const FactReader& fact, Stages& state) {
  const auto opened = fact.Read<ev::CaseOpened>();
  CaseFile* file = state.file;
  file->set_creditor_id(opened.creditor_id());
  file->set_party_id(opened.party_id());
  *file->mutable_parties() = opened.parties();
  file->set_zone(opened.zone());
  file->set_region(opened.region());
  *file->mutable_regimes() = opened.regimes();
  file->set_portfolio_id(opened.portfolio_id());
  file->set_agency_id(opened.agency_id());
  file->set_id_verified(opened.id_verified());
  file->set_opened_at_micros(fact.at());
  file->set_opened_event_id(fact.event_id());
  file->clear_stages();
  StagePeriod* period = file->add_stages();
  period->set_stage(opened.stage() == ev::STAGE_UNSPECIFIED ? ev::STAGE_PERSUASIVE
                                                            : opened.stage());
  period->set_since_micros(fact.at());
  period->set_event_id(fact.event_id());
}

void Link(const FactReader& fact, Stages& state) {
  const auto linked = fact.Read<ev::PartyLinked>();
  ev::CaseParty party;
  party.set_party_id(linked.other_party_id());
  party.set_role(linked.role());
  *party.mutable_obligation_ids() = linked.obligation_ids();
  state.linked.push_back(std::move(party));
}

template <typename Payload>
void Assign(const FactReader& fact, Stages& state) {
  const auto assigned = fact.Read<Payload>();
  state.file->set_agent_id(assigned.agent_id());
  state.file->set_team_id(assigned.team_id());
}

const Handlers<Stages>& Facts() {
  static const auto* handlers = new Handlers<Stages>{
      {"CaseOpened", Open},
      {"PartyLinked", Link},
      {"CaseAssigned", Assign<ev::CaseAssigned>},
      {"CaseReassigned", Assign<ev::CaseReassigned>},
      {"LawFirmAssigned", [](const FactReader& fact,
                             Stages& state) { state.file->set_handed_over_at_micros(fact.at()); }},
  };
  return *handlers;
}

void EnterStage(const FactReader& fact, ev::Stage stage, const std::string& transition_id,
                Stages& state) {
  if (stage == ev::STAGE_UNSPECIFIED) return;
  StagePeriod* period = state.file->add_stages();
  period->set_stage(stage);
  period->set_since_micros(fact.at());
  period->set_event_id(fact.event_id());
  period->set_transition_id(transition_id);
}

void Suspend(const FactReader& fact, Stages& state) {
  const auto suspended = fact.Read<ev::CaseSuspended>();
  auto* all = state.file->mutable_suspensions();
  if (std::any_of(all->begin(), all->end(),
                  [&](const Suspension& one) { return one.reason() == suspended.reason(); }))
    return;
  Suspension* suspension = all->Add();
  suspension->set_reason(suspended.reason());
  suspension->set_since_micros(fact.at());
  suspension->set_until(suspended.until());
  suspension->set_actor_id(fact.actor_id());
  suspension->set_event_id(fact.event_id());
  suspension->set_caused_by_event_id(suspended.caused_by_event_id());
}

void Resume(const FactReader& fact, Stages& state) {
  const auto resumed = fact.Read<ev::CaseResumed>();
  auto* all = state.file->mutable_suspensions();
  all->erase(
      std::remove_if(all->begin(), all->end(),
                     [&](const Suspension& one) { return one.reason() == resumed.reason(); }),
      all->end());
}

void Close(const FactReader& fact, Stages& state) {
  const auto closed = fact.Read<ev::CaseClosed>();
  Closing* closing = state.file->add_closings();
  closing->set_reason(closed.reason());
  closing->set_at_micros(fact.at());
  closing->set_event_id(fact.event_id());
  const auto& stages = state.file->stages();
  closing->set_stage_before(closed.stage() != ev::STAGE_UNSPECIFIED || stages.empty()
                                ? closed.stage()
                                : stages[stages.size() - 1].stage());
  closing->set_merged_into_case_id(closed.merged_into_case_id());
}

void Reopen(const FactReader& fact, Stages& state) {
  const auto reopened = fact.Read<ev::CaseReopened>();
  auto* closings = state.file->mutable_closings();
  if (!closings->empty() && closings->rbegin()->reopened_event_id().empty()) {
    closings->rbegin()->set_reopened_at_micros(fact.at());
    closings->rbegin()->set_reopened_event_id(fact.event_id());
    closings->rbegin()->set_reopening_reason(reopened.reason());
  }
  EnterStage(fact, reopened.stage(), "", state);
}

const Handlers<Stages>& Decisions() {
  static const auto* handlers = new Handlers<Stages>{
      {"StageChanged",
       [](const FactReader& fact, Stages& state) {
         const auto changed = fact.Read<ev::StageChanged>();
         EnterStage(fact, changed.to_stage(), changed.transition_id(), state);
       }},
      {"CaseSuspended", Suspend},
      {"CaseResumed", Resume},
      {"CaseClosed", Close},
      {"CaseReopened", Reopen},
  };
  return *handlers;
}

void Clear(CaseFile* file) {
  file->clear_stage();
  file->clear_stage_since_micros();
  file->clear_state();
  file->clear_closing_reason();
  file->clear_creditor_id();
  file->clear_party_id();
  file->clear_parties();
  file->clear_zone();
  file->clear_region();
  file->clear_regimes();
  file->clear_portfolio_id();
  file->clear_agency_id();
  file->clear_id_verified();
  file->clear_opened_at_micros();
  file->clear_opened_event_id();
  file->clear_agent_id();
  file->clear_team_id();
  file->clear_handed_over_at_micros();
  file->clear_stages();
  file->clear_suspensions();
  file->clear_closings();
}

}  // namespace

bool ReadsStages(std::string_view type) {
  return Facts().contains(type) || Decisions().contains(type);
}

void FoldStages(const casefile::v1::FactList& facts, CaseFile* file) {
  Clear(file);
  ReplaceFlags({Flag::UNLOCATED}, {}, file);
  if (facts.facts().empty()) return;
  Stages state{.file = file, .linked = {}, .decisions = {}};
  FoldFacts(facts, Facts(), state);
  for (ev::CaseParty& party : state.linked) *file->add_parties() = std::move(party);
  for (const casefile::v1::Fact& fact : facts.facts()) {
    if (Decisions().contains(fact.type())) state.decisions.push_back(&fact);
  }
  std::sort(state.decisions.begin(), state.decisions.end(),
            [](const auto* a, const auto* b) { return a->position() < b->position(); });
  for (const casefile::v1::Fact* fact : state.decisions) {
    Decisions().find(fact->type())->second(FactReader(*fact), state);
  }
  auto* suspensions = file->mutable_suspensions();
  std::sort(suspensions->begin(), suspensions->end(),
            [](const auto& a, const auto& b) { return a.reason() < b.reason(); });
  const bool closed =
      !file->closings().empty() && file->closings().rbegin()->reopened_event_id().empty();
  file->set_closing_reason(closed ? file->closings().rbegin()->reason()
                                  : ev::CLOSING_REASON_UNSPECIFIED);
  file->set_state(closed                 ? casefile::v1::CLOSED
                  : suspensions->empty() ? casefile::v1::OPEN
                                         : casefile::v1::SUSPENDED);
  file->set_stage(file->stages().empty() ? ev::STAGE_UNSPECIFIED
                                         : file->stages().rbegin()->stage());
  file->set_stage_since_micros(file->stages().empty() ? 0
                                                      : file->stages().rbegin()->since_micros());
  std::vector<Flag> flags;
  for (const Suspension& suspension : *suspensions) {
    if (suspension.reason() != ev::SUSPENSION_REASON_UNLOCATED) continue;
    Flag& flag = flags.emplace_back();
    flag.set_kind(Flag::UNLOCATED);
    flag.set_since_micros(suspension.since_micros());
    flag.set_party_id(file->party_id());
    flag.set_event_id(suspension.event_id());
  }
  ReplaceFlags({Flag::UNLOCATED}, flags, file);
}

}  // namespace constancia::eventstore
