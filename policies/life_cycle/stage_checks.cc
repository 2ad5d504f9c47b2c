#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "policies/life_cycle/internal/checks.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::ObligationFile;

// What a finding names of a long list: enough to open it, short enough for the event.
constexpr size_t kEvidenceMax = 16;

// Article 37 of Ley 19.496 as we read it: until the end of the fifteenth date after the first act.
constexpr int kWrittenInformationDays = 15;

std::vector<Act<ev::ContactAttempted>> Attempts(const CaseHistory& history) {
  auto attempts = history.All<ev::ContactAttempted>();
  std::erase_if(attempts, [](const Act<ev::ContactAttempted>& act) {
    return RuleInitiator(act.payload.initiated_by(), act.payload.direction()) != "collector";
  });
  return attempts;
}

// Channels that are one to the person who is reached.
int FamilyOf(ev::Channel channel) {
  switch (channel) {
    case ev::CHANNEL_IVR:
    case ev::CHANNEL_VOICE_BOT:
      return ev::CHANNEL_VOICE_CALL;
    case ev::CHANNEL_MESSAGING_OTHER:
    case ev::CHANNEL_PUSH:
    case ev::CHANNEL_CHATBOT_WEB:
      return ev::CHANNEL_WHATSAPP;
    case ev::CHANNEL_LETTER_ELECTRONIC:
      return ev::CHANNEL_EMAIL;
    case ev::CHANNEL_FAX:
      return ev::CHANNEL_LETTER_POSTAL;
    default:
      return channel;
  }
}

template <typename Payload>
std::vector<std::string> IdsOf(const std::vector<Act<Payload>>& acts) {
  std::vector<std::string> ids;
  const size_t from = acts.size() > kEvidenceMax ? acts.size() - kEvidenceMax : 0;
  for (size_t i = from; i < acts.size(); ++i) ids.push_back(acts[i].event_id);
  return ids;
}

void Append(const std::vector<std::string>& more, std::vector<std::string>* ids) {
  ids->insert(ids->end(), more.begin(), more.end());
}

// Something that opens and ends under an id of its own: the last event of that id decides.
class OpenList {
 public:
  void Opened(const std::string& id, uint64_t position, const std::string& event_id) {
    Entry& entry = entries_[id];
    entry.event_id = event_id;
    entry.opened = std::max(entry.opened, position + 1);
  }
  void Ended(const std::string& id, uint64_t position) {
    entries_[id].ended = std::max(entries_[id].ended, position + 1);
  }
  // An end that arrives before its beginning ends it, too.
  std::vector<std::string> Events() const {
    std::vector<std::string> events;
    for (const auto& [id, entry] : entries_) {
      if (entry.opened != 0 && entry.ended == 0) events.push_back(entry.event_id);
    }
    return events;
  }

 private:
  struct Entry {
    std::string event_id;
    uint64_t opened = 0;
    uint64_t ended = 0;
  };
  std::map<std::string, Entry> entries_;
};

template <typename Payload>
void EndPromises(const CaseHistory& history, OpenList* list) {
  for (const auto& act : history.All<Payload>())
    list->Ended(act.payload.promise_id(), act.position);
}

template <typename Payload>
void EndAgreements(const CaseHistory& history, OpenList* list) {
  for (const auto& act : history.All<Payload>())
    list->Ended(act.payload.agreement_id(), act.position);
}

}  // namespace

bool Inquiry::Under(std::string_view country) const {
  return std::find(countries.begin(), countries.end(), country) != countries.end();
}

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  const auto date = CivilDate::Parse(text);
  if (!date.ok()) return std::nullopt;
  return absl::CivilDay(date->year, date->month, date->day);
}

int64_t DaysPastDue(const ObligationFile& obligation, absl::CivilDay today) {
  if (obligation.balance_minor() <= 0) return 0;
  const auto due =
      ParseDay(obligation.oldest_unpaid_due_date().empty() ? obligation.due_date()
                                                           : obligation.oldest_unpaid_due_date());
  if (!due.has_value() || *due >= today) return 0;
  return today - *due;
}

int64_t DaysPastDue(const CaseFile& file, absl::CivilDay today) {
  int64_t days = 0;
  for (const ObligationFile& obligation : file.obligations())
    days = std::max(days, DaysPastDue(obligation, today));
  return days;
}

std::vector<std::string> OpenPromises(const CaseHistory& history) {
  OpenList list;
  for (const auto& act : history.All<ev::PromiseMade>())
    list.Opened(act.payload.promise_id(), act.position, act.event_id);
  EndPromises<ev::PromiseKept>(history, &list);
  EndPromises<ev::PromisePartiallyKept>(history, &list);
  EndPromises<ev::PromiseBroken>(history, &list);
  EndPromises<ev::PromiseReplaced>(history, &list);
  EndPromises<ev::PromiseCancelled>(history, &list);
  return list.Events();
}

