// What a debtor may be charged, in exact arithmetic.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_AMOUNT_CAP_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_AMOUNT_CAP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "policies/engine/conduct.h"
#include "policies/engine/conduct_rule.h"

namespace constancia::policies::internal {

struct CapAnswer {
  bool pass = true;
  // The charge is above the cap itself, not only above the reduced one: the rule of the cap reports
  // it, and this one, which reduces it, has nothing to say.
  bool said_elsewhere = false;
  // What was charged in all, and the most that may be. Nothing: no cap, or it cannot be computed.
  std::optional<int64_t> charged_minor;
  std::optional<int64_t> limit_minor;
  // The first date on which anything may be charged.
  std::optional<absl::CivilDay> first_date;
  // What the rule needs and the charge does not show: due, overdue, unit_value, action, basis.
  std::vector<std::string> missing;
};

// Fails with SCHEMA_INVALID when amounts are negative, of different currencies, or too great.
absl::StatusOr<CapAnswer> AskAmountCap(const AmountCap& cap, const Charge& charge);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_AMOUNT_CAP_H_
