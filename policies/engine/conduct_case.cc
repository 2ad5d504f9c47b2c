#include "policies/engine/conduct_case.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "policies/engine/conduct.h"
#include "policies/engine/internal/conduct_compiler.h"

namespace constancia::policies {
namespace {

using counsel::v1::Verdict;
using policy::v1::Case;

absl::Status Malformed(std::string_view field, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, field);
}

absl::StatusOr<absl::CivilDay> ReadDay(const std::string& text, std::string_view field) {
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  if (!date.ok()) return Malformed(field, "a date is written 2025-03-05");
  return absl::CivilDay(date->year, date->month, date->day);
}

absl::StatusOr<std::optional<absl::CivilDay>> ReadOptionalDay(const std::string& text,
                                                              std::string_view field) {
  if (text.empty()) return std::optional<absl::CivilDay>();
  ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(text, field));
  return std::optional<absl::CivilDay>(day);
}

// Reads a word; `absent` when there is none.
template <typename Word>
absl::StatusOr<Word> ReadWord(const std::string& text, Word absent, std::string_view field) {
  if (text.empty()) return absent;
  const std::optional<Word> word = ParseWord<Word>(text);
  if (!word) return Malformed(field, absl::StrCat(text, ": no such word here"));
  return *word;
}

// The local date of an instant as it is written, on the clock of its own offset.
absl::StatusOr<absl::CivilDay> ReadLocalDate(const std::string& text, std::string_view field) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return Malformed(field, "an instant is written 2025-03-10T08:00:00-03:00");
  }
  return ReadDay(text.substr(0, 10), field);
}

absl::StatusOr<Money> ReadMoney(const std::string& text, Currency currency,
                                std::string_view field) {
  absl::StatusOr<Money> money = Money::Parse(text, currency);
  if (!money.ok()) return Malformed(field, ToStd(money.status().message()));
  return money;
}

// Reads "38000.25" as it stands: every digit counts.
absl::StatusOr<IndexValue> ReadIndexValue(const std::string& text, Currency currency) {
  const size_t point = text.find('.');
  const size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
  std::string digits = text;
  if (point != std::string::npos) digits.erase(point, 1);
  constexpr size_t kDigitsMax = 18;
  const bool good = !digits.empty() && digits.size() <= kDigitsMax &&
                    digits.find_first_not_of("0123456789") == std::string::npos &&
                    decimals <= IndexValue::kExponentMax;
  if (!good) return Malformed("charge.unit_value", "the value of a unit is written 38000.25");
  int64_t minor = 0;
  for (const char digit : digits) minor = minor * 10 + (digit - '0');
  return IndexValue{minor, static_cast<int>(decimals), currency};
}

absl::StatusOr<DatedEvent> ReadEvent(const policy::v1::CaseEvent& event, const std::string& path) {
  DatedEvent read;
  if (!internal::IsEventWord(event.type())) {
    return Malformed(path + ".type", absl::StrCat("\"", event.type(), "\": no such type of event"));
  }
  read.type = event.type();
  ASSIGN_OR_RETURN(read.on, ReadDay(event.on(), path + ".on"));
  read.fields.insert(event.fields().begin(), event.fields().end());
  return read;
}

absl::StatusOr<std::vector<DatedEvent>> ReadEvents(const Case& one) {
  std::vector<DatedEvent> events;
  for (int i = 0; i < one.events_size(); ++i) {
    ASSIGN_OR_RETURN(DatedEvent event, ReadEvent(one.events(i), absl::StrCat("events[", i, "]")));
    events.push_back(std::move(event));
  }
  return events;
}

// The cap that the case is about, as in force on `on`. Null when there is none.
const AmountCap* FindCap(const PackSet& packs, const Case& one, absl::CivilDay on) {
  for (const PackSet::Member& member : packs.members()) {
    for (const ConductRule& rule : member.book.conduct) {
      const AmountCap* cap = std::get_if<AmountCap>(&rule.kind);
      if (cap != nullptr && rule.id == one.rule() && rule.validity.Has(on)) return cap;
    }
  }
  return nullptr;
}

