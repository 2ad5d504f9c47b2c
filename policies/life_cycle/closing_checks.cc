#include <algorithm>
#include <map>

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/case/money.h"
#include "policies/life_cycle/internal/checks.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using casefile::v1::ObligationFile;

// Circular 24 of 2008 of the tax service of Chile asks for a claim in court above 50 UF.
constexpr int64_t kMeansUf = 500'000;  // CLF has four decimals
// The least that 50 UF were worth since 2022, in pesos: a debt in pesos above it needs the claim
// (P).
constexpr int64_t kMeansClp = 1'500'000;
constexpr int kYearOfDelay = 365;

// The last proposal of a write-off; null when there is none.
struct Proposal {
  std::string event_id;
  ev::WriteOffProposed payload;
};

std::optional<Proposal> LastProposal(const CaseHistory& history) {
  std::optional<Proposal> proposal;
  for (auto& act : history.All<ev::WriteOffProposed>())
    proposal = Proposal{act.event_id, std::move(act.payload)};
  return proposal;
}

const Words& ProposeFirst() {
  static constexpr Words kWords = {"registre la propuesta de castigo (WriteOffProposed)",
                                   "registre a proposta de baixa (WriteOffProposed)",
                                   "record the proposal to write off (WriteOffProposed)"};
  return kWords;
}

std::vector<const ObligationFile*> WrittenOff(const Inquiry& inquiry, const Proposal& proposal) {
  std::vector<const ObligationFile*> debts;
  for (const ObligationFile& debt : inquiry.file().obligations()) {
    if (NamesOrAll(proposal.payload.obligation_ids(), debt.obligation_id())) debts.push_back(&debt);
  }
  return debts;
}

template <typename Payload>
void Take(const CaseHistory& history, Standing* standing) {
  for (const auto& act : history.All<Payload>()) standing->evidence.push_back(act.event_id);
}

bool SameComponents(const ev::BalanceComponents& a, const ev::BalanceComponents& b) {
  return a.code() == b.code() && a.principal_minor() == b.principal_minor() &&
         a.ordinary_interest_minor() == b.ordinary_interest_minor() &&
         a.penalty_interest_minor() == b.penalty_interest_minor() &&
         a.collection_fee_minor() == b.collection_fee_minor() &&
         a.legal_costs_minor() == b.legal_costs_minor() && a.taxes_minor() == b.taxes_minor() &&
         a.insurance_minor() == b.insurance_minor() && a.other_minor() == b.other_minor();
}

void AddComponents(const ev::BalanceComponents& from, ev::BalanceComponents* to) {
  to->set_code(from.code());
  to->set_principal_minor(to->principal_minor() + from.principal_minor());
  to->set_ordinary_interest_minor(to->ordinary_interest_minor() + from.ordinary_interest_minor());
  to->set_penalty_interest_minor(to->penalty_interest_minor() + from.penalty_interest_minor());
  to->set_collection_fee_minor(to->collection_fee_minor() + from.collection_fee_minor());
  to->set_legal_costs_minor(to->legal_costs_minor() + from.legal_costs_minor());
  to->set_taxes_minor(to->taxes_minor() + from.taxes_minor());
  to->set_insurance_minor(to->insurance_minor() + from.insurance_minor());
  to->set_other_minor(to->other_minor() + from.other_minor());
}

