// A made-up portfolio of debts in Chile, Colombia and Mexico, to try things on.
//
// The same seed, size and date give the same appends to the byte, with ids of their own, so that a
// second run repeats nothing. A debtor's story depends on the seed and his number alone: a larger
// portfolio holds the smaller one.
//
// Used by: sandbox seed, tests.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_SANDBOX_PORTFOLIO_H_
#define CONSTANCIA_API_CLI_SANDBOX_PORTFOLIO_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/civil_date.h"

namespace constancia::api {

inline constexpr uint32_t kSandboxDebtorsSmall = 60;
inline constexpr uint32_t kSandboxDebtorsMax = 100'000;

struct PortfolioOptions {
  uint64_t seed = 1;
  uint32_t debtors = kSandboxDebtorsSmall;
  // Nothing happens on this day or after it.
  CivilDate as_of = {2026, 10, 30};
};

// A case worth looking at.
struct Highlight {
  std::string case_id;
  std::string why;
};

struct Portfolio {
  // By the time of what happened. `parent` is for the sender to fill in.
  std::vector<v1::AppendEventsRequest> appends;
  std::map<std::string, uint64_t> events_by_type;  // Short names.
  std::vector<Highlight> highlights;
};

// Fails with LIMIT_EXCEEDED when there are no debtors or more than kSandboxDebtorsMax, and with
// SETUP_INVALID without the time zones of the three countries.
absl::StatusOr<Portfolio> MakePortfolio(const PortfolioOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_SANDBOX_PORTFOLIO_H_
