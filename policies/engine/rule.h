// A rule ready to be asked: words read, switches applied, defaults filled in.
//
// Used by: pack.h makes them, evaluate.h asks them.
// Threads: immutable once made; any.

#ifndef CONSTANCIA_POLICIES_ENGINE_RULE_H_
#define CONSTANCIA_POLICIES_ENGINE_RULE_H_

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/conduct_rule.h"
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
// time is within the hours of such a day and no record closes it (hour rule).
struct Window {
  bool day_rule = false;
  bool every_zone = true;
  bool holidays = false;
  std::array<std::vector<OpenSpan>, 7> hours;  // by absl::Weekday, Monday first
  // Seconds of the day at which it may begin to pass; 0 among them.
  std::vector<int> readings;
  // A record whose windows close the times they name; null for none.
  const RecordWord* closed_by = nullptr;
};

// What one count covers.
enum class Key { kPerson, kPersonDebt, kPersonCreditor, kDebt };

// Passes while, in each of its windows, fewer contacts stand than its limit. Also spacing (a window
// of k dates with limit 1), exclusive_channel (limit 1 among the other families) and party_once.
struct Count {
  enum class Per { kLocalDate, kCalendarMonth, kCalendarWeek, kRollingDates, kMinutes, kEver };
  enum class Families { kAny, kProposals, kOthers };
  struct Threshold {
    Per per = Per::kRollingDates;
    int n = 1;  // dates of kRollingDates, minutes of kMinutes
    int limit = 1;
  };

  std::vector<Threshold> thresholds;
  Channels bucket;
  Outcomes outcomes;
  Families families = Families::kAny;
  Key key = Key::kPerson;
  absl::CivilDay count_from;
  // Only contacts with this party are counted, and others pass.
  std::optional<Party> party;
};

// Passes when no conversation, whoever began it, stands in the last n dates.
struct QuietAfter {
  int n = 1;
  Channels channels;
  Outcomes outcomes;
  Key key = Key::kPerson;
  absl::CivilDay count_from;
};

// Fails while a record that bars stands.
struct StatusBar {
  struct Bar {
    std::string opened_by;
    std::vector<std::string> closed_by;
    RecordScope scope = RecordScope::kDebt;
    bool couple = false;  // debtor and spouse are one person to it
  };

  std::vector<Bar> bars;
  Parties spared;
};

// Passes for the parties named.
struct PartyAllow {
  Parties allowed;
};

// Passes while no record of `when` stands and, unless there are none, one of `unless` does. Also
// channel_authorised. With neither it fails.
struct ChannelBar {
  bool of_family = false;  // the words are prefixes that a channel of the proposal's family follows
  std::vector<const RecordWord*> unless;
  std::vector<const RecordWord*> when;
};

// Passes while all of one list hold and, unless it is empty, one of the other.
struct Precondition {
  std::vector<std::string> all;
  std::vector<std::string> any;
};

// Fails for a contact that ended more than so long after the hours in which it began.
struct Overrun {
  int minutes = 0;
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
  std::variant<Window, Count, QuietAfter, StatusBar, PartyAllow, ChannelBar, Precondition, Overrun>
      kind;
  policy::v1::Text message;

  bool denies() const { return severity != counsel::v1::Finding::REVIEW; }
};

inline constexpr char kReply[] = "reply";
inline constexpr char kReplySuffix[] = "-INBOUND-reply";

// Lifts rules while a record stands, or for a message that answers one of the person's own.
struct Exemption {
  std::string id;
  DateInterval validity;
  Channels channels;
  Parties parties;
  // Null: a message that the person sent on the same channel.
  const RecordWord* record = nullptr;
  std::optional<int> lasts_hours;
  std::optional<int> lasts_dates;  // the record's date is the first
  bool ends_on_talk = false;
  bool once = false;
  bool count_exempted = false;
  std::vector<int> lifts_steps;
  std::vector<std::string> lifts_rules;

  bool Lifts(const Rule& rule) const;
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
  ConductKind kind;
  // The text with switches applied.
  policy::v1::Rule text;
};

struct RuleBook {
  std::vector<Rule> rules;  // in the order of the pack
  std::vector<Exemption> exemptions;
  std::vector<ConductRule> conduct;  // in the order of the pack
  // By channel, the family it belongs to.
  std::array<Channels, kChannelCount> families;

  Channels FamilyOf(Channel channel) const { return families[static_cast<size_t>(channel)]; }
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_RULE_H_
