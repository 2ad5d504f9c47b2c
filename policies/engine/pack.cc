#include "policies/engine/pack.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/public_string.h"
#include "policies/calendar/holiday_calendar.h"
#include "policies/engine/internal/rule_compiler.h"
#include "policies/engine/yaml_message.h"

namespace constancia::policies {
namespace {

// Switches whose default stands between a stricter and a laxer value.
constexpr std::string_view kRaisable[] = {"co.one_contact_per_week", "inbound.reply_hours"};

absl::Status Refuse(std::string_view path, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, path);
}

bool HasType(const google::protobuf::Value& value, std::string_view type) {
  if (type == "bool") return value.has_bool_value();
  if (type == "int") return value.has_number_value() && !SwitchText(value).empty();
  return value.has_string_value() && !value.string_value().empty();
}

bool MayTake(const policy::v1::Switch& choice, std::string_view value) {
  if (choice.type() == "bool") return value == "true" || value == "false";
  if (choice.values().empty()) {
    return !value.empty() && value.size() <= 9 &&
           value.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return std::any_of(choice.values().begin(), choice.values().end(),
                     [&](const auto& allowed) { return SwitchText(allowed) == value; });
}

absl::Status CheckSwitch(const policy::v1::Switch& choice, const std::string& path) {
  RETURN_IF_ERROR(CheckId(choice.id(), path + ".id"));
  if (choice.type() != "bool" && choice.type() != "int" && choice.type() != "enum") {
    return Refuse(path + ".type", "bool, int or enum");
  }
  if (choice.type() == "enum" && choice.values().empty()) {
    return Refuse(path + ".values", "an enum needs values");
  }
  for (int i = 0; i < choice.values_size(); ++i) {
    if (!HasType(choice.values(i), choice.type())) {
      return Refuse(absl::StrCat(path, ".values[", i, "]"), "not of the switch's type");
    }
  }
  if (!HasType(choice.default_(), choice.type()) ||
      !MayTake(choice, SwitchText(choice.default_()))) {
    return Refuse(path + ".default", "not a value of the switch");
  }
  if (!HasType(choice.strict(), choice.type()) || !MayTake(choice, SwitchText(choice.strict()))) {
    return Refuse(path + ".strict", "not a value of the switch");
  }
  const bool raisable =
      std::find(std::begin(kRaisable), std::end(kRaisable), choice.id()) != std::end(kRaisable);
  if (!raisable && SwitchText(choice.default_()) != SwitchText(choice.strict())) {
    return Refuse(path + ".default", "the default of a switch is its strict value");
  }
  return absl::OkStatus();
}

absl::Status CheckHead(const policy::v1::Pack& pack) {
  RETURN_IF_ERROR(CheckId(pack.pack(), "pack"));
  if (pack.jurisdictions().empty()) return Refuse("jurisdictions", "a pack needs jurisdictions");
  for (int i = 0; i < pack.jurisdictions_size(); ++i) {
    RETURN_IF_ERROR(CheckId(pack.jurisdictions(i), absl::StrCat("jurisdictions[", i, "]")));
  }
  if (pack.version() < 1) return Refuse("version", "versions count from 1");
  if (pack.title().es().empty() || pack.title().pt().empty() || pack.title().en().empty()) {
    return Refuse("title", "the title is needed in es, pt and en");
  }
  if (pack.instrument().empty()) return Refuse("instrument", "the instrument is needed");
  if (pack.source().empty()) return Refuse("source", "say what was read");
  if (pack.effective_from().empty()) return Refuse("effective_from", "a pack begins on a date");
  if (!pack.calendar().empty() && HolidayCalendar::Find(pack.calendar()) == nullptr) {
    return Refuse("calendar", absl::StrCat(pack.calendar(), ": no such calendar"));
  }
  if (pack.rules().empty()) return Refuse("rules", "a pack without rules");
  std::set<std::string> ids;
  for (int i = 0; i < pack.switches_size(); ++i) {
    const std::string path = absl::StrCat("switches[", i, "]");
    RETURN_IF_ERROR(CheckSwitch(pack.switches(i), path));
    if (!ids.insert(pack.switches(i).id()).second) return Refuse(path, "a switch named twice");
  }
  return absl::OkStatus();
}

// Rules with one id are versions of one rule: on no date are two in force.
absl::Status CheckVersions(const policy::v1::Pack& pack, const RuleBook& book) {
  struct Version {
    std::string_view id;
    // Rules of one id are of different sorts when they ask different things: day and hour, what is
    // stored and how long, what holds of every debt and of a small one.
    std::string sort;
    DateInterval validity;
  };
  std::vector<Version> versions;
  for (const Rule& rule : book.rules) {
    versions.push_back({rule.id, absl::StrCat(rule.step), rule.validity});
  }
  for (const Exemption& e : book.exemptions) versions.push_back({e.id, "exemption", e.validity});
  for (const ConductRule& rule : book.conduct) {
    versions.push_back(
        {rule.id, absl::StrCat(rule.text.kind(), " ", rule.text.when()), rule.validity});
  }
  for (size_t i = 0; i < versions.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Version& a = versions[i];
      const Version& b = versions[j];
      if (a.id != b.id || a.sort != b.sort) continue;
      if (a.validity.from > b.validity.until || b.validity.from > a.validity.until) continue;
      const auto named = [&](const policy::v1::Rule& rule) {
        return rule.id() == a.id || rule.day_id() == a.id || rule.hour_id() == a.id;
      };
      const auto last = std::find_if(pack.rules().rbegin(), pack.rules().rend(), named);
      return Refuse(absl::StrCat("rules[", pack.rules().rend() - last - 1, "]"),
                    absl::StrCat(ToAbsl(a.id), ": two versions in force on one date"));
    }
  }
  return absl::OkStatus();
}

// An exemption and the rules it lifts name each other; only one side would lift nothing.
absl::Status CheckExemptions(const RuleBook& book) {
  const auto lifts = [&](const std::string& id, const Rule& rule) {
    return std::any_of(book.exemptions.begin(), book.exemptions.end(),
                       [&](const Exemption& one) { return one.id == id && one.Lifts(rule); });
  };
  for (const Rule& rule : book.rules) {
    for (const std::string& id : rule.exempt_by) {
      if (id == kReply || lifts(id, rule)) continue;
      return Refuse("rules", absl::StrCat(rule.id, ": ", id, " does not lift it"));
    }
  }
  for (const Exemption& exemption : book.exemptions) {
    const bool reply = exemption.record == nullptr;
    for (const std::string& id : exemption.lifts_rules) {
      const bool named = std::any_of(book.rules.begin(), book.rules.end(), [&](const Rule& rule) {
        const auto& by = rule.exempt_by;
        return rule.id == id &&
               std::find(by.begin(), by.end(), reply ? kReply : exemption.id) != by.end();
      });
      if (named) continue;
      return Refuse("rules", absl::StrCat(exemption.id, ": no rule ", id, " that it exempts"));
    }
  }
  return absl::OkStatus();
}

// A pack must hold under every value that its switches may take, one at a time.
absl::Status CheckRules(const Pack& pack, const policy::v1::Pack& text) {
  ASSIGN_OR_RETURN(const RuleBook book, pack.Compile({}));
  RETURN_IF_ERROR(CheckVersions(text, book));
  RETURN_IF_ERROR(CheckExemptions(book));
  for (const policy::v1::Switch& choice : text.switches()) {
    std::vector<std::string> values = {SwitchText(choice.strict())};
    if (choice.type() == "bool") values = {"true", "false"};
    for (const auto& value : choice.values()) values.push_back(SwitchText(value));
    for (const std::string& value : values) {
      RETURN_IF_ERROR(pack.Compile({{choice.id(), value}}).status());
    }
  }
  return absl::OkStatus();
}

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

absl::StatusOr<Pack> Pack::Load(std::string_view file, std::string_view yaml) {
  ASSIGN_OR_RETURN(const YamlDocument document, YamlDocument::Parse(file, yaml));
  Pack pack;
  RETURN_IF_ERROR(document.Into(&pack.text_));
  pack.digest_ = Sha256(yaml);
  absl::Status status = CheckHead(pack.text_);
  if (status.ok()) status = CheckRules(pack, pack.text_);
  if (!status.ok()) return document.ErrorAt(FieldOf(status), ToStd(status.message()));
  return pack;
}

absl::StatusOr<RuleBook> Pack::Compile(const SwitchValues& values) const {
  for (const policy::v1::Switch& choice : text_.switches()) {
    const auto value = values.find(choice.id());
    if (value != values.end() && !MayTake(choice, value->second)) {
      return Error(error::v1::PACK_INVALID,
                   absl::StrCat("switch ", choice.id(), " cannot be ", value->second,
                                "; see its values in pack ", text_.pack()),
                   "", {{"switch", choice.id()}, {"value", value->second}});
    }
  }
  return internal::CompileRules(text_, Effective(values));
}

SwitchValues Pack::Effective(const SwitchValues& values) const {
  SwitchValues effective;
  for (const policy::v1::Switch& choice : text_.switches()) {
    const auto value = values.find(choice.id());
    effective[choice.id()] = value == values.end() ? SwitchText(choice.default_()) : value->second;
  }
  return effective;
}

}  // namespace constancia::policies
