#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/case/money.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using casefile::v1::InstalmentFile;
using casefile::v1::Movement;
using casefile::v1::ObligationFile;
using google::protobuf::RepeatedPtrField;

// A movement before it is applied.
struct Entry {
  Movement movement;
  uint64_t position = 0;
  // The debts it names. Empty: whichever of the case it falls to.
  std::vector<std::string> debts;
  ev::BalanceComponent component = ev::BALANCE_COMPONENT_UNSPECIFIED;
  // Most that counts of a charge; negative without a cap.
  int64_t allowed_minor = -1;
  ev::BalanceComponents waived;
  // Of an invoice.
  std::string due_date;
};

struct Report {
  std::string date;
  uint64_t position = 0;
  std::string event_id;
  ev::BalanceComponents components;
};

struct Undone {
  // 0: all of it.
  int64_t amount_minor = 0;
  bool all = false;
};

// One debt while its facts are read.
struct Debt {
  ObligationFile file;
  std::map<std::string, std::string> extended;  // old due date -> new one
  std::vector<std::tuple<std::string, std::string, std::set<uint32_t>>> accelerations;
  Report report;
  ev::AccountingMark placed_mark = ev::ACCOUNTING_MARK_UNSPECIFIED;
  std::string written_off_date;
};

// No movement that is shown: the debt ends, another takes its place.
constexpr Movement::Kind kReplacement = Movement::KIND_UNSPECIFIED;

using EntryKey = std::pair<Movement::Kind, std::string>;

struct Money {
  std::map<std::string, Debt> debts;
  std::map<EntryKey, Entry> entries;
  std::map<EntryKey, Undone> undone;
  std::map<std::string, int64_t> unapplied;  // by currency
  std::map<std::string, int64_t> refunded;
};

Debt* DebtOf(const std::string& id, Money& state) {
  Debt& debt = state.debts[id];
  debt.file.set_obligation_id(id);
  return &debt;
}

