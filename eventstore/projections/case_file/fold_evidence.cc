#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/case/acts.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::DatedAct;
using casefile::v1::DocketFile;
using casefile::v1::Flag;

// A docket and when its service and its end happened.
struct DocketState {
  DocketFile file;
  int64_t served_at = 0;
  int64_t ended_at = 0;
};

struct Evidence {
  std::map<std::string, DocketState> dockets;
  std::map<std::string, Flag> holds;
  std::vector<DatedAct> acts;
  std::vector<DatedAct> shown;
};

DatedAct ActOf(const FactReader& fact) {
  const auto about = fact.Read<ev::About>();
  DatedAct act;
  act.set_type(std::string(fact.type()));
  act.set_date(fact.date());
  act.set_position(fact.position());
  act.set_event_id(fact.event_id());
  *act.mutable_obligation_ids() = about.obligation_ids();
  act.set_party_id(about.party_id());
  return act;
}

// An act from which times run.
void Act(const FactReader& fact, Evidence& state) {
  DatedAct act = ActOf(fact);
  if (fact.type() == "PreBureauNoticeSent") {
    act.set_date(fact.DateOr(fact.Read<ev::PreBureauNoticeSent>().date()));
  } else if (fact.type() == "FormalDemandSent") {
    act.set_about_id(fact.Read<ev::FormalDemandSent>().letter_id());
  }
  state.acts.push_back(std::move(act));
}

void Show(const FactReader& fact, const std::string& about_id, const std::string& stated_date,
          Evidence& state) {
  DatedAct act = ActOf(fact);
  act.set_about_id(about_id);
  act.set_date(fact.DateOr(stated_date));
  state.shown.push_back(std::move(act));
}

DocketState* Docket(const FactReader& fact, const std::string& id, Evidence& state) {
  DocketState* docket = &state.dockets[id];
  if (docket->file.obligation_ids().empty()) {
    *docket->file.mutable_obligation_ids() = fact.Read<ev::About>().obligation_ids();
  }
  return docket;
}

void EndDocket(const FactReader& fact, const std::string& date, DocketState* docket) {
  docket->file.set_ended_event_id(fact.event_id());
  docket->file.set_ended_date(fact.DateOr(date));
  docket->ended_at = fact.at();
}

void File(const FactReader& fact, Evidence& state) {
  const auto filed = fact.Read<ev::ClaimFiled>();
  Show(fact, filed.docket_id(), filed.date(), state);
  if (filed.docket_id().empty()) return;
  DocketFile& docket = state.dockets[filed.docket_id()].file;
  docket.set_court(filed.court());
  docket.set_title_id(filed.title_id());
  docket.set_law_firm_id(filed.law_firm_id());
  docket.set_filed_event_id(fact.event_id());
  docket.set_filed_date(fact.DateOr(filed.date()));
  *docket.mutable_obligation_ids() = filed.obligation_ids();
}

void ActOfCourt(const FactReader& fact, Evidence& state) {
  const auto act = fact.Read<ev::DocketActRecorded>();
  Show(fact, act.docket_id(), act.date(), state);
  if (act.docket_id().empty()) return;
  DocketState* docket = Docket(fact, act.docket_id(), state);
  if (fact.DateOr(act.date()) >= docket->file.last_act_date()) {
    docket->file.set_last_act(act.act());
    docket->file.set_last_act_date(fact.DateOr(act.date()));
    docket->file.set_last_act_event_id(fact.event_id());
  }
  if (act.effect() == ev::DOCKET_EFFECT_ENDS) EndDocket(fact, act.date(), docket);
}

void Serve(const FactReader& fact, Evidence& state) {
  const auto served = fact.Read<ev::ServiceOfProcess>();
  Show(fact, served.docket_id(), served.date(), state);
  if (served.result() != ev::SERVICE_RESULT_SERVED &&
      served.result() != ev::SERVICE_RESULT_SERVED_BY_LAW)
    return;
  DocketState* docket = Docket(fact, served.docket_id(), state);
  if (!docket->file.served_event_id().empty()) return;
  docket->file.set_served_event_id(fact.event_id());
  docket->file.set_served_date(fact.DateOr(served.date()));
  docket->served_at = fact.at();
}

void Withdraw(const FactReader& fact, Evidence& state) {
  const auto withdrawn = fact.Read<ev::ClaimWithdrawn>();
  Show(fact, withdrawn.docket_id(), withdrawn.date(), state);
  if (withdrawn.docket_id().empty()) return;
  EndDocket(fact, withdrawn.date(), Docket(fact, withdrawn.docket_id(), state));
}

void PlaceHold(const FactReader& fact, Evidence& state) {
  const auto placed = fact.Read<ev::HoldPlaced>();
  Flag& hold = state.holds[placed.hold_id()];
  hold.set_since_micros(fact.at());
  hold.set_reason(placed.reason());
  hold.set_event_id(fact.event_id());
}

void ReleaseHold(const FactReader& fact, Evidence& state) {
  Flag& hold = state.holds[fact.Read<ev::HoldReleased>().hold_id()];
  hold.set_until_micros(fact.at());
  hold.set_ended_event_id(fact.event_id());
}

