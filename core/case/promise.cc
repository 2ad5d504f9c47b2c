#include "core/case/promise.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "core/base/civil_date.h"
#include "core/case/money.h"

namespace constancia {
namespace {

using casefile::v1::AgreementFile;
using casefile::v1::CaseFile;
using casefile::v1::DatedAmount;
using casefile::v1::Movement;
using casefile::v1::ObligationFile;
using casefile::v1::PromiseFile;

constexpr int64_t kBps = 10'000;

bool Names(const google::protobuf::RepeatedPtrField<std::string>& ids, const std::string& id) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Collects the payments on `obligation_ids` from `from` on that `counts` lets through. One that was
// spread over several debts is one payment.
template <typename Counts, typename File>
void Collect(const CaseFile& file, std::string_view from, Counts counts, File* target) {
  std::map<std::tuple<std::string_view, std::string_view>, int64_t> found;  // by (date, id)
  for (const ObligationFile& obligation : file.obligations()) {
    if (!Names(target->obligation_ids(), obligation.obligation_id())) continue;
    for (const Movement& movement : obligation.movements()) {
      if (movement.kind() != Movement::PAYMENT || movement.reversed() || !counts(movement))
        continue;
      if (std::string_view(movement.effective_date()) < from) continue;
      found[{movement.effective_date(), movement.id()}] =
          movement.amount().amount_minor() - movement.reversed_minor();
    }
  }
  target->clear_payments();
  int64_t paid = 0;
  for (const auto& [key, amount] : found) {
    paid = AddSaturating(paid, amount);
    DatedAmount* payment = target->add_payments();
    payment->set_date(std::string(std::get<0>(key)));
    payment->set_amount_minor(amount);
  }
  target->set_paid_minor(paid);
}

}  // namespace

PromiseJudgement JudgePromise(const PromiseFile& promise, const PromiseTerms& terms,
                              std::string_view today) {
  const auto due = CivilDate::Parse(promise.due_date());
  const auto now = CivilDate::Parse(today);
  PromiseJudgement judgement;
  __int128 in_time = 0;
  __int128 in_all = 0;
  for (const DatedAmount& payment : promise.payments()) {
    const auto on = CivilDate::Parse(payment.date());
    in_all += payment.amount_minor();
    if (due.ok() && on.ok() && on->DaysSinceEpoch() > due->DaysSinceEpoch() + terms.grace_days) {
      continue;
    }
    in_time += payment.amount_minor();
    judgement.paid_minor = AddSaturating(judgement.paid_minor, payment.amount_minor());
  }
  const __int128 amount = promise.amount().amount_minor();
  const bool kept = in_time > 0 && in_time * kBps >= amount * terms.tolerance_bps;
  judgement.paid_late = !kept && in_all >= amount && in_all > in_time;
  if (promise.state() == PromiseFile::REPLACED || promise.state() == PromiseFile::CANCELLED) {
    judgement.state = promise.state();
  } else if (kept) {
    judgement.state = PromiseFile::KEPT;
  } else if (!due.ok() || !now.ok() ||
             now->DaysSinceEpoch() <= due->DaysSinceEpoch() + terms.grace_days) {
    judgement.state = PromiseFile::ACCEPTED;
  } else {
    judgement.state = in_time > 0 ? PromiseFile::PARTIALLY_KEPT : PromiseFile::BROKEN;
  }
  return judgement;
}

void CountPayments(CaseFile* file) {
  for (PromiseFile& promise : *file->mutable_promises()) {
    const auto counts = [&](const Movement& movement) {
      return movement.amount().code() == promise.amount().code() &&
             (movement.promise_id().empty() || movement.promise_id() == promise.promise_id());
    };
    Collect(*file, promise.accepted_date(), counts, &promise);
  }
  for (AgreementFile& agreement : *file->mutable_agreements()) {
    const auto counts = [&](const Movement& movement) {
      return movement.amount().code() == agreement.total().code() &&
             (movement.agreement_id() == agreement.agreement_id() ||
              (movement.agreement_id().empty() && !agreement.signed_date().empty() &&
               movement.effective_date() >= agreement.signed_date()));
    };
    Collect(*file, "", counts, &agreement);
  }
}

}  // namespace constancia