// The charge of a case. Of what it leaves out, the kind is the first that the rule caps, the
// instalment is all that is overdue, and the unit has its value of the date that the rule asks for.
absl::StatusOr<Charge> ReadCharge(const PackSet& packs, const Case& one,
                                  const std::vector<DatedEvent>& events) {
  const policy::v1::CaseCharge& text = one.charge();
  const absl::StatusOr<Currency> currency = Currency::FromCode(text.unit());
  if (!currency.ok()) return Malformed("charge.unit", ToStd(currency.status().message()));
  ASSIGN_OR_RETURN(const Money amount, ReadMoney(text.amount(), *currency, "charge.amount"));
  Charge charge(amount);
  ASSIGN_OR_RETURN(charge.on, ReadDay(text.on(), "charge.on"));
  const AmountCap* cap = FindCap(packs, one, charge.on);
  if (!text.kind().empty()) {
    charge.kind = text.kind();
  } else if (cap != nullptr) {
    charge.kind = cap->fees.front();
  }
  ASSIGN_OR_RETURN(charge.due, ReadOptionalDay(text.due(), "charge.due"));
  ASSIGN_OR_RETURN(charge.useful_notice,
                   ReadOptionalDay(text.useful_notice(), "charge.useful_notice"));
  const std::string& instalment = text.instalment().empty() ? text.overdue() : text.instalment();
  const std::pair<const char*, const std::string*> bases[] = {{"overdue", &text.overdue()},
                                                              {"instalment", &instalment}};
  for (const auto& [name, value] : bases) {
    if (value->empty()) continue;
    ASSIGN_OR_RETURN(const Money base, ReadMoney(*value, *currency, absl::StrCat("charge.", name)));
    charge.bases.emplace(name, base);
  }
  if (!text.charged_before().empty()) {
    ASSIGN_OR_RETURN(const Money before,
                     ReadMoney(text.charged_before(), *currency, "charge.charged_before"));
    charge.charged_before.emplace(charge.kind, before);
  }
  if (!text.unit_value().empty()) {
    ASSIGN_OR_RETURN(charge.unit_value, ReadIndexValue(text.unit_value(), *currency));
    ASSIGN_OR_RETURN(charge.unit_value_on,
                     ReadOptionalDay(text.unit_value_on(), "charge.unit_value_on"));
    if (cap != nullptr) {
      charge.unit = cap->unit;
      if (!charge.unit_value_on) {
        charge.unit_value_on = cap->value_of_charge_date ? charge.on : charge.due;
      }
    }
  }
  charge.acted = std::any_of(events.begin(), events.end(), [&](const DatedEvent& event) {
    return (event.type == "ContactAttempted" || event.type == "ContactCompleted") &&
           event.on <= charge.on;
  });
  charge.basis.insert(text.basis().begin(), text.basis().end());
  return charge;
}

absl::StatusOr<CompletedContact> ReadContact(const policy::v1::CaseConduct& text) {
  CompletedContact contact;
  ASSIGN_OR_RETURN(contact.on, ReadLocalDate(text.at(), "contact.at"));
  if (text.channel().empty()) return Malformed("contact.channel", "a contact has a channel");
  ASSIGN_OR_RETURN(contact.channel, ReadWord(text.channel(), Channel::kCall, "contact.channel"));
  ASSIGN_OR_RETURN(contact.party, ReadWord(text.party(), Party::kDebtor, "contact.party"));
  ASSIGN_OR_RETURN(contact.purpose,
                   ReadWord(text.purpose(), Purpose::kCollection, "contact.purpose"));
  constexpr Channels kSpoken =
      Channels::Of(Channel::kCall, Channel::kCallWork, Channel::kVisit, Channel::kVisitWork);
  const Outcome usual = kSpoken.Has(contact.channel)                 ? Outcome::kAnswered
                        : contact.channel == Channel::kVoicemailDrop ? Outcome::kVoicemail
                                                                     : Outcome::kSent;
  ASSIGN_OR_RETURN(contact.outcome, ReadWord(text.outcome(), usual, "contact.outcome"));
  if (!text.reached().empty()) {
    ASSIGN_OR_RETURN(contact.other_reached,
                     ReadWord(text.reached(), Party::kDebtor, "contact.reached"));
  }
  contact.first = !text.has_first() || text.first();
  contact.reviewed = true;
  contact.disclosures.insert(text.disclosures().begin(), text.disclosures().end());
  contact.checks.insert(text.checks().begin(), text.checks().end());
  contact.fields.insert(text.fields().begin(), text.fields().end());
  return contact;
}

