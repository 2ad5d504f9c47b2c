// Judges conduct, after the fact: what a contact said and left on record, what was charged, what
// was done too early, what was not done in time; and says how long records stay.
//
// Pure, like evaluate.h: the same arguments give the same bytes. An act is judged by the rules in
// force on its local date. The answer is a verdict with a finding for each rule in force that has a
// say: DENY means that a rule was broken (a violation), REFER that a review rule asks a person to
// look. Nothing is refused: what is judged has happened.
//
// A fact that a rule needs and that is not on record counts against the act, and stands in the
// finding's `missing`: whoever charges or contacts must be able to show it.
//
// Used by: api/commands (judge_conduct), conduct_case.h; api/service (duties of a case).
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_CONDUCT_H_
#define CONSTANCIA_POLICIES_ENGINE_CONDUCT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "core/base/indexed_amount.h"
#include "core/base/money.h"
#include "policies/engine/explain.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

// Names of recorded fields and their values, codes both.
using Fields = std::map<std::string, std::string, std::less<>>;

// Under what an act is judged.
struct ConductScope {
  std::vector<std::string_view> jurisdictions;
  // Where local holidays are looked up, for business days. "": national days only.
  std::string_view region;
  // Codes of the circumstances that hold: small_debt, mass_or_automated_call.
  std::set<std::string, std::less<>> circumstances;
  // The one rule to ask; "" asks all.
  std::string_view only_rule;
};

// A contact of the collector side that is over.
struct CompletedContact {
  absl::CivilDay on;
  Channel channel = Channel::kCall;
  // The role of the person it was meant for.
  Party party = Party::kDebtor;
  Purpose purpose = Purpose::kCollection;
  Outcome outcome = Outcome::kAnswered;
  // The role of somebody else who was reached instead.
  std::optional<Party> other_reached;
  // Nobody was reached or written to before about this debt.
  bool first = false;
  // Whether somebody or something checked its content; without that, checks are not asked.
  bool reviewed = false;
  // Codes of what was said, and of the checks that it passed.
  std::set<std::string, std::less<>> disclosures;
  std::set<std::string, std::less<>> checks;
  Fields fields;
};

// An amount charged to a debtor for a delay.
struct Charge {
  explicit Charge(const Money& charged) : amount(charged) {}

  absl::CivilDay on;
  // collection, legal, penalty, postage or other.
  std::string kind = "collection";
  Money amount;
  // Sum of the earlier charges of the kinds that the rule caps, for the same delay.
  std::map<std::string, Money, std::less<>> charged_before;  // by kind
  // The due date that was missed. Nothing: not on record.
  std::optional<absl::CivilDay> due;
  // What caps are computed on: overdue, instalment.
  std::map<std::string, Money, std::less<>> bases;
  // What one `unit` was worth on `unit_value_on`. Nothing: not on record.
  std::string unit;
  std::optional<IndexValue> unit_value;
  std::optional<absl::CivilDay> unit_value_on;
  // When the free notice of the arrears was given. Nothing: it was not.
  std::optional<absl::CivilDay> useful_notice;
  // Whether a contact about the debt was made before it.
  bool acted = false;
  // Codes of what allows it: agreement, law, registered_contract.
  std::set<std::string, std::less<>> basis;
};

// An event by the name of its type, ContactCompleted (or kConversation), and its local date.
struct DatedEvent {
  std::string type;
  absl::CivilDay on;
  // Where it stands in the log. Nothing: not known.
  std::optional<uint64_t> position;
  Fields fields;
};

// Where a duty stands on a date.
struct DutyStanding {
  enum class State { kOpen, kFulfilled, kMissed };

  counsel::v1::Finding finding;  // due_date is the last date for it
  State state = State::kOpen;
  // The event from which it follows, and what fulfilled it, also when late.
  DatedEvent because;
  std::optional<absl::CivilDay> done_on;
};

// Each fails with NOT_FOUND when a jurisdiction has no pack, and with SCHEMA_INVALID when amounts
// are negative, of different currencies, or too great to compute with.

// Asks the content and record_field rules about a contact.
absl::StatusOr<counsel::v1::Verdict> JudgeContact(const PackSet& packs, const ConductScope& scope,
                                                  const CompletedContact& contact);

// Asks the amount_cap rules about a charge. Exact: bands in whole numbers, rounded down once, at
// the end, to the minor unit.
absl::StatusOr<counsel::v1::Verdict> JudgeCharge(const PackSet& packs, const ConductScope& scope,
                                                 const Charge& charge);

// Asks the wait rules, and the record_field rules of its type, about an event. `earlier` is what
// happened before it, in any order.
absl::StatusOr<counsel::v1::Verdict> JudgeEvent(const PackSet& packs, const ConductScope& scope,
                                                std::span<const DatedEvent> earlier,
                                                const DatedEvent& event);

// Lists the duties that follow from `events` (in any order), as they stand at the end of `now`, by
// due date and rule. Each follows from the rules in force on the date of its event.
absl::StatusOr<std::vector<DutyStanding>> ListDuties(const PackSet& packs,
                                                     const ConductScope& scope,
                                                     std::span<const DatedEvent> events,
                                                     absl::CivilDay now);

// A retention rule with the pack it stands in. Lives as long as the set.
struct RetentionRule {
  const ConductRule* rule = nullptr;
  const Retention* retention = nullptr;
  const Pack* pack = nullptr;
  std::string_view jurisdiction;
};

// Returns the retention rules of `jurisdictions` for records of `record_class` in force on `date`,
// in the order of the packs.
absl::StatusOr<std::vector<RetentionRule>> RetentionRules(
    const PackSet& packs, const std::vector<std::string_view>& jurisdictions,
    std::string_view record_class, absl::CivilDay date);

// Returns the last date on which a record stays that is kept `years` calendar years from `trigger`:
// the anniversary, 28 February for 29 February.
absl::CivilDay KeepThrough(absl::CivilDay trigger, int years);

// Returns what a finding of these functions says to a person, in the words of its rule. `on` is the
// date by which the rule was chosen. "" when `packs` has no such rule, or not in that version.
std::string ExplainConduct(const PackSet& packs, absl::CivilDay on,
                           const counsel::v1::Finding& finding, Language language);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_CONDUCT_H_
