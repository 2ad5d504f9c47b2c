#include "policies/engine/internal/rule_kinds.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "core/event/public_string.h"
#include "policies/engine/internal/rule_compiler.h"

namespace constancia::policies::internal {
namespace {

constexpr uint32_t kDatesMax = 400;
constexpr uint32_t kHoursMax = 9'600;
constexpr uint32_t kMinutesMax = 1'440;
constexpr uint32_t kReplyHoursMax = 168;
constexpr int kDaySeconds = 86'400;

constexpr Outcomes kTalks = Outcomes::Of(Outcome::kAnswered, Outcome::kSpoke);

absl::Status Refuse(std::string_view path, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, path);
}

// Reads "08:00" as seconds of the day; 24:00 is the end of the day.
std::optional<int> ReadTime(std::string_view text) {
  const auto digit = [&](size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int seconds = hours * 3600 + minutes * 60;
  if (minutes > 59 || seconds > kDaySeconds) return std::nullopt;
  return seconds;
}

absl::StatusOr<Key> ReadKey(const RuleSource& source) {
  const std::string& key = source.text.key();
  if (key.empty() || key == "person") return Key::kPerson;
  if (key == "person_debt") return Key::kPersonDebt;
  if (key == "person_creditor") return Key::kPersonCreditor;
  if (key == "debt") return Key::kDebt;
  return Refuse(source.At("key"), "person, person_debt, person_creditor or debt");
}

absl::StatusOr<int> ReadDates(const RuleSource& source, bool given, uint32_t dates,
                              std::string_view field) {
  if (!given || dates < 1 || dates > kDatesMax) {
    return Refuse(source.At(field), absl::StrCat(ToAbsl(field), " is 1 to 400 dates"));
  }
  return static_cast<int>(dates);
}

absl::StatusOr<int> ReadLimit(uint32_t limit, const std::string& path) {
  if (limit < 1 || limit > 10'000) return Refuse(path, "the limit is at least 1");
  return static_cast<int>(limit);
}

// What all that counts contacts share.
absl::StatusOr<Count> ReadCounted(const RuleSource& source, const Rule& rule) {
  const policy::v1::Rule& text = source.text;
  Count count;
  ASSIGN_OR_RETURN(count.bucket,
                   ReadWords<Channel>(text.bucket(), rule.channels, source.At("bucket")));
  ASSIGN_OR_RETURN(count.outcomes,
                   ReadWords<Outcome>(text.outcomes(), kCountedOutcomes, source.At("outcomes")));
  if (text.contact() == "two_way") {
    count.outcomes = kTalks;
  } else if (!text.contact().empty() && text.contact() != "attempt") {
    return Refuse(source.At("contact"), "attempt or two_way");
  }
  if (text.has_unanswered() && !text.unanswered()) {
    count.outcomes.Remove(Outcome::kNoAnswer);
    count.outcomes.Remove(Outcome::kVoicemail);
    count.outcomes.Remove(Outcome::kNoOneHome);
  }
  ASSIGN_OR_RETURN(count.count_from,
                   ReadDate(text.count_from(), rule.validity.from, source.At("count_from")));
  ASSIGN_OR_RETURN(count.key, ReadKey(source));
  return count;
}

absl::StatusOr<Count::Threshold> ReadThreshold(const policy::v1::Threshold& text,
                                               const std::string& path) {
  Count::Threshold threshold;
  if (text.per() == "local_date") {
    threshold.per = Count::Per::kLocalDate;
  } else if (text.per() == "calendar_month") {
    threshold.per = Count::Per::kCalendarMonth;
  } else if (text.per() == "calendar_week") {
    threshold.per = Count::Per::kCalendarWeek;
  } else if (text.per() == "rolling_dates") {
    threshold.per = Count::Per::kRollingDates;
    if (text.n() < 1 || text.n() > kDatesMax) {
      return Refuse(path + ".n", "rolling_dates needs n, 1 to 400 dates");
    }
  } else if (text.per() == "minutes") {
    threshold.per = Count::Per::kMinutes;
    if (text.n() < 1 || text.n() > kMinutesMax) {
      return Refuse(path + ".n", "minutes needs n, 1 to 1440");
    }
  } else {
    return Refuse(path + ".per",
                  "local_date, calendar_month, calendar_week, rolling_dates or minutes");
  }
  threshold.n = static_cast<int>(text.n());
  ASSIGN_OR_RETURN(threshold.limit, ReadLimit(text.limit(), path + ".limit"));
  return threshold;
}

// The words of records in a list, as the table has them.
absl::StatusOr<std::vector<const RecordWord*>> ReadRecords(
    const google::protobuf::RepeatedPtrField<std::string>& texts, bool of_family,
    const std::string& path) {
  std::vector<const RecordWord*> words;
  for (int i = 0; i < texts.size(); ++i) {
    const RecordWord* word = of_family ? FindOpeningPrefix(texts[i]) : FindOpeningWord(texts[i]);
    if (word == nullptr) {
      return Refuse(absl::StrCat(path, "[", i, "]"),
                    absl::StrCat(texts[i], of_family ? ": no beginning of a record about a channel"
                                                     : ": no record that opens anything"));
    }
    words.push_back(word);
  }
  return words;
}

absl::Status CheckCodes(const google::protobuf::RepeatedPtrField<std::string>& codes,
                        const std::string& path) {
  for (int i = 0; i < codes.size(); ++i) {
    const std::string& code = codes[i];
    if (code.empty() ||
        code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
      return Refuse(absl::StrCat(path, "[", i, "]"), "a code is lower case: address_from_creditor");
    }
  }
  return absl::OkStatus();
}

absl::Status ReadLifts(const RuleSource& source, Exemption* exemption) {
  if (source.text.lifts().empty()) return Refuse(source.At("lifts"), "it lifts nothing");
  for (int i = 0; i < source.text.lifts_size(); ++i) {
    const google::protobuf::Value& value = source.text.lifts(i);
    const std::string path = absl::StrCat(source.At("lifts"), "[", i, "]");
    const std::string what = SwitchText(value);
    if (value.has_string_value()) {
      RETURN_IF_ERROR(CheckId(what, path));
      exemption->lifts_rules.push_back(what);
      continue;
    }
    int step = 0;
    if (!absl::SimpleAtoi(what, &step) || step < 1 || step > 11) {
      return Refuse(path, "a step, 1 to 11, or the id of a rule");
    }
    exemption->lifts_steps.push_back(step);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::array<std::vector<OpenSpan>, 7>> ReadHours(const policy::v1::Hours& hours,
                                                               const std::string& path) {
  using Spans = google::protobuf::RepeatedPtrField<std::string>;
  const std::pair<const char*, const Spans*> days[] = {
      {"mon", &hours.mon()}, {"tue", &hours.tue()}, {"wed", &hours.wed()}, {"thu", &hours.thu()},
      {"fri", &hours.fri()}, {"sat", &hours.sat()}, {"sun", &hours.sun()}};
  std::array<std::vector<OpenSpan>, 7> read;
  bool opens = false;
  for (size_t day = 0; day < read.size(); ++day) {
    const bool named = !days[day].second->empty();
    const Spans& spans = named ? *days[day].second : hours.daily();
    for (int i = 0; i < spans.size(); ++i) {
      const std::string_view span = spans[i];
      const size_t dash = span.find('-');
      const std::optional<int> open = ReadTime(span.substr(0, dash));
      const std::optional<int> close =
          dash == std::string_view::npos ? std::nullopt : ReadTime(span.substr(dash + 1));
      if (!open || !close || *open >= *close) {
        return Refuse(absl::StrCat(path, ".", named ? days[day].first : "daily", "[", i, "]"),
                      "hours are written 08:00-20:00 and end after they begin; over midnight they "
                      "are two spans");
      }
      read[day].push_back({*open, *close});
      opens = true;
    }
  }
  if (!opens) return Refuse(path, "a window that never opens");
  return read;
}

absl::StatusOr<Window> ReadWindow(const RuleSource& source) {
  const policy::v1::Rule& text = source.text;
  Window window;
  if (!text.holidays().empty() && text.holidays() != "none" && text.holidays() != "calendar") {
    return Refuse(source.At("holidays"), "none or calendar");
  }
  window.holidays = text.holidays() == "calendar";
  if (window.holidays && source.pack.calendar().empty()) {
    return Refuse(source.At("holidays"), "the pack names no calendar");
  }
  if (!text.zones().empty() && text.zones() != "every" && text.zones() != "first") {
    return Refuse(source.At("zones"), "first or every");
  }
  window.every_zone = text.zones() != "first";
  if (!text.closed_by_record().empty()) {
    window.closed_by = FindOpeningWord(text.closed_by_record());
    if (window.closed_by == nullptr) {
      return Refuse(source.At("closed_by_record"),
                    absl::StrCat(text.closed_by_record(), ": no record that opens anything"));
    }
  }
  if (text.has_hours()) {
    if (text.holidays().empty()) return Refuse(source.At("holidays"), "none or calendar");
    ASSIGN_OR_RETURN(window.hours, ReadHours(text.hours(), source.At("hours")));
  } else if (window.closed_by != nullptr && !text.has_every_day() && !window.holidays) {
    window.hours.fill({{0, kDaySeconds}});
  } else {
    return Refuse(source.At("hours"), "a window needs hours");
  }
  if (text.every_day()) {
    if (window.hours[0].empty()) return Refuse(source.At("every_day"), "Monday has no hours");
    const std::vector<OpenSpan> monday = window.hours[0];
    window.hours.fill(monday);
    window.holidays = false;
  }
  std::set<int> readings = {0};
  for (std::vector<OpenSpan>& spans : window.hours) {
    for (OpenSpan& span : spans) {
      readings.insert(span.open);
      if (text.close_inclusive() && span.close < kDaySeconds) ++span.close;
    }
  }
  window.readings.assign(readings.begin(), readings.end());
  return window;
}

absl::StatusOr<Count> ReadCount(const RuleSource& source, const Rule& rule) {
  const policy::v1::Rule& text = source.text;
  ASSIGN_OR_RETURN(Count count, ReadCounted(source, rule));
  if (text.per_family()) count.families = Count::Families::kProposals;
  const bool single = !text.per().empty() || text.has_n() || text.has_limit();
  if (single == !text.thresholds().empty()) {
    return Refuse(source.At(single ? "thresholds" : "per"), "per and limit, or thresholds");
  }
  if (single) {
    policy::v1::Threshold one;
    one.set_per(text.per());
    one.set_n(text.n());
    one.set_limit(text.limit());
    // A switch may take `per` away from rolling_dates and leave `n` behind.
    if (text.has_n()) RETURN_IF_ERROR(ReadDates(source, true, text.n(), "n").status());
    ASSIGN_OR_RETURN(Count::Threshold threshold, ReadThreshold(one, std::string(source.path)));
    count.thresholds.push_back(threshold);
  }
  for (int i = 0; i < text.thresholds_size(); ++i) {
    ASSIGN_OR_RETURN(
        Count::Threshold threshold,
        ReadThreshold(text.thresholds(i), absl::StrCat(source.At("thresholds"), "[", i, "]")));
    count.thresholds.push_back(threshold);
  }
  return count;
}

// Two contacts k dates apart pass: none in the k dates that end with the proposal's.
absl::StatusOr<Count> ReadSpacing(const RuleSource& source, const Rule& rule) {
  ASSIGN_OR_RETURN(Count count, ReadCounted(source, rule));
  ASSIGN_OR_RETURN(const int dates,
                   ReadDates(source, source.text.has_min_date_difference(),
                             source.text.min_date_difference(), "min_date_difference"));
  count.thresholds.push_back({Count::Per::kRollingDates, dates, 1});
  return count;
}

absl::StatusOr<Count> ReadExclusiveChannel(const RuleSource& source, const Rule& rule) {
  const policy::v1::Rule& text = source.text;
  ASSIGN_OR_RETURN(Count count, ReadCounted(source, rule));
  count.families = text.any_channel() ? Count::Families::kAny : Count::Families::kOthers;
  Count::Threshold threshold;
  if (text.per() == "calendar_week") {
    threshold.per = Count::Per::kCalendarWeek;
  } else if (!text.per().empty() && text.per() != "rolling_dates") {
    return Refuse(source.At("per"), "rolling_dates or calendar_week");
  }
  ASSIGN_OR_RETURN(threshold.n, ReadDates(source, text.has_n(), text.n(), "n"));
  count.thresholds.push_back(threshold);
  return count;
}

absl::StatusOr<Count> ReadPartyOnce(const RuleSource& source, const Rule& rule) {
  ASSIGN_OR_RETURN(Count count, ReadCounted(source, rule));
  count.party = ParseWord<Party>(source.text.party());
  if (!count.party) return Refuse(source.At("party"), "a party_once names a party");
  Count::Threshold threshold;
  threshold.per = Count::Per::kEver;
  ASSIGN_OR_RETURN(threshold.limit, ReadLimit(source.text.limit(), source.At("limit")));
  count.thresholds.push_back(threshold);
  return count;
}

absl::StatusOr<QuietAfter> ReadQuietAfter(const RuleSource& source, const Rule& rule) {
  const policy::v1::Rule& text = source.text;
  QuietAfter quiet;
  ASSIGN_OR_RETURN(quiet.n, ReadDates(source, text.has_n(), text.n(), "n"));
  ASSIGN_OR_RETURN(quiet.key, ReadKey(source));
  ASSIGN_OR_RETURN(quiet.channels, ReadWords<Channel>(text.trigger_channels(), rule.channels,
                                                      source.At("trigger_channels")));
  ASSIGN_OR_RETURN(quiet.outcomes, ReadWords<Outcome>(text.trigger_outcomes(), kTalks,
                                                      source.At("trigger_outcomes")));
  ASSIGN_OR_RETURN(quiet.count_from,
                   ReadDate(text.count_from(), rule.validity.from, source.At("count_from")));
  return quiet;
}

absl::StatusOr<StatusBar> ReadStatusBar(const RuleSource& source) {
  const policy::v1::Rule& text = source.text;
  StatusBar status_bar;
  ASSIGN_OR_RETURN(status_bar.spared,
                   ReadWords<Party>(text.spare_parties(), Parties(), source.At("spare_parties")));
  if (text.bars().empty()) return Refuse(source.At("bars"), "a status_bar needs bars");
  for (int i = 0; i < text.bars_size(); ++i) {
    const policy::v1::Bar& bar = text.bars(i);
    const std::string path = absl::StrCat(source.At("bars"), "[", i, "]");
    StatusBar::Bar read;
    read.opened_by = bar.opened_by();
    read.closed_by.assign(bar.closed_by().begin(), bar.closed_by().end());
    read.couple = bar.couple();
    if (!IsRecordWord(bar.opened_by())) {
      return Refuse(path + ".opened_by", absl::StrCat(bar.opened_by(), ": no such record"));
    }
    for (const std::string& word : bar.closed_by()) {
      if (!IsRecordWord(word)) {
        return Refuse(path + ".closed_by", absl::StrCat(word, ": no such record"));
      }
    }
    if (bar.scope() == "person") {
      read.scope = RecordScope::kPerson;
    } else if (bar.scope() == "debt_and_person") {
      read.scope = RecordScope::kDebtAndPerson;
    } else if (bar.scope() == "case") {
      read.scope = RecordScope::kCase;
    } else if (bar.scope() != "debt") {
      return Refuse(path + ".scope", "debt, person, debt_and_person or case");
    }
    status_bar.bars.push_back(std::move(read));
  }
  return status_bar;
}

absl::StatusOr<PartyAllow> ReadPartyAllow(const RuleSource& source) {
  const policy::v1::Rule& text = source.text;
  PartyAllow party_allow;
  ASSIGN_OR_RETURN(party_allow.allowed,
                   ReadWords<Party>(text.allow(), Parties(), source.At("allow")));
  if (party_allow.allowed.empty()) return Refuse(source.At("allow"), "a party_allow needs allow");
  ASSIGN_OR_RETURN(const Parties more,
                   ReadWords<Party>(text.also_allow(), Parties(), source.At("also_allow")));
  if (text.has_also_allowed() == more.empty()) {
    return Refuse(source.At("also_allow"), "also_allow and also_allowed go together");
  }
  if (text.also_allowed()) party_allow.allowed.Add(more);
  return party_allow;
}

absl::StatusOr<ChannelBar> ReadChannelBar(const RuleSource& source) {
  const policy::v1::Rule& text = source.text;
  ChannelBar bar;
  bar.of_family = text.family_of_record();
  ASSIGN_OR_RETURN(bar.unless,
                   ReadRecords(text.unless_record(), bar.of_family, source.At("unless_record")));
  ASSIGN_OR_RETURN(bar.when,
                   ReadRecords(text.when_record(), bar.of_family, source.At("when_record")));
  if (bar.of_family && bar.unless.empty() && bar.when.empty()) {
    return Refuse(source.At("family_of_record"), "it names no record");
  }
  return bar;
}

ChannelBar ChannelAuthorised() {
  ChannelBar bar;
  bar.of_family = true;
  bar.unless = {FindOpeningPrefix("authorised_")};
  return bar;
}

absl::StatusOr<Precondition> ReadPrecondition(const RuleSource& source) {
  const policy::v1::Rule& text = source.text;
  if (text.all().empty() && text.any().empty()) {
    return Refuse(source.path, "a precondition needs all or any");
  }
  RETURN_IF_ERROR(CheckCodes(text.all(), source.At("all")));
  RETURN_IF_ERROR(CheckCodes(text.any(), source.At("any")));
  Precondition precondition;
  precondition.all.assign(text.all().begin(), text.all().end());
  precondition.any.assign(text.any().begin(), text.any().end());
  return precondition;
}

absl::StatusOr<Overrun> ReadOverrun(const RuleSource& source, const Rule& rule) {
  if (rule.denies()) {
    return Refuse(source.At("severity"), "an overrun is seen afterwards: its severity is review");
  }
  if (!source.text.has_minutes() || source.text.minutes() > kMinutesMax) {
    return Refuse(source.At("minutes"), "0 to 1440 minutes");
  }
  return Overrun{static_cast<int>(source.text.minutes())};
}

absl::StatusOr<Exemption> ReadExemption(const RuleSource& source, const Rule& rule) {
  const policy::v1::Rule& text = source.text;
  Exemption exemption;
  exemption.id = rule.id;
  exemption.validity = rule.validity;
  exemption.channels = rule.channels;
  exemption.parties = rule.parties;
  exemption.once = text.once();
  exemption.count_exempted = text.count_exempted();
  const bool reply = text.record() == "debtor_message";
  if (!reply) {
    exemption.record = FindOpeningWord(text.record());
    if (exemption.record == nullptr) {
      return Refuse(source.At("record"),
                    absl::StrCat(text.record(), ": no record that opens anything"));
    }
  }
  if (text.has_lasts_hours()) {
    if (text.lasts_hours() > (reply ? kReplyHoursMax : kHoursMax)) {
      return Refuse(source.At("lasts_hours"), "0 to 168 hours for a reply, else to 9600");
    }
    exemption.lasts_hours = static_cast<int>(text.lasts_hours());
  } else if (reply) {
    return Refuse(source.At("lasts_hours"), "an answer to a message needs a time");
  }
  if (text.has_lasts_dates()) {
    if (reply || text.has_lasts_hours()) {
      return Refuse(source.At("lasts_dates"), "lasts_hours or lasts_dates; a reply has hours");
    }
    ASSIGN_OR_RETURN(exemption.lasts_dates,
                     ReadDates(source, true, text.lasts_dates(), "lasts_dates"));
  }
  if (!text.ends_on().empty() && (reply || text.ends_on() != "first_talk")) {
    return Refuse(source.At("ends_on"), "first_talk, and not for a reply");
  }
  exemption.ends_on_talk = !text.ends_on().empty();
  RETURN_IF_ERROR(ReadLifts(source, &exemption));
  return exemption;
}

absl::StatusOr<std::array<Channels, kChannelCount>> ReadFamilies(const policy::v1::Pack& pack) {
  std::vector<Channels> families;
  if (pack.families().empty()) {
    families = {Channels::Of(Channel::kCall, Channel::kCallWork, Channel::kVoicemailDrop),
                Channels::Of(Channel::kVisit, Channel::kVisitWork),
                Channels::Of(Channel::kEmail, Channel::kEmailWork)};
  }
  Channels named;
  for (const auto& [name, list] : pack.families()) {
    Channels family;
    for (const google::protobuf::Value& value : list.values()) {
      const std::optional<Channel> channel = ParseWord<Channel>(value.string_value());
      if (!channel) return Refuse("families", absl::StrCat(name, ": no such channel"));
      if (named.Has(*channel)) {
        return Refuse("families", absl::StrCat(value.string_value(), " stands in two families"));
      }
      named.Add(*channel);
      family.Add(*channel);
    }
    families.push_back(family);
  }
  std::array<Channels, kChannelCount> by_channel;
  for (size_t i = 0; i < by_channel.size(); ++i) {
    const auto channel = static_cast<Channel>(i);
    const auto family = std::find_if(families.begin(), families.end(),
                                     [&](const Channels& one) { return one.Has(channel); });
    by_channel[i] = family == families.end() ? Channels::Of(channel) : *family;
  }
  return by_channel;
}

}  // namespace constancia::policies::internal