// Collection was exercised diligently: what shows it.
void AskOfMeans(const Inquiry& inquiry, const Proposal& proposal, Standing* standing) {
  const CaseHistory& history = inquiry.history();
  const Standing attempts = MinAttempts(inquiry);
  standing->evidence.insert(standing->evidence.end(), attempts.evidence.begin(),
                            attempts.evidence.end());
  standing->Ask(!attempts.evidence.empty(),
                {"no hay gestiones registradas", "não há acionamentos registrados",
                 "no attempts are on record"});
  const size_t before = standing->evidence.size();
  Take<ev::FormalDemandSent>(history, standing);
  standing->Ask(standing->evidence.size() > before,
                {"falta el requerimiento formal (FormalDemandSent)",
                 "falta a notificação formal (FormalDemandSent)",
                 "the formal demand is missing (FormalDemandSent)"});
  if (!inquiry.Under("CL")) return;
  const int64_t total = Total(proposal.payload.amounts());
  const std::string& code = proposal.payload.amounts().code();
  const bool small = (code == "CLF" && total <= kMeansUf) || (code == "CLP" && total <= kMeansClp);
  if (small) return;
  const size_t demanded = standing->evidence.size();
  Take<ev::ClaimFiled>(history, standing);
  Take<ev::DocketActRecorded>(history, standing);
  standing->Ask(standing->evidence.size() > demanded,
                {"sobre 50 UF se requiere demanda judicial (ClaimFiled; Circular 24/2008 del SII)",
                 "acima de 50 UF é preciso ação judicial (ClaimFiled; Circular 24/2008 do SII)",
                 "above 50 UF a claim in court is needed (ClaimFiled; SII Circular 24/2008)"});
}

template <typename Payload>
bool Disputed(const CaseHistory& history, Standing* standing) {
  for (const auto& act : history.All<Payload>()) {
    if (act.payload.outcome() == ev::DISPUTE_OUTCOME_UPHELD)
      standing->evidence.push_back(act.event_id);
  }
  return !standing->evidence.empty();
}

// Whether every debt of the case is in one of the events.
bool EveryDebt(const Inquiry& inquiry, const std::vector<std::string>& ids) {
  for (const ObligationFile& debt : inquiry.file().obligations()) {
    if (std::find(ids.begin(), ids.end(), debt.obligation_id()) == ids.end()) return false;
  }
  return !inquiry.file().obligations().empty();
}

bool NothingOwed(const Inquiry& inquiry) {
  const auto& debts = inquiry.file().obligations();
  return std::all_of(debts.begin(), debts.end(),
                     [](const ObligationFile& debt) { return debt.balance_minor() <= 0; });
}

// Whether the debts went to somebody else.
bool LeftTheCase(const Inquiry& inquiry, Standing* standing) {
  std::vector<std::string> debts;
  const CaseHistory& history = inquiry.history();
  if (inquiry.question.closing_reason == ev::CLOSING_REASON_SOLD_ASSIGNED) {
    for (const auto& act : history.All<ev::ObligationSold>()) {
      debts.push_back(act.payload.obligation_id());
      standing->evidence.push_back(act.event_id);
    }
  } else {
    for (const auto& act : history.All<ev::ObligationReturned>()) {
      debts.push_back(act.payload.obligation_id());
      standing->evidence.push_back(act.event_id);
    }
    for (const auto& act : history.All<ev::ObligationRecalled>()) {
      debts.push_back(act.payload.obligation_id());
      standing->evidence.push_back(act.event_id);
    }
  }
  return EveryDebt(inquiry, debts);
}

}  // namespace

Standing AmountsComplete(const Inquiry& inquiry) {
  Standing standing;
  const auto proposal = LastProposal(inquiry.history());
  if (!proposal.has_value()) {
    standing.Ask(false, ProposeFirst());
    return standing;
  }
  standing.evidence = {proposal->event_id};
  standing.required = 0;
  standing.found = 0;
  ev::BalanceComponents balance;
  bool one_currency = true;
  for (const ObligationFile* debt : WrittenOff(inquiry, *proposal)) {
    one_currency = one_currency && debt->code() == proposal->payload.amounts().code();
    *standing.required += debt->balance_minor();
    AddComponents(debt->has_components() ? debt->components() : debt->base(), &balance);
  }
  standing.found = Total(proposal->payload.amounts());
  standing.Ask(one_currency, {"los montos están en otra moneda que la deuda",
                              "os valores estão em outra moeda que a dívida",
                              "the amounts are in another currency than the debt"});
  standing.Ask(!one_currency || *standing.required == *standing.found,
               {"los montos no suman el saldo", "os valores não somam o saldo",
                "the amounts do not add up to the balance"});
  standing.Ask(!one_currency || *standing.required != *standing.found ||
                   SameComponents(balance, proposal->payload.amounts()),
               {"los componentes no son los del saldo", "os componentes não são os do saldo",
                "the components are not those of the balance"});
  standing.Ask(ParseDay(proposal->payload.cut_off_date()).has_value(),
               {"falta la fecha de corte", "falta a data de corte", "the cut-off date is missing"});
  return standing;
}

