#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "constancia/event/v1/negotiation.pb.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::AgreementFile;
using casefile::v1::CaseFile;
using casefile::v1::Flag;
using casefile::v1::PromiseFile;

struct Negotiation {
  std::map<std::string, PromiseFile> promises;
  std::map<std::string, AgreementFile> agreements;
};

void Make(const FactReader& fact, Negotiation& state) {
  const auto made = fact.Read<ev::PromiseMade>();
  if (made.promise_id().empty()) return;
  PromiseFile& promise = state.promises[made.promise_id()];
  *promise.mutable_amount() = made.amount();
  promise.set_due_date(made.due_date());
  promise.set_made_event_id(fact.event_id());
  promise.set_made_at_micros(fact.at());
  promise.set_accepted_date(fact.date());
  *promise.mutable_obligation_ids() = made.obligation_ids();
  promise.set_party_id(made.party_id());
  promise.set_agent_id(made.agent_id());
  if (promise.state() == PromiseFile::STATE_UNSPECIFIED) promise.set_state(PromiseFile::ACCEPTED);
}

// What a later report says of a promise replaces what an earlier one said.
PromiseFile* Enter(const FactReader& fact, const std::string& promise_id, PromiseFile::State to,
                   Negotiation& state) {
  PromiseFile& promise = state.promises[promise_id];
  promise.set_state(to);
  promise.set_state_event_id(fact.event_id());
  promise.set_state_since_micros(fact.at());
  return &promise;
}

template <typename Payload, PromiseFile::State kState>
void Judge(const FactReader& fact, Negotiation& state) {
  const auto judged = fact.Read<Payload>();
  if (judged.promise_id().empty()) return;
  Enter(fact, judged.promise_id(), kState, state)->set_paid_late(judged.paid_late());
}

void Replace(const FactReader& fact, Negotiation& state) {
  const auto replaced = fact.Read<ev::PromiseReplaced>();
  if (replaced.promise_id().empty()) return;
  Enter(fact, replaced.promise_id(), PromiseFile::REPLACED, state)
      ->set_replaced_by_promise_id(replaced.by_promise_id());
}

void Cancel(const FactReader& fact, Negotiation& state) {
  const auto cancelled = fact.Read<ev::PromiseCancelled>();
  if (cancelled.promise_id().empty()) return;
  Enter(fact, cancelled.promise_id(), PromiseFile::CANCELLED, state);
}

// What a draft and a signed agreement both say.
template <typename Payload>
void Write(const FactReader& fact, const Payload& payload, AgreementFile* agreement) {
  *agreement->mutable_total() = payload.total();
  *agreement->mutable_schedule() = payload.schedule();
  agreement->set_in_force_from(payload.in_force_from());
  *agreement->mutable_obligation_ids() = payload.obligation_ids();
  agreement->set_party_id(payload.party_id());
  if (agreement->since_micros() == 0) agreement->set_since_micros(fact.at());
}

void Draft(const FactReader& fact, Negotiation& state) {
  const auto drafted = fact.Read<ev::AgreementDrafted>();
  if (drafted.agreement_id().empty()) return;
  AgreementFile& agreement = state.agreements[drafted.agreement_id()];
  Write(fact, drafted, &agreement);
  agreement.set_drafted_event_id(fact.event_id());
  if (drafted.has_waived()) *agreement.mutable_waived() = drafted.waived();
  agreement.set_state(std::max(agreement.state(), AgreementFile::DRAFT));
}

void Sign(const FactReader& fact, Negotiation& state) {
  const auto signed_one = fact.Read<ev::AgreementSigned>();
  if (signed_one.agreement_id().empty()) return;
  AgreementFile& agreement = state.agreements[signed_one.agreement_id()];
  Write(fact, signed_one, &agreement);
  agreement.set_signed_event_id(fact.event_id());
  agreement.set_signed_date(fact.date());
  agreement.set_since_micros(fact.at());
  agreement.set_signature_kind(signed_one.signature_kind());
  agreement.set_document_id(signed_one.document_id());
  agreement.set_state(std::max(agreement.state(), AgreementFile::SIGNED));
}

