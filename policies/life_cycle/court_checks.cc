#include <algorithm>
#include <map>

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "core/case/money.h"
#include "policies/life_cycle/internal/checks.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using casefile::v1::ObligationFile;

constexpr size_t kDigestBytes = 32;
// Ley 1266 of 2008, article 12: from the date after twenty days.
constexpr int kBureauNoticeDays = 21;

// A title as it was last registered, and where it is.
struct Title {
  std::string event_id;
  ev::TitleRegistered payload;
  std::string custody;
  std::string custody_event_id;
};

// Once for each id, the last registration of it.
std::vector<Title> TitlesOf(const CaseHistory& history) {
  std::map<std::string, Title> titles;
  for (auto& act : history.All<ev::TitleRegistered>()) {
    Title& title = titles[act.payload.title_id()];
    title.event_id = act.event_id;
    title.custody = act.payload.custody();
    title.payload = std::move(act.payload);
  }
  for (const auto& act : history.All<ev::TitleCustodyChanged>()) {
    const auto title = titles.find(act.payload.title_id());
    if (title == titles.end() || act.payload.custody().empty()) continue;
    title->second.custody = act.payload.custody();
    title->second.custody_event_id = act.event_id;
  }
  std::vector<Title> all;
  for (auto& [id, title] : titles) all.push_back(std::move(title));
  return all;
}

const Title* TitleOf(const std::vector<Title>& titles, const ObligationFile& debt) {
  for (const Title& title : titles) {
    if (NamesOrAll(title.payload.obligation_ids(), debt.obligation_id())) return &title;
  }
  return nullptr;
}

template <typename Payload>
bool Has(const Payload& payload, ev::DocumentClass document_class) {
  return std::any_of(payload.attachments().begin(), payload.attachments().end(),
                     [document_class](const ev::Attachment& attachment) {
                       return attachment.document_class() == document_class &&
                              attachment.sha256().size() == kDigestBytes;
                     });
}

// The parts of a paper that a court looks at; its place and number are personal and not looked at.
void AskOfTitle(const Title& title, Standing* standing) {
  const ev::TitleRegistered& paper = title.payload;
  if (paper.kind() == ev::TITLE_KIND_ORDINARY) {
    standing->Ask(Has(paper, ev::DOCUMENT_CLASS_CONTRACT),
                  {"acción ordinaria: adjunte el contrato con su huella digital",
                   "ação ordinária: anexe o contrato com seu resumo digital",
                   "ordinary action: attach the contract with its digest"});
    standing->Ask(Has(paper, ev::DOCUMENT_CLASS_CERTIFICATE),
                  {"acción ordinaria: adjunte la prueba de entrega (certificado)",
                   "ação ordinária: anexe a prova de entrega (certificado)",
                   "ordinary action: attach the proof of delivery (certificate)"});
    return;
  }
  standing->Ask(paper.kind() != ev::TITLE_KIND_UNSPECIFIED && ParseDay(paper.date()).has_value(),
                {"diga la clase y la fecha del título", "diga o tipo e a data do título",
                 "say the kind and the date of the title"});
  standing->Ask(paper.signatures() > 0,
                {"el título no tiene firmas", "o título não tem assinaturas",
                 "the title bears no signature"});
  standing->Ask(!title.custody.empty(), {"diga dónde está el original", "diga onde está o original",
                                         "say where the original is"});
  standing->Ask(paper.scan_sha256().size() == kDigestBytes || Has(paper, ev::DOCUMENT_CLASS_TITLE),
                {"falta la huella digital de la copia", "falta o resumo digital da cópia",
                 "the digest of the scan is missing"});
  standing->Ask(paper.kind() != ev::TITLE_KIND_CHEQUE || ParseDay(paper.protest_date()).has_value(),
                {"falta el protesto del cheque", "falta o protesto do cheque",
                 "the protest of the cheque is missing"});
}

