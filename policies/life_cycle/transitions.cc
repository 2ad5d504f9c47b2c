#include "policies/life_cycle/transitions.h"

#include <algorithm>

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using Roles = std::vector<std::string_view>;

// T04 and T09 read alike.
const Roles& MoneyApprovers() {
  static const auto* roles = new Roles{"FINANCE", "COMPLIANCE"};
  return *roles;
}

}  // namespace

std::span<const Transition> Transitions() {
  static const std::vector<std::string_view> kGate = {
      "from_stage",    "not_suspended",   "min_dpd",    "title_present",     "debt_liquid",
      "debt_due",      "not_time_barred", "standing",   "debtor_identified", "demand_expired",
      "no_standstill", "bureau_notice",   "worth_suing"};
  static const auto* table = new std::vector<Transition>{
      {"T00",
       {},
       ev::STAGE_UNSPECIFIED,
       {"obligation_issued", "debtor_named", "regime_named"},
       {"INTEGRATOR", "SUPERVISOR"},
       {},
       {"apertura", "abertura", "opening"}},
      {"T01",
       {ev::STAGE_PERSUASIVE},
       ev::STAGE_ADMINISTRATIVE,
       {"from_stage", "not_suspended", "min_dpd", "balance_positive", "not_disputed",
        "reminder_plan_done"},
       {kSystemRole, "SUPERVISOR"},
       {},
       {"pasa a cobranza administrativa", "passa à cobrança administrativa",
        "goes to administrative collection"}},
      {"T02",
       {ev::STAGE_ADMINISTRATIVE},
       ev::STAGE_PRELEGAL,
       {"from_stage", "not_suspended", "min_dpd", "min_attempts", "min_channels",
        "initial_information", "written_information", "demand_delivered", "no_agreement_or_promise",
        "no_dispute_or_complaint", "no_insolvency"},
       {"AGENT", "SUPERVISOR"},
       {"SUPERVISOR"},
       {"pasa a cobranza prejurídica", "passa à cobrança pré-judicial",
        "goes to pre-legal collection"}},
      {"T03",
       {ev::STAGE_PRELEGAL},
       ev::STAGE_LEGAL,
       kGate,
       {"LEGAL"},
       {"LEGAL", "COMPLIANCE"},
       {"pasa a cobranza jurídica", "passa à cobrança judicial", "goes to court"}},
      {"T04",
       {ev::STAGE_ADMINISTRATIVE, ev::STAGE_PRELEGAL, ev::STAGE_LEGAL},
       ev::STAGE_WRITTEN_OFF,
       {"from_stage", "not_suspended", "min_dpd", "amounts_complete", "accounting_ref",
        "basis_evidence", "no_open_cure"},
       {"FINANCE"},
       MoneyApprovers(),
       {"se castiga", "é baixada a prejuízo", "is written off"}},
      {"T05",
       {ev::STAGE_WRITTEN_OFF},
       ev::STAGE_LEGAL,
       kGate,
       {"LEGAL"},
       {"LEGAL", "COMPLIANCE"},
       {"castigada, pasa a cobranza jurídica", "baixada, passa à cobrança judicial",
        "written off, goes to court"}},
      {"T06",
       {ev::STAGE_ADMINISTRATIVE},
       ev::STAGE_PERSUASIVE,
       {"from_stage", "nothing_past_due", "balance_positive"},
       {kSystemRole, "SUPERVISOR"},
       {},
       {"al día: vuelve a recordatorios", "em dia: volta aos lembretes",
        "up to date: back to reminders"}},
      {"T07",
       {ev::STAGE_PRELEGAL},
       ev::STAGE_ADMINISTRATIVE,
       {"from_stage", "way_back"},
       {"SUPERVISOR"},
       {},
       {"vuelve a cobranza administrativa", "volta à cobrança administrativa",
        "back to administrative collection"}},
      {"T08",
       {ev::STAGE_LEGAL},
       ev::STAGE_PRELEGAL,
       {"from_stage", "docket_ended", "costs_recorded", "hold_reviewed"},
       {"LEGAL"},
       {},
       {"el juicio terminó", "o processo terminou", "the lawsuit ended"}},
      {"T09",
       {ev::STAGE_WRITTEN_OFF},
       ev::STAGE_ADMINISTRATIVE,
       {"from_stage", "write_off_reversed"},
       {"FINANCE"},
       MoneyApprovers(),
       {"se reversa el castigo", "a baixa é revertida", "the write-off is taken back"}},
      {"T10",
       {ev::STAGE_PERSUASIVE, ev::STAGE_ADMINISTRATIVE, ev::STAGE_PRELEGAL, ev::STAGE_LEGAL,
        ev::STAGE_WRITTEN_OFF},
       ev::STAGE_UNSPECIFIED,
       {"from_stage", "closing_evidence", "components_accounted"},
       // Who: by reason, in ClosingRows.
       {},
       {},
       {"cierre", "encerramento", "closing"}},
      {"T11",
       {},
       ev::STAGE_UNSPECIFIED,
       {"case_closed", "reopening_cause"},
       {"SUPERVISOR"},
       {},
       {"reapertura", "reabertura", "reopening"}},
  };
  return *table;
}

const Transition* FindTransition(std::string_view id) {
  for (const Transition& transition : Transitions()) {
    if (transition.id == id) return &transition;
  }
  return nullptr;
}

