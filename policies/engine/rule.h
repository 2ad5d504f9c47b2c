// A rule ready to be asked: words read, switches applied, defaults filled in.
//
// Used by: pack.h makes them, evaluate.h asks them.
// Threads: immutable once made; any.

#ifndef CONSTANCIA_POLICIES_ENGINE_RULE_H_
#define CONSTANCIA_POLICIES_ENGINE_RULE_H_

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/vocabulary.h"

namespace constancia::policies {

// Local dates, both inside.
struct DateInterval {
  absl::CivilDay from = absl::CivilDay::min();
  absl::CivilDay until = absl::CivilDay::max();

  bool Has(absl::CivilDay date) const { return from <= date && date <= until; }
};

// Seconds of a local day, half open.
struct OpenSpan {
  int open = 0;
  int close = 0;
};

// Passes where, in each zone asked, the day is one with hours and no holiday (day rule), or the
// time is within the hours of such a day (hour rule).
struct Window {
  bool day_rule = false;
  bool every_zone = true;
  bool holidays = false;
  std::array<std::vector<OpenSpan>, 7> hours;  // by absl::Weekday, Monday first
  // Seconds of the day at which it may begin to pass; 0 among them.
  std::vector<int> readings;
};

// Passes while fewer than `limit` contacts stand in its window of local dates.
struct Count {
  enum class Per { kLocalDate, kCalendarMonth, kCalendarWeek, kRollingDates };
  enum class Key { kPerson, kPersonDebt, kPersonCreditor, kDebt };

  Per per = Per::kRollingDates;
  int n = 1;  // dates of kRollingDates
  int limit = 1;
  Channels bucket;
  Outcomes outcomes;
  Key key = Key::kPerson;
  absl::CivilDay count_from;
};

// Fails while a record that bars stands.
struct StatusBar {
  enum class Scope { kDebt, kPerson, kDebtAndPerson, kCase };
  struct Bar {
    std::string opened_by;
    std::vector<std::string> closed_by;
    Scope scope = Scope::kDebt;
  };

  std::vector<Bar> bars;
  Parties spared;
};

// Passes for the parties named.
struct PartyAllow {
  Parties allowed;
};

struct Rule {
  std::string id;
  int step = 0;
  counsel::v1::Finding::Severity severity = counsel::v1::Finding::PROHIBITION;
  DateInterval validity;
  Channels channels;
  Parties parties;
  Purposes purposes;
  bool fallback = false;
  // Ids of exemptions; kReply stands for the reply exception of the country.
  std::vector<std::string> exempt_by;
  std::variant<Window, Count, StatusBar, PartyAllow> kind;
  policy::v1::Text message;

  bool denies() const { return severity != counsel::v1::Finding::REVIEW; }
};

inline constexpr char kReply[] = "reply";
inline constexpr char kReplySuffix[] = "-INBOUND-reply";

// Lifts rules for a message that answers one of the person's own.
struct Exemption {
  std::string id;
  DateInterval validity;
  Channels channels;
  int lasts_hours = 0;
  bool once = false;
  std::vector<int> lifts_steps;
  std::vector<std::string> lifts_rules;
};

// A rule of step 0: what a contact must say, what is stored of it, what follows by when, what it
// may cost, how long it is kept. Whether a contact may begin does not depend on it; conduct.h asks
// it.
struct ConductRule {
  std::string id;
  counsel::v1::Finding::Severity severity = counsel::v1::Finding::PROHIBITION;
  DateInterval validity;
  Channels channels;
  Parties parties;
  Purposes purposes;
  // The text with switches applied. It has only fields of its kind; what they hold is not checked
  // here.
  policy::v1::Rule text;
};

struct RuleBook {
  std::vector<Rule> rules;  // in the order of the pack
  std::vector<Exemption> exemptions;
  std::vector<ConductRule> conduct;  // in the order of the pack
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_RULE_H_
