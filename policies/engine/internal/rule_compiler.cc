#include "policies/engine/internal/rule_compiler.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "policies/engine/internal/conduct_rule.h"

namespace constancia::policies::internal {
namespace {

using counsel::v1::Finding;
using RuleText = policy::v1::Rule;

constexpr uint32_t kDatesMax = 400;
constexpr uint32_t kReplyHoursMax = 168;
constexpr int kDaySeconds = 86'400;

absl::Status Refuse(std::string_view path, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, path);
}

// What a rule of each kind may say beyond what all rules may.
struct KindFields {
  std::string_view kind;
  std::span<const std::string_view> fields;
  std::span<const int> steps;  // the first is the default
};

constexpr std::string_view kCommonFields[] = {
    "id",       "kind",     "step",     "law",           "from",     "until",
    "severity", "channels", "parties",  "purposes",      "fallback", "exempt_by",
    "switch",   "message",  "extended", "core_channels", "when"};
constexpr std::string_view kWindowFields[] = {"day_id", "hour_id", "hours", "holidays", "zones"};
constexpr std::string_view kCountFields[] = {"bucket",     "outcomes", "unanswered", "key",
                                             "count_from", "per",      "n",          "limit"};
constexpr std::string_view kSpacingFields[] = {"bucket", "outcomes",   "unanswered",
                                               "key",    "count_from", "min_date_difference"};
constexpr std::string_view kStatusBarFields[] = {"bars", "spare_parties"};
constexpr std::string_view kPartyAllowFields[] = {"allow"};
constexpr std::string_view kExemptionFields[] = {"record", "lasts_hours", "once", "lifts"};
constexpr std::string_view kContentFields[] = {"items"};
constexpr std::string_view kRecordFieldFields[] = {"fields", "require_values", "forbid_values"};
constexpr std::string_view kDutyFields[] = {"after", "do", "within", "unit"};
constexpr std::string_view kWaitFields[] = {"after", "before", "days", "times", "unless_after"};
constexpr std::string_view kAmountCapFields[] = {"base",         "bands",       "unit",
                                                 "unit_date",    "first_day",   "reduce_by",
                                                 "needs_action", "needs_basis", "tariff"};
constexpr std::string_view kRetentionFields[] = {"class", "years", "trigger", "after", "floor"};

constexpr int kWindowSteps[] = {4, 5};
constexpr int kCountSteps[] = {8, 7, 6};
constexpr int kSpacingSteps[] = {9};
constexpr int kStatusBarSteps[] = {1};
constexpr int kPartyAllowSteps[] = {2};
constexpr int kNoSteps[] = {0};

constexpr KindFields kKinds[] = {
    {"window", kWindowFields, kWindowSteps},
    {"count", kCountFields, kCountSteps},
    {"spacing", kSpacingFields, kSpacingSteps},
    {"status_bar", kStatusBarFields, kStatusBarSteps},
    {"party_allow", kPartyAllowFields, kPartyAllowSteps},
    {"exemption", kExemptionFields, kNoSteps},
    {"content", kContentFields, kNoSteps},
    {"record_field", kRecordFieldFields, kNoSteps},
    {"duty", kDutyFields, kNoSteps},
    {"wait", kWaitFields, kNoSteps},
    {"amount_cap", kAmountCapFields, kNoSteps},
    {"retention", kRetentionFields, kNoSteps},
};

template <typename Range, typename Value>
bool Contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

bool Complete(const policy::v1::Text& text) {
  return !text.es().empty() && !text.pt().empty() && !text.en().empty();
}

// Reads a list of words into a set; `absent` when the list is empty.
template <typename Word>
absl::StatusOr<WordSet<Word>> ReadWords(
    const google::protobuf::RepeatedPtrField<std::string>& texts, WordSet<Word> absent,
    const std::string& path) {
  if (texts.empty()) return absent;
  WordSet<Word> words;
  for (int i = 0; i < texts.size(); ++i) {
    const std::optional<Word> word = ParseWord<Word>(texts[i]);
    if (!word) {
      return Refuse(absl::StrCat(path, "[", i, "]"), absl::StrCat(texts[i], ": no such word here"));
    }
    words.Add(*word);
  }
  return words;
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

// Compiles one rule of a pack.
class RuleCompiler {
 public:
  RuleCompiler(const policy::v1::Pack& pack, int index, const SwitchValues& values)
      : pack_(pack),
        text_(pack.rules(index)),
        path_(absl::StrCat("rules[", index, "]")),
        values_(values) {}

  absl::Status Into(RuleBook* book) {
    RETURN_IF_ERROR(CheckKind());
    RETURN_IF_ERROR(ApplySwitches());
    RETURN_IF_ERROR(CheckFields());
    RETURN_IF_ERROR(CheckLaw());
    ASSIGN_OR_RETURN(Rule rule, Common());
    if (text_.kind() == "exemption") return AddExemption(rule, book);
    if (rule.step == 0) return AddConduct(rule, book);
    if (text_.kind() == "window") return AddWindow(std::move(rule), book);
    if (text_.kind() == "count") return AddCount(std::move(rule), book);
    if (text_.kind() == "spacing") return AddSpacing(std::move(rule), book);
    if (text_.kind() == "status_bar") return AddStatusBar(std::move(rule), book);
    return AddPartyAllow(std::move(rule), book);
  }

 private:
  std::string At(std::string_view field) const { return absl::StrCat(path_, ".", ToAbsl(field)); }

  absl::Status CheckKind() {
    const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                    [&](const KindFields& k) { return k.kind == text_.kind(); });
    if (kind == std::end(kKinds)) {
      return Refuse(At("kind"), absl::StrCat("\"", text_.kind(), "\": no such kind of rule"));
    }
    kind_ = kind;
    return absl::OkStatus();
  }

  // Puts the value of each switch in its field.
  absl::Status ApplySwitches() {
    using google::protobuf::FieldDescriptor;
    const std::string path = At("switch");
    for (const auto& [name, switch_id] : text_.switch_()) {
      const auto value = values_.find(switch_id);
      if (value == values_.end()) {
        return Refuse(path, absl::StrCat(switch_id, ": no such switch in this pack"));
      }
      const FieldDescriptor* field = text_.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr || field->is_repeated() || !MayHave(name)) {
        return Refuse(path, absl::StrCat(name, ": no field that a switch can set here"));
      }
      const google::protobuf::Reflection* reflection = text_.GetReflection();
      uint32_t number = 0;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        reflection->SetString(&text_, field, value->second);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL &&
                 (value->second == "true" || value->second == "false")) {
        reflection->SetBool(&text_, field, value->second == "true");
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 &&
                 absl::SimpleAtoi(value->second, &number)) {
        reflection->SetUInt32(&text_, field, number);
      } else {
        return Refuse(path, absl::StrCat(name, " cannot be ", value->second));
      }
    }
    return absl::OkStatus();
  }

  bool MayHave(std::string_view field) const {
    return Contains(kCommonFields, field) || Contains(kind_->fields, field);
  }

  absl::Status CheckFields() {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    text_.GetReflection()->ListFields(text_, &set);
    for (const auto* field : set) {
      if (!MayHave(field->name())) {
        return Refuse(At(field->name()),
                      absl::StrCat(field->name(), ": a rule of kind ", text_.kind(), " has none"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckLaw() {
    const policy::v1::Law& law = text_.law();
    if (law.citation().empty()) return Refuse(At("law"), "no citation");
    if (!Complete(law.text())) return Refuse(At("law"), "the text is needed in es, pt and en");
    if (!Contains(std::initializer_list<std::string_view>{"V", "S", "K", "P"}, law.mark())) {
      return Refuse(At("law.mark"), "the mark is V, S, K or P");
    }
    if (!Contains(std::initializer_list<std::string_view>{"H", "M", "L"}, law.confidence())) {
      return Refuse(At("law.confidence"), "the confidence is H, M or L");
    }
    if (text_.kind() != "exemption" && !Complete(text_.message())) {
      return Refuse(At("message"), "the message is needed in es, pt and en");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Rule> Common() {
    Rule rule;
    rule.id = text_.id();
    rule.message = text_.message();
    ASSIGN_OR_RETURN(rule.step, ReadStep());
    ASSIGN_OR_RETURN(rule.severity, ReadSeverity());
    ASSIGN_OR_RETURN(rule.validity, ReadValidity());
    ASSIGN_OR_RETURN(rule.channels,
                     ReadWords<Channel>(text_.channels(), kAllChannels, At("channels")));
    ASSIGN_OR_RETURN(const Channels core,
                     ReadWords<Channel>(text_.core_channels(), Channels(), At("core_channels")));
    const bool switched = text_.has_extended() || text_.switch_().contains("extended");
    if (switched == core.empty()) {
      return Refuse(At("core_channels"), "core_channels and extended go together");
    }
    if (text_.has_extended() && !text_.extended()) rule.channels = core;
    ASSIGN_OR_RETURN(rule.parties, ReadWords<Party>(text_.parties(), kAllParties, At("parties")));
    Purposes purposes = kAllPurposes;
    if (rule.step != 2) {
      purposes.Remove(Purpose::kLegalNotice);
      purposes.Remove(Purpose::kComplaintAnswer);
    }
    ASSIGN_OR_RETURN(rule.purposes, ReadWords<Purpose>(text_.purposes(), purposes, At("purposes")));
    rule.fallback = text_.fallback();
    RETURN_IF_ERROR(ReadExemptBy(&rule));
    return rule;
  }

  absl::StatusOr<int> ReadStep() {
    int step = kind_->steps.front();
    if (text_.kind() == "count" && text_.per() == "local_date") step = 6;
    if (text_.kind() == "count" && text_.per() == "calendar_month") step = 7;
    if (!text_.has_step()) return step;
    if (text_.kind() == "window" || !Contains(kind_->steps, static_cast<int>(text_.step()))) {
      return Refuse(At("step"), "not a step of this kind of rule");
    }
    return static_cast<int>(text_.step());
  }

  absl::StatusOr<Finding::Severity> ReadSeverity() {
    Finding::Severity severity = Finding::PROHIBITION;
    if (text_.severity() == "presumption") {
      severity = Finding::PRESUMPTION;
    } else if (text_.severity() == "house") {
      severity = Finding::HOUSE;
    } else if (text_.severity() == "review") {
      severity = Finding::REVIEW;
    } else if (!text_.severity().empty() && text_.severity() != "prohibition") {
      return Refuse(At("severity"), "prohibition, presumption, house or review");
    }
    if (text_.law().mark() == "P" && severity != Finding::HOUSE && severity != Finding::REVIEW) {
      return Refuse(At("severity"),
                    "a rule that is no law (mark P) is of severity house or review");
    }
    return severity;
  }

  absl::StatusOr<DateInterval> ReadValidity() {
    DateInterval validity;
    ASSIGN_OR_RETURN(const absl::CivilDay pack_from,
                     ReadDate(pack_.effective_from(), absl::CivilDay::min(), "effective_from"));
    ASSIGN_OR_RETURN(const absl::CivilDay pack_until,
                     ReadDate(pack_.effective_until(), absl::CivilDay::max(), "effective_until"));
    ASSIGN_OR_RETURN(validity.from, ReadDate(text_.from(), pack_from, At("from")));
    ASSIGN_OR_RETURN(validity.until, ReadDate(text_.until(), pack_until, At("until")));
    if (validity.until < validity.from) return Refuse(At("until"), "it ends before it begins");
    return validity;
  }

  absl::Status ReadExemptBy(Rule* rule) {
    if (text_.exempt_by().empty()) {
      if (rule->step >= 6) rule->exempt_by.push_back(kReply);
      return absl::OkStatus();
    }
    if (text_.exempt_by_size() == 1 && text_.exempt_by(0) == "none") return absl::OkStatus();
    for (int i = 0; i < text_.exempt_by_size(); ++i) {
      const std::string& id = text_.exempt_by(i);
      const bool known =
          id == kReply ||
          std::any_of(pack_.rules().begin(), pack_.rules().end(), [&](const RuleText& other) {
            return other.kind() == "exemption" && other.id() == id;
          });
      if (!known) {
        return Refuse(absl::StrCat(At("exempt_by"), "[", i, "]"),
                      absl::StrCat(id, ": no such exemption in this pack"));
      }
      rule->exempt_by.push_back(id);
    }
    return absl::OkStatus();
  }

  absl::Status NeedId(const std::string& id, std::string_view field) const {
    return CheckId(id, At(field));
  }

  absl::Status AddWindow(Rule rule, RuleBook* book) {
    Window window;
    if (text_.holidays() != "none" && text_.holidays() != "calendar") {
      return Refuse(At("holidays"), "none or calendar");
    }
    window.holidays = text_.holidays() == "calendar";
    if (window.holidays && pack_.calendar().empty()) {
      return Refuse(At("holidays"), "the pack names no calendar");
    }
    if (!text_.zones().empty() && text_.zones() != "every" && text_.zones() != "first") {
      return Refuse(At("zones"), "first or every");
    }
    window.every_zone = text_.zones() != "first";
    RETURN_IF_ERROR(ReadHours(&window));

    const bool one_id = text_.day_id().empty() && text_.hour_id().empty();
    if (one_id) {
      RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    } else {
      RETURN_IF_ERROR(NeedId(text_.day_id(), "day_id"));
      RETURN_IF_ERROR(NeedId(text_.hour_id(), "hour_id"));
      if (!text_.id().empty()) return Refuse(At("id"), "id, or day_id and hour_id, not both");
    }
    Rule hours = rule;
    rule.id = one_id ? text_.id() : text_.day_id();
    rule.step = 4;
    window.day_rule = true;
    rule.kind = window;
    hours.id = one_id ? text_.id() : text_.hour_id();
    hours.step = 5;
    window.day_rule = false;
    hours.kind = std::move(window);
    book->rules.push_back(std::move(rule));
    book->rules.push_back(std::move(hours));
    return absl::OkStatus();
  }

  absl::Status ReadHours(Window* window) {
    const policy::v1::Hours& hours = text_.hours();
    const std::pair<const char*, const google::protobuf::RepeatedPtrField<std::string>*> days[] = {
        {"mon", &hours.mon()}, {"tue", &hours.tue()}, {"wed", &hours.wed()}, {"thu", &hours.thu()},
        {"fri", &hours.fri()}, {"sat", &hours.sat()}, {"sun", &hours.sun()}};
    std::set<int> readings = {0};
    bool opens = false;
    for (size_t day = 0; day < window->hours.size(); ++day) {
      const auto& spans = *days[day].second;
      for (int i = 0; i < spans.size(); ++i) {
        const std::string_view span = spans[i];
        const size_t dash = span.find('-');
        const std::optional<int> open = ReadTime(span.substr(0, dash));
        const std::optional<int> close =
            dash == std::string_view::npos ? std::nullopt : ReadTime(span.substr(dash + 1));
        if (!open || !close || *open >= *close) {
          return Refuse(
              absl::StrCat(At("hours"), ".", days[day].first, "[", i, "]"),
              "hours are written 08:00-20:00 and end after they begin; over midnight they "
              "are two spans");
        }
        window->hours[day].push_back({*open, *close});
        readings.insert(*open);
        opens = true;
      }
    }
    if (!opens) return Refuse(At("hours"), "a window that never opens");
    window->readings.assign(readings.begin(), readings.end());
    return absl::OkStatus();
  }

  // What count and spacing share.
  absl::StatusOr<Count> ReadCounted(const Rule& rule) {
    Count count;
    ASSIGN_OR_RETURN(count.bucket, ReadWords<Channel>(text_.bucket(), rule.channels, At("bucket")));
    ASSIGN_OR_RETURN(count.outcomes,
                     ReadWords<Outcome>(text_.outcomes(), kCountedOutcomes, At("outcomes")));
    if (text_.has_unanswered() && !text_.unanswered()) {
      count.outcomes.Remove(Outcome::kNoAnswer);
      count.outcomes.Remove(Outcome::kVoicemail);
      count.outcomes.Remove(Outcome::kNoOneHome);
    }
    ASSIGN_OR_RETURN(count.count_from,
                     ReadDate(text_.count_from(), rule.validity.from, At("count_from")));
    if (text_.key() == "person_debt") {
      count.key = Count::Key::kPersonDebt;
    } else if (text_.key() == "person_creditor") {
      count.key = Count::Key::kPersonCreditor;
    } else if (text_.key() == "debt") {
      count.key = Count::Key::kDebt;
    } else if (!text_.key().empty() && text_.key() != "person") {
      return Refuse(At("key"), "person, person_debt, person_creditor or debt");
    }
    return count;
  }

  absl::Status AddCount(Rule rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    ASSIGN_OR_RETURN(Count count, ReadCounted(rule));
    if (text_.per() == "local_date") {
      count.per = Count::Per::kLocalDate;
    } else if (text_.per() == "calendar_month") {
      count.per = Count::Per::kCalendarMonth;
    } else if (text_.per() == "calendar_week") {
      count.per = Count::Per::kCalendarWeek;
    } else if (text_.per() == "rolling_dates") {
      count.per = Count::Per::kRollingDates;
    } else {
      return Refuse(At("per"), "local_date, calendar_month, calendar_week or rolling_dates");
    }
    // A switch may take `per` away from rolling_dates and leave `n` behind.
    if (text_.has_n() ? text_.n() < 1 || text_.n() > kDatesMax
                      : count.per == Count::Per::kRollingDates) {
      return Refuse(At("n"), "rolling_dates needs n, 1 to 400 dates");
    }
    count.n = static_cast<int>(text_.n());
    if (text_.limit() < 1) return Refuse(At("limit"), "the limit is at least 1");
    count.limit = static_cast<int>(text_.limit());
    rule.kind = count;
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
  }

  // Two contacts k dates apart pass: none in the k dates that end with the proposal's.
  absl::Status AddSpacing(Rule rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    ASSIGN_OR_RETURN(Count count, ReadCounted(rule));
    if (text_.min_date_difference() < 1 || text_.min_date_difference() > kDatesMax) {
      return Refuse(At("min_date_difference"), "1 to 400 dates");
    }
    count.n = static_cast<int>(text_.min_date_difference());
    rule.kind = count;
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
  }

  absl::Status AddStatusBar(Rule rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    StatusBar kind;
    ASSIGN_OR_RETURN(kind.spared,
                     ReadWords<Party>(text_.spare_parties(), Parties(), At("spare_parties")));
    if (text_.bars().empty()) return Refuse(At("bars"), "a status_bar needs bars");
    for (int i = 0; i < text_.bars_size(); ++i) {
      const policy::v1::Bar& bar = text_.bars(i);
      const std::string path = absl::StrCat(At("bars"), "[", i, "]");
      StatusBar::Bar read;
      read.opened_by = bar.opened_by();
      read.closed_by.assign(bar.closed_by().begin(), bar.closed_by().end());
      if (!IsRecordWord(bar.opened_by())) {
        return Refuse(path + ".opened_by", absl::StrCat(bar.opened_by(), ": no such record"));
      }
      for (const std::string& word : bar.closed_by()) {
        if (!IsRecordWord(word)) {
          return Refuse(path + ".closed_by", absl::StrCat(word, ": no such record"));
        }
      }
      if (bar.scope() == "person") {
        read.scope = StatusBar::Scope::kPerson;
      } else if (bar.scope() == "debt_and_person") {
        read.scope = StatusBar::Scope::kDebtAndPerson;
      } else if (bar.scope() == "case") {
        read.scope = StatusBar::Scope::kCase;
      } else if (bar.scope() != "debt") {
        return Refuse(path + ".scope", "debt, person, debt_and_person or case");
      }
      kind.bars.push_back(std::move(read));
    }
    rule.kind = std::move(kind);
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
  }

  absl::Status AddPartyAllow(Rule rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    PartyAllow kind;
    ASSIGN_OR_RETURN(kind.allowed, ReadWords<Party>(text_.allow(), Parties(), At("allow")));
    if (kind.allowed.empty()) return Refuse(At("allow"), "a party_allow needs allow");
    rule.kind = kind;
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
  }

  absl::Status AddExemption(const Rule& rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    Exemption exemption;
    exemption.id = rule.id;
    exemption.validity = rule.validity;
    exemption.channels = rule.channels;
    exemption.once = text_.once();
    if (text_.record() != "debtor_message") return Refuse(At("record"), "debtor_message");
    if (!text_.has_lasts_hours() || text_.lasts_hours() > kReplyHoursMax) {
      return Refuse(At("lasts_hours"), "0 to 168 hours");
    }
    exemption.lasts_hours = static_cast<int>(text_.lasts_hours());
    RETURN_IF_ERROR(ReadLifts(&exemption));
    book->exemptions.push_back(std::move(exemption));
    return absl::OkStatus();
  }

  absl::Status ReadLifts(Exemption* exemption) const {
    if (text_.lifts().empty()) return Refuse(At("lifts"), "it lifts nothing");
    for (int i = 0; i < text_.lifts_size(); ++i) {
      const std::string path = absl::StrCat(At("lifts"), "[", i, "]");
      const std::string what = SwitchText(text_.lifts(i));
      if (text_.lifts(i).has_string_value()) {
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

  absl::Status AddConduct(const Rule& rule, RuleBook* book) {
    RETURN_IF_ERROR(NeedId(text_.id(), "id"));
    ConductRule conduct;
    conduct.id = rule.id;
    conduct.severity = rule.severity;
    conduct.validity = rule.validity;
    conduct.channels = rule.channels;
    conduct.parties = rule.parties;
    conduct.purposes = rule.purposes;
    conduct.text = text_;
    RETURN_IF_ERROR(CheckConductRule(conduct, path_));
    book->conduct.push_back(std::move(conduct));
    return absl::OkStatus();
  }

  const policy::v1::Pack& pack_;
  RuleText text_;
  const std::string path_;
  const SwitchValues& values_;
  const KindFields* kind_ = nullptr;
};

}  // namespace

std::string SwitchText(const google::protobuf::Value& value) {
  if (value.has_bool_value()) return value.bool_value() ? "true" : "false";
  if (value.has_string_value()) return value.string_value();
  if (value.has_number_value() && value.number_value() >= 0 && value.number_value() < 1e9 &&
      std::floor(value.number_value()) == value.number_value()) {
    return absl::StrCat(static_cast<int64_t>(value.number_value()));
  }
  return "";
}

absl::StatusOr<absl::CivilDay> ReadDate(const std::string& text, absl::CivilDay fallback,
                                        const std::string& path) {
  if (text.empty()) return fallback;
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  if (!date.ok()) return Refuse(path, "a date is written 2021-04-20");
  return absl::CivilDay(date->year, date->month, date->day);
}

absl::StatusOr<RuleBook> CompileRules(const policy::v1::Pack& pack, const SwitchValues& values) {
  RuleBook book;
  for (int i = 0; i < pack.rules_size(); ++i) {
    RETURN_IF_ERROR(RuleCompiler(pack, i, values).Into(&book));
  }
  return book;
}

}  // namespace constancia::policies::internal