const Transition* FindStep(ev::Stage from, ev::Stage to) {
  if (from == ev::STAGE_LEGAL && to == ev::STAGE_WRITTEN_OFF) return FindTransition("T04");
  for (const Transition& transition : Transitions()) {
    if (transition.to == to && to != ev::STAGE_UNSPECIFIED &&
        std::find(transition.from.begin(), transition.from.end(), from) != transition.from.end()) {
      return &transition;
    }
  }
  return nullptr;
}

std::vector<const Transition*> FindJump(ev::Stage from, ev::Stage to) {
  if (from == ev::STAGE_PERSUASIVE && to == ev::STAGE_PRELEGAL) {
    return {FindTransition("T01"), FindTransition("T02")};
  }
  if (from == ev::STAGE_ADMINISTRATIVE && to == ev::STAGE_LEGAL) {
    return {FindTransition("T02"), FindTransition("T03")};
  }
  return {};
}

std::span<const ClosingRow> ClosingRows() {
  static const Roles kSupervisor = {"SUPERVISOR"};
  static const Roles kLegal = {"LEGAL"};
  static const Roles kCompliance = {"COMPLIANCE"};
  static const Words kAgreement = {
      "acuerdo cumplido (AgreementCompleted) y condonación (WaiverGranted)",
      "acordo cumprido (AgreementCompleted) e remissão (WaiverGranted)",
      "a completed agreement (AgreementCompleted) and a waiver (WaiverGranted)"};
  static const Words kPaid = {"pagos aplicados y saldo cero", "pagamentos imputados e saldo zero",
                              "payments applied and a balance of zero"};
  static const Words kDispute = {"controversia resuelta (DisputeResolved) a favor del deudor",
                                 "contestação resolvida (DisputeResolved) a favor do devedor",
                                 "a dispute resolved (DisputeResolved) for the debtor"};
  static const auto* rows = new std::vector<ClosingRow>{
      {ev::CLOSING_REASON_PAID_IN_FULL, {kSystemRole, "SUPERVISOR"}, {}, kPaid},
      {ev::CLOSING_REASON_COURT_FINAL_PAID, kLegal, {}, kPaid},
      {ev::CLOSING_REASON_SETTLED_WITH_DISCOUNT, kSupervisor, {}, kAgreement},
      {ev::CLOSING_REASON_REFINANCED_NEW_OBLIGATION,
       kSupervisor,
       {},
       {"repactación aprobada (RefinancingApproved) con su nueva obligación",
        "renegociação aprovada (RefinancingApproved) com a nova dívida",
        "an approved refinancing (RefinancingApproved) with its new debt"}},
      {ev::CLOSING_REASON_RETURNED_TO_CREDITOR,
       kSupervisor,
       {},
       {"cada obligación devuelta o retirada (ObligationReturned, ObligationRecalled)",
        "cada dívida devolvida ou retirada (ObligationReturned, ObligationRecalled)",
        "every debt returned or recalled (ObligationReturned, ObligationRecalled)"}},
      {ev::CLOSING_REASON_SOLD_ASSIGNED,
       kSupervisor,
       {},
       {"cada obligación vendida (ObligationSold)", "cada dívida vendida (ObligationSold)",
        "every debt sold (ObligationSold)"}},
      {ev::CLOSING_REASON_PRESCRIBED,
       kLegal,
       {},
       {"el cómputo de la prescripción de cada obligación",
        "o cálculo da prescrição de cada dívida", "the computed limitation of every debt"}},
      {ev::CLOSING_REASON_COURT_FINAL_UNRECOVERED,
       kLegal,
       {},
       {"sentencia definitiva (JudgmentEntered)", "sentença definitiva (JudgmentEntered)",
        "a final judgment (JudgmentEntered)"}},
      {ev::CLOSING_REASON_INSOLVENCY_DISCHARGED,
       kLegal,
       {},
       {"insolvencia terminada con extinción de las deudas (InsolvencyEnded)",
        "insolvência encerrada com extinção das dívidas (InsolvencyEnded)",
        "an insolvency ended with discharge (InsolvencyEnded)"}},
      {ev::CLOSING_REASON_DECEASED_NO_ESTATE,
       kSupervisor,
       {"FINANCE"},
       {"defunción confirmada (DeathConfirmed)", "falecimento confirmado (DeathConfirmed)",
        "a confirmed death (DeathConfirmed)"}},
      {ev::CLOSING_REASON_UNECONOMIC,
       kSupervisor,
       {"FINANCE"},
       {"nota de costos en el caso (NoteAdded)", "nota de custos no caso (NoteAdded)",
        "a note of costs in the case (NoteAdded)"}},
      {ev::CLOSING_REASON_WRONG_PARTY, kCompliance, {}, kDispute},
      {ev::CLOSING_REASON_FRAUD_CONFIRMED, kCompliance, {}, kDispute},
      {ev::CLOSING_REASON_DISPUTE_UPHELD, kCompliance, {}, kDispute},
      {ev::CLOSING_REASON_DUPLICATE,
       kCompliance,
       {},
       {"el caso al que se une", "o caso ao qual se une", "the case it is merged into"}},
  };
  return *rows;
}

const ClosingRow* FindClosing(ev::ClosingReason reason) {
  for (const ClosingRow& row : ClosingRows()) {
    if (row.reason == reason) return &row;
  }
  return nullptr;
}

}  // namespace constancia::policies