// Acts that interrupt the limitation of one debt.
std::vector<InterruptingAct> InterruptingActs(const CaseHistory& history,
                                              const ObligationFile& debt, const Title* title) {
  std::vector<InterruptingAct> acts;
  for (const auto& act : history.All<ev::PrescriptionInterrupted>()) {
    const auto& payload = act.payload;
    if (payload.effect() == ev::INTERRUPTION_EFFECT_NO_EFFECT ||
        !NamesOrAll(payload.obligation_ids(), debt.obligation_id())) {
      continue;
    }
    // On a paper: only what was done against who signed this one.
    if (!payload.title_id().empty() &&
        (title == nullptr || title->payload.title_id() != payload.title_id())) {
      continue;
    }
    acts.push_back({payload.act(), ParseDay(payload.date()).value_or(act.date), act.event_id});
  }
  // A part payment acknowledges when the debtor himself ordered it (P).
  for (const auto& act : history.All<ev::PaymentConfirmed>()) {
    if (!act.payload.ordered_by_debtor() ||
        !NamesOrAll(act.payload.obligation_ids(), debt.obligation_id())) {
      continue;
    }
    acts.push_back({ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT,
                    ParseDay(act.payload.effective_date()).value_or(act.date), act.event_id});
  }
  return acts;
}

// What is owed on one date of a debt.
struct Slice {
  uint32_t number = 0;
  absl::CivilDay due;
};

// Unpaid instalments with the dates that count, earlier where the debt was accelerated.
std::vector<Slice> SlicesOf(const CaseHistory& history, const ObligationFile& debt) {
  std::vector<Slice> slices;
  for (const auto& act : history.All<ev::ObligationPlaced>()) {
    if (act.payload.obligation_id() != debt.obligation_id()) continue;
    slices.clear();
    for (const ev::Instalment& instalment : act.payload.schedule()) {
      const auto due = ParseDay(instalment.due_date());
      if (due.has_value()) slices.push_back({instalment.number(), *due});
    }
  }
  if (slices.empty()) {
    const auto due = ParseDay(debt.due_date());
    if (due.has_value()) slices.push_back({0, *due});
  }
  // Those before the oldest unpaid one are paid.
  const auto oldest = ParseDay(debt.oldest_unpaid_due_date());
  if (oldest.has_value()) {
    std::erase_if(slices, [&oldest](const Slice& slice) { return slice.due < *oldest; });
  }
  for (const auto& act : history.All<ev::AccelerationNotified>()) {
    if (!NamesOrAll(act.payload.obligation_ids(), debt.obligation_id())) continue;
    const absl::CivilDay from = ParseDay(act.payload.date()).value_or(act.date);
    for (Slice& slice : slices) {
      const auto& named = act.payload.instalments();
      if (!named.empty() && std::find(named.begin(), named.end(), slice.number) == named.end())
        continue;
      slice.due = std::min(slice.due, from);
    }
  }
  return slices;
}

// The date that a lawyer entered for the debt.
std::optional<absl::CivilDay> DateByHand(const CaseHistory& history, const ObligationFile& debt,
                                         std::string* event_id) {
  std::optional<absl::CivilDay> date;
  for (const auto& act : history.All<ev::LimitationDateRecorded>()) {
    if (!NamesOrAll(act.payload.obligation_ids(), debt.obligation_id())) continue;
    const auto entered = ParseDay(act.payload.last_date());
    if (!entered.has_value()) continue;
    date = entered;
    *event_id = act.event_id;
  }
  return date;
}

