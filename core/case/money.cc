#include "core/case/money.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>

#include "core/base/civil_date.h"

namespace constancia {

using casefile::v1::CaseFile;
using casefile::v1::InstalmentFile;
using casefile::v1::ObligationFile;
using event::v1::BalanceComponent;
using event::v1::BalanceComponents;

namespace {

// In the order in which payments are applied.
struct Part {
  BalanceComponent component;
  int64_t (BalanceComponents::*get)() const;
  void (BalanceComponents::*set)(int64_t);
};
constexpr std::array<Part, 8> kParts = {{
    {event::v1::BALANCE_COMPONENT_LEGAL_COSTS, &BalanceComponents::legal_costs_minor,
     &BalanceComponents::set_legal_costs_minor},
    {event::v1::BALANCE_COMPONENT_COLLECTION_FEE, &BalanceComponents::collection_fee_minor,
     &BalanceComponents::set_collection_fee_minor},
    {event::v1::BALANCE_COMPONENT_PENALTY_INTEREST, &BalanceComponents::penalty_interest_minor,
     &BalanceComponents::set_penalty_interest_minor},
    {event::v1::BALANCE_COMPONENT_ORDINARY_INTEREST, &BalanceComponents::ordinary_interest_minor,
     &BalanceComponents::set_ordinary_interest_minor},
    {event::v1::BALANCE_COMPONENT_TAXES, &BalanceComponents::taxes_minor,
     &BalanceComponents::set_taxes_minor},
    {event::v1::BALANCE_COMPONENT_INSURANCE, &BalanceComponents::insurance_minor,
     &BalanceComponents::set_insurance_minor},
    {event::v1::BALANCE_COMPONENT_OTHER, &BalanceComponents::other_minor,
     &BalanceComponents::set_other_minor},
    {event::v1::BALANCE_COMPONENT_PRINCIPAL, &BalanceComponents::principal_minor,
     &BalanceComponents::set_principal_minor},
}};

int64_t Get(const BalanceComponents& components, const Part& part) {
  return (components.*part.get)();
}

void Add(BalanceComponents* components, const Part& part, int64_t amount) {
  (components->*part.set)(std::max<int64_t>(AddSaturating(Get(*components, part), amount), 0));
}

int64_t Saturate(__int128 value) {
  constexpr __int128 kMax = std::numeric_limits<int64_t>::max();
  constexpr __int128 kMin = std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(std::clamp(value, kMin, kMax));
}

// Takes up to `amount` of one part of an instalment.
int64_t Take(InstalmentFile* instalment, const Part& part, int64_t amount) {
  const int64_t taken = std::min(Get(instalment->unpaid(), part), amount);
  if (taken > 0) Add(instalment->mutable_unpaid(), part, -taken);
  return std::max<int64_t>(taken, 0);
}

// The instalment due last on `date`, else the first. There is always one.
InstalmentFile* DueOn(ObligationFile* obligation, std::string_view date) {
  auto* schedule = obligation->mutable_schedule();
  if (schedule->empty()) schedule->Add()->set_due_date(obligation->due_date());
  InstalmentFile* found = schedule->Mutable(0);
  for (InstalmentFile& instalment : *schedule) {
    if (std::string_view(instalment.due_date()) <= date) found = &instalment;
  }
  return found;
}

BalanceComponents Of(const ObligationFile& obligation) {
  BalanceComponents none;
  none.set_code(obligation.code());
  return none;
}

}  // namespace

int64_t AddSaturating(int64_t a, int64_t b) { return Saturate(static_cast<__int128>(a) + b); }

int64_t Total(const BalanceComponents& components) {
  __int128 sum = 0;
  for (const Part& part : kParts) sum += Get(components, part);
  return Saturate(sum);
}

void AddTo(BalanceComponents* components, BalanceComponent component, int64_t amount) {
  const auto part = std::find_if(kParts.begin(), kParts.end(),
                                 [&](const Part& one) { return one.component == component; });
  if (part != kParts.end()) return Add(components, *part, amount);
  AddTo(components, event::v1::BALANCE_COMPONENT_OTHER, amount);
}

void AddAll(BalanceComponents* sum, const BalanceComponents& more) {
  sum->set_code(more.code());
  for (const Part& part : kParts) Add(sum, part, Get(more, part));
}

BalanceComponent ComponentOf(event::v1::FeeKind kind) {
  switch (kind) {
    case event::v1::FEE_KIND_COLLECTION:
      return event::v1::BALANCE_COMPONENT_COLLECTION_FEE;
    case event::v1::FEE_KIND_LEGAL:
      return event::v1::BALANCE_COMPONENT_LEGAL_COSTS;
    case event::v1::FEE_KIND_PENALTY:
      return event::v1::BALANCE_COMPONENT_PENALTY_INTEREST;
    default:
      return event::v1::BALANCE_COMPONENT_OTHER;
  }
}

void OpenSchedule(ObligationFile* obligation, std::string_view date) {
  auto* schedule = obligation->mutable_schedule();
  std::sort(schedule->begin(), schedule->end(), [](const auto& a, const auto& b) {
    return std::tuple(std::string_view(a.due_date()), a.number()) <
           std::tuple(std::string_view(b.due_date()), b.number());
  });
  for (InstalmentFile& instalment : *schedule) *instalment.mutable_unpaid() = instalment.amount();
  InstalmentFile* const latest = DueOn(obligation, date);
  for (const Part& part : kParts) {
    __int128 scheduled = 0;
    for (const InstalmentFile& one : *schedule) scheduled += Get(one.unpaid(), part);
    const int64_t owed = std::max<int64_t>(Get(obligation->base(), part), 0);
    int64_t paid = Saturate(scheduled - owed);
    if (paid < 0) {
      Add(latest->mutable_amount(), part, -paid);
      Add(latest->mutable_unpaid(), part, -paid);
    }
    for (InstalmentFile& one : *schedule) {
      if (paid <= 0) break;
      paid -= Take(&one, part, paid);
    }
  }
  for (InstalmentFile& instalment : *schedule) {
    instalment.mutable_amount()->set_code(obligation->code());
    instalment.mutable_unpaid()->set_code(obligation->code());
  }
}

BalanceComponents Charge(ObligationFile* obligation, BalanceComponent component, int64_t amount,
                         std::string_view date) {
  BalanceComponents added = Of(*obligation);
  if (amount <= 0) return added;
  InstalmentFile* const instalment = DueOn(obligation, date);
  AddTo(instalment->mutable_amount(), component, amount);
  AddTo(instalment->mutable_unpaid(), component, amount);
  AddTo(&added, component, amount);
  return added;
}

BalanceComponents Pay(ObligationFile* obligation, int64_t* amount) {
  BalanceComponents taken = Of(*obligation);
  for (InstalmentFile& instalment : *obligation->mutable_schedule()) {
    for (const Part& part : kParts) {
      if (*amount <= 0) return taken;
      const int64_t some = Take(&instalment, part, *amount);
      Add(&taken, part, some);
      *amount -= some;
    }
  }
  return taken;
}

BalanceComponents Waive(ObligationFile* obligation, const BalanceComponents& components) {
  BalanceComponents taken = Of(*obligation);
  for (const Part& part : kParts) {
    int64_t left = Get(components, part);
    for (InstalmentFile& instalment : *obligation->mutable_schedule()) {
      if (left <= 0) break;
      const int64_t some = Take(&instalment, part, left);
      Add(&taken, part, some);
      left -= some;
    }
  }
  return taken;
}

std::string_view OldestUnpaid(const ObligationFile& obligation) {
  for (const InstalmentFile& instalment : obligation.schedule()) {
    if (Total(instalment.unpaid()) > 0) return instalment.due_date();
  }
  return "";
}

void Settle(ObligationFile* obligation) {
  BalanceComponents now = Of(*obligation);
  for (const InstalmentFile& instalment : obligation->schedule()) {
    for (const Part& part : kParts) Add(&now, part, Get(instalment.unpaid(), part));
  }
  obligation->set_balance_minor(Total(now));
  *obligation->mutable_components() = now;
  obligation->set_oldest_unpaid_due_date(std::string(OldestUnpaid(*obligation)));
}

int64_t DaysPastDue(const ObligationFile& obligation, std::string_view today) {
  const auto due = CivilDate::Parse(obligation.oldest_unpaid_due_date());
  const auto now = CivilDate::Parse(today);
  if (!due.ok() || !now.ok()) return 0;
  return std::max<int64_t>(now->DaysSinceEpoch() - due->DaysSinceEpoch(), 0);
}

int64_t DaysPastDue(const CaseFile& file, std::string_view today) {
  int64_t days = 0;
  for (const ObligationFile& obligation : file.obligations()) {
    days = std::max(days, DaysPastDue(obligation, today));
  }
  return days;
}

}  // namespace constancia