// Shows an event, with the id its field `kAbout` holds and the date its field `kDate` states.
template <typename Payload, auto kAbout, auto kDate>
void ShowDated(const FactReader& fact, Evidence& state) {
  const auto payload = fact.Read<Payload>();
  Show(fact, (payload.*kAbout)(), (payload.*kDate)(), state);
}
template <typename Payload, auto kAbout>
void ShowOne(const FactReader& fact, Evidence& state) {
  const auto payload = fact.Read<Payload>();
  Show(fact, (payload.*kAbout)(), "", state);
}

const Handlers<Evidence>& Facts() {
  static const auto* handlers = new Handlers<Evidence>{
      {"ClaimFiled", File},
      {"DocketActRecorded", ActOfCourt},
      {"ServiceOfProcess", Serve},
      {"ClaimWithdrawn", Withdraw},
      {"HoldPlaced", PlaceHold},
      {"HoldReleased", ReleaseHold},
      {"TitleRegistered",
       ShowDated<ev::TitleRegistered, &ev::TitleRegistered::title_id, &ev::TitleRegistered::date>},
      {"TitleCustodyChanged", ShowOne<ev::TitleCustodyChanged, &ev::TitleCustodyChanged::title_id>},
      {"PowerOfAttorneyRecorded",
       ShowDated<ev::PowerOfAttorneyRecorded, &ev::PowerOfAttorneyRecorded::document_id,
                 &ev::PowerOfAttorneyRecorded::date>},
      {"LitigationProposed", ShowOne<ev::LitigationProposed, &ev::LitigationProposed::title_id>},
      {"JudgmentEntered",
       ShowDated<ev::JudgmentEntered, &ev::JudgmentEntered::docket_id, &ev::JudgmentEntered::date>},
      {"SettlementInCourt", ShowDated<ev::SettlementInCourt, &ev::SettlementInCourt::docket_id,
                                      &ev::SettlementInCourt::date>},
      {"AccelerationNotified",
       [](const FactReader& fact, Evidence& state) {
         Show(fact, "", fact.Read<ev::AccelerationNotified>().date(), state);
       }},
      {"PrescriptionInterrupted",
       ShowDated<ev::PrescriptionInterrupted, &ev::PrescriptionInterrupted::title_id,
                 &ev::PrescriptionInterrupted::date>},
      {"ObligationSold",
       ShowDated<ev::ObligationSold, &ev::ObligationSold::buyer_id, &ev::ObligationSold::date>},
      {"BureauReported",
       ShowDated<ev::BureauReported, &ev::BureauReported::bureau, &ev::BureauReported::date>},
      {"BureauRemoved",
       ShowDated<ev::BureauRemoved, &ev::BureauRemoved::bureau, &ev::BureauRemoved::date>},
      {"LetterDelivered",
       [](const FactReader& fact, Evidence& state) {
         const auto delivered = fact.Read<ev::LetterDelivered>();
         Show(fact, delivered.letter_id(), delivered.date(), state);
       }},
  };
  return *handlers;
}

// The latest kActsOfTypeMax of each type, by (date, position).
void TakeActs(std::vector<DatedAct> acts, CaseFile* file) {
  std::sort(acts.begin(), acts.end(), Earlier);
  std::map<std::string_view, int> later;
  std::vector<bool> kept(acts.size());
  for (size_t i = acts.size(); i-- > 0;) kept[i] = later[acts[i].type()]++ < kActsOfTypeMax;
  file->clear_acts();
  for (size_t i = 0; i < acts.size(); ++i) {
    if (kept[i]) *file->add_acts() = acts[i];
  }
}

}  // namespace

bool ReadsEvidence(std::string_view type) {
  return Facts().contains(type) || KeptOf(type) == ActsKept::kEvery;
}

void FoldEvidence(const casefile::v1::FactList& facts, CaseFile* file) {
  Evidence state;
  FoldFacts(facts, Facts(), state);
  for (const casefile::v1::Fact& fact : facts.facts()) {
    if (KeptOf(fact.type()) == ActsKept::kEvery) Act(FactReader(fact), state);
  }
  TakeActs(std::move(state.acts), file);
  std::sort(state.shown.begin(), state.shown.end(), Earlier);
  file->clear_evidence();
  for (DatedAct& act : state.shown) *file->add_evidence() = std::move(act);
  std::vector<Flag> flags;
  file->clear_dockets();
  for (auto& [id, docket] : state.dockets) {
    docket.file.set_docket_id(id);
    if (!docket.file.served_event_id().empty()) {
      Flag& flag = flags.emplace_back();
      flag.set_kind(Flag::LEGAL_NOTIFIED);
      flag.set_since_micros(docket.served_at);
      flag.set_until_micros(docket.ended_at);
      flag.set_about_id(id);
      *flag.mutable_obligation_ids() = docket.file.obligation_ids();
      flag.set_event_id(docket.file.served_event_id());
      flag.set_ended_event_id(docket.file.ended_event_id());
    }
    *file->add_dockets() = std::move(docket.file);
  }
  for (auto& [id, hold] : state.holds) {
    if (hold.event_id().empty()) continue;
    hold.set_kind(Flag::HOLD);
    hold.set_about_id(id);
    flags.push_back(std::move(hold));
  }
  ReplaceFlags({Flag::LEGAL_NOTIFIED, Flag::HOLD}, flags, file);
}

}  // namespace constancia::eventstore