Standing AccountingRef(const Inquiry& inquiry) {
  Standing standing;
  const auto proposal = LastProposal(inquiry.history());
  if (!proposal.has_value()) {
    standing.Ask(false, ProposeFirst());
    return standing;
  }
  standing.evidence = {proposal->event_id};
  standing.Ask(
      !proposal->payload.accounting_ref().empty() && !proposal->payload.accounting_period().empty(),
      {"falta la referencia o el período contable", "falta a referência ou o período contábil",
       "the accounting reference or period is missing"});
  return standing;
}

Standing BasisEvidence(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const auto proposal = LastProposal(history);
  if (!proposal.has_value()) {
    standing.Ask(false, ProposeFirst());
    return standing;
  }
  const ev::WriteOffProposed& payload = proposal->payload;
  for (const std::string& id : payload.basis_evidence_event_ids()) {
    standing.Ask(history.Knows(id), {"un evento nombrado como evidencia no está en el caso",
                                     "um evento nomeado como evidência não está no caso",
                                     "an event named as evidence is not in the case"});
    standing.evidence.push_back(id);
  }
  switch (payload.basis()) {
    case ev::WRITE_OFF_BASIS_MEANS_EXHAUSTED:
      AskOfMeans(inquiry, *proposal, &standing);
      break;
    case ev::WRITE_OFF_BASIS_OVER_365_DAYS:
      standing.required = kYearOfDelay + 1;
      standing.found = DaysPastDue(inquiry.file(), inquiry.today());
      standing.Ask(*standing.found >= *standing.required,
                   {"la mora no pasa de 365 días", "o atraso não passa de 365 dias",
                    "it is not past due for more than 365 days"});
      Take<ev::ObligationPlaced>(history, &standing);
      break;
    case ev::WRITE_OFF_BASIS_INSOLVENCY:
      Take<ev::InsolvencyRecorded>(history, &standing);
      standing.Ask(!standing.evidence.empty(), {"falta el procedimiento (InsolvencyRecorded)",
                                                "falta o procedimento (InsolvencyRecorded)",
                                                "the procedure is missing (InsolvencyRecorded)"});
      break;
    case ev::WRITE_OFF_BASIS_DECEASED:
      Take<ev::DeathConfirmed>(history, &standing);
      standing.Ask(!standing.evidence.empty(),
                   {"falta la defunción (DeathConfirmed)", "falta o falecimento (DeathConfirmed)",
                    "the death is missing (DeathConfirmed)"});
      break;
    case ev::WRITE_OFF_BASIS_REGULATORY_PROVISION:
      standing.Ask(!payload.norm().empty(), {"cite la norma", "cite a norma", "cite the norm"});
      break;
    case ev::WRITE_OFF_BASIS_STATISTICAL_RATE:
    case ev::WRITE_OFF_BASIS_OTHER:
      standing.Ask(!payload.attachments().empty() || !payload.basis_evidence_event_ids().empty(),
                   {"adjunte el documento que lo muestra", "anexe o documento que o mostra",
                    "attach the document that shows it"});
      break;
    default:
      standing.Ask(false, {"diga la causal", "diga a causa", "say the basis"});
  }
  standing.evidence.push_back(proposal->event_id);
  return standing;
}