ClaimLimitation LimitationOf(const Inquiry& inquiry, const ObligationFile& debt, const Title* title,
                             const Slice& slice) {
  ClaimLimitation claim;
  claim.obligation_id = debt.obligation_id();
  claim.instalment = slice.number;
  claim.kind = title != nullptr ? title->payload.kind() : debt.title_kind();
  if (claim.kind == ev::TITLE_KIND_UNSPECIFIED) claim.kind = ev::TITLE_KIND_ORDINARY;
  LimitationQuestion question;
  question.kind = claim.kind;
  question.due_date = slice.due;
  if (title != nullptr) {
    question.title_date = ParseDay(title->payload.date());
    question.protest_date = ParseDay(title->payload.protest_date());
  }
  question.acts = InterruptingActs(inquiry.history(), debt, title);
  // Of several countries the one that bars first.
  claim.unknown = true;
  for (const std::string& country : inquiry.countries) {
    question.country = country;
    const auto limitation = ComputeLimitation(question);
    if (!limitation.has_value()) continue;
    const bool firmer =
        claim.limitation.period == nullptr || (claim.unknown && !limitation->display_only) ||
        (claim.unknown == limitation->display_only && limitation->last < claim.limitation.last);
    if (!firmer) continue;
    claim.limitation = *limitation;
    claim.unknown = limitation->display_only;
  }
  if (claim.unknown) {
    std::string event_id;
    const auto by_hand = DateByHand(inquiry.history(), debt, &event_id);
    if (by_hand.has_value()) {
      claim.limitation.from = slice.due;
      claim.limitation.last = *by_hand;
      claim.limitation.interruptions = {event_id};
      claim.limitation.display_only = false;
      claim.limitation.period = nullptr;
      claim.by_hand = true;
      claim.unknown = false;
    }
  }
  claim.barred = claim.limitation.last < inquiry.today();
  claim.within_margin = claim.limitation.last <=
                        inquiry.today() + inquiry.policy().Number("t03.prescription_margin_days");
  return claim;
}

}  // namespace

std::vector<const ObligationFile*> Claimed(const Inquiry& inquiry) {
  ev::LitigationProposed proposal;
  for (const auto& act : inquiry.history().All<ev::LitigationProposed>()) proposal = act.payload;
  std::vector<const ObligationFile*> debts;
  for (const ObligationFile& debt : inquiry.file().obligations()) {
    if (debt.balance_minor() > 0 && NamesOrAll(proposal.obligation_ids(), debt.obligation_id()))
      debts.push_back(&debt);
  }
  return debts;
}

std::vector<std::string> OpenDockets(const CaseHistory& history) {
  std::map<std::string, std::string> open;
  for (const auto& act : history.All<ev::ClaimFiled>())
    open[act.payload.docket_id()] = act.event_id;
  for (const auto& act : history.All<ev::ClaimWithdrawn>()) open.erase(act.payload.docket_id());
  for (const auto& act : history.All<ev::SettlementInCourt>()) open.erase(act.payload.docket_id());
  for (const auto& act : history.All<ev::DocketActRecorded>()) {
    if (act.payload.effect() == ev::DOCKET_EFFECT_ENDS) open.erase(act.payload.docket_id());
  }
  std::vector<std::string> events;
  for (const auto& [id, event_id] : open) events.push_back(event_id);
  return events;
}

Standing TitlePresent(const Inquiry& inquiry) {
  Standing standing;
  const auto titles = TitlesOf(inquiry.history());
  const auto claimed = Claimed(inquiry);
  standing.Ask(!claimed.empty(),
               {"no hay deuda que cobrar", "não há dívida a cobrar", "there is no debt to claim"});
  std::vector<const Title*> used;
  for (const ObligationFile* debt : claimed) {
    const Title* title = TitleOf(titles, *debt);
    if (title == nullptr) {
      standing.Ask(false, {"registre el título de cada obligación (TitleRegistered)",
                           "registre o título de cada dívida (TitleRegistered)",
                           "register the title of every debt (TitleRegistered)"});
      break;
    }
    if (std::find(used.begin(), used.end(), title) == used.end()) used.push_back(title);
  }
  for (const Title* title : used) {
    AskOfTitle(*title, &standing);
    standing.evidence.push_back(title->event_id);
    if (!title->custody_event_id.empty()) standing.evidence.push_back(title->custody_event_id);
  }
  return standing;
}

