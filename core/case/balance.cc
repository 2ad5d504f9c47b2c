#include "core/case/balance.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

namespace constancia {

using casefile::v1::Movement;
using casefile::v1::ObligationFile;
using event::v1::BalanceComponents;

namespace {

int64_t Saturate(__int128 value) {
  constexpr __int128 kMax = std::numeric_limits<int64_t>::max();
  constexpr __int128 kMin = std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(std::clamp(value, kMin, kMax));
}

Movement* FindMovement(ObligationFile* obligation, Movement::Kind kind, std::string_view id) {
  for (Movement& movement : *obligation->mutable_movements()) {
    if (movement.kind() == kind && movement.id() == id) return &movement;
  }
  return nullptr;
}

void SortMovements(ObligationFile* obligation) {
  std::sort(obligation->mutable_movements()->begin(), obligation->mutable_movements()->end(),
            [](const Movement& a, const Movement& b) {
              return std::tuple(std::string_view(a.effective_date()), a.kind(),
                                std::string_view(a.id())) <
                     std::tuple(std::string_view(b.effective_date()), b.kind(),
                                std::string_view(b.id()));
            });
}

}  // namespace

int64_t Total(const BalanceComponents& components) {
  __int128 sum = 0;
  for (const int64_t part : {components.principal_minor(), components.ordinary_interest_minor(),
                             components.penalty_interest_minor(), components.collection_fee_minor(),
                             components.legal_costs_minor(), components.taxes_minor(),
                             components.insurance_minor(), components.other_minor()}) {
    sum += part;
  }
  return Saturate(sum);
}

void PlaceBalance(ObligationFile* obligation, const BalanceComponents& components) {
  if (obligation->reported_date().empty()) *obligation->mutable_base() = components;
}

void ReportBalance(ObligationFile* obligation, const BalanceComponents& components,
                   std::string_view as_of, uint64_t position) {
  if (std::tuple(as_of, position) <
      std::tuple(std::string_view(obligation->reported_date()), obligation->reported_position())) {
    return;
  }
  *obligation->mutable_base() = components;
  obligation->set_reported_date(std::string(as_of));
  obligation->set_reported_position(position);
}

void EnterMovement(ObligationFile* obligation, Movement movement) {
  Movement* known = FindMovement(obligation, movement.kind(), movement.id());
  if (known == nullptr) {
    known = obligation->add_movements();
  } else {
    movement.set_reversed(known->reversed());
  }
  *known = std::move(movement);
  SortMovements(obligation);
}

void ReverseMovement(ObligationFile* obligation, Movement::Kind kind, std::string_view id) {
  Movement* known = FindMovement(obligation, kind, id);
  if (known == nullptr) {
    known = obligation->add_movements();
    known->set_kind(kind);
    known->set_id(std::string(id));
  }
  known->set_reversed(true);
  SortMovements(obligation);
}

void Settle(ObligationFile* obligation) {
  __int128 owed = Total(obligation->base());
  __int128 foreign = 0;
  for (const Movement& movement : obligation->movements()) {
    if (movement.reversed()) continue;
    if (!obligation->reported_date().empty() &&
        movement.effective_date() <= obligation->reported_date())
      continue;
    const int64_t amount = movement.amount().amount_minor();
    const bool own_currency = movement.amount().code() == obligation->code();
    if (movement.kind() == Movement::CHARGE) {
      if (own_currency) owed += amount;
    } else if (own_currency) {
      owed -= amount;
    } else {
      foreign += amount;
    }
  }
  obligation->set_balance_minor(Saturate(std::max<__int128>(owed, 0)));
  obligation->set_unapplied_minor(Saturate(std::max<__int128>(-owed, 0) + foreign));
}

}  // namespace constancia
