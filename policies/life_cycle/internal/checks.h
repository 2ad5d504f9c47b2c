// The conditions of the life cycle, one function each.
//
// Used by: policies/life_cycle alone.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_INTERNAL_CHECKS_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_INTERNAL_CHECKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/life_cycle/evaluate.h"

namespace constancia::policies {

// What a condition is asked about.
struct Inquiry {
  const TransitionQuestion& question;
  const Transition& transition;
  const std::vector<std::string>& countries;
  // Filled by not_time_barred.
  std::vector<ClaimLimitation>* limitations;

  const casefile::v1::CaseFile& file() const { return *question.file; }
  const CaseHistory& history() const { return *question.history; }
  const CollectionPolicy& policy() const { return *question.policy; }
  absl::CivilDay today() const { return question.today; }
  bool Under(std::string_view country) const;
};

// How a condition stands. It holds when nothing is missing.
struct Standing {
  std::vector<Words> missing;
  std::vector<std::string> evidence;
  std::optional<int64_t> required;
  std::optional<int64_t> found;
  // The law asks for it in this case.
  bool statutory = false;
  // A person with the right may override what is missing.
  bool may_override = false;

  void Ask(bool holds, const Words& words) {
    if (!holds) missing.push_back(words);
  }
};

using Check = Standing (*)(const Inquiry&);

// stage_checks.cc
Standing FromStage(const Inquiry& inquiry);
Standing NotSuspended(const Inquiry& inquiry);
Standing MinDpd(const Inquiry& inquiry);
Standing BalancePositive(const Inquiry& inquiry);
Standing NotDisputed(const Inquiry& inquiry);
Standing ReminderPlanDone(const Inquiry& inquiry);
Standing MinAttempts(const Inquiry& inquiry);
Standing MinChannels(const Inquiry& inquiry);
Standing InitialInformation(const Inquiry& inquiry);
Standing WrittenInformation(const Inquiry& inquiry);
Standing DemandDelivered(const Inquiry& inquiry);
Standing NoAgreementOrPromise(const Inquiry& inquiry);
Standing NoDisputeOrComplaint(const Inquiry& inquiry);
Standing NoInsolvency(const Inquiry& inquiry);
Standing NothingPastDue(const Inquiry& inquiry);
Standing WayBack(const Inquiry& inquiry);

// court_checks.cc
Standing TitlePresent(const Inquiry& inquiry);
Standing DebtLiquid(const Inquiry& inquiry);
Standing DebtDue(const Inquiry& inquiry);
Standing NotTimeBarred(const Inquiry& inquiry);
Standing StandingToSue(const Inquiry& inquiry);
Standing DebtorIdentified(const Inquiry& inquiry);
Standing DemandExpired(const Inquiry& inquiry);
Standing NoStandstill(const Inquiry& inquiry);
Standing BureauNotice(const Inquiry& inquiry);
Standing WorthSuing(const Inquiry& inquiry);
Standing DocketEnded(const Inquiry& inquiry);
Standing CostsRecorded(const Inquiry& inquiry);
Standing HoldReviewed(const Inquiry& inquiry);

// closing_checks.cc
Standing AmountsComplete(const Inquiry& inquiry);
Standing AccountingRef(const Inquiry& inquiry);
Standing BasisEvidence(const Inquiry& inquiry);
Standing NoOpenCure(const Inquiry& inquiry);
Standing WriteOffWasReversed(const Inquiry& inquiry);
Standing ClosingEvidence(const Inquiry& inquiry);
Standing ComponentsAccounted(const Inquiry& inquiry);
Standing CaseIsClosed(const Inquiry& inquiry);
Standing ReopeningCause(const Inquiry& inquiry);

// What several of them read.

// Days that a debt is past due; 0 when nothing is owed.
int64_t DaysPastDue(const casefile::v1::ObligationFile& obligation, absl::CivilDay today);

// The debts of the claim: those that the last proposal to sue names, or all with a balance.
std::vector<const casefile::v1::ObligationFile*> Claimed(const Inquiry& inquiry);

// Events that opened what is still open.
std::vector<std::string> OpenPromises(const CaseHistory& history);
std::vector<std::string> OpenAgreements(const CaseHistory& history);
std::vector<std::string> OpenDisputes(const CaseHistory& history);
std::vector<std::string> OpenComplaints(const CaseHistory& history);
// With `stay`, only those that stay claims.
std::vector<std::string> OpenInsolvencies(const CaseHistory& history, bool stay);
// Claims filed of which no act ends the lawsuit.
std::vector<std::string> OpenDockets(const CaseHistory& history);

// Where the case entered the stage it is in: behind it is what happened there.
uint64_t StageBegan(const CaseHistory& history);

// The demands that were delivered, with the date of delivery.
struct DeliveredDemand {
  std::string demand_event_id;
  std::string delivery_event_id;
  absl::CivilDay delivered;
  absl::CivilDay deadline;  // of its own words; the first date there is when it names none
  int64_t days = 0;         // likewise 0
};
std::vector<DeliveredDemand> DeliveredDemands(const CaseHistory& history);

// Reads YYYY-MM-DD; nothing for any other text.
std::optional<absl::CivilDay> ParseDay(std::string_view text);

template <typename Ids>
bool NamesOrAll(const Ids& ids, std::string_view id) {
  if (ids.empty()) return true;
  for (const auto& other : ids) {
    if (other == id) return true;
  }
  return false;
}

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_INTERNAL_CHECKS_H_