Standing DebtLiquid(const Inquiry& inquiry) {
  Standing standing;
  standing.required = inquiry.policy().Number("t03.statement_days");
  const auto reports = inquiry.history().All<ev::BalanceReported>();
  for (const ObligationFile* debt : Claimed(inquiry)) {
    const Act<ev::BalanceReported>* last = nullptr;
    for (const auto& act : reports) {
      const auto& payload = act.payload;
      if (payload.obligation_id() == debt->obligation_id() &&
          (!payload.document_digest().empty() || Has(payload, ev::DOCUMENT_CLASS_STATEMENT))) {
        last = &act;
      }
    }
    if (last == nullptr) {
      standing.Ask(false, {"falta el estado de cuenta sellado (BalanceReported con su documento)",
                           "falta o extrato selado (BalanceReported com seu documento)",
                           "the sealed statement of account is missing (BalanceReported with its "
                           "document)"});
      continue;
    }
    standing.evidence.push_back(last->event_id);
    const absl::CivilDay as_of = ParseDay(last->payload.as_of()).value_or(last->date);
    standing.found = std::max<int64_t>(standing.found.value_or(0), inquiry.today() - as_of);
    standing.Ask(inquiry.today() - as_of <= *standing.required,
                 {"el estado de cuenta es demasiado antiguo", "o extrato é antigo demais",
                  "the statement of account is too old"});
    const ev::BalanceComponents& components = last->payload.components();
    standing.Ask(components.code() == debt->code() && Total(components) == debt->balance_minor(),
                 {"el estado de cuenta no es igual al saldo: pida uno nuevo",
                  "o extrato não é igual ao saldo: peça um novo",
                  "the statement is not equal to the balance: ask for a new one"});
    const bool interest =
        components.ordinary_interest_minor() != 0 || components.penalty_interest_minor() != 0;
    bool rule = debt->has_interest_rule();
    for (const auto& act : inquiry.history().All<ev::ObligationPlaced>()) {
      rule = rule || (act.payload.obligation_id() == debt->obligation_id() &&
                      act.payload.has_interest_rule());
    }
    standing.Ask(!interest || rule, {"falta la fórmula de intereses (ObligationPlaced)",
                                     "falta a fórmula de juros (ObligationPlaced)",
                                     "the interest formula is missing (ObligationPlaced)"});
  }
  return standing;
}

Standing DebtDue(const Inquiry& inquiry) {
  Standing standing;
  for (const ObligationFile* debt : Claimed(inquiry)) {
    const auto slices = SlicesOf(inquiry.history(), *debt);
    standing.Ask(!slices.empty() && std::all_of(slices.begin(), slices.end(),
                                                [&inquiry](const Slice& slice) {
                                                  return slice.due < inquiry.today();
                                                }),
                 {"hay cuotas no vencidas: espere, o use y avise la aceleración "
                  "(AccelerationNotified)",
                  "há parcelas a vencer: espere, ou use e avise o vencimento antecipado "
                  "(AccelerationNotified)",
                  "some instalments are not yet due: wait, or use and notify acceleration "
                  "(AccelerationNotified)"});
    for (const auto& act : inquiry.history().All<ev::ObligationPlaced>()) {
      if (act.payload.obligation_id() == debt->obligation_id())
        standing.evidence.push_back(act.event_id);
    }
  }
  for (const auto& act : inquiry.history().All<ev::AccelerationNotified>())
    standing.evidence.push_back(act.event_id);
  return standing;
}

Standing NotTimeBarred(const Inquiry& inquiry) {
  Standing standing;
  standing.required = inquiry.policy().Number("t03.prescription_margin_days");
  const auto titles = TitlesOf(inquiry.history());
  for (const ObligationFile* debt : Claimed(inquiry)) {
    const Title* title = TitleOf(titles, *debt);
    if (title != nullptr) standing.evidence.push_back(title->event_id);
    for (const Slice& slice : SlicesOf(inquiry.history(), *debt)) {
      ClaimLimitation claim = LimitationOf(inquiry, *debt, title, slice);
      if (claim.unknown) {
        standing.Ask(false, {"no hay plazo para este título en este país: la abogada o el abogado "
                             "registra la fecha (LimitationDateRecorded)",
                             "não há prazo para este título neste país: a advogada ou o advogado "
                             "registra a data (LimitationDateRecorded)",
                             "no period is known for this title in this country: a lawyer records "
                             "the date (LimitationDateRecorded)"});
      } else {
        const int64_t left = claim.limitation.last - inquiry.today();
        standing.found = std::min(standing.found.value_or(left), left);
        standing.Ask(!claim.barred,
                     {"hay cuotas prescritas: déjelas fuera de la demanda",
                      "há parcelas prescritas: deixe-as fora da ação",
                      "some instalments are time-barred: leave them out of the claim"});
        standing.Ask(claim.barred || !claim.within_margin,
                     {"la prescripción cae dentro del margen de la política",
                      "a prescrição cai dentro da margem da política",
                      "limitation falls within the margin of the policy"});
      }
      for (const std::string& id : claim.limitation.interruptions) {
        if (std::find(standing.evidence.begin(), standing.evidence.end(), id) ==
            standing.evidence.end()) {
          standing.evidence.push_back(id);
        }
      }
      inquiry.limitations->push_back(std::move(claim));
    }
  }
  return standing;
}

