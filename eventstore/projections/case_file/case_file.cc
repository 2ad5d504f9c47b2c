#include "eventstore/projections/case_file/case_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/case/acts.h"
#include "core/case/balance.h"
#include "core/case/rule_words.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::Movement;
using casefile::v1::ObligationFile;
using casefile::v1::PromiseFile;

constexpr std::string_view kPackage = "constancia.event.v1.";

// One event while it is folded into the file of its case.
class Step {
 public:
  Step(const RecordedEvent& event, CaseFile* file) : event_(event), file_(file) {}

  template <typename Payload>
  Payload Read() const {
    Payload payload;
    payload.ParseFromString(event_.header.public_payload());
    return payload;
  }

  CaseFile* file() { return file_; }
  int64_t at() const { return event_.header.occurred_at(); }
  uint64_t position() const { return event_.position.value; }

  // The civil date of the act on its own clock, YYYY-MM-DD.
  std::string date() const {
    const absl::Time local =
        absl::FromUnixMicros(at()) + absl::Minutes(event_.header.offset_minutes());
    return absl::FormatCivilTime(absl::ToCivilDay(local, absl::UTCTimeZone()));
  }

  std::string DateOr(const std::string& effective_date) const {
    return effective_date.empty() ? date() : effective_date;
  }

  // The obligation's file, made when it is not there; files stand by id.
  ObligationFile* Obligation(const std::string& id) {
    auto* all = file_->mutable_obligations();
    const auto at = std::lower_bound(all->begin(), all->end(), id,
                                     [](const ObligationFile& file, const std::string& key) {
                                       return file.obligation_id() < key;
                                     });
    if (at != all->end() && at->obligation_id() == id) return &*at;
    const auto index = at - all->begin();
    all->Add()->set_obligation_id(id);
    std::rotate(all->begin() + index, all->end() - 1, all->end());
    return all->Mutable(static_cast<int>(index));
  }

  void Enter(const std::string& obligation_id, Movement::Kind kind, const std::string& id,
             const std::string& effective, const ev::Money& amount,
             ev::FeeKind fee_kind = ev::FEE_KIND_UNSPECIFIED) {
    if (obligation_id.empty() || id.empty()) return;
    ObligationFile* obligation = Obligation(obligation_id);
    if (obligation->code().empty()) obligation->set_code(amount.code());
    Movement movement;
    movement.set_kind(kind);
    movement.set_id(id);
    movement.set_effective_date(DateOr(effective));
    *movement.mutable_amount() = amount;
    movement.set_fee_kind(fee_kind);
    EnterMovement(obligation, std::move(movement));
    Settle(obligation);
  }

  void Reverse(const std::string& obligation_id, Movement::Kind kind, const std::string& id) {
    if (obligation_id.empty() || id.empty()) return;
    ObligationFile* obligation = Obligation(obligation_id);
    ReverseMovement(obligation, kind, id);
    Settle(obligation);
  }

  PromiseFile* Promise(const std::string& id) {
    auto* all = file_->mutable_promises();
    for (PromiseFile& promise : *all) {
      if (promise.promise_id() == id) return &promise;
    }
    all->Add()->set_promise_id(id);
    std::sort(all->begin(), all->end(),
              [](const auto& a, const auto& b) { return a.promise_id() < b.promise_id(); });
    return Promise(id);
  }

  // Ends a promise; what a later report says replaces what an earlier one said.
  template <typename Payload>
  void EndPromise(PromiseFile::State state) {
    const auto payload = Read<Payload>();
    if (!payload.promise_id().empty()) Promise(payload.promise_id())->set_state(state);
  }

  void SetStage(ev::Stage stage) {
    if (stage == ev::STAGE_UNSPECIFIED) return;
    file_->set_stage(stage);
    file_->set_stage_since_micros(at());
  }

  // SUSPENDED while a suspension stands; CLOSED ends with the reopening alone.
  void SetState() {
    if (file_->state() == casefile::v1::CLOSED) return;
    file_->set_state(file_->suspensions().empty() ? casefile::v1::OPEN : casefile::v1::SUSPENDED);
  }