std::vector<std::string> Named(const RepeatedPtrField<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

// A later fact with the same key takes the place of an earlier one.
Entry* Enter(const FactReader& fact, Movement::Kind kind, const std::string& id,
             const std::string& effective, const ev::Money& amount, std::vector<std::string> debts,
             Money& state) {
  Entry entry;
  entry.position = fact.position();
  entry.debts = std::move(debts);
  entry.movement.set_kind(kind);
  entry.movement.set_id(id.empty() ? fact.event_id() : id);
  entry.movement.set_effective_date(fact.DateOr(effective));
  *entry.movement.mutable_amount() = amount;
  entry.movement.set_event_id(fact.event_id());
  for (const std::string& debt : entry.debts) DebtOf(debt, state);
  const EntryKey key(kind, entry.movement.id());
  return &(state.entries[key] = std::move(entry));
}

void Undo(Movement::Kind kind, const std::string& id, const ev::Money& amount, Money& state) {
  Undone& undone = state.undone[{kind, id}];
  if (amount.amount_minor() == 0) undone.all = true;
  undone.amount_minor = AddSaturating(undone.amount_minor, amount.amount_minor());
}

void Place(const FactReader& fact, Money& state) {
  const auto placed = fact.Read<ev::ObligationPlaced>();
  if (placed.obligation_id().empty()) return;
  Debt* debt = DebtOf(placed.obligation_id(), state);
  ObligationFile* file = &debt->file;
  file->set_placed(true);
  file->set_placed_event_id(fact.event_id());
  file->set_code(placed.components().code().empty() ? placed.currency()
                                                    : placed.components().code());
  file->set_issue_date(placed.issue_date());
  file->set_due_date(placed.due_date());
  file->set_product(placed.product());
  file->set_portfolio_id(placed.portfolio_id());
  file->set_title_kind(placed.title_kind());
  file->set_title_id(placed.title_id());
  file->set_contract_information_given(placed.contract_information_given());
  *file->mutable_base() = placed.components();
  file->clear_indexed();
  if (placed.has_indexed()) *file->mutable_indexed() = placed.indexed();
  file->clear_interest_rule();
  if (placed.has_interest_rule()) *file->mutable_interest_rule() = placed.interest_rule();
  file->clear_schedule();
  for (const ev::Instalment& instalment : placed.schedule()) {
    InstalmentFile* due = file->add_schedule();
    due->set_number(instalment.number());
    due->set_due_date(instalment.due_date());
    *due->mutable_amount() = instalment.amount();
  }
  debt->placed_mark = placed.accounting_mark();
  if (file->accounting_mark() != ev::ACCOUNTING_MARK_WRITTEN_OFF) {
    file->set_accounting_mark(placed.accounting_mark());
  }
}

void ReportBalance(const FactReader& fact, Money& state) {
  const auto reported = fact.Read<ev::BalanceReported>();
  if (reported.obligation_id().empty()) return;
  Debt* debt = DebtOf(reported.obligation_id(), state);
  Report report{fact.DateOr(reported.as_of()), fact.position(), fact.event_id(),
                reported.components()};
  if (std::tie(report.date, report.position) >=
      std::tie(debt->report.date, debt->report.position)) {
    debt->report = std::move(report);
  }
}

void ChargeFee(const FactReader& fact, Money& state) {
  const auto fee = fact.Read<ev::FeeCharged>();
  if (fee.obligation_id().empty()) return;
  Entry* entry = Enter(fact, Movement::CHARGE, fee.fee_id(), fee.effective_date(), fee.amount(),
                       {fee.obligation_id()}, state);
  entry->movement.set_fee_kind(fee.kind());
  entry->component = ComponentOf(fee.kind());
  if (fee.legal_cap().has_computed_max() &&
      fee.legal_cap().computed_max().code() == fee.amount().code()) {
    entry->allowed_minor = fee.legal_cap().computed_max().amount_minor();
  }
}

void Accrue(const FactReader& fact, Money& state) {
  const auto accrued = fact.Read<ev::InterestAccrued>();
  if (accrued.obligation_id().empty()) return;
  Enter(fact, Movement::INTEREST, "", accrued.effective_date(), accrued.amount(),
        {accrued.obligation_id()}, state)
      ->component = accrued.component();
}

void ChargeLegalCost(const FactReader& fact, Money& state) {
  const auto cost = fact.Read<ev::LegalCostRecorded>();
  if (!cost.charged_to_debtor() || cost.obligation_ids().empty()) return;
  Enter(fact, Movement::LEGAL_COST, "", cost.effective_date(), cost.amount(),
        {cost.obligation_ids(0)}, state)
      ->component = ev::BALANCE_COMPONENT_LEGAL_COSTS;
}

// An invoice is an instalment of its own.
void Invoice(const FactReader& fact, Money& state) {
  const auto invoice = fact.Read<ev::InvoiceIssued>();
  if (invoice.obligation_id().empty()) return;
  Enter(fact, Movement::INVOICE, invoice.invoice_id(), invoice.date(), invoice.amount(),
        {invoice.obligation_id()}, state)
      ->due_date = invoice.due_date().empty() ? fact.DateOr(invoice.date()) : invoice.due_date();
}

void Revalue(const FactReader& fact, Money& state) {
  const auto revalued = fact.Read<ev::IndexRevalued>();
  if (revalued.obligation_id().empty()) return;
  *DebtOf(revalued.obligation_id(), state)->file.mutable_indexed() = revalued.after();
  if (revalued.before().converted().code() != revalued.after().converted().code()) return;
  ev::Money difference = revalued.after().converted();
  difference.set_amount_minor(
      AddSaturating(difference.amount_minor(), -revalued.before().converted().amount_minor()));
  Enter(fact, Movement::REVALUATION, "", revalued.effective_date(), difference,
        {revalued.obligation_id()}, state)
      ->component = ev::BALANCE_COMPONENT_PRINCIPAL;
}

void Waiver(const FactReader& fact, Money& state) {
  const auto waiver = fact.Read<ev::WaiverGranted>();
  if (waiver.obligation_id().empty()) return;
  ev::Money total;
  total.set_code(waiver.components().code());
  total.set_amount_minor(Total(waiver.components()));
  Enter(fact, Movement::WAIVER, "", waiver.effective_date(), total, {waiver.obligation_id()}, state)
      ->waived = waiver.components();
}

void Confirm(const FactReader& fact, Money& state) {
  const auto paid = fact.Read<ev::PaymentConfirmed>();
  if (paid.payment_id().empty()) return;
  Entry* entry = Enter(fact, Movement::PAYMENT, paid.payment_id(), paid.effective_date(),
                       paid.amount(), Named(paid.obligation_ids()), state);
  entry->movement.set_promise_id(paid.promise_id());
  entry->movement.set_agreement_id(paid.agreement_id());
}

void Match(const FactReader& fact, Money& state) {
  const auto matched = fact.Read<ev::UnidentifiedPaymentMatched>();
  if (matched.payment_id().empty()) return;
  Enter(fact, Movement::PAYMENT, matched.payment_id(), matched.effective_date(), matched.amount(),
        Named(matched.obligation_ids()), state);
}

template <typename Payload>
void UndoPayment(const FactReader& fact, Money& state) {
  const auto undone = fact.Read<Payload>();
  Undo(Movement::PAYMENT, undone.payment_id(), undone.amount(), state);
}

void WriteOff(const FactReader& fact, Money& state) {
  const auto approved = fact.Read<ev::WriteOffApproved>();
  for (const std::string& id : approved.obligation_ids()) {
    Debt* debt = DebtOf(id, state);
    debt->file.set_accounting_mark(ev::ACCOUNTING_MARK_WRITTEN_OFF);
    debt->file.set_written_off_event_id(fact.event_id());
    debt->written_off_date = fact.DateOr(approved.date());
  }
}

void ReverseWriteOff(const FactReader& fact, Money& state) {
  const auto reversed = fact.Read<ev::WriteOffReversed>();
  for (const std::string& id : reversed.obligation_ids()) {
    Debt* debt = DebtOf(id, state);
    debt->file.set_accounting_mark(debt->placed_mark == ev::ACCOUNTING_MARK_WRITTEN_OFF
                                       ? ev::ACCOUNTING_MARK_PAST_DUE
                                       : debt->placed_mark);
    debt->file.clear_written_off_event_id();
    debt->written_off_date.clear();
  }
}

void Accelerate(const FactReader& fact, Money& state) {
  const auto accelerated = fact.Read<ev::AccelerationNotified>();
  const std::set<uint32_t> instalments(accelerated.instalments().begin(),
                                       accelerated.instalments().end());
  for (const std::string& id : accelerated.obligation_ids()) {
    DebtOf(id, state)->accelerations.emplace_back(fact.DateOr(accelerated.date()), fact.event_id(),
                                                  instalments);
  }
}

// A debt that is replaced is nothing from the end of that day on.
void Refinance(const FactReader& fact, Money& state) {
  const auto approved = fact.Read<ev::RefinancingApproved>();
  for (const std::string& id : approved.old_obligation_ids()) {
    Debt* debt = DebtOf(id, state);
    debt->file.set_replaced_by_obligation_id(approved.new_obligation_id());
    debt->file.set_replaced_event_id(fact.event_id());
    Enter(fact, kReplacement, id, "", ev::Money(), {id}, state);
  }
}

const Handlers<Money>& Facts() {
  static const auto* handlers = new Handlers<Money>{
      {"CaseOpened",
       [](const FactReader& fact, Money& state) {
         const auto opened = fact.Read<ev::CaseOpened>();
         for (const std::string& id : opened.obligation_ids()) DebtOf(id, state);
       }},
      {"ObligationPlaced", Place},
      {"BalanceReported", ReportBalance},
      {"InterestAccrued", Accrue},
      {"FeeCharged", ChargeFee},
      {"FeeReversed",
       [](const FactReader& fact, Money& state) {
         const auto reversed = fact.Read<ev::FeeReversed>();
         Undo(Movement::CHARGE, reversed.fee_id(), reversed.amount(), state);
       }},
      {"LegalCostRecorded", ChargeLegalCost},
      {"InvoiceIssued", Invoice},
      {"IndexRevalued", Revalue},
      {"WaiverGranted", Waiver},
      {"ExtensionGranted",
       [](const FactReader& fact, Money& state) {
         const auto extension = fact.Read<ev::ExtensionGranted>();
         if (extension.obligation_id().empty()) return;
         DebtOf(extension.obligation_id(), state)->extended[extension.old_due_date()] =
             extension.new_due_date();
       }},
      {"PaymentConfirmed", Confirm},
      {"UnidentifiedPaymentMatched", Match},
      {"RefundIssued",
       [](const FactReader& fact, Money& state) {
         const auto refund = fact.Read<ev::RefundIssued>();
         int64_t& sum = state.refunded[refund.amount().code()];
         sum = AddSaturating(sum, refund.amount().amount_minor());
       }},
      {"PaymentReversed", UndoPayment<ev::PaymentReversed>},
      {"PaymentChargeback", UndoPayment<ev::PaymentChargeback>},
      {"WriteOffApproved", WriteOff},
      {"WriteOffReversed", ReverseWriteOff},
      {"AccelerationNotified", Accelerate},
      {"RefinancingApproved", Refinance},
      {"ObligationSold",
       [](const FactReader& fact, Money& state) {
         const auto sold = fact.Read<ev::ObligationSold>();
         if (sold.obligation_id().empty()) return;
         DebtOf(sold.obligation_id(), state)->file.set_sold_event_id(fact.event_id());
       }},
      {"ObligationReturned",
       [](const FactReader& fact, Money& state) {
         const auto returned = fact.Read<ev::ObligationReturned>();
         if (returned.obligation_id().empty()) return;
         DebtOf(returned.obligation_id(), state)->file.set_returned_event_id(fact.event_id());
       }},
      {"ObligationRecalled",
       [](const FactReader& fact, Money& state) {
         const auto recalled = fact.Read<ev::ObligationRecalled>();
         if (recalled.obligation_id().empty()) return;
         DebtOf(recalled.obligation_id(), state)->file.set_recalled_event_id(fact.event_id());
       }},
  };
  return *handlers;
}

// --- From facts to balances

// The due date that `date` was moved to, over however many extensions.
std::string Extended(const std::map<std::string, std::string>& extended, std::string date) {
  for (size_t i = 0; i < extended.size(); ++i) {
    const auto later = extended.find(date);
    if (later == extended.end() || later->second.empty()) break;
    date = later->second;
  }
  return date;
}

// A debt whose placement is not known is in the currency it is first spoken of in.
void ChooseCode(const Money& state, Debt* debt) {
  if (!debt->file.code().empty()) return;
  debt->file.set_code(debt->report.components.code());
  if (!debt->file.code().empty()) return;
  std::tuple<std::string_view, uint64_t> first;
  for (const auto& [key, entry] : state.entries) {
    if (entry.debts.empty() || entry.debts[0] != debt->file.obligation_id()) continue;
    const std::tuple<std::string_view, uint64_t> at(entry.movement.effective_date(),
                                                    entry.position);
    if (!debt->file.code().empty() && first < at) continue;
    first = at;
    debt->file.set_code(entry.movement.amount().code());
  }
}

// Each invoice is an instalment; of those that a report does not cover, the amount is owed beside
// it.
void AddInvoices(const Money& state, ObligationFile* file) {
  for (const auto& [key, entry] : state.entries) {
    if (key.first != Movement::INVOICE || entry.debts[0] != file->obligation_id()) continue;
    if (entry.movement.amount().code() != file->code()) continue;
    const int64_t amount = entry.movement.amount().amount_minor();
    InstalmentFile* due = file->add_schedule();
    due->set_due_date(entry.due_date);
    AddTo(due->mutable_amount(), ev::BALANCE_COMPONENT_PRINCIPAL, amount);
    if (file->reported_date().empty() || entry.movement.effective_date() > file->reported_date()) {
      AddTo(file->mutable_base(), ev::BALANCE_COMPONENT_PRINCIPAL, amount);
    }
  }
}

void MoveDueDates(const Debt& debt, InstalmentFile* instalment) {
  instalment->set_due_date(Extended(debt.extended, instalment->due_date()));
  for (const auto& [date, event_id, numbers] : debt.accelerations) {
    if (!numbers.empty() && !numbers.contains(instalment->number())) continue;
    if (instalment->due_date() <= date) continue;
    instalment->set_due_date(date);
    instalment->set_accelerated_event_id(event_id);
  }
}

// Makes the instalments as they were before any movement: as placed, or as last reported.
void Open(const Money& state, Debt* debt) {
  ObligationFile* file = &debt->file;
  ChooseCode(state, debt);
  const auto foreign = [&](const ev::BalanceComponents& balance) {
    return !balance.code().empty() && balance.code() != file->code();
  };
  if (file->placed() && file->schedule().empty()) {
    InstalmentFile* whole = file->add_schedule();
    whole->set_due_date(file->due_date());
    *whole->mutable_amount() = file->base();
  }
  // A balance in another currency than the debt's says nothing of it.
  if (!debt->report.event_id.empty() && !foreign(debt->report.components)) {
    *file->mutable_base() = debt->report.components;
    file->set_reported_date(debt->report.date);
    file->set_reported_position(debt->report.position);
    file->set_reported_event_id(debt->report.event_id);
  }
  AddInvoices(state, file);
  for (InstalmentFile& instalment : *file->mutable_schedule()) MoveDueDates(*debt, &instalment);
  file->set_due_date(Extended(debt->extended, file->due_date()));
  OpenSchedule(file, file->reported_date());
}

// Of a date, what raises a debt comes before what lowers it.
int RankOf(Movement::Kind kind) {
  switch (kind) {
    case kReplacement:
      return 3;
    case Movement::PAYMENT:
      return 2;
    case Movement::WAIVER:
      return 1;
    default:
      return 0;
  }
}

std::vector<Entry*> InOrder(Money& state) {
  std::vector<Entry*> order;
  for (auto& [key, entry] : state.entries) order.push_back(&entry);
  const auto key = [](const Entry* entry) {
    return std::tuple(std::string_view(entry->movement.effective_date()),
                      RankOf(entry->movement.kind()), entry->position);
  };
  std::sort(order.begin(), order.end(),
            [&](const Entry* a, const Entry* b) { return key(a) < key(b); });
  return order;
}

bool InReport(const ObligationFile& file, const Movement& movement) {
  return !file.reported_date().empty() && movement.effective_date() <= file.reported_date();
}

// The debts a payment goes to, one after the other: those it names, else all; the one with the
// oldest unpaid due date first. Debts that were sold or given back take nothing unless named.
std::vector<Debt*> Payees(const Entry& payment, Money& state) {
  std::vector<Debt*> found;
  for (auto& [id, debt] : state.debts) {
    const bool named =
        std::find(payment.debts.begin(), payment.debts.end(), id) != payment.debts.end();
    const bool ours = debt.file.sold_event_id().empty() && debt.file.returned_event_id().empty() &&
                      debt.file.recalled_event_id().empty();
    if (named || (payment.debts.empty() && ours)) found.push_back(&debt);
  }
  // Nothing unpaid sorts last.
  const auto key = [](const Debt* debt) {
    const std::string_view oldest = OldestUnpaid(debt->file);
    return std::tuple(oldest.empty(), oldest, std::string_view(debt->file.obligation_id()));
  };
  std::sort(found.begin(), found.end(),
            [&](const Debt* a, const Debt* b) { return key(a) < key(b); });
  return found;
}

// Spreads a payment; what is left over is the debtor's, in its own currency.
void PayDebts(Entry* entry, Money& state) {
  Movement& movement = entry->movement;
  int64_t left = movement.reversed()
                     ? 0
                     : AddSaturating(movement.amount().amount_minor(), -movement.reversed_minor());
  const std::vector<Debt*> payees = Payees(*entry, state);
  bool in_report = false;
  bool shown = false;
  for (Debt* debt : payees) {
    if (debt->file.code() != movement.amount().code()) continue;
    Movement of_debt = movement;
    if (left > 0 && InReport(debt->file, movement)) {
      // The reported balance has it: all of it went here.
      debt->file.set_paid_minor(AddSaturating(debt->file.paid_minor(), left));
      left = 0;
      in_report = true;
    } else if (left > 0) {
      const ev::BalanceComponents taken = Pay(&debt->file, &left);
      if (Total(taken) == 0) continue;
      *of_debt.mutable_applied() = taken;
      debt->file.set_paid_minor(AddSaturating(debt->file.paid_minor(), Total(taken)));
      if (!debt->written_off_date.empty() && movement.effective_date() >= debt->written_off_date) {
        debt->file.set_recovered_after_write_off_minor(
            AddSaturating(debt->file.recovered_after_write_off_minor(), Total(taken)));
      }
    } else {
      continue;
    }
    *debt->file.add_movements() = std::move(of_debt);
    shown = true;
  }
  if (!payees.empty() && !shown) *payees[0]->file.add_movements() = movement;
  if (left <= 0 || in_report) return;
  int64_t& credit = state.unapplied[movement.amount().code()];
  credit = AddSaturating(credit, left);
  if (!payees.empty() && !entry->debts.empty()) {
    ObligationFile* file = &DebtOf(entry->debts[0], state)->file;
    if (file->code() == movement.amount().code()) {
      file->set_unapplied_minor(AddSaturating(file->unapplied_minor(), left));
    }
  }
}

void ChangeDebt(Entry* entry, Money& state) {
  ObligationFile* file = &DebtOf(entry->debts[0], state)->file;
  Movement& movement = entry->movement;
  if (movement.kind() == kReplacement) {
    for (InstalmentFile& instalment : *file->mutable_schedule()) instalment.clear_unpaid();
    return;
  }
  const bool counts = !movement.reversed() && movement.amount().code() == file->code() &&
                      !InReport(*file, movement);
  const int64_t left = AddSaturating(movement.amount().amount_minor(), -movement.reversed_minor());
  const int64_t amount = entry->allowed_minor < 0 ? left : std::min(left, entry->allowed_minor);
  if (counts && movement.kind() == Movement::WAIVER) {
    *movement.mutable_applied() = Waive(file, entry->waived);
    AddAll(file->mutable_waived(), movement.applied());
  } else if (counts && movement.kind() == Movement::INVOICE) {
    AddTo(movement.mutable_applied(), ev::BALANCE_COMPONENT_PRINCIPAL, amount);
  } else if (counts && amount < 0) {
    ev::BalanceComponents less;
    AddTo(&less, entry->component, -amount);
    Waive(file, less);
  } else if (counts) {
    *movement.mutable_applied() = Charge(file, entry->component, amount, movement.effective_date());
  }
  *file->add_movements() = movement;
}

}  // namespace