Standing StandingToSue(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  for (const auto& act : history.All<ev::PowerOfAttorneyRecorded>()) {
    const auto from = ParseDay(act.payload.date());
    const auto until = ParseDay(act.payload.expires_on());
    if (from.has_value() && *from <= inquiry.today() &&
        (!until.has_value() || *until >= inquiry.today())) {
      standing.evidence = {act.event_id};
    }
  }
  standing.Ask(!standing.evidence.empty(),
               {"registre un poder vigente del acreedor (PowerOfAttorneyRecorded)",
                "registre uma procuração vigente do credor (PowerOfAttorneyRecorded)",
                "record a power of attorney that stands (PowerOfAttorneyRecorded)"});
  const auto notices = history.All<ev::AssignmentNotified>();
  for (const auto& sale : history.All<ev::ObligationSold>()) {
    standing.evidence.push_back(sale.event_id);
    bool notified = false;
    for (const auto& notice : notices) {
      const std::string& of = notice.payload.sale_event_id();
      if (of == sale.event_id || (of.empty() && NamesOrAll(notice.payload.obligation_ids(),
                                                           sale.payload.obligation_id()))) {
        notified = true;
        standing.evidence.push_back(notice.event_id);
      }
    }
    standing.Ask(notified, {"notifique cada cesión (AssignmentNotified)",
                            "notifique cada cessão (AssignmentNotified)",
                            "notify every assignment (AssignmentNotified)"});
  }
  return standing;
}

Standing DebtorIdentified(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const std::string& debtor = inquiry.file().party_id();
  bool verified = false;
  for (const auto& act : history.All<ev::CaseOpened>()) {
    if (!act.payload.id_verified()) continue;
    verified = true;
    standing.evidence = {act.event_id};
  }
  for (const auto& act : history.All<ev::PartyRegistered>()) {
    if (act.payload.party_id() != debtor || !act.payload.id_verified()) continue;
    verified = true;
    standing.evidence = {act.event_id};
  }
  standing.Ask(verified, {"verifique el documento de identidad del deudor (PartyRegistered)",
                          "verifique o documento de identidade do devedor (PartyRegistered)",
                          "verify the debtor's national id (PartyRegistered)"});
  // An address of the debtor that was confirmed and not found wrong since.
  std::map<std::string, std::string> addresses;
  for (const auto& act : history.All<ev::ContactPointAdded>()) {
    if (act.payload.party_id() == debtor && act.payload.kind() == ev::CONTACT_POINT_KIND_ADDRESS) {
      addresses[act.payload.contact_point_id()];
    }
  }
  for (const auto& act : history.All<ev::ContactPointVerified>()) {
    const auto address = addresses.find(act.payload.contact_point_id());
    if (address == addresses.end()) continue;
    if (act.payload.result() == ev::VERIFICATION_RESULT_CONFIRMED) address->second = act.event_id;
    if (act.payload.result() == ev::VERIFICATION_RESULT_REFUTED) address->second.clear();
  }
  for (const auto& act : history.All<ev::ContactPointInvalidated>())
    addresses.erase(act.payload.contact_point_id());
  std::string confirmed;
  for (const auto& [id, event_id] : addresses) {
    if (!event_id.empty()) confirmed = event_id;
  }
  standing.Ask(!confirmed.empty(), {"confirme un domicilio para notificar (ContactPointVerified)",
                                    "confirme um domicílio para citação (ContactPointVerified)",
                                    "confirm an address for service (ContactPointVerified)"});
  if (!confirmed.empty()) standing.evidence.push_back(confirmed);
  for (const auto& act : history.All<ev::PartyLinked>()) {
    if (act.payload.role() == ev::PARTY_ROLE_CO_DEBTOR ||
        act.payload.role() == ev::PARTY_ROLE_GUARANTOR) {
      standing.evidence.push_back(act.event_id);
    }
  }
  return standing;
}