 private:
  const RecordedEvent& event_;
  CaseFile* const file_;
};

// What is said once for a debt in several: the first obligation carries a payment that names more.
std::string FirstObligation(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  return ids.empty() ? std::string() : ids[0];
}

void OpenCase(Step& step) {
  const auto payload = step.Read<ev::CaseOpened>();
  CaseFile* file = step.file();
  file->set_creditor_id(payload.creditor_id());
  file->set_party_id(payload.party_id());
  *file->mutable_parties() = payload.parties();
  file->set_zone(payload.zone());
  file->set_region(payload.region());
  *file->mutable_regimes() = payload.regimes();
  file->set_opened_at_micros(step.at());
  if (file->stage() == ev::STAGE_UNSPECIFIED) {
    step.SetStage(payload.stage() == ev::STAGE_UNSPECIFIED ? ev::STAGE_PERSUASIVE
                                                           : payload.stage());
  }
  for (const std::string& id : payload.obligation_ids()) step.Obligation(id);
  step.SetState();
}

void PlaceObligation(Step& step) {
  const auto payload = step.Read<ev::ObligationPlaced>();
  if (payload.obligation_id().empty()) return;
  ObligationFile* obligation = step.Obligation(payload.obligation_id());
  obligation->set_placed(true);
  obligation->set_code(payload.components().code().empty() ? payload.currency()
                                                           : payload.components().code());
  obligation->set_issue_date(payload.issue_date());
  obligation->set_due_date(payload.due_date());
  if (obligation->accounting_mark() == ev::ACCOUNTING_MARK_UNSPECIFIED) {
    obligation->set_accounting_mark(payload.accounting_mark());
  }
  PlaceBalance(obligation, payload.components());
  Settle(obligation);
}

void ReportedBalance(Step& step) {
  const auto payload = step.Read<ev::BalanceReported>();
  if (payload.obligation_id().empty()) return;
  ObligationFile* obligation = step.Obligation(payload.obligation_id());
  if (obligation->code().empty()) obligation->set_code(payload.components().code());
  ReportBalance(obligation, payload.components(), step.DateOr(payload.as_of()), step.position());
  Settle(obligation);
}

// A payment is undone by its own id, whichever debt the reversal names; one that has not arrived is
// marked where it will be entered.
template <typename Payload>
void PaymentUndone(Step& step) {
  const auto payload = step.Read<Payload>();
  for (const ObligationFile& obligation : step.file()->obligations()) {
    for (const Movement& movement : obligation.movements()) {
      if (movement.kind() != Movement::PAYMENT || movement.id() != payload.payment_id()) continue;
      return step.Reverse(std::string(obligation.obligation_id()), Movement::PAYMENT,
                          payload.payment_id());
    }
  }
  step.Reverse(FirstObligation(payload.obligation_ids()), Movement::PAYMENT, payload.payment_id());
}

using Handler = void (*)(Step&);