// The duties of the rule by the end of `now`; one that was missed denies.
absl::StatusOr<Verdict> AskDuties(const PackSet& packs, const ConductScope& scope,
                                  const std::vector<DatedEvent>& events, absl::CivilDay now) {
  ASSIGN_OR_RETURN(const std::vector<DutyStanding> standings,
                   ListDuties(packs, scope, events, now));
  Verdict verdict;
  verdict.set_outcome(Verdict::ALLOW);
  for (const DutyStanding& standing : standings) {
    *verdict.add_findings() = standing.finding;
    if (standing.state != DutyStanding::State::kMissed ||
        standing.finding.severity() == counsel::v1::Finding::REVIEW) {
      continue;
    }
    verdict.set_outcome(Verdict::DENY);
    verdict.set_rule(standing.finding.rule_id());
  }
  return verdict;
}

}  // namespace

bool IsConductCase(const Case& one) {
  return one.has_charge() || one.has_event() || one.has_contact() || !one.now().empty();
}

std::string ConductDate(const Case& one) {
  if (one.has_charge()) return one.charge().on();
  if (one.has_event()) return one.event().on();
  if (one.has_contact()) return one.contact().at().substr(0, 10);
  std::string date = one.now();
  for (const policy::v1::CaseEvent& event : one.events()) date = std::min(date, event.on());
  return date;
}

absl::StatusOr<Verdict> AskConductCase(const PackSet& packs, const Case& one) {
  const int forms = static_cast<int>(one.has_charge()) + static_cast<int>(one.has_event()) +
                    static_cast<int>(one.has_contact()) + static_cast<int>(!one.now().empty()) +
                    static_cast<int>(one.has_proposed() || !one.history().empty());
  if (forms != 1) return Malformed("", "a case has one of proposed, charge, event, now, contact");
  const std::vector<absl::string_view> codes = absl::StrSplit(one.jurisdiction(), '+');
  ConductScope scope;
  for (const absl::string_view code : codes) scope.jurisdictions.push_back(ToStd(code));
  scope.region = one.region();
  scope.circumstances.insert(one.circumstances().begin(), one.circumstances().end());
  scope.only_rule = one.rule();
  ASSIGN_OR_RETURN(const std::vector<DatedEvent> events, ReadEvents(one));
  if (one.has_charge()) {
    ASSIGN_OR_RETURN(const Charge charge, ReadCharge(packs, one, events));
    return JudgeCharge(packs, scope, charge);
  }
  if (one.has_contact()) {
    if (!events.empty()) return Malformed("events", "a contact is judged alone");
    ASSIGN_OR_RETURN(const CompletedContact contact, ReadContact(one.contact()));
    return JudgeContact(packs, scope, contact);
  }
  if (one.has_event()) {
    ASSIGN_OR_RETURN(const DatedEvent event, ReadEvent(one.event(), "event"));
    return JudgeEvent(packs, scope, events, event);
  }
  ASSIGN_OR_RETURN(const absl::CivilDay now, ReadDay(one.now(), "now"));
  return AskDuties(packs, scope, events, now);
}

}  // namespace constancia::policies
