#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "constancia/event/v1/rights.pb.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::ComplaintFile;
using casefile::v1::DisputeFile;
using casefile::v1::Flag;

struct Rights {
  std::map<std::string, DisputeFile> disputes;
  std::map<std::string, ComplaintFile> complaints;
};

void OpenDispute(const FactReader& fact, Rights& state) {
  const auto opened = fact.Read<ev::DisputeOpened>();
  if (opened.dispute_id().empty()) return;
  DisputeFile& dispute = state.disputes[opened.dispute_id()];
  dispute.set_kind(opened.kind());
  dispute.set_how(opened.how());
  *dispute.mutable_obligation_ids() = opened.obligation_ids();
  dispute.set_party_id(opened.party_id());
  dispute.set_opened_event_id(fact.event_id());
  dispute.set_opened_at_micros(fact.at());
  dispute.set_opened_date(fact.date());
  dispute.set_deadline(opened.deadline());
  if (dispute.state() == DisputeFile::STATE_UNSPECIFIED) dispute.set_state(DisputeFile::OPEN);
}

// What is asked and given while it is open.
template <typename Payload, DisputeFile::State kState>
void Review(const FactReader& fact, Rights& state) {
  const auto payload = fact.Read<Payload>();
  if (payload.dispute_id().empty()) return;
  DisputeFile& dispute = state.disputes[payload.dispute_id()];
  if (dispute.resolved_event_id().empty()) dispute.set_state(kState);
}

DisputeFile::State StateOf(ev::DisputeOutcome outcome) {
  switch (outcome) {
    case ev::DISPUTE_OUTCOME_UPHELD:
      return DisputeFile::UPHELD;
    case ev::DISPUTE_OUTCOME_PARTIALLY_UPHELD:
      return DisputeFile::PARTIALLY_UPHELD;
    case ev::DISPUTE_OUTCOME_WITHDRAWN:
      return DisputeFile::WITHDRAWN;
    default:
      return DisputeFile::REJECTED;
  }
}

void ResolveDispute(const FactReader& fact, Rights& state) {
  const auto resolved = fact.Read<ev::DisputeResolved>();
  if (resolved.dispute_id().empty()) return;
  DisputeFile& dispute = state.disputes[resolved.dispute_id()];
  dispute.set_state(StateOf(resolved.outcome()));
  dispute.set_outcome(resolved.outcome());
  dispute.set_resolved_event_id(fact.event_id());
  dispute.set_resolved_at_micros(fact.at());
}

void ReceiveComplaint(const FactReader& fact, Rights& state) {
  const auto received = fact.Read<ev::ComplaintReceived>();
  if (received.complaint_id().empty()) return;
  ComplaintFile& complaint = state.complaints[received.complaint_id()];
  complaint.set_authority(received.authority());
  complaint.set_cause(received.cause());
  *complaint.mutable_obligation_ids() = received.obligation_ids();
  complaint.set_party_id(received.party_id());
  complaint.set_received_event_id(fact.event_id());
  complaint.set_received_at_micros(fact.at());
  complaint.set_received_date(fact.date());
  complaint.set_deadline(received.deadline());
  if (complaint.state() == ComplaintFile::STATE_UNSPECIFIED) {
    complaint.set_state(ComplaintFile::RECEIVED);
  }
}

// Moves a complaint that is not closed. The answer itself may say how it ended.
template <typename Payload, ComplaintFile::State kState>
void MoveComplaint(const FactReader& fact, Rights& state) {
  const auto payload = fact.Read<Payload>();
  if (payload.complaint_id().empty()) return;
  ComplaintFile& complaint = state.complaints[payload.complaint_id()];
  if (payload.outcome() != ev::COMPLAINT_OUTCOME_UNSPECIFIED) {
    complaint.set_outcome(payload.outcome());
  }
  if (kState == ComplaintFile::CLOSED) {
    complaint.set_closed_event_id(fact.event_id());
    complaint.set_closed_at_micros(fact.at());
  }
  if (kState == ComplaintFile::ANSWERED) complaint.set_answered_event_id(fact.event_id());
  if (kState != ComplaintFile::CLOSED && !complaint.closed_event_id().empty()) return;
  ComplaintFile::State to = kState;
  if (kState == ComplaintFile::ANSWERED &&
      (payload.outcome() == ev::COMPLAINT_OUTCOME_ACCEPTED ||
       payload.outcome() == ev::COMPLAINT_OUTCOME_PARTIALLY_ACCEPTED)) {
    to = ComplaintFile::ACCEPTED;
  } else if (kState == ComplaintFile::ANSWERED &&
             payload.outcome() == ev::COMPLAINT_OUTCOME_REJECTED) {
    to = ComplaintFile::REJECTED;
  }
  complaint.set_state(to);
}