const absl::flat_hash_map<std::string_view, Handler>& Handlers() {
  static const auto* handlers = new absl::flat_hash_map<std::string_view, Handler>{
      {"CaseOpened", OpenCase},
      {"CaseAssigned",
       [](Step& step) { step.file()->set_agent_id(step.Read<ev::CaseAssigned>().agent_id()); }},
      {"CaseReassigned",
       [](Step& step) { step.file()->set_agent_id(step.Read<ev::CaseReassigned>().agent_id()); }},
      {"StageChanged", [](Step& step) { step.SetStage(step.Read<ev::StageChanged>().to_stage()); }},
      {"CaseSuspended",
       [](Step& step) {
         auto* suspensions = step.file()->mutable_suspensions();
         const auto payload = step.Read<ev::CaseSuspended>();
         if (std::any_of(suspensions->begin(), suspensions->end(),
                         [&](const auto& one) { return one.reason() == payload.reason(); }))
           return;
         casefile::v1::Suspension* suspension = suspensions->Add();
         suspension->set_reason(payload.reason());
         suspension->set_since_micros(step.at());
         suspension->set_until(payload.until());
         suspension->set_caused_by_event_id(payload.caused_by_event_id());
         std::sort(suspensions->begin(), suspensions->end(),
                   [](const auto& a, const auto& b) { return a.reason() < b.reason(); });
         step.SetState();
       }},
      {"CaseResumed",
       [](Step& step) {
         auto* suspensions = step.file()->mutable_suspensions();
         const auto reason = step.Read<ev::CaseResumed>().reason();
         suspensions->erase(std::remove_if(suspensions->begin(), suspensions->end(),
                                           [&](const auto& one) { return one.reason() == reason; }),
                            suspensions->end());
         step.SetState();
       }},
      {"CaseClosed",
       [](Step& step) {
         step.file()->set_state(casefile::v1::CLOSED);
         step.file()->set_closing_reason(step.Read<ev::CaseClosed>().reason());
       }},
      {"CaseReopened",
       [](Step& step) {
         step.file()->set_state(casefile::v1::OPEN);
         step.file()->clear_closing_reason();
         step.SetStage(step.Read<ev::CaseReopened>().stage());
         step.SetState();
       }},
      {"ObligationPlaced", PlaceObligation},
      {"BalanceReported", ReportedBalance},
      {"FeeCharged",
       [](Step& step) {
         const auto payload = step.Read<ev::FeeCharged>();
         step.Enter(payload.obligation_id(), Movement::CHARGE, payload.fee_id(),
                    payload.effective_date(), payload.amount(), payload.kind());
       }},
      {"FeeReversed",
       [](Step& step) {
         const auto payload = step.Read<ev::FeeReversed>();
         step.Reverse(payload.obligation_id(), Movement::CHARGE, payload.fee_id());
       }},
      {"PaymentConfirmed",
       [](Step& step) {
         const auto payload = step.Read<ev::PaymentConfirmed>();
         step.Enter(FirstObligation(payload.obligation_ids()), Movement::PAYMENT,
                    payload.payment_id(), payload.effective_date(), payload.amount());
       }},
      {"PaymentReversed", PaymentUndone<ev::PaymentReversed>},
      {"PaymentChargeback", PaymentUndone<ev::PaymentChargeback>},
      {"WriteOffApproved",
       [](Step& step) {
         const auto payload = step.Read<ev::WriteOffApproved>();
         for (const std::string& id : payload.obligation_ids()) {
           step.Obligation(id)->set_accounting_mark(ev::ACCOUNTING_MARK_WRITTEN_OFF);
         }
       }},
      {"PromiseMade",
       [](Step& step) {
         const auto payload = step.Read<ev::PromiseMade>();
         if (payload.promise_id().empty()) return;
         PromiseFile* promise = step.Promise(payload.promise_id());
         *promise->mutable_amount() = payload.amount();
         promise->set_due_date(payload.due_date());
         if (promise->state() == PromiseFile::STATE_UNSPECIFIED)
           promise->set_state(PromiseFile::ACCEPTED);
       }},
      {"PromiseKept", [](Step& step) { step.EndPromise<ev::PromiseKept>(PromiseFile::KEPT); }},
      {"PromisePartiallyKept",
       [](Step& step) { step.EndPromise<ev::PromisePartiallyKept>(PromiseFile::PARTIALLY_KEPT); }},
      {"PromiseBroken",
       [](Step& step) { step.EndPromise<ev::PromiseBroken>(PromiseFile::BROKEN); }},
      {"PromiseReplaced",
       [](Step& step) { step.EndPromise<ev::PromiseReplaced>(PromiseFile::REPLACED); }},
      {"PromiseCancelled",
       [](Step& step) { step.EndPromise<ev::PromiseCancelled>(PromiseFile::CANCELLED); }},
      {"ContactAttempted",
       [](Step& step) {
         const auto payload = step.Read<ev::ContactAttempted>();
         if (RuleInitiator(payload.initiated_by(), payload.direction()) == "collector") {
           step.file()->set_attempts(step.file()->attempts() + 1);
         }
       }},
      {"ContactCompleted",
       [](Step& step) {
         if (step.Read<ev::ContactCompleted>().reach() == ev::REACH_RIGHT_PARTY) {
           step.file()->set_right_party_contacts(step.file()->right_party_contacts() + 1);
         }
       }},
      {"ContactDenied", [](Step& step) { step.file()->set_denials(step.file()->denials() + 1); }},
      {"ViolationDetected",
       [](Step& step) { step.file()->set_violations(step.file()->violations() + 1); }},
      {"LawFirmAssigned", [](Step& step) { step.file()->set_handed_over_at_micros(step.at()); }},
  };
  return *handlers;
}