std::vector<std::string> OpenAgreements(const CaseHistory& history) {
  OpenList list;
  for (const auto& act : history.All<ev::AgreementSigned>())
    list.Opened(act.payload.agreement_id(), act.position, act.event_id);
  for (const auto& act : history.All<ev::AgreementInForce>())
    list.Opened(act.payload.agreement_id(), act.position, act.event_id);
  EndAgreements<ev::AgreementCompleted>(history, &list);
  EndAgreements<ev::AgreementDefaulted>(history, &list);
  EndAgreements<ev::AgreementAnnulled>(history, &list);
  return list.Events();
}

std::vector<std::string> OpenDisputes(const CaseHistory& history) {
  OpenList list;
  for (const auto& act : history.All<ev::DisputeOpened>())
    list.Opened(act.payload.dispute_id(), act.position, act.event_id);
  for (const auto& act : history.All<ev::DisputeResolved>())
    list.Ended(act.payload.dispute_id(), act.position);
  return list.Events();
}

std::vector<std::string> OpenComplaints(const CaseHistory& history) {
  OpenList list;
  for (const auto& act : history.All<ev::ComplaintReceived>())
    list.Opened(act.payload.complaint_id(), act.position, act.event_id);
  for (const auto& act : history.All<ev::ComplaintClosed>())
    list.Ended(act.payload.complaint_id(), act.position);
  return list.Events();
}

std::vector<std::string> OpenInsolvencies(const CaseHistory& history, bool stay) {
  std::vector<std::string> open;
  const auto ends = history.All<ev::InsolvencyEnded>();
  for (const auto& act : history.All<ev::InsolvencyRecorded>()) {
    if (stay && !act.payload.stay()) continue;
    const bool ended = std::any_of(ends.begin(), ends.end(), [&act](const auto& end) {
      const std::string& of = end.payload.recorded_event_id();
      return of.empty()
                 ? end.payload.party_id() == act.payload.party_id() && end.position > act.position
                 : of == act.event_id;
    });
    if (!ended) open.push_back(act.event_id);
  }
  return open;
}

uint64_t StageBegan(const CaseHistory& history) {
  uint64_t position = 0;
  for (const auto& act : history.All<ev::StageChanged>()) position = act.position;
  for (const auto& act : history.All<ev::CaseReopened>())
    position = std::max(position, act.position);
  return position;
}

std::vector<DeliveredDemand> DeliveredDemands(const CaseHistory& history) {
  struct Delivery {
    std::string event_id;
    absl::CivilDay date;
  };
  std::map<std::string, Delivery> letters;
  for (const auto& act : history.All<ev::ElectronicLetterAccessed>())
    letters.emplace(act.payload.letter_id(), Delivery{act.event_id, act.date});
  for (const auto& act : history.All<ev::LetterDelivered>()) {
    letters.emplace(act.payload.letter_id(),
                    Delivery{act.event_id, ParseDay(act.payload.date()).value_or(act.date)});
  }
  std::vector<DeliveredDemand> demands;
  for (const auto& act : history.All<ev::FormalDemandSent>()) {
    const auto delivery = letters.find(act.payload.letter_id());
    if (act.payload.letter_id().empty() || delivery == letters.end()) continue;
    demands.push_back({.demand_event_id = act.event_id,
                       .delivery_event_id = delivery->second.event_id,
                       .delivered = delivery->second.date,
                       .deadline = ParseDay(act.payload.deadline()).value_or(absl::CivilDay::min()),
                       .days = act.payload.days()});
  }
  return demands;
}

Standing FromStage(const Inquiry& inquiry) {
  Standing standing;
  const CaseFile& file = inquiry.file();
  standing.Ask(file.state() != casefile::v1::CLOSED,
               {"el caso está cerrado: reábralo (T11)", "o caso está encerrado: reabra-o (T11)",
                "the case is closed: reopen it (T11)"});
  const auto& from = inquiry.transition.from;
  standing.Ask(std::find(from.begin(), from.end(), file.stage()) != from.end(),
               {"este paso no sale de la etapa del caso", "este passo não sai da etapa do caso",
                "this step does not leave from the stage of the case"});
  for (const auto& act : inquiry.history().All<ev::CaseOpened>())
    standing.evidence = {act.event_id};
  for (const auto& act : inquiry.history().All<ev::StageChanged>())
    standing.evidence = {act.event_id};
  return standing;
}