template <typename Payload, AgreementFile::State kState>
void Move(const FactReader& fact, Negotiation& state) {
  const auto moved = fact.Read<Payload>();
  if (moved.agreement_id().empty()) return;
  AgreementFile& agreement = state.agreements[moved.agreement_id()];
  agreement.set_missed_instalments(moved.missed_instalments());
  if (kState == AgreementFile::IN_FORCE) {
    agreement.set_in_force_event_id(fact.event_id());
    if (agreement.since_micros() == 0) agreement.set_since_micros(fact.at());
    agreement.clear_ended_event_id();
    agreement.clear_ended_at_micros();
  } else {
    agreement.set_ended_event_id(fact.event_id());
    agreement.set_ended_at_micros(fact.at());
  }
  agreement.set_state(kState);
}

const Handlers<Negotiation>& Facts() {
  static const auto* handlers = new Handlers<Negotiation>{
      {"PromiseMade", Make},
      {"PromiseKept", Judge<ev::PromiseKept, PromiseFile::KEPT>},
      {"PromisePartiallyKept", Judge<ev::PromisePartiallyKept, PromiseFile::PARTIALLY_KEPT>},
      {"PromiseBroken", Judge<ev::PromiseBroken, PromiseFile::BROKEN>},
      {"PromiseReplaced", Replace},
      {"PromiseCancelled", Cancel},
      {"AgreementDrafted", Draft},
      {"AgreementSigned", Sign},
      {"AgreementInForce", Move<ev::AgreementInForce, AgreementFile::IN_FORCE>},
      {"AgreementCompleted", Move<ev::AgreementCompleted, AgreementFile::COMPLETED>},
      {"AgreementDefaulted", Move<ev::AgreementDefaulted, AgreementFile::DEFAULTED>},
      {"AgreementAnnulled", Move<ev::AgreementAnnulled, AgreementFile::ANNULLED>},
  };
  return *handlers;
}

Flag FlagOf(const PromiseFile& promise) {
  Flag flag;
  flag.set_kind(Flag::PROMISE_ACTIVE);
  flag.set_since_micros(promise.made_at_micros());
  flag.set_about_id(promise.promise_id());
  *flag.mutable_obligation_ids() = promise.obligation_ids();
  flag.set_event_id(promise.made_event_id());
  if (promise.state() != PromiseFile::ACCEPTED) {
    flag.set_until_micros(promise.state_since_micros());
    flag.set_ended_event_id(promise.state_event_id());
  }
  return flag;
}

Flag FlagOf(const AgreementFile& agreement) {
  Flag flag;
  flag.set_kind(Flag::AGREEMENT_ACTIVE);
  flag.set_since_micros(agreement.since_micros());
  flag.set_about_id(agreement.agreement_id());
  *flag.mutable_obligation_ids() = agreement.obligation_ids();
  flag.set_event_id(agreement.signed_event_id().empty() ? agreement.in_force_event_id()
                                                        : agreement.signed_event_id());
  flag.set_until_micros(agreement.ended_at_micros());
  flag.set_ended_event_id(agreement.ended_event_id());
  return flag;
}

}  // namespace

bool ReadsNegotiation(std::string_view type) { return Facts().contains(type); }

void FoldNegotiation(const casefile::v1::FactList& facts, CaseFile* file) {
  Negotiation state;
  FoldFacts(facts, Facts(), state);
  std::vector<Flag> flags;
  file->clear_promises();
  for (auto& [id, promise] : state.promises) {
    promise.set_promise_id(id);
    if (!promise.made_event_id().empty()) flags.push_back(FlagOf(promise));
    *file->add_promises() = std::move(promise);
  }
  file->clear_agreements();
  for (auto& [id, agreement] : state.agreements) {
    agreement.set_agreement_id(id);
    if (agreement.state() > AgreementFile::DRAFT) flags.push_back(FlagOf(agreement));
    *file->add_agreements() = std::move(agreement);
  }
  ReplaceFlags({Flag::PROMISE_ACTIVE, Flag::AGREEMENT_ACTIVE}, flags, file);
}

}  // namespace constancia::eventstore