// Enters what times run from.
void EnterActs(Step& step, std::string_view type) {
  if (!IsAct(type)) return;
  casefile::v1::DatedAct act;
  act.set_type(std::string(type));
  act.set_date(step.date());
  act.set_position(step.position());
  *act.mutable_obligation_ids() = step.Read<ev::About>().obligation_ids();
  if (type == "PreBureauNoticeSent") {
    act.set_date(step.DateOr(step.Read<ev::PreBureauNoticeSent>().date()));
  }
  if (type == "ContactAttempted") {
    const auto attempt = step.Read<ev::ContactAttempted>();
    if (RuleInitiator(attempt.initiated_by(), attempt.direction()) != "collector") return;
  }
  const bool talk = type == "ContactCompleted" &&
                    step.Read<ev::ContactCompleted>().reach() == ev::REACH_RIGHT_PARTY;
  EnterAct(step.file(), act);
  if (!talk) return;
  act.set_type(std::string(kConversationAct));
  EnterAct(step.file(), std::move(act));
}

absl::StatusOr<CaseView> Parse(const std::string& bytes, Position as_of) {
  CaseView view{.file = {}, .as_of = as_of};
  if (!view.file.ParseFromString(bytes))
    return Error(error::v1::DAMAGED, "a case file's row does not parse");
  return view;
}

}  // namespace

void CaseFiles::Apply(const RecordedEvent& event, Rows& rows) const {
  for (const ledger::v1::StreamPlace& place : event.header.streams()) {
    if (place.kind() != ledger::v1::STREAM_KIND_CASE) continue;
    CaseFile file;
    if (const auto bytes = rows.Get(place.name())) file.ParseFromString(*bytes);
    file.set_case_id(place.name());
    file.set_events(std::max(file.events(), place.sequence() + 1));
    file.set_last_occurred_at_micros(
        std::max(file.last_occurred_at_micros(), event.header.occurred_at()));
    std::string_view type = event.header.type();
    if (type.starts_with(kPackage)) type.remove_prefix(kPackage.size());
    Step step(event, &file);
    const auto handler = Handlers().find(type);
    if (handler != Handlers().end()) handler->second(step);
    EnterActs(step, type);
    rows.Put(place.name(), file.SerializeAsString());
  }
}

absl::StatusOr<CaseView> ReadCase(const EventLog& log, std::string_view case_id) {
  ASSIGN_OR_RETURN(const EventLog::Row row, log.ReadRow(CaseFiles::kName, case_id));
  if (!row.value.has_value())
    return Error(error::v1::NOT_FOUND, "no event of that case is recorded", "case_id");
  return Parse(*row.value, row.as_of);
}

absl::StatusOr<std::optional<CaseFile>> ReadCaseFile(const RowSource& rows,
                                                     std::string_view case_id) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Read(case_id));
  if (!row.has_value()) return std::optional<CaseFile>();
  ASSIGN_OR_RETURN(CaseView view, Parse(*row, Position()));
  return std::optional<CaseFile>(std::move(view.file));
}

absl::StatusOr<std::vector<CaseView>> ListCases(const EventLog& log, std::string_view after,
                                                size_t limit) {
  const std::string from = after.empty() ? std::string() : std::string(after) + '\0';
  ASSIGN_OR_RETURN(const EventLog::RowList page, log.ScanRows(CaseFiles::kName, "", from, limit));
  std::vector<CaseView> views;
  for (const auto& [key, value] : page.rows) {
    ASSIGN_OR_RETURN(CaseView view, Parse(value, page.as_of));
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace constancia::eventstore
