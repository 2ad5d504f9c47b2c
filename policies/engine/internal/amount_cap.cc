#include "policies/engine/internal/amount_cap.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::policies::internal {
namespace {

constexpr int64_t kBpsScale = 10'000;

// A whole number of 128 bits that remembers whether it ever did not fit.
class Exact {
 public:
  Exact(__int128 value) : value_(value) {}  // NOLINT: numbers become exact numbers

  friend Exact operator+(Exact a, const Exact& b) {
    a.fits_ = !__builtin_add_overflow(a.value_, b.value_, &a.value_) && a.fits_ && b.fits_;
    return a;
  }
  friend Exact operator-(Exact a, const Exact& b) {
    a.fits_ = !__builtin_sub_overflow(a.value_, b.value_, &a.value_) && a.fits_ && b.fits_;
    return a;
  }
  friend Exact operator*(Exact a, const Exact& b) {
    a.fits_ = !__builtin_mul_overflow(a.value_, b.value_, &a.value_) && a.fits_ && b.fits_;
    return a;
  }
  friend bool operator<(const Exact& a, const Exact& b) { return a.value_ < b.value_; }

  // Returns value / divisor, rounded down; neither is negative.
  absl::StatusOr<int64_t> Over(const Exact& divisor) const {
    const __int128 quotient = value_ / divisor.value_;
    if (!fits_ || !divisor.fits_ || quotient > std::numeric_limits<int64_t>::max()) {
      return Error(error::v1::SCHEMA_INVALID, "an amount is too great to compute a cap with",
                   "charge");
    }
    return static_cast<int64_t>(quotient);
  }

