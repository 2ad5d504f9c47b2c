#include "policies/life_cycle/limitation.h"

#include <algorithm>
#include <tuple>

namespace constancia::policies {
namespace {

namespace ev = event::v1;
using enum LimitationStart;
using enum LimitationAction;
using Effect = InterruptionRule::Effect;

constexpr int kYear = 12;

constexpr std::string_view kClNotes = "CL: Ley 18.092 arts. 98, 107";
constexpr std::string_view kClCivil = "CL: Código Civil arts. 2514, 2515";
constexpr std::string_view kCoDirect = "CO: Código de Comercio art. 789";
constexpr std::string_view kCoRecourse = "CO: Código de Comercio art. 790";
constexpr std::string_view kCoCivil = "CO: Código Civil art. 2536, Ley 791 de 2002";
constexpr std::string_view kMxNotes = "MX: LGTOC arts. 165, 174";
constexpr std::string_view kMxCommercial = "MX: Código de Comercio art. 1047, LIC art. 68";
constexpr std::string_view kPeNotes = "PE: Ley 27287 art. 96";
constexpr std::string_view kPeCivil = "PE: Código Civil art. 2001(1)";
constexpr std::string_view kArNotes = "AR: Decreto-ley 5965/63 art. 96";
constexpr std::string_view kArCivil = "AR: Código Civil y Comercial art. 2560";

// Where the executive action ends before the ordinary one, the row is that of the executive action.
constexpr LimitationPeriod kPeriods[] = {
    {"CL", ev::TITLE_KIND_PROMISSORY_NOTE, kDirect, kYear, kDueDate, kClNotes, "K H"},
    {"CL", ev::TITLE_KIND_BILL_OF_EXCHANGE, kDirect, kYear, kDueDate, kClNotes, "K H"},
    {"CL", ev::TITLE_KIND_CHEQUE, kDirect, kYear, kProtest, "CL: DFL 707 art. 34", "K H"},
    {"CL", ev::TITLE_KIND_INVOICE_TITLE, kDirect, kYear, kDueDate, "CL: Ley 19.983 art. 10", "K M"},
    {"CL", ev::TITLE_KIND_PUBLIC_DEED, kDirect, 3 * kYear, kDueDate, kClCivil, "K H"},
    {"CL", ev::TITLE_KIND_JUDGMENT, kDirect, 3 * kYear, kDueDate, kClCivil, "K H"},
    {"CL", ev::TITLE_KIND_OTHER_EXECUTIVE, kDirect, 3 * kYear, kDueDate, kClCivil, "K H"},
    {"CL", ev::TITLE_KIND_ORDINARY, kDirect, 5 * kYear, kDueDate, "CL: Código Civil art. 2515",
     "K H"},

    {"CO", ev::TITLE_KIND_PROMISSORY_NOTE, kDirect, 3 * kYear, kDueDate, kCoDirect, "K H"},
    {"CO", ev::TITLE_KIND_BILL_OF_EXCHANGE, kDirect, 3 * kYear, kDueDate, kCoDirect, "K H"},
    {"CO", ev::TITLE_KIND_INVOICE_TITLE, kDirect, 3 * kYear, kDueDate, kCoDirect, "K H"},
    {"CO", ev::TITLE_KIND_PROMISSORY_NOTE, kRecourse, kYear, kProtest, kCoRecourse, "K H"},
    {"CO", ev::TITLE_KIND_BILL_OF_EXCHANGE, kRecourse, kYear, kProtest, kCoRecourse, "K H"},
    {"CO", ev::TITLE_KIND_INVOICE_TITLE, kRecourse, kYear, kProtest, kCoRecourse, "K H"},
    {"CO", ev::TITLE_KIND_CHEQUE, kDirect, 6, kPresentation, "CO: Código de Comercio art. 730",
     "K H"},
    {"CO", ev::TITLE_KIND_PUBLIC_DEED, kDirect, 5 * kYear, kDueDate, kCoCivil, "K H"},
    {"CO", ev::TITLE_KIND_JUDGMENT, kDirect, 5 * kYear, kDueDate, kCoCivil, "K H"},
    {"CO", ev::TITLE_KIND_OTHER_EXECUTIVE, kDirect, 5 * kYear, kDueDate, kCoCivil, "K H"},
    {"CO", ev::TITLE_KIND_ORDINARY, kDirect, 10 * kYear, kDueDate, kCoCivil, "K H"},

    {"MX", ev::TITLE_KIND_PROMISSORY_NOTE, kDirect, 3 * kYear, kDueDate, kMxNotes, "K H"},
    {"MX", ev::TITLE_KIND_BILL_OF_EXCHANGE, kDirect, 3 * kYear, kDueDate, kMxNotes, "K H"},
    {"MX", ev::TITLE_KIND_CHEQUE, kDirect, 6, kPresentation, "MX: LGTOC art. 192", "K H"},
    {"MX", ev::TITLE_KIND_CERTIFIED_STATEMENT, kDirect, 10 * kYear, kDueDate, kMxCommercial, "K M"},
    {"MX", ev::TITLE_KIND_CREDIT_CARD, kDirect, 10 * kYear, kDueDate, kMxCommercial, "K M"},
    {"MX", ev::TITLE_KIND_PUBLIC_DEED, kDirect, 10 * kYear, kDueDate, kMxCommercial, "K M"},
    {"MX", ev::TITLE_KIND_OTHER_EXECUTIVE, kDirect, 10 * kYear, kDueDate, kMxCommercial, "K M"},
    {"MX", ev::TITLE_KIND_RETAIL_SALE, kDirect, kYear, kDueDate, "MX: Código de Comercio art. 1043",
     "K M"},
    // Commercial and civil ordinary actions have the same period.
    {"MX", ev::TITLE_KIND_ORDINARY, kDirect, 10 * kYear, kDueDate,
     "MX: Código de Comercio art. 1047, Código Civil Federal art. 1159", "K M"},
    {"MX", ev::TITLE_KIND_PERIODIC, kDirect, 5 * kYear, kDueDate,
     "MX: Código Civil Federal art. 1162", "K M"},
    // That of an ordinary commercial trial has five years; which trial it was is not recorded.
    {"MX", ev::TITLE_KIND_JUDGMENT, kDirect, 3 * kYear, kFinal, "MX: Código de Comercio art. 1079",
     "K M"},

    {"PE", ev::TITLE_KIND_PROMISSORY_NOTE, kDirect, 3 * kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_BILL_OF_EXCHANGE, kDirect, 3 * kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_INVOICE_TITLE, kDirect, 3 * kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_PROMISSORY_NOTE, kRecourse, kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_BILL_OF_EXCHANGE, kRecourse, kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_INVOICE_TITLE, kRecourse, kYear, kDueDate, kPeNotes, "K H"},
    {"PE", ev::TITLE_KIND_CHEQUE, kDirect, 3 * kYear, kPresentation, kPeNotes, "K M"},
    {"PE", ev::TITLE_KIND_JUDGMENT, kDirect, 10 * kYear, kFinal, kPeCivil, "K H"},
    {"PE", ev::TITLE_KIND_ORDINARY, kDirect, 10 * kYear, kDueDate, kPeCivil, "K H"},
    {"PE", ev::TITLE_KIND_UNSPECIFIED, kDirect, 10 * kYear, kDueDate, kPeCivil, "K H"},

    {"AR", ev::TITLE_KIND_PROMISSORY_NOTE, kDirect, 3 * kYear, kDueDate, kArNotes, "K H"},
    {"AR", ev::TITLE_KIND_BILL_OF_EXCHANGE, kDirect, 3 * kYear, kDueDate, kArNotes, "K H"},
    {"AR", ev::TITLE_KIND_CHEQUE, kDirect, kYear, kPresentation, "AR: Ley 24.452 art. 61", "K H"},
    // The ordinary action on a statement has three years.
    {"AR", ev::TITLE_KIND_CREDIT_CARD, kDirect, kYear, kDueDate, "AR: Ley 25.065 art. 47", "K H"},
    {"AR", ev::TITLE_KIND_PERIODIC, kDirect, 2 * kYear, kDueDate,
     "AR: Código Civil y Comercial art. 2562(c)", "K M"},
    {"AR", ev::TITLE_KIND_JUDGMENT, kDirect, 5 * kYear, kFinal, kArCivil, "K H"},
    {"AR", ev::TITLE_KIND_ORDINARY, kDirect, 5 * kYear, kDueDate, kArCivil, "K H"},
    {"AR", ev::TITLE_KIND_UNSPECIFIED, kDirect, 5 * kYear, kDueDate, kArCivil, "K H"},
};

constexpr std::string_view kClInterrupts = "CL: Código Civil art. 2518, Ley 18.092 art. 100";
constexpr std::string_view kCoInterrupts =
    "CO: Código Civil art. 2539, Código General del Proceso art. 94";
constexpr std::string_view kMxInterrupts = "MX: Código de Comercio art. 1041";
constexpr std::string_view kPeInterrupts = "PE: Código Civil art. 1996";
constexpr std::string_view kArInterrupts = "AR: Código Civil y Comercial arts. 2545, 2546";

const InterruptionRule kRules[] = {
    {"CL", ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, Effect::kRestarts, kClInterrupts, "K H"},
    // Filing alone is disputed, so it does not count, but in the years of the epidemic.
    {"CL", ev::INTERRUPTION_ACT_CLAIM_SERVED, Effect::kRestarts, kClInterrupts, "K H"},
    {"CL", ev::INTERRUPTION_ACT_CLAIM_FILED, Effect::kRestartsBetween, "CL: Ley 21.226 art. 8",
     "K M", absl::CivilDay(2020, 3, 18), absl::CivilDay(2021, 11, 30)},
    {"CO", ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, Effect::kRestarts, kCoInterrupts, "K H"},
    {"CO", ev::INTERRUPTION_ACT_CLAIM_FILED, Effect::kRestartsWhenServed, kCoInterrupts, "K H"},
    {"CO", ev::INTERRUPTION_ACT_CLAIM_SERVED, Effect::kRestarts, kCoInterrupts, "K H"},
    {"CO", ev::INTERRUPTION_ACT_WRITTEN_DEMAND, Effect::kRestartsOnce, kCoInterrupts, "K H"},
    {"MX", ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, Effect::kRestarts, kMxInterrupts, "K H"},
    {"MX", ev::INTERRUPTION_ACT_CLAIM_FILED, Effect::kRestarts, kMxInterrupts, "K H"},
    {"MX", ev::INTERRUPTION_ACT_CLAIM_SERVED, Effect::kRestarts, kMxInterrupts, "K H"},
    {"MX", ev::INTERRUPTION_ACT_JUDICIAL_PETITION, Effect::kRestarts, kMxInterrupts, "K H"},
    {"MX", ev::INTERRUPTION_ACT_DOCUMENT_RENEWED, Effect::kRestarts, kMxInterrupts, "K H"},
    {"PE", ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, Effect::kRestarts, kPeInterrupts, "K H"},
    {"PE", ev::INTERRUPTION_ACT_WRITTEN_DEMAND, Effect::kRestarts, kPeInterrupts, "K H"},
    {"PE", ev::INTERRUPTION_ACT_CLAIM_SERVED, Effect::kRestarts, kPeInterrupts, "K H"},
    {"AR", ev::INTERRUPTION_ACT_ACKNOWLEDGEMENT, Effect::kRestarts, kArInterrupts, "K H"},
    {"AR", ev::INTERRUPTION_ACT_CLAIM_FILED, Effect::kRestarts, kArInterrupts, "K H"},
    {"AR", ev::INTERRUPTION_ACT_JUDICIAL_PETITION, Effect::kRestarts, kArInterrupts, "K H"},
    {"AR", ev::INTERRUPTION_ACT_WRITTEN_DEMAND, Effect::kSuspendsOnceSixMonths,
     "AR: Código Civil y Comercial art. 2541", "K H"},
};

constexpr int kSuspensionMonths = 6;

const LimitationPeriod* FindPeriod(const LimitationQuestion& question, ev::TitleKind kind) {
  for (const LimitationPeriod& period : kPeriods) {
    if (period.country == question.country && period.kind == kind &&
        period.action == question.action) {
      return &period;
    }
  }
  return nullptr;
}

absl::CivilDay StartOf(const LimitationQuestion& question, LimitationStart start) {
  switch (start) {
    case kDueDate:
      return question.due_date;
    case kProtest:
      if (question.protest_date.has_value()) return *question.protest_date;
      return question.title_date.value_or(question.due_date);
    case kPresentation:
    case kFinal:
      return question.title_date.value_or(question.due_date);
  }
  return question.due_date;
}

const InterruptionRule* FindRule(std::string_view country, ev::InterruptionAct act) {
  for (const InterruptionRule& rule : kRules) {
    if (rule.country == country && rule.act == act) return &rule;
  }
  return nullptr;
}

// Whether a claim filed on one date and served on another was served in time.
bool ServedInTime(absl::CivilDay filed, absl::CivilDay served) {
  return served >= filed && served <= AddMonths(filed, kYear);
}

bool ServedInTime(const std::vector<InterruptingAct>& acts, absl::CivilDay filed) {
  return std::any_of(acts.begin(), acts.end(), [filed](const InterruptingAct& act) {
    return act.act == ev::INTERRUPTION_ACT_CLAIM_SERVED && ServedInTime(filed, act.date);
  });
}

}  // namespace

absl::CivilDay AddMonths(absl::CivilDay date, int months) {
  const absl::CivilMonth month = absl::CivilMonth(date) + months;
  const int last = absl::CivilDay(absl::CivilDay(month + 1) - 1).day();
  return absl::CivilDay(month.year(), month.month(), std::min(date.day(), last));
}

std::span<const LimitationPeriod> LimitationPeriods() { return kPeriods; }
std::span<const InterruptionRule> InterruptionRules() { return kRules; }

std::optional<Limitation> ComputeLimitation(const LimitationQuestion& question) {
  Limitation result;
  result.period = FindPeriod(question, question.kind);
  if (result.period == nullptr) result.period = FindPeriod(question, ev::TITLE_KIND_UNSPECIFIED);
  if (result.period == nullptr) {
    result.period = FindPeriod(question, ev::TITLE_KIND_ORDINARY);
    result.display_only = true;
  }
  if (result.period == nullptr) return std::nullopt;

  const int months = result.period->months;
  result.from = StartOf(question, result.period->start);
  result.last = AddMonths(result.from, months);
  std::vector<InterruptingAct> acts = question.acts;
  std::sort(acts.begin(), acts.end(), [](const InterruptingAct& a, const InterruptingAct& b) {
    return std::tie(a.date, a.event_id) < std::tie(b.date, b.event_id);
  });
  bool demanded = false;
  std::optional<absl::CivilDay> filed;  // Counted because it was served: the service adds nothing.
  for (const InterruptingAct& act : acts) {
    const InterruptionRule* rule = FindRule(question.country, act.act);
    if (rule == nullptr || act.date < result.from || act.date > result.last) continue;
    if (rule->effect == Effect::kRestartsBetween &&
        (act.date < rule->from || act.date > rule->until)) {
      continue;
    }
    if (rule->effect == Effect::kRestartsWhenServed) {
      if (!ServedInTime(acts, act.date)) continue;
      filed = act.date;
    }
    if (act.act == ev::INTERRUPTION_ACT_CLAIM_SERVED && filed.has_value() &&
        ServedInTime(*filed, act.date)) {
      continue;
    }
    if (rule->effect == Effect::kRestartsOnce || rule->effect == Effect::kSuspendsOnceSixMonths) {
      if (demanded) continue;
      demanded = true;
    }
    if (rule->effect == Effect::kSuspendsOnceSixMonths) {
      result.last = AddMonths(result.last, kSuspensionMonths);
    } else {
      result.from = act.date;
      result.last = AddMonths(act.date, months);
    }
    result.interruptions.push_back(act.event_id);
  }
  return result;
}

}  // namespace constancia::policies
