#include "policies/engine/internal/conduct_compiler.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/common.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"
#include "core/event/catalogue.h"

namespace constancia::policies::internal {
namespace {

using google::protobuf::RepeatedPtrField;

constexpr uint32_t kDatesMax = 400;
constexpr uint32_t kTimesMax = 10;
constexpr uint32_t kYearsMax = 100;
constexpr uint32_t kBpsMax = 10'000;
constexpr size_t kCodeCharsMax = 64;

absl::Status Refuse(std::string_view path, std::string_view what) {
  return Error(error::v1::PACK_INVALID, what, path);
}

std::string Item(const std::string& path, std::string_view field, int index) {
  return absl::StrCat(path, ".", ToAbsl(field), "[", index, "]");
}

// Lower case: no_court_look, pays_to.
bool IsCode(std::string_view text) {
  return !text.empty() && text.size() <= kCodeCharsMax && text.front() >= 'a' &&
         text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool IsDisclosure(const std::string& text) {
  event::v1::Disclosure disclosure;
  return event::v1::Disclosure_Parse("DISCLOSURE_" + text, &disclosure) &&
         disclosure != event::v1::DISCLOSURE_UNSPECIFIED;
}

// Reads the names of event types.
absl::StatusOr<std::vector<std::string>> ReadEvents(const RepeatedPtrField<std::string>& words,
                                                    const std::string& path,
                                                    std::string_view field) {
  for (int i = 0; i < words.size(); ++i) {
    if (!IsEventWord(words[i])) {
      return Refuse(Item(path, field, i), absl::StrCat(words[i], ": no such type of event"));
    }
  }
  return std::vector<std::string>(words.begin(), words.end());
}

absl::StatusOr<std::vector<std::string>> NeedEvents(const RepeatedPtrField<std::string>& words,
                                                    const std::string& path,
                                                    std::string_view field) {
  if (words.empty()) {
    return Refuse(path, absl::StrCat("a rule of this kind needs ", ToAbsl(field)));
  }
  return ReadEvents(words, path, field);
}

// Reads a decimal without sign as ten-thousandths.
absl::StatusOr<int64_t> ReadDecimal(const std::string& text, const std::string& path) {
  constexpr size_t kWholeDigitsMax = 12;
  const std::string_view all = text;
  const size_t point = all.find('.');
  const std::string_view whole = all.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view() : all.substr(point + 1);
  bool good = !whole.empty() && whole.size() <= kWholeDigitsMax && part.size() <= 4 &&
              (point == std::string_view::npos) == part.empty();
  int64_t value = 0;
  for (const char c : whole) {
    good = good && c >= '0' && c <= '9';
    value = value * 10 + (c - '0');
  }
  for (size_t i = 0; i < 4 && good; ++i) {
    const char c = i < part.size() ? part[i] : '0';
    good = c >= '0' && c <= '9';
    value = value * 10 + (c - '0');
  }
  if (!good) return Refuse(path, "a decimal is written 10 or 0.2, with at most four decimals");
  return value;
}

absl::StatusOr<ConductKind> CompileContent(const policy::v1::Rule& text, const std::string& path) {
  Content content;
  if (text.items().empty()) return Refuse(path, "a rule of kind content needs items");
  for (int i = 0; i < text.items_size(); ++i) {
    const std::string at = Item(path, "items", i);
    Content::Item item;
    item.code = text.items(i).item();
    item.disclosure = IsDisclosure(item.code);
    if (!item.disclosure && !IsCode(item.code)) {
      return Refuse(at + ".item",
                    absl::StrCat("\"", item.code,
                                 "\": neither a disclosure (CREDITOR) nor a check, which is "
                                 "written in lower case (no_court_look)"));
    }
    const std::string& when = text.items(i).at();
    if (when == "first") {
      item.at = Content::At::kFirst;
    } else if (when == "written") {
      item.at = Content::At::kWritten;
    } else if (!when.empty() && when != "each") {
      return Refuse(at + ".at", "first, each or written");
    }
    for (const Content::Item& other : content.items) {
      if (other.code == item.code && other.at == item.at) return Refuse(at, "an item named twice");
    }
    content.items.push_back(std::move(item));
  }
  return content;
}

absl::StatusOr<std::vector<RecordField::Values>> ReadValues(
    const RepeatedPtrField<policy::v1::FieldValues>& all, const std::string& path,
    std::string_view field) {
  std::vector<RecordField::Values> read;
  for (int i = 0; i < all.size(); ++i) {
    const std::string at = Item(path, field, i);
    if (!IsCode(all[i].field())) return Refuse(at, "a field is written in lower case (pays_to)");
    if (all[i].values().empty()) return Refuse(at, "a field needs values");
    read.push_back({all[i].field(), {all[i].values().begin(), all[i].values().end()}});
  }
  return read;
}

absl::Status ReadLeastDates(const policy::v1::Pack& pack, const policy::v1::Rule& text,
                            const std::string& path, RecordField* kind) {
  for (int i = 0; i < text.least_dates_size(); ++i) {
    const policy::v1::LeastDate& least = text.least_dates(i);
    const std::string at = Item(path, "least_dates", i);
    if (!IsCode(least.field())) return Refuse(at, "a field is written in lower case (pays_to)");
    if (least.business_days() > kDatesMax || least.days() > kDatesMax) {
      return Refuse(at, absl::StrCat("0 to ", kDatesMax, " days"));
    }
    kind->least_dates.push_back(
        {least.field(), static_cast<int>(least.business_days()), static_cast<int>(least.days())});
  }
  if (kind->least_dates.empty()) {
    if (!text.has_skip_observed()) return absl::OkStatus();
    return Refuse(path + ".skip_observed", "only least_dates count business days here");
  }
  if (kind->of.empty()) {
    return Refuse(path + ".least_dates", "they are counted from an event: say of which types");
  }
  if (pack.calendar().empty()) return absl::OkStatus();
  const std::string calendar =
      absl::StrCat(pack.calendar(), text.skip_observed() ? "-OBSERVED" : "");
  kind->calendar = HolidayCalendar::Find(calendar);
  if (kind->calendar == nullptr) {
    return Refuse(path + ".skip_observed", absl::StrCat("there is no calendar ", calendar));
  }
  return absl::OkStatus();
}

absl::StatusOr<ConductKind> CompileRecordField(const policy::v1::Pack& pack,
                                               const policy::v1::Rule& text,
                                               const std::string& path) {
  RecordField kind;
  ASSIGN_OR_RETURN(kind.of, ReadEvents(text.of(), path, "of"));
  for (int i = 0; i < text.fields_size(); ++i) {
    if (!IsCode(text.fields(i))) {
      return Refuse(Item(path, "fields", i), "a field is written in lower case (pays_to)");
    }
    kind.fields.push_back(text.fields(i));
  }
  ASSIGN_OR_RETURN(kind.allowed, ReadValues(text.require_values(), path, "require_values"));
  ASSIGN_OR_RETURN(kind.forbidden, ReadValues(text.forbid_values(), path, "forbid_values"));
  RETURN_IF_ERROR(ReadLeastDates(pack, text, path, &kind));
  if (kind.fields.empty() && kind.allowed.empty() && kind.forbidden.empty() &&
      kind.least_dates.empty()) {
    return Refuse(path, "a rule of kind record_field needs fields or values");
  }
  return kind;
}

absl::StatusOr<int> NeedNumber(bool given, uint32_t number, uint32_t least, uint32_t most,
                               const std::string& path, std::string_view field) {
  if (!given) return Refuse(path, absl::StrCat("a rule of this kind needs ", ToAbsl(field)));
  if (number < least || number > most) {
    return Refuse(absl::StrCat(path, ".", ToAbsl(field)), absl::StrCat(least, " to ", most));
  }
  return static_cast<int>(number);
}

absl::StatusOr<ConductKind> CompileDuty(const policy::v1::Rule& text, const std::string& path) {
  Duty kind;
  ASSIGN_OR_RETURN(kind.after, NeedEvents(text.after(), path, "after"));
  ASSIGN_OR_RETURN(kind.fulfilled_by, NeedEvents(text.do_(), path, "do"));
  ASSIGN_OR_RETURN(kind.within,
                   NeedNumber(text.has_within(), text.within(), 0, kDatesMax, path, "within"));
  if (!text.unit().empty() && text.unit() != "calendar" && text.unit() != "business") {
    return Refuse(path + ".unit", "calendar or business");
  }
  kind.business_days = text.unit() == "business";
  kind.each = text.each();
  return kind;
}

absl::StatusOr<ConductKind> CompileWait(const policy::v1::Rule& text, const std::string& path) {
  Wait kind;
  ASSIGN_OR_RETURN(kind.after, NeedEvents(text.after(), path, "after"));
  ASSIGN_OR_RETURN(kind.before, NeedEvents(text.before(), path, "before"));
  ASSIGN_OR_RETURN(kind.unless_after, ReadEvents(text.unless_after(), path, "unless_after"));
  ASSIGN_OR_RETURN(kind.days, NeedNumber(text.has_days(), text.days(), 0, kDatesMax, path, "days"));
  if (text.has_times()) {
    ASSIGN_OR_RETURN(kind.times, NeedNumber(true, text.times(), 1, kTimesMax, path, "times"));
  }
  return kind;
}

absl::Status ReadBands(const policy::v1::Rule& text, const std::string& path, AmountCap* kind) {
  std::optional<int64_t> before = 0;
  for (int i = 0; i < text.bands_size(); ++i) {
    const std::string at = Item(path, "bands", i);
    AmountCap::Band band;
    if (!text.bands(i).to().empty()) {
      ASSIGN_OR_RETURN(band.to, ReadDecimal(text.bands(i).to(), at + ".to"));
    }
    if (!before || (band.to && *band.to <= *before)) {
      return Refuse(at, "bands go up; only the last has no end");
    }
    ASSIGN_OR_RETURN(band.bps, NeedNumber(true, text.bands(i).bps(), 0, kBpsMax, at, "bps"));
    before = band.to;
    kind->bands.push_back(band);
  }
  return absl::OkStatus();
}

absl::Status ReadTariff(const policy::v1::Rule& text, const std::string& path, AmountCap* kind) {
  std::optional<int64_t> before = 0;
  for (int i = 0; i < text.tariff_size(); ++i) {
    const std::string at = Item(path, "tariff", i);
    AmountCap::Step step;
    if (!text.tariff(i).to().empty()) {
      ASSIGN_OR_RETURN(step.to, ReadDecimal(text.tariff(i).to(), at + ".to"));
    }
    if (!before || (step.to && *step.to <= *before)) {
      return Refuse(at, "a tariff goes up; only its last step has no end");
    }
    ASSIGN_OR_RETURN(step.amount, ReadDecimal(text.tariff(i).amount(), at + ".amount"));
    before = step.to;
    kind->tariff.push_back(step);
  }
  return absl::OkStatus();
}

// Tells whether `other` caps the same thing at what `text` caps it before its reduction, on every
// date of `text`.
bool CapsUnreduced(const policy::v1::Pack& pack, const policy::v1::Rule& text,
                   const policy::v1::Rule& other) {
  const auto key = [](const policy::v1::Rule& rule) {
    std::string text_key = absl::StrCat(rule.base(), "/", rule.unit(), "/");
    for (const auto& band : rule.bands())
      absl::StrAppend(&text_key, band.to(), ":", band.bps(), ";");
    return text_key;
  };
  // Dates written 2021-04-20 compare as text; an absent end is after all of them.
  const auto from = [&](const policy::v1::Rule& rule) -> const std::string& {
    return rule.from().empty() ? pack.effective_from() : rule.from();
  };
  const auto until = [&](const policy::v1::Rule& rule) -> std::string {
    const std::string& text_until = rule.until().empty() ? pack.effective_until() : rule.until();
    return text_until.empty() ? "9999-99-99" : text_until;
  };
  return other.kind() == text.kind() && !other.has_reduce_by() && key(other) == key(text) &&
         from(other) <= from(text) && until(text) <= until(other);
}

absl::Status ReadReduction(const policy::v1::Pack& pack, const policy::v1::Rule& text,
                           const std::string& path, AmountCap* kind) {
  if (!text.has_reduce_by()) return absl::OkStatus();
  const std::string at = path + ".reduce_by";
  if (text.bands().empty()) return Refuse(at, "there are no bands to reduce");
  if (text.reduce_by().when() != "no_useful_notice") {
    return Refuse(at + ".when", "no_useful_notice");
  }
  AmountCap::Reduction reduction;
  ASSIGN_OR_RETURN(reduction.amount, ReadDecimal(text.reduce_by().amount(), at + ".amount"));
  ASSIGN_OR_RETURN(reduction.days,
                   NeedNumber(true, text.reduce_by().days(), 1, kDatesMax, at, "days"));
  kind->reduction = reduction;
  if (std::none_of(pack.rules().begin(), pack.rules().end(), [&](const policy::v1::Rule& other) {
        return CapsUnreduced(pack, text, other);
      })) {
    return Refuse(at,
                  "a rule that reduces a cap reports what lies between the two; the cap itself, "
                  "with the same base, unit and bands, is another rule in force on all its dates");
  }
  return absl::OkStatus();
}

absl::StatusOr<ConductKind> CompileAmountCap(const policy::v1::Pack& pack,
                                             const policy::v1::Rule& text,
                                             const std::string& path) {
  constexpr std::string_view kFees[] = {"collection", "penalty", "postage", "other", "legal"};
  AmountCap kind;
  RETURN_IF_ERROR(ReadBands(text, path, &kind));
  RETURN_IF_ERROR(ReadTariff(text, path, &kind));
  if (!kind.bands.empty() && !kind.tariff.empty()) {
    return Refuse(path + ".tariff", "bands or a tariff, not both");
  }
  kind.base = text.base().empty() ? "overdue" : text.base();
  if (!IsCode(kind.base)) return Refuse(path + ".base", "a code: overdue, instalment");
  if (!text.unit().empty()) {
    if (!Currency::FromCode(text.unit()).ok()) {
      return Refuse(path + ".unit", "not the code of a currency known here");
    }
    kind.unit = text.unit();
  }
  if (!text.unit_date().empty() && text.unit_date() != "delay" && text.unit_date() != "charge") {
    return Refuse(path + ".unit_date", "delay or charge");
  }
  kind.value_of_charge_date = text.unit_date() == "charge";
  if (!kind.caps() && (!text.base().empty() || !text.unit().empty() || !text.unit_date().empty())) {
    return Refuse(path, "base, unit and unit_date are for a rule with bands or a tariff");
  }
  if (text.has_first_day()) {
    ASSIGN_OR_RETURN(kind.first_day,
                     NeedNumber(true, text.first_day(), 0, kDatesMax, path, "first_day"));
  }
  RETURN_IF_ERROR(ReadReduction(pack, text, path, &kind));
  kind.needs_action = text.needs_action();
  for (int i = 0; i < text.needs_basis_size(); ++i) {
    if (!IsCode(text.needs_basis(i))) {
      return Refuse(Item(path, "needs_basis", i), "a basis is written in lower case (agreement)");
    }
    kind.needs_basis.push_back(text.needs_basis(i));
  }
  for (int i = 0; i < text.fees_size(); ++i) {
    if (std::find(std::begin(kFees), std::end(kFees), text.fees(i)) == std::end(kFees)) {
      return Refuse(Item(path, "fees", i), "collection, penalty, postage, other or legal");
    }
    kind.fees.push_back(text.fees(i));
  }
  // What a court awards is not a cost of collecting out of court.
  if (kind.fees.empty()) kind.fees.assign(std::begin(kFees), std::end(kFees) - 1);
  if (!kind.caps() && !kind.first_day && !kind.needs_action && kind.needs_basis.empty()) {
    return Refuse(path, "an amount_cap that asks for nothing");
  }
  return kind;
}

absl::StatusOr<ConductKind> CompileRetention(const policy::v1::Rule& text,
                                             const std::string& path) {
  constexpr std::pair<std::string_view, Retention::Trigger> kTriggers[] = {
      {"EVENT_TIME", Retention::Trigger::kEventTime},
      {"LAST_ACTIVITY_ON_OBLIGATION", Retention::Trigger::kLastActivityOnObligation},
      {"CALL_TIME", Retention::Trigger::kCallTime},
      {"CASE_CLOSED", Retention::Trigger::kCaseClosed},
      {"DEBT_EXTINGUISHED", Retention::Trigger::kDebtExtinguished},
      {"MATTER_CLOSED", Retention::Trigger::kMatterClosed},
      {"AGREEMENT_ENDED", Retention::Trigger::kAgreementEnded},
  };
  Retention kind;
  if (text.class_().empty()) return Refuse(path, "a rule of kind retention needs class");
  for (int i = 0; i < text.class__size(); ++i) {
    if (std::find(std::begin(kRetentionClasses), std::end(kRetentionClasses), text.class_(i)) ==
        std::end(kRetentionClasses)) {
      return Refuse(Item(path, "class", i), absl::StrCat(text.class_(i), ": no such class"));
    }
    kind.classes.push_back(text.class_(i));
  }
  if (text.after_size() > 1) return Refuse(path + ".after", "one of DISPOSE, REVIEW, KEEP");
  const std::string after = text.after().empty() ? "REVIEW" : text.after(0);
  if (after == "KEEP") {
    kind.after = Retention::After::kKeep;
  } else if (after == "DISPOSE") {
    kind.after = Retention::After::kDispose;
  } else if (after != "REVIEW") {
    return Refuse(path + ".after", "one of DISPOSE, REVIEW, KEEP");
  }
  kind.floor = text.floor();
  if (kind.after == Retention::After::kKeep) {
    if (text.has_years() || !text.trigger().empty()) {
      return Refuse(path + ".after", "what is kept for ever has neither years nor trigger");
    }
    return kind;
  }
  ASSIGN_OR_RETURN(kind.years,
                   NeedNumber(text.has_years(), text.years(), 1, kYearsMax, path, "years"));
  const auto* trigger =
      std::find_if(std::begin(kTriggers), std::end(kTriggers),
                   [&](const auto& word) { return word.first == text.trigger(); });
  if (trigger == std::end(kTriggers)) {
    return Refuse(text.trigger().empty() ? path : path + ".trigger",
                  absl::StrCat("\"", text.trigger(), "\": no such trigger"));
  }
  kind.trigger = trigger->second;
  const bool contact =
      std::find(kind.classes.begin(), kind.classes.end(), "contact") != kind.classes.end();
  if (contact && *kind.years < kContactYearsMin) {
    return Refuse(path + ".years", "records of class contact stay at least two years");
  }
  return kind;
}

}  // namespace

bool IsEventWord(std::string_view text) {
  static const Catalogue* catalogue = new Catalogue();
  return text == kConversation ||
         catalogue->Find(absl::StrCat("constancia.event.v1.", ToAbsl(text))) != nullptr;
}

absl::StatusOr<ConductKind> CompileConduct(const policy::v1::Pack& pack,
                                           const policy::v1::Rule& text, const std::string& path) {
  if (text.kind() == "content") return CompileContent(text, path);
  if (text.kind() == "record_field") return CompileRecordField(pack, text, path);
  if (text.kind() == "duty") return CompileDuty(text, path);
  if (text.kind() == "wait") return CompileWait(text, path);
  if (text.kind() == "amount_cap") return CompileAmountCap(pack, text, path);
  return CompileRetention(text, path);
}

}  // namespace constancia::policies::internal