Standing NoOpenCure(const Inquiry& inquiry) {
  Standing standing = NoAgreementOrPromise(inquiry);
  const auto& debts = inquiry.file().obligations();
  standing.Ask(
      inquiry.file().unapplied().empty() &&
          std::all_of(debts.begin(), debts.end(),
                      [](const ObligationFile& debt) { return debt.unapplied_minor() == 0; }),
      {"hay un pago sin imputar", "há um pagamento a imputar", "a payment is unapplied"});
  return standing;
}

Standing WriteOffWasReversed(const Inquiry& inquiry) {
  Standing standing;
  const uint64_t began = StageBegan(inquiry.history());
  for (const auto& act : inquiry.history().All<ev::WriteOffReversed>()) {
    if (act.position >= began && !act.payload.accounting_ref().empty())
      standing.evidence.push_back(act.event_id);
  }
  standing.Ask(!standing.evidence.empty(),
               {"registre la reversa con su referencia contable (WriteOffReversed)",
                "registre a reversão com sua referência contábil (WriteOffReversed)",
                "record the reversal with its accounting reference (WriteOffReversed)"});
  return standing;
}

Standing ClosingEvidence(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const ev::ClosingReason reason = inquiry.question.closing_reason;
  bool shown = false;
  switch (reason) {
    case ev::CLOSING_REASON_PAID_IN_FULL:
    case ev::CLOSING_REASON_COURT_FINAL_PAID:
      Take<ev::PaymentConfirmed>(history, &standing);
      shown = !standing.evidence.empty() && NothingOwed(inquiry);
      break;
    case ev::CLOSING_REASON_SETTLED_WITH_DISCOUNT:
      Take<ev::AgreementCompleted>(history, &standing);
      shown = !standing.evidence.empty() && !history.All<ev::WaiverGranted>().empty();
      Take<ev::WaiverGranted>(history, &standing);
      break;
    case ev::CLOSING_REASON_REFINANCED_NEW_OBLIGATION:
      for (const auto& act : history.All<ev::RefinancingApproved>()) {
        if (!act.payload.new_obligation_id().empty()) standing.evidence.push_back(act.event_id);
      }
      shown = !standing.evidence.empty();
      break;
    case ev::CLOSING_REASON_RETURNED_TO_CREDITOR:
    case ev::CLOSING_REASON_SOLD_ASSIGNED:
      shown = LeftTheCase(inquiry, &standing);
      break;
    case ev::CLOSING_REASON_PRESCRIBED: {
      const Standing limitation = NotTimeBarred(inquiry);
      standing.evidence = limitation.evidence;
      shown =
          !inquiry.limitations->empty() &&
          std::all_of(inquiry.limitations->begin(), inquiry.limitations->end(),
                      [](const ClaimLimitation& claim) { return claim.barred && !claim.unknown; });
      break;
    }
    case ev::CLOSING_REASON_COURT_FINAL_UNRECOVERED:
      for (const auto& act : history.All<ev::JudgmentEntered>()) {
        if (act.payload.final()) standing.evidence.push_back(act.event_id);
      }
      shown = !standing.evidence.empty();
      break;
    case ev::CLOSING_REASON_INSOLVENCY_DISCHARGED:
      for (const auto& act : history.All<ev::InsolvencyEnded>()) {
        if (act.payload.discharged()) standing.evidence.push_back(act.event_id);
      }
      shown = !standing.evidence.empty();
      break;
    case ev::CLOSING_REASON_DECEASED_NO_ESTATE:
      Take<ev::DeathConfirmed>(history, &standing);
      shown = !standing.evidence.empty();
      break;
    case ev::CLOSING_REASON_UNECONOMIC:
      for (const auto& act : history.All<ev::NoteAdded>()) {
        if (act.payload.category() == ev::NOTE_CATEGORY_PAYMENT ||
            act.payload.category() == ev::NOTE_CATEGORY_GENERAL) {
          standing.evidence = {act.event_id};
        }
      }
      shown = !standing.evidence.empty();
      break;
    case ev::CLOSING_REASON_WRONG_PARTY:
    case ev::CLOSING_REASON_FRAUD_CONFIRMED:
    case ev::CLOSING_REASON_DISPUTE_UPHELD:
      shown = Disputed<ev::DisputeResolved>(history, &standing);
      break;
    case ev::CLOSING_REASON_DUPLICATE:
      shown = !inquiry.question.merged_into_case_id.empty() &&
              inquiry.question.merged_into_case_id != inquiry.file().case_id();
      break;
    default:
      break;
  }
  const ClosingRow* row = FindClosing(reason);
  if (!shown && row != nullptr) standing.missing.push_back(row->evidence);
  return standing;
}