bool ReadsMoney(std::string_view type) { return Facts().contains(type); }

void FoldMoney(const casefile::v1::FactList& facts, CaseFile* file) {
  Money state;
  FoldFacts(facts, Facts(), state);
  for (const auto& [key, undone] : state.undone) {
    const auto entry = state.entries.find(key);
    if (entry == state.entries.end()) continue;
    Movement& movement = entry->second.movement;
    const int64_t amount = movement.amount().amount_minor();
    movement.set_reversed_minor(undone.all ? amount : std::min(undone.amount_minor, amount));
    movement.set_reversed(movement.reversed_minor() >= amount);
  }
  for (auto& [id, debt] : state.debts) Open(state, &debt);
  for (Entry* entry : InOrder(state)) {
    if (entry->movement.kind() == Movement::PAYMENT) {
      PayDebts(entry, state);
    } else {
      ChangeDebt(entry, state);
    }
  }
  file->clear_obligations();
  for (auto& [id, debt] : state.debts) {
    auto* movements = debt.file.mutable_movements();
    std::sort(movements->begin(), movements->end(), [](const Movement& a, const Movement& b) {
      return std::tuple(std::string_view(a.effective_date()), a.kind(), std::string_view(a.id())) <
             std::tuple(std::string_view(b.effective_date()), b.kind(), std::string_view(b.id()));
    });
    Settle(&debt.file);
    *file->add_obligations() = std::move(debt.file);
  }
  file->clear_unapplied();
  for (const auto& [code, amount] : state.unapplied) {
    const int64_t left = AddSaturating(amount, -state.refunded[code]);
    if (left <= 0) continue;
    ev::Money* credit = file->add_unapplied();
    credit->set_code(code);
    credit->set_amount_minor(left);
  }
}

}  // namespace constancia::eventstore