Standing NotSuspended(const Inquiry& inquiry) {
  Standing standing;
  const auto& reasons = inquiry.file().suspensions();
  standing.Ask(reasons.empty(), {"reanude el caso de cada motivo de suspensión",
                                 "retome o caso de cada motivo de suspensão",
                                 "resume the case from every reason of its suspension"});
  for (const auto& act : inquiry.history().All<ev::CaseSuspended>()) {
    if (std::any_of(reasons.begin(), reasons.end(), [&act](const auto& standing_one) {
          return standing_one.reason() == act.payload.reason();
        }))
      standing.evidence.push_back(act.event_id);
  }
  return standing;
}

Standing MinDpd(const Inquiry& inquiry) {
  Standing standing;
  // Both ways to court have the same entry.
  const std::string_view id = inquiry.transition.id == "T05" ? "T03" : inquiry.transition.id;
  standing.required = inquiry.policy().Number(absl::StrCat("t", ToAbsl(id.substr(1)), ".min_dpd"));
  standing.found = DaysPastDue(inquiry.file(), inquiry.today());
  standing.Ask(*standing.found >= *standing.required,
               {"faltan días de mora", "faltam dias de atraso", "not past due for long enough"});
  for (const auto& act : inquiry.history().All<ev::ObligationPlaced>())
    standing.evidence.push_back(act.event_id);
  return standing;
}

Standing BalancePositive(const Inquiry& inquiry) {
  Standing standing;
  const auto& all = inquiry.file().obligations();
  standing.Ask(std::any_of(all.begin(), all.end(),
                           [](const ObligationFile& debt) { return debt.balance_minor() > 0; }),
               {"no queda saldo: cierre el caso", "não resta saldo: encerre o caso",
                "nothing is owed: close the case"});
  return standing;
}

Standing NotDisputed(const Inquiry& inquiry) {
  Standing standing;
  standing.evidence = OpenDisputes(inquiry.history());
  standing.Ask(standing.evidence.empty(), {"resuelva la controversia (DisputeResolved)",
                                           "resolva a contestação (DisputeResolved)",
                                           "resolve the dispute (DisputeResolved)"});
  return standing;
}

Standing ReminderPlanDone(const Inquiry& inquiry) {
  Standing standing;
  const auto attempts = Attempts(inquiry.history());
  standing.required = inquiry.policy().Number("t01.plan_attempts");
  standing.found = static_cast<int64_t>(attempts.size());
  standing.evidence = IdsOf(attempts);
  standing.Ask(
      *standing.found >= *standing.required,
      {"faltan gestiones del plan de recordatorio", "faltam acionamentos do plano de lembrete",
       "attempts of the reminder plan are missing"});
  return standing;
}

Standing MinAttempts(const Inquiry& inquiry) {
  Standing standing;
  const auto attempts = Attempts(inquiry.history());
  standing.required = inquiry.policy().Number("t02.min_attempts");
  standing.found = static_cast<int64_t>(attempts.size());
  standing.evidence = IdsOf(attempts);
  standing.Ask(*standing.found >= *standing.required,
               {"faltan gestiones registradas", "faltam acionamentos registrados",
                "recorded attempts are missing"});
  return standing;
}

Standing MinChannels(const Inquiry& inquiry) {
  Standing standing;
  std::map<int, std::string> families;
  for (const auto& act : Attempts(inquiry.history()))
    families.emplace(FamilyOf(act.payload.channel()), act.event_id);
  standing.required = inquiry.policy().Number("t02.min_channels");
  standing.found = static_cast<int64_t>(families.size());
  for (const auto& [family, event_id] : families) standing.evidence.push_back(event_id);
  standing.Ask(*standing.found >= *standing.required,
               {"las gestiones deben usar más familias de canales",
                "os acionamentos devem usar mais famílias de canais",
                "the attempts have to use more channel families"});
  return standing;
}

Standing InitialInformation(const Inquiry& inquiry) {
  Standing standing;
  standing.statutory = inquiry.Under("CL");
  standing.evidence = IdsOf(inquiry.history().All<ev::InitialInformationGiven>());
  standing.Ask(!standing.evidence.empty(),
               {"dé la información inicial y regístrela (InitialInformationGiven)",
                "dê a informação inicial e registre-a (InitialInformationGiven)",
                "give the initial information and record it (InitialInformationGiven)"});
  return standing;
}