Standing ComponentsAccounted(const Inquiry& inquiry) {
  Standing standing;
  // What the reason itself takes away from the case, or says was never owed.
  const ev::ClosingReason reason = inquiry.question.closing_reason;
  Standing gone;
  const bool taken =
      ((reason == ev::CLOSING_REASON_SOLD_ASSIGNED ||
        reason == ev::CLOSING_REASON_RETURNED_TO_CREDITOR) &&
       LeftTheCase(inquiry, &gone)) ||
      reason == ev::CLOSING_REASON_DUPLICATE || reason == ev::CLOSING_REASON_WRONG_PARTY ||
      reason == ev::CLOSING_REASON_FRAUD_CONFIRMED || reason == ev::CLOSING_REASON_DISPUTE_UPHELD;
  if (taken) return standing;
  std::map<std::string, int64_t> owed;
  for (const ObligationFile& debt : inquiry.file().obligations()) {
    if (debt.balance_minor() > 0) owed[debt.code()] += debt.balance_minor();
  }
  for (const ev::Money& lost : inquiry.question.lost) owed[lost.code()] -= lost.amount_minor();
  for (const auto& [code, rest] : owed) {
    standing.Ask(rest <= 0, {"queda saldo sin explicar: diga lo que se da por perdido",
                             "resta saldo sem explicar: diga o que se dá por perdido",
                             "a balance is not accounted for: say what is given up"});
    standing.Ask(rest >= 0,
                 {"se da por perdido más de lo que se debe",
                  "dá-se por perdido mais do que se deve", "more is given up than is owed"});
  }
  return standing;
}

Standing CaseIsClosed(const Inquiry& inquiry) {
  Standing standing;
  for (const auto& act : inquiry.history().All<ev::CaseClosed>())
    standing.evidence = {act.event_id};
  standing.Ask(inquiry.file().state() == casefile::v1::CLOSED,
               {"el caso no está cerrado", "o caso não está encerrado", "the case is not closed"});
  return standing;
}

Standing ReopeningCause(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  uint64_t closed = 0;
  for (const auto& act : history.All<ev::CaseClosed>()) closed = act.position;
  const auto after = [&](const auto& acts) {
    for (const auto& act : acts) {
      if (act.position > closed) standing.evidence.push_back(act.event_id);
    }
  };
  switch (inquiry.question.reopening_reason) {
    case ev::REOPENING_REASON_PAYMENT_REVERSED:
      after(history.All<ev::PaymentReversed>());
      after(history.All<ev::PaymentChargeback>());
      break;
    case ev::REOPENING_REASON_AGREEMENT_ANNULLED:
      after(history.All<ev::AgreementAnnulled>());
      break;
    case ev::REOPENING_REASON_CLOSING_ERROR:
      return standing;
    default:
      break;
  }
  standing.Ask(!standing.evidence.empty(),
               {"nada posterior al cierre lo muestra", "nada posterior ao encerramento o mostra",
                "nothing after the closing shows it"});
  return standing;
}

}  // namespace constancia::policies