Standing DemandExpired(const Inquiry& inquiry) {
  Standing standing;
  const auto demands = DeliveredDemands(inquiry.history());
  standing.required = inquiry.policy().Number("demand.days");
  bool over = false;
  for (const DeliveredDemand& demand : demands) {
    const absl::CivilDay last =
        std::max(demand.deadline, demand.delivered + std::max(*standing.required, demand.days));
    standing.found =
        std::max<int64_t>(standing.found.value_or(0), inquiry.today() - demand.delivered);
    if (last >= inquiry.today() && !standing.evidence.empty()) continue;
    over = over || last < inquiry.today();
    standing.evidence = {demand.demand_event_id, demand.delivery_event_id};
  }
  standing.Ask(!demands.empty(),
               {"envíe el requerimiento (FormalDemandSent) y registre su entrega (LetterDelivered)",
                "envie a notificação (FormalDemandSent) e registre sua entrega (LetterDelivered)",
                "send the formal demand (FormalDemandSent) and record its delivery "
                "(LetterDelivered)"});
  standing.Ask(demands.empty() || over,
               {"el plazo del requerimiento no ha vencido", "o prazo da notificação não venceu",
                "the period of the demand is not over"});
  return standing;
}

Standing NoStandstill(const Inquiry& inquiry) {
  Standing standing = NoAgreementOrPromise(inquiry);
  const Standing contested = NoDisputeOrComplaint(inquiry);
  standing.missing.insert(standing.missing.end(), contested.missing.begin(),
                          contested.missing.end());
  standing.evidence.insert(standing.evidence.end(), contested.evidence.begin(),
                           contested.evidence.end());
  const auto stays = OpenInsolvencies(inquiry.history(), /*stay=*/true);
  standing.Ask(stays.empty(), {"hay una suspensión por insolvencia: nadie puede pasarla por alto",
                               "há uma suspensão por insolvência: ninguém pode ignorá-la",
                               "an insolvency stay stands: nobody may override it"});
  standing.evidence.insert(standing.evidence.end(), stays.begin(), stays.end());
  standing.statutory = !stays.empty();
  standing.may_override = stays.empty();
  return standing;
}

Standing BureauNotice(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const GuardLaw* law = nullptr;
  for (const std::string& country : inquiry.countries) {
    law = FindLaw("bureau_notice", country);
    if (law != nullptr) break;
  }
  const auto reports = history.All<ev::BureauReported>();
  // Without a rule there is no duty to have kept.
  if (law == nullptr || reports.empty()) return standing;
  standing.statutory = true;
  const auto notices = history.All<ev::PreBureauNoticeSent>();
  for (const auto& report : reports) {
    standing.evidence.push_back(report.event_id);
    const absl::CivilDay reported = ParseDay(report.payload.date()).value_or(report.date);
    bool kept = false;
    for (const auto& notice : notices) {
      if (ParseDay(notice.payload.date()).value_or(notice.date) + kBureauNoticeDays > reported)
        continue;
      kept = true;
      standing.evidence.push_back(notice.event_id);
    }
    standing.Ask(kept, {"se informó al buró sin el aviso previo de 20 días",
                        "houve registro no birô sem o aviso prévio de 20 dias",
                        "the bureau was told without the notice of 20 days before"});
  }
  // What the engine found, also about small debts.
  for (const auto& violation : history.All<ev::ViolationDetected>()) {
    if (violation.payload.rule_id() != law->rule_id) continue;
    const auto cleared = history.All<ev::ViolationCleared>();
    const bool stands = std::none_of(cleared.begin(), cleared.end(), [&violation](const auto& act) {
      return act.payload.violation_event_id() == violation.event_id;
    });
    if (!stands) continue;
    standing.evidence.push_back(violation.event_id);
    standing.Ask(false, {"hay una infracción vigente del aviso previo al buró",
                         "há uma infração vigente do aviso prévio ao birô",
                         "a violation of the notice before the bureau stands"});
  }
  return standing;
}

