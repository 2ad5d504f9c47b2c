#include "policies/life_cycle/collection_policy.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "policies/life_cycle/transitions.h"

namespace constancia::policies {
namespace {

constexpr int64_t kDaysMax = 3'650;

constexpr ParameterRow kParameters[] = {
    {"t01.min_dpd",
     1,
     0,
     kDaysMax,
     false,
     {"días de atraso para entrar en la etapa administrativa",
      "dias de atraso para entrar na etapa administrativa",
      "days past due to enter the administrative stage"}},
    {"t01.by_timer",
     0,
     0,
     1,
     true,
     {"el paso a la etapa administrativa ocurre por sí solo",
      "a passagem à etapa administrativa ocorre por si só",
      "a case enters the administrative stage by itself"}},
    {"t01.plan_attempts",
     0,
     0,
     1'000,
     false,
     {"gestiones del plan de recordatorio; 0: no hay plan",
      "acionamentos do plano de lembrete; 0: não há plano",
      "attempts of the reminder plan; 0: there is none"}},
    {"t02.min_dpd",
     60,
     0,
     kDaysMax,
     false,
     {"días de atraso para entrar en la etapa prejurídica",
      "dias de atraso para entrar na etapa pré-judicial",
      "days past due to enter the pre-legal stage"}},
    {"t02.min_attempts",
     4,
     0,
     1'000,
     false,
     {"gestiones registradas antes de la etapa prejurídica",
      "acionamentos registrados antes da etapa pré-judicial",
      "recorded attempts before the pre-legal stage"}},
    {"t02.min_channels",
     2,
     0,
     16,
     false,
     {"familias de canales usadas antes de la etapa prejurídica",
      "famílias de canais usadas antes da etapa pré-judicial",
      "channel families used before the pre-legal stage"}},
    {"demand.days",
     10,
     0,
     365,
     false,
     {"días corridos del requerimiento, desde su entrega",
      "dias corridos da notificação de cobrança, desde a entrega",
      "calendar days of the formal demand, from its delivery"}},
    {"t03.min_dpd",
     0,
     0,
     kDaysMax,
     false,
     {"días de atraso para entrar en la etapa jurídica",
      "dias de atraso para entrar na etapa judicial", "days past due to enter the legal stage"}},
    {"t03.statement_days",
     30,
     0,
     365,
     false,
     {"antigüedad máxima del estado de cuenta, en días", "idade máxima do extrato, em dias",
      "greatest age of the statement of account, in days"}},
    {"t03.prescription_margin_days",
     90,
     0,
     kDaysMax,
     false,
     {"días que deben faltar para la prescripción", "dias que devem faltar para a prescrição",
      "days that must be left before the limitation date"}},
    {"t04.min_dpd",
     0,
     0,
     kDaysMax,
     false,
     {"días de atraso para castigar", "dias de atraso para a baixa a prejuízo",
      "days past due to write off"}},
    {"allow_skip",
     0,
     0,
     1,
     true,
     {"se puede saltar una etapa, cumpliendo las condiciones de cada paso",
      "pode-se pular uma etapa, cumprindo as condições de cada passo",
      "a stage may be jumped over, keeping the conditions of every step"}},
    {"promise.grace_days",
     3,
     0,
     90,
     false,
     {"días de gracia de una promesa", "dias de carência de uma promessa",
      "days of grace of a promise"}},
    {"promise.tolerance_bps",
     9'500,
     1,
     10'000,
     false,
     {"parte de lo prometido que la cumple, en diezmilésimas",
      "parte do prometido que a cumpre, em décimos de milésimo",
      "part of what was promised that keeps it, in parts of 10,000"}},
    {"agreement.grace_days",
     5,
     0,
     90,
     false,
     {"días de gracia de una cuota de acuerdo", "dias de carência de uma parcela de acordo",
      "days of grace of an instalment of an agreement"}},
    {"agreement.max_missed",
     2,
     1,
     120,
     false,
     {"cuotas impagas que incumplen un acuerdo", "parcelas não pagas que descumprem um acordo",
      "unpaid instalments that default an agreement"}},
    {"dispute.business_days",
     15,
     1,
     365,
     false,
     {"días hábiles para resolver una controversia", "dias úteis para resolver uma contestação",
      "business days to resolve a dispute"}},
    {"permit.minutes",
     15,
     1,
     15,
     false,
     {"minutos que vale un permiso", "minutos de validade de uma permissão",
      "minutes for which a permit is good"}},
    {"hold.cooling_days",
     30,
     0,
     365,
     false,
     {"días de espera antes de levantar una retención legal",
      "dias de espera antes de levantar uma retenção legal",
      "days to wait before a legal hold is released"}},
};

const ParameterRow* Find(std::string_view name) {
  for (const ParameterRow& row : kParameters) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// "t02.min_attempts" names a condition when the table of transitions asks for it.
bool NamesGuard(std::string_view name) {
  for (const Transition& transition : Transitions()) {
    const std::string prefix = absl::StrCat("t", ToAbsl(transition.id.substr(1)), ".");
    if (!name.starts_with(prefix)) continue;
    for (const std::string_view guard : transition.guards) {
      if (name.substr(prefix.size()) == guard) return true;
    }
  }
  return false;
}

}  // namespace

std::span<const ParameterRow> PolicyParameters() { return kParameters; }

bool CollectionPolicy::Set(std::string_view name, std::string_view value) {
  if ((value == "true" || value == "false") && NamesGuard(name)) {
    if (value == "false") {
      off_.insert(std::string(name));
    } else {
      off_.erase(std::string(name));
    }
    return true;
  }
  const ParameterRow* row = Find(name);
  if (row == nullptr) return false;
  int64_t number = 0;
  if (row->truth) {
    if (value != "true" && value != "false") return false;
    number = value == "true" ? 1 : 0;
  } else if (!absl::SimpleAtoi(ToAbsl(value), &number) || number < row->min || number > row->max) {
    return false;
  }
  values_[std::string(name)] = number;
  return true;
}

int64_t CollectionPolicy::Number(std::string_view name) const {
  const ParameterRow* row = Find(name);
  CHECK(row != nullptr);
  const auto set = values_.find(name);
  return set == values_.end() ? row->value : set->second;
}

bool CollectionPolicy::SwitchedOff(std::string_view transition_id,
                                   std::string_view guard_id) const {
  return off_.contains(absl::StrCat("t", ToAbsl(transition_id.substr(1)), ".", ToAbsl(guard_id)));
}

}  // namespace constancia::policies