 private:
  __int128 value_;
  bool fits_ = true;
};

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

absl::Status CheckAmount(const Money& amount, const Money& charge, std::string_view field) {
  if (amount.minor() < 0) return Error(error::v1::SCHEMA_INVALID, "an amount below zero", field);
  if (amount.currency() == charge.currency()) return absl::OkStatus();
  return Error(error::v1::SCHEMA_INVALID,
               "the charge and what it is measured by are of different currencies", field);
}

// What one unit is worth: `minor` / `part` minor units of the charge's currency.
struct UnitWorth {
  Exact minor;
  Exact part;
};

// The two caps of a rule, in minor units.
struct Caps {
  int64_t unreduced = 0;
  int64_t reduced = 0;
};

absl::StatusOr<Caps> ComputeCaps(const AmountCap& cap, const Money& base, const UnitWorth& unit) {
  // The base and every edge in ten-thousandths of a minor unit, times unit.part.
  const Exact whole = Exact(base.minor()) * unit.part * AmountCap::kScale;
  const Exact divisor = unit.part * AmountCap::kScale * kBpsScale;
  Exact sum = 0;
  for (const AmountCap::Step& step : cap.tariff) {
    if (step.to && Exact(*step.to) * unit.minor < whole) continue;
    sum = Exact(step.amount) * unit.minor * kBpsScale;
    break;
  }
  Exact from = 0;
  for (const AmountCap::Band& band : cap.bands) {
    const Exact end = band.to ? std::min(whole, Exact(*band.to) * unit.minor) : whole;
    if (from < end) sum = sum + (end - from) * band.bps;
    from = end;
  }
  Caps caps;
  ASSIGN_OR_RETURN(caps.unreduced, sum.Over(divisor));
  caps.reduced = caps.unreduced;
  if (cap.reduction) {
    const Exact lowered = sum - Exact(cap.reduction->amount) * unit.minor * kBpsScale;
    ASSIGN_OR_RETURN(caps.reduced, std::max(Exact(0), lowered).Over(divisor));
  }
  return caps;
}

// A cap of zero is zero of any base.
bool AllowsNothing(const AmountCap& cap) {
  return cap.tariff.empty() && std::all_of(cap.bands.begin(), cap.bands.end(),
                                           [](const auto& band) { return band.bps == 0; });
}

// The unit has the value of its date, or none that counts.
bool HasUnitValue(const AmountCap& cap, const Charge& charge) {
  if (!charge.unit_value || charge.unit != cap.unit || !charge.unit_value_on) return false;
  if (cap.value_of_charge_date) return *charge.unit_value_on == charge.on;
  // The delay begins when the due date ends: both dates are called the date of the delay.
  return charge.due &&
         (*charge.unit_value_on == *charge.due || *charge.unit_value_on == *charge.due + 1);
}

// Computes the caps of the charge, or names in `answer` what is missing for it.
absl::StatusOr<std::optional<Caps>> CapsOf(const AmountCap& cap, const Charge& charge,
                                           CapAnswer* answer) {
  if (AllowsNothing(cap)) return Caps();
  const auto base = charge.bases.find(cap.base);
  if (base == charge.bases.end()) answer->missing.push_back(cap.base);
  UnitWorth unit{PowerOfTen(charge.amount.currency().exponent()), 1};
  if (!cap.unit.empty() && cap.unit != charge.amount.currency().code()) {
    if (!HasUnitValue(cap, charge)) {
      answer->missing.push_back("unit_value");
    } else {
      const IndexValue& value = *charge.unit_value;
      if (value.minor <= 0 || value.exponent < 0 || value.exponent > IndexValue::kExponentMax ||
          value.currency != charge.amount.currency()) {
        return Error(error::v1::SCHEMA_INVALID,
                     "the value of a unit is above zero and in the currency of the charge",
                     "charge.unit_value");
      }
      unit = {unit.minor * value.minor, PowerOfTen(value.exponent)};
    }
  }
  if (!answer->missing.empty()) return std::nullopt;
  RETURN_IF_ERROR(CheckAmount(base->second, charge.amount, "charge.bases"));
  return ComputeCaps(cap, base->second, unit);
}

// Whether the free notice of the arrears came in its days.
bool NoticeInTime(const AmountCap::Reduction& reduction, const Charge& charge) {
  return charge.useful_notice && *charge.useful_notice > *charge.due &&
         *charge.useful_notice <= *charge.due + reduction.days;
}

absl::Status AskCap(const AmountCap& cap, const Charge& charge, CapAnswer* answer) {
  ASSIGN_OR_RETURN(const std::optional<Caps> caps, CapsOf(cap, charge, answer));
  Money charged = charge.amount;
  for (const auto& [kind, amount] : charge.charged_before) {
    if (std::find(cap.fees.begin(), cap.fees.end(), kind) == cap.fees.end()) continue;
    RETURN_IF_ERROR(CheckAmount(amount, charge.amount, "charge.charged_before"));
    ASSIGN_OR_RETURN(charged, charged.Plus(amount));
  }
  answer->charged_minor = charged.minor();
  if (!caps || !answer->missing.empty()) return absl::OkStatus();
  const bool lowered = cap.reduction && !NoticeInTime(*cap.reduction, charge);
  answer->limit_minor = lowered ? caps->reduced : caps->unreduced;
  answer->said_elsewhere = cap.reduction && charged.minor() > caps->unreduced;
  answer->pass = charged.minor() <= *answer->limit_minor;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CapAnswer> AskAmountCap(const AmountCap& cap, const Charge& charge) {
  CapAnswer answer;
  RETURN_IF_ERROR(CheckAmount(charge.amount, charge.amount, "charge.amount"));
  if ((cap.first_day || cap.reduction) && !charge.due) answer.missing.push_back("due");
  if (cap.caps()) RETURN_IF_ERROR(AskCap(cap, charge, &answer));
  if (cap.first_day && charge.due) {
    answer.first_date = *charge.due + *cap.first_day + 1;
    if (charge.on < *answer.first_date) answer.pass = false;
  }
  if (cap.needs_action && !charge.acted) answer.missing.push_back("action");
  const bool allowed =
      cap.needs_basis.empty() ||
      std::any_of(cap.needs_basis.begin(), cap.needs_basis.end(),
                  [&](const std::string& basis) { return charge.basis.contains(basis); });
  if (!allowed) answer.missing.push_back("basis");
  if (!answer.missing.empty()) answer.pass = false;
  return answer;
}

}  // namespace constancia::policies::internal