Standing WrittenInformation(const Inquiry& inquiry) {
  Standing standing;
  standing.statutory = inquiry.Under("CL");
  const auto sent = inquiry.history().All<ev::WrittenInformationSent>();
  standing.evidence = IdsOf(sent);
  if (sent.empty()) {
    standing.Ask(false, {"envíe la información por escrito (WrittenInformationSent)",
                         "envie a informação por escrito (WrittenInformationSent)",
                         "send the written information (WrittenInformationSent)"});
    return standing;
  }
  if (!standing.statutory) return standing;
  std::optional<absl::CivilDay> first;
  for (const auto& act : Attempts(inquiry.history()))
    first = std::min(first.value_or(act.date), act.date);
  if (!first.has_value()) return standing;
  standing.Ask(std::any_of(sent.begin(), sent.end(),
                           [&first](const auto& act) {
                             return act.date <= *first + kWrittenInformationDays;
                           }),
               {"la información por escrito se envió después de 15 días de la primera gestión",
                "a informação por escrito foi enviada depois de 15 dias do primeiro acionamento",
                "the written information went out later than 15 days after the first attempt"});
  return standing;
}

Standing DemandDelivered(const Inquiry& inquiry) {
  Standing standing;
  for (const DeliveredDemand& demand : DeliveredDemands(inquiry.history())) {
    standing.evidence.push_back(demand.demand_event_id);
    standing.evidence.push_back(demand.delivery_event_id);
  }
  standing.Ask(
      !standing.evidence.empty(),
      {"envíe el requerimiento (FormalDemandSent) y registre su entrega (LetterDelivered o "
       "ElectronicLetterAccessed, con la misma carta)",
       "envie a notificação (FormalDemandSent) e registre sua entrega (LetterDelivered ou "
       "ElectronicLetterAccessed, com a mesma carta)",
       "send the formal demand (FormalDemandSent) and record its delivery (LetterDelivered "
       "or ElectronicLetterAccessed, of the same letter)"});
  return standing;
}

Standing NoAgreementOrPromise(const Inquiry& inquiry) {
  Standing standing;
  standing.evidence = OpenPromises(inquiry.history());
  standing.Ask(standing.evidence.empty(),
               {"hay una promesa vigente", "há uma promessa vigente", "a promise stands"});
  const auto agreements = OpenAgreements(inquiry.history());
  standing.Ask(agreements.empty(),
               {"hay un acuerdo vigente", "há um acordo vigente", "an agreement stands"});
  Append(agreements, &standing.evidence);
  return standing;
}

Standing NoDisputeOrComplaint(const Inquiry& inquiry) {
  Standing standing = NotDisputed(inquiry);
  const auto complaints = OpenComplaints(inquiry.history());
  standing.Ask(complaints.empty(), {"conteste y cierre el reclamo (ComplaintClosed)",
                                    "responda e encerre a reclamação (ComplaintClosed)",
                                    "answer and close the complaint (ComplaintClosed)"});
  Append(complaints, &standing.evidence);
  return standing;
}

Standing NoInsolvency(const Inquiry& inquiry) {
  Standing standing;
  standing.evidence = OpenInsolvencies(inquiry.history(), /*stay=*/false);
  standing.Ask(standing.evidence.empty(),
               {"hay un procedimiento de insolvencia abierto",
                "há um procedimento de insolvência aberto", "an insolvency procedure is open"});
  return standing;
}

Standing NothingPastDue(const Inquiry& inquiry) {
  Standing standing;
  standing.required = 0;
  standing.found = DaysPastDue(inquiry.file(), inquiry.today());
  standing.Ask(*standing.found == 0, {"todavía hay deuda en mora", "ainda há dívida em atraso",
                                      "something is still past due"});
  return standing;
}

Standing WayBack(const Inquiry& inquiry) {
  Standing standing;
  const CaseHistory& history = inquiry.history();
  const uint64_t began = StageBegan(history);
  const auto payments = history.All<ev::PaymentConfirmed>();
  for (const auto& signed_one : history.All<ev::AgreementSigned>()) {
    for (const auto& payment : payments) {
      if (payment.position < signed_one.position || signed_one.position < began) continue;
      standing.evidence = {signed_one.event_id, payment.event_id};
    }
  }
  for (const auto& act : history.All<ev::DisputeResolved>()) {
    if (act.position >= began && act.payload.outcome() == ev::DISPUTE_OUTCOME_PARTIALLY_UPHELD) {
      standing.evidence.push_back(act.event_id);
    }
  }
  standing.Ask(!standing.evidence.empty() || DaysPastDue(inquiry.file(), inquiry.today()) == 0,
               {"no hay acuerdo con un pago, controversia acogida en parte ni deuda al día",
                "não há acordo com um pagamento, contestação acolhida em parte nem dívida em dia",
                "there is no agreement with a payment, no dispute upheld in part, and something is "
                "past due"});
  return standing;
}

}  // namespace constancia::policies