const Handlers<Rights>& Facts() {
  static const auto* handlers = new Handlers<Rights>{
      {"DisputeOpened", OpenDispute},
      {"DisputeEvidenceRequested",
       Review<ev::DisputeEvidenceRequested, DisputeFile::EVIDENCE_REQUESTED>},
      {"DisputeEvidenceReceived", Review<ev::DisputeEvidenceReceived, DisputeFile::UNDER_REVIEW>},
      {"DisputeResolved", ResolveDispute},
      {"ComplaintReceived", ReceiveComplaint},
      {"ComplaintAcknowledged",
       MoveComplaint<ev::ComplaintAcknowledged, ComplaintFile::ACKNOWLEDGED>},
      {"ComplaintAnswered", MoveComplaint<ev::ComplaintAnswered, ComplaintFile::ANSWERED>},
      {"ComplaintEscalated", MoveComplaint<ev::ComplaintEscalated, ComplaintFile::ESCALATED>},
      {"ComplaintClosed", MoveComplaint<ev::ComplaintClosed, ComplaintFile::CLOSED>},
  };
  return *handlers;
}

Flag FlagOf(const DisputeFile& dispute, Flag::Kind kind) {
  Flag flag;
  flag.set_kind(kind);
  flag.set_since_micros(dispute.opened_at_micros());
  flag.set_about_id(dispute.dispute_id());
  flag.set_reason(ev::DisputeKind_Name(dispute.kind()));
  flag.set_event_id(dispute.opened_event_id());
  flag.set_until_micros(dispute.resolved_at_micros());
  flag.set_ended_event_id(dispute.resolved_event_id());
  *flag.mutable_obligation_ids() = dispute.obligation_ids();
  return flag;
}

}  // namespace

bool ReadsRights(std::string_view type) { return Facts().contains(type); }

void FoldRights(const casefile::v1::FactList& facts, CaseFile* file) {
  Rights state;
  FoldFacts(facts, Facts(), state);
  std::vector<Flag> flags;
  file->clear_disputes();
  for (auto& [id, dispute] : state.disputes) {
    dispute.set_dispute_id(id);
    if (!dispute.opened_event_id().empty()) {
      flags.push_back(FlagOf(dispute, Flag::DISPUTED));
      if (dispute.kind() == ev::DISPUTE_KIND_FRAUD) {
        flags.push_back(FlagOf(dispute, Flag::FRAUD_CLAIM));
      }
      // Who was found not to be the debtor stays so.
      if (dispute.kind() == ev::DISPUTE_KIND_NOT_MINE) {
        Flag& flag = flags.emplace_back(FlagOf(dispute, Flag::WRONG_PARTY));
        flag.set_party_id(dispute.party_id());
        if (dispute.state() == DisputeFile::UPHELD) {
          flag.clear_until_micros();
          flag.clear_ended_event_id();
        }
      }
    }
    *file->add_disputes() = std::move(dispute);
  }
  file->clear_complaints();
  for (auto& [id, complaint] : state.complaints) {
    complaint.set_complaint_id(id);
    if (!complaint.received_event_id().empty()) {
      Flag& flag = flags.emplace_back();
      flag.set_kind(Flag::COMPLAINT_OPEN);
      flag.set_since_micros(complaint.received_at_micros());
      flag.set_about_id(id);
      flag.set_reason(ev::ComplaintCause_Name(complaint.cause()));
      flag.set_event_id(complaint.received_event_id());
      flag.set_until_micros(complaint.closed_at_micros());
      flag.set_ended_event_id(complaint.closed_event_id());
    }
    *file->add_complaints() = std::move(complaint);
  }
  ReplaceFlags({Flag::DISPUTED, Flag::FRAUD_CLAIM, Flag::WRONG_PARTY, Flag::COMPLAINT_OPEN}, flags,
               file);
}

}  // namespace constancia::eventstore