Standing WorthSuing(const Inquiry& inquiry) {
  Standing standing;
  ev::LitigationProposed proposal;
  for (const auto& act : inquiry.history().All<ev::LitigationProposed>()) {
    proposal = act.payload;
    standing.evidence = {act.event_id};
  }
  standing.Ask(!standing.evidence.empty(), {"registre la propuesta de demanda (LitigationProposed)",
                                            "registre a proposta de ação (LitigationProposed)",
                                            "record the proposal to sue (LitigationProposed)"});
  if (standing.evidence.empty()) return standing;
  standing.Ask(
      proposal.has_expected_cost() && proposal.has_expected_recovery(),
      {"faltan el costo y la recuperación esperados", "faltam o custo e a recuperação esperados",
       "the expected cost and recovery are missing"});
  standing.Ask(!proposal.court().empty(), {"falta el tribunal sugerido", "falta o juízo sugerido",
                                           "the suggested court is missing"});
  return standing;
}

Standing DocketEnded(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const uint64_t began = StageBegan(history);
  for (const auto& act : history.All<ev::DocketActRecorded>()) {
    const ev::DocketAct what = act.payload.act();
    if (act.position >= began &&
        (what == ev::DOCKET_ACT_WITHDRAWN || what == ev::DOCKET_ACT_SETTLED ||
         what == ev::DOCKET_ACT_ABANDONED || what == ev::DOCKET_ACT_DISMISSED_WITHOUT_PREJUDICE)) {
      standing.evidence.push_back(act.event_id);
    }
  }
  for (const auto& act : history.All<ev::ClaimWithdrawn>()) {
    if (act.position >= began) standing.evidence.push_back(act.event_id);
  }
  for (const auto& act : history.All<ev::SettlementInCourt>()) {
    if (act.position >= began) standing.evidence.push_back(act.event_id);
  }
  standing.Ask(!standing.evidence.empty(),
               {"registre el acto que termina el juicio (DocketActRecorded)",
                "registre o ato que encerra o processo (DocketActRecorded)",
                "record the act that ends the lawsuit (DocketActRecorded)"});
  return standing;
}

Standing CostsRecorded(const Inquiry& inquiry) {
  Standing standing;
  const uint64_t began = StageBegan(inquiry.history());
  for (const auto& act : inquiry.history().All<ev::LegalCostRecorded>()) {
    if (act.position >= began) standing.evidence.push_back(act.event_id);
  }
  standing.Ask(!standing.evidence.empty(),
               {"registre las costas (LegalCostRecorded)", "registre as custas (LegalCostRecorded)",
                "record the costs (LegalCostRecorded)"});
  return standing;
}

Standing HoldReviewed(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  uint64_t ended = StageBegan(history);
  for (const auto& act : history.All<ev::DocketActRecorded>())
    ended = std::max(ended, act.position);
  const auto reviews = history.All<ev::HoldReviewed>();
  const auto releases = history.All<ev::HoldReleased>();
  for (const auto& hold : history.All<ev::HoldPlaced>()) {
    const auto is_it = [&hold](const auto& act) {
      return act.payload.hold_id() == hold.payload.hold_id();
    };
    if (std::any_of(releases.begin(), releases.end(), is_it)) continue;
    const auto review = std::find_if(reviews.begin(), reviews.end(), [&](const auto& act) {
      return is_it(act) && act.position >= ended;
    });
    standing.evidence.push_back(review == reviews.end() ? hold.event_id : review->event_id);
    standing.Ask(review != reviews.end(),
                 {"revise la retención legal (HoldReviewed); este paso no la levanta",
                  "revise a retenção legal (HoldReviewed); este passo não a levanta",
                  "review the legal hold (HoldReviewed); this step does not release it"});
  }
  return standing;
}

}  // namespace constancia::policies
