// Rules of conduct (step 0), ready to be asked: what a contact says and leaves on record, what has
// to follow by when, what must not come before when, what may be charged, how long records stay.
//
// Whether a contact may begin never depends on them; conduct.h asks them afterwards.
//
// Used by: rule.h; internal/conduct_compiler.h makes them, conduct.h asks them.
// Threads: immutable once made; any.

#ifndef CONSTANCIA_POLICIES_ENGINE_CONDUCT_RULE_H_
#define CONSTANCIA_POLICIES_ENGINE_CONDUCT_RULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/calendar/holiday_calendar.h"

namespace constancia::policies {

// What contacts must say, and the checks they must pass.
struct Content {
  enum class At { kFirst, kEach, kWritten };
  struct Item {
    std::string code;
    // A disclosure (CREDITOR); else a check (no_court_look).
    bool disclosure = false;
    At at = At::kEach;
  };

  std::vector<Item> items;
};

// What must be, may be and may not be among the fields of what is stored.
struct RecordField {
  struct Values {
    std::string field;
    std::vector<std::string> values;
  };

  // Types of the events it is asked of. Empty: completed contacts.
  std::vector<std::string> of;
  std::vector<std::string> fields;
  // A field that is there has one of these values.
  std::vector<Values> allowed;
  // A field never has one of these values.
  std::vector<Values> forbidden;
  // A field holds a date, so many days after so many business days after the event or later.
  struct LeastDate {
    std::string field;
    int business_days = 0;
    int days = 0;
  };
  std::vector<LeastDate> least_dates;
  // Whose holidays are no business days. Null: weekends only.
  const HolidayCalendar* calendar = nullptr;
};

// Something that must be done by the end of a date.
struct Duty {
  std::vector<std::string> after;
  std::vector<std::string> fulfilled_by;
  int within = 0;
  bool business_days = false;
  // Each event of `after` begins one; else the first alone.
  bool each = false;
};

// Something that must not be done before a date.
struct Wait {
  std::vector<std::string> after;
  std::vector<std::string> before;
  std::vector<std::string> unless_after;
  int days = 0;
  // On how many different dates something of `after` must have been done.
  int times = 1;
};

// What a debtor may be charged. Amounts are ten-thousandths of the unit.
struct AmountCap {
  static constexpr int64_t kScale = 10'000;

  struct Band {
    std::optional<int64_t> to;  // nothing: no end
    int bps = 0;
  };
  struct Step {
    std::optional<int64_t> to;  // the largest base it holds for; nothing: any
    int64_t amount = 0;
  };
  // Lowers the cap when no free notice of the arrears was given in the `days` after the due date.
  struct Reduction {
    int64_t amount = 0;
    int days = 0;
  };

  // The amount that bands and tariff are applied to.
  std::string base;
  std::vector<Band> bands;
  std::vector<Step> tariff;
  // Code of the unit in which bands and tariff are written. Empty: the currency of the charge.
  std::string unit;
  // The unit has its value of the date of the charge; else that of the date of the delay.
  bool value_of_charge_date = false;
  // Free dates after the due date.
  std::optional<int> first_day;
  std::optional<Reduction> reduction;
  bool needs_action = false;
  // Codes of which one must allow the charge. Empty: none is needed.
  std::vector<std::string> needs_basis;
  // Kinds of charges it caps, and adds up.
  std::vector<std::string> fees;

  bool caps() const { return !bands.empty() || !tariff.empty(); }
};

// How long records are kept, and what is done then.
struct Retention {
  enum class Trigger {
    kEventTime,
    kLastActivityOnObligation,
    kCallTime,
    kCaseClosed,
    kDebtExtinguished,
    kMatterClosed,
    kAgreementEnded,
  };
  enum class After { kDispose, kReview, kKeep };

  std::vector<std::string> classes;
  // Calendar years from the trigger; nothing: for ever.
  std::optional<int> years;
  Trigger trigger = Trigger::kEventTime;
  After after = After::kReview;
  // The years can be raised only.
  bool floor = false;
};

// What a pack and a case call a contact in which the person meant was spoken to, beside the types
// of events.
inline constexpr char kConversation[] = "Conversation";

using ConductKind = std::variant<Content, RecordField, Duty, Wait, AmountCap, Retention>;

// Records of class `contact` stay at least this long, whatever a pack says.
inline constexpr int kContactYearsMin = 2;

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_CONDUCT_RULE_H_
