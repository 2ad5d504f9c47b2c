#include "policies/engine/internal/rule_compiler.h"

#include <algorithm>
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
#include "policies/engine/internal/conduct_compiler.h"
#include "policies/engine/internal/rule_kinds.h"

namespace constancia::policies::internal {
namespace {

using counsel::v1::Finding;
using RuleText = policy::v1::Rule;

absl::Status Refuse(std::string_view path, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, path);
}

// What a rule of each kind may say beyond what all rules may.
struct KindFields {
  std::string_view kind;
  std::span<const std::string_view> fields;
  std::span<const int> steps;  // the first is the default
  bool conduct = false;
};

constexpr std::string_view kCommonFields[] = {
    "id",       "kind",     "step",     "law",           "from",     "until",
    "severity", "channels", "parties",  "purposes",      "fallback", "exempt_by",
    "switch",   "message",  "extended", "core_channels", "enabled"};
constexpr std::string_view kWindowFields[] = {"day_id",          "hour_id",         "hours",
                                              "holidays",        "zones",           "every_day",
                                              "close_inclusive", "closed_by_record"};
constexpr std::string_view kCountFields[] = {"bucket", "outcomes",   "unanswered", "contact",
                                             "key",    "count_from", "per",        "n",
                                             "limit",  "thresholds", "per_family"};
constexpr std::string_view kSpacingFields[] = {
    "bucket", "outcomes", "unanswered", "contact", "key", "count_from", "min_date_difference"};
constexpr std::string_view kExclusiveFields[] = {
    "bucket", "outcomes", "unanswered", "contact", "key", "count_from", "per", "n", "any_channel"};
constexpr std::string_view kPartyOnceFields[] = {"bucket", "outcomes",   "unanswered", "contact",
                                                 "key",    "count_from", "party",      "limit"};
constexpr std::string_view kQuietFields[] = {"key", "count_from", "n", "trigger_channels",
                                             "trigger_outcomes"};
constexpr std::string_view kStatusBarFields[] = {"bars", "spare_parties"};
constexpr std::string_view kPartyAllowFields[] = {"allow", "also_allow", "also_allowed"};
constexpr std::string_view kChannelBarFields[] = {"unless_record", "when_record",
                                                  "family_of_record"};
constexpr std::string_view kPreconditionFields[] = {"all", "any"};
constexpr std::string_view kOverrunFields[] = {"minutes"};
constexpr std::string_view kExemptionFields[] = {
    "record", "lasts_hours", "lasts_dates", "ends_on", "once", "lifts", "count_exempted"};
constexpr std::string_view kContentFields[] = {"items"};
constexpr std::string_view kRecordFieldFields[] = {
    "of", "fields", "require_values", "forbid_values", "least_dates", "skip_observed"};
constexpr std::string_view kDutyFields[] = {"after", "do", "within", "unit", "each"};
constexpr std::string_view kWaitFields[] = {"after", "before", "days", "times", "unless_after"};
constexpr std::string_view kAmountCapFields[] = {
    "base",      "bands",        "unit",        "unit_date", "first_day",
    "reduce_by", "needs_action", "needs_basis", "tariff",    "fees"};
constexpr std::string_view kRetentionFields[] = {"class", "years", "trigger", "after", "floor"};

constexpr int kNoSteps[] = {0};
constexpr int kStatusBarSteps[] = {1};
constexpr int kPartySteps[] = {2};
constexpr int kChannelBarSteps[] = {3, 2};
constexpr int kChannelSteps[] = {3};
constexpr int kWindowSteps[] = {4, 5};
constexpr int kCountSteps[] = {8, 7, 6};
constexpr int kSpacingSteps[] = {9};
constexpr int kExclusiveSteps[] = {10};
constexpr int kQuietSteps[] = {11};

constexpr KindFields kKinds[] = {
    {"status_bar", kStatusBarFields, kStatusBarSteps},
    {"party_allow", kPartyAllowFields, kPartySteps},
    {"party_once", kPartyOnceFields, kPartySteps},
    {"channel_bar", kChannelBarFields, kChannelBarSteps},
    {"channel_authorised", {}, kChannelSteps},
    {"precondition", kPreconditionFields, kChannelSteps},
    {"window", kWindowFields, kWindowSteps},
    {"count", kCountFields, kCountSteps},
    {"spacing", kSpacingFields, kSpacingSteps},
    {"exclusive_channel", kExclusiveFields, kExclusiveSteps},
    {"quiet_after", kQuietFields, kQuietSteps},
    {"overrun", kOverrunFields, kNoSteps},
    {"exemption", kExemptionFields, kNoSteps},
    {"content", kContentFields, kNoSteps, true},
    {"record_field", kRecordFieldFields, kNoSteps, true},
    {"duty", kDutyFields, kNoSteps, true},
    {"wait", kWaitFields, kNoSteps, true},
    {"amount_cap", kAmountCapFields, kNoSteps, true},
    {"retention", kRetentionFields, kNoSteps, true},
};

template <typename Range, typename Value>
bool Contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

bool Complete(const policy::v1::Text& text) {
  return !text.es().empty() && !text.pt().empty() && !text.en().empty();
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
    RuleBook left_out;  // held to the same checks
    if (text_.has_enabled()) {
      if (rule.severity != Finding::HOUSE && rule.severity != Finding::REVIEW) {
        return Refuse(At("enabled"), "only a house or review rule can be left out");
      }
      if (!text_.enabled()) book = &left_out;
    }
    if (text_.kind() == "window") return AddWindow(std::move(rule), book);
    RETURN_IF_ERROR(CheckId(text_.id(), At("id")));
    if (text_.kind() == "exemption") {
      ASSIGN_OR_RETURN(Exemption exemption, ReadExemption(Source(), rule));
      book->exemptions.push_back(std::move(exemption));
      return absl::OkStatus();
    }
    if (kind_->conduct) return AddConduct(rule, book);
    RETURN_IF_ERROR(ReadKind(&rule));
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
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
    return Contains(kCommonFields, field) || Contains(kind_->fields, field) ||
           (kind_->conduct && (field == "when" || field == "unless"));
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

  RuleSource Source() const { return {pack_, text_, path_}; }

  // Reads what the kind alone has.
  absl::Status ReadKind(Rule* rule) {
    const std::string& kind = text_.kind();
    if (kind == "count") {
      ASSIGN_OR_RETURN(rule->kind, ReadCount(Source(), *rule));
    } else if (kind == "spacing") {
      ASSIGN_OR_RETURN(rule->kind, ReadSpacing(Source(), *rule));
    } else if (kind == "exclusive_channel") {
      ASSIGN_OR_RETURN(rule->kind, ReadExclusiveChannel(Source(), *rule));
    } else if (kind == "party_once") {
      ASSIGN_OR_RETURN(rule->kind, ReadPartyOnce(Source(), *rule));
    } else if (kind == "quiet_after") {
      ASSIGN_OR_RETURN(rule->kind, ReadQuietAfter(Source(), *rule));
    } else if (kind == "status_bar") {
      ASSIGN_OR_RETURN(rule->kind, ReadStatusBar(Source()));
    } else if (kind == "party_allow") {
      ASSIGN_OR_RETURN(rule->kind, ReadPartyAllow(Source()));
    } else if (kind == "channel_bar") {
      ASSIGN_OR_RETURN(rule->kind, ReadChannelBar(Source()));
    } else if (kind == "channel_authorised") {
      rule->kind = ChannelAuthorised();
    } else if (kind == "precondition") {
      ASSIGN_OR_RETURN(rule->kind, ReadPrecondition(Source()));
    } else {
      ASSIGN_OR_RETURN(rule->kind, ReadOverrun(Source(), *rule));
    }
    return absl::OkStatus();
  }

  // A window is two rules: its days and its hours.
  absl::Status AddWindow(Rule rule, RuleBook* book) {
    ASSIGN_OR_RETURN(Window window, ReadWindow(Source()));
    const bool one_id = text_.day_id().empty() && text_.hour_id().empty();
    if (one_id) {
      RETURN_IF_ERROR(CheckId(text_.id(), At("id")));
    } else {
      RETURN_IF_ERROR(CheckId(text_.day_id(), At("day_id")));
      RETURN_IF_ERROR(CheckId(text_.hour_id(), At("hour_id")));
      if (!text_.id().empty()) return Refuse(At("id"), "id, or day_id and hour_id, not both");
    }
    const bool bars_days =
        window.holidays || std::any_of(window.hours.begin(), window.hours.end(),
                                       [](const auto& spans) { return spans.empty(); });
    if (bars_days || !one_id) {
      Rule days = rule;
      days.id = one_id ? text_.id() : text_.day_id();
      days.step = 4;
      window.day_rule = true;
      days.kind = window;
      book->rules.push_back(std::move(days));
    }
    rule.id = one_id ? text_.id() : text_.hour_id();
    rule.step = 5;
    window.day_rule = false;
    rule.kind = std::move(window);
    book->rules.push_back(std::move(rule));
    return absl::OkStatus();
  }

  absl::Status AddConduct(const Rule& rule, RuleBook* book) {
    ConductRule conduct;
    conduct.id = rule.id;
    conduct.severity = rule.severity;
    conduct.validity = rule.validity;
    conduct.channels = rule.channels;
    conduct.parties = rule.parties;
    conduct.purposes = rule.purposes;
    conduct.text = text_;
    ASSIGN_OR_RETURN(conduct.kind, CompileConduct(pack_, text_, path_));
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

absl::StatusOr<absl::CivilDay> ReadDate(const std::string& text, absl::CivilDay fallback,
                                        const std::string& path) {
  if (text.empty()) return fallback;
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  if (!date.ok()) return Refuse(path, "a date is written 2021-04-20");
  return absl::CivilDay(date->year, date->month, date->day);
}

absl::StatusOr<RuleBook> CompileRules(const policy::v1::Pack& pack, const SwitchValues& values) {
  RuleBook book;
  ASSIGN_OR_RETURN(book.families, ReadFamilies(pack));
  for (int i = 0; i < pack.rules_size(); ++i) {
    RETURN_IF_ERROR(RuleCompiler(pack, i, values).Into(&book));
  }
  return book;
}

}  // namespace constancia::policies::internal
