// Proposal and facts with their words read and in order, as the evaluation walks over them.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_VIEW_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_VIEW_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "core/base/time.h"
#include "policies/calendar/zones.h"
#include "policies/engine/vocabulary.h"

namespace constancia::policies::internal {

// A place in the order of what happened: by instant, then by log position.
struct Moment {
  Instant at;
  uint64_t position = 0;

  friend auto operator<=>(const Moment&, const Moment&) = default;
};

// Views point into the proposal and facts they were read from.
struct ProposalView {
  Moment moment;  // position: the highest there is for a request not yet recorded
  bool recorded = false;
  Channel channel = Channel::kCall;
  Party party = Party::kDebtor;
  Purpose purpose = Purpose::kCollection;
  Initiator initiated_by = Initiator::kCollector;
  std::string_view person;
  std::string_view creditor;
  std::string_view case_id;
  std::string_view region;
  std::vector<std::string_view> debts;          // sorted, each once
  std::optional<Instant> ended_at;              // of a recorded contact
  std::vector<const absl::TimeZone*> zones;     // the main one first
  std::vector<std::string_view> jurisdictions;  // in the order asked
};

struct ContactView {
  Moment moment;
  absl::CivilDay date;  // in the proposal's main zone
  Channel channel = Channel::kCall;
  Party party = Party::kDebtor;
  Initiator initiated_by = Initiator::kCollector;
  std::optional<Outcome> outcome;  // nothing for a live permit
  Instant permit_until;            // of a live permit
  const counsel::v1::Contact* contact = nullptr;

  // Tells whether it counts at `now`: a permit until it expires, a contact by its outcome.
  bool Counts(const Outcomes& outcomes, Instant now) const {
    return outcome ? outcomes.Has(*outcome) : now < permit_until;
  }
};

struct RecordView {
  Moment moment;
  absl::CivilDay date;  // in the proposal's main zone
  std::optional<Instant> until;
  const counsel::v1::Record* record = nullptr;

  std::string_view word() const { return record->word(); }
  // Tells whether the times it names, all when it names none, hold that reading of a clock.
  bool HoldsTime(absl::CivilSecond local) const;
};

struct ConditionView {
  Instant from;
  Instant until;
  const counsel::v1::Condition* condition = nullptr;
};

struct FactsView {
  std::vector<ContactView> contacts;  // in order
  std::vector<RecordView> records;    // in order
  std::vector<ConditionView> conditions;
  // Seconds of the day at which a time named by a record begins or ends; 0 among them. Empty when
  // no record names a time.
  std::vector<int> record_readings;
  // Whole seconds at which something in the facts begins or ends; ascending.
  std::vector<Instant> changes;
};

// The first whole second from `at` on.
Instant WholeSecondFrom(Instant at);

// Each fails with SCHEMA_INVALID.
absl::StatusOr<ProposalView> ReadProposal(const counsel::v1::Proposal& proposal,
                                          const ZoneTable& zones);
absl::StatusOr<FactsView> ReadFacts(const counsel::v1::Facts& facts, const absl::TimeZone& zone);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_VIEW_H_
