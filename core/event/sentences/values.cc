#include "core/event/sentences/values.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace constancia {
namespace {

namespace ev = event::v1;
using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kNoBreakSpace = "\u00a0";

// "1 234 567" of "1234567".
std::string Grouped(std::string_view digits) {
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.append(kNoBreakSpace);
    text.push_back(digits[i]);
  }
  return text;
}

std::string_view In(Language language, std::string_view es, std::string_view pt,
                    std::string_view en) {
  if (language == Language::kPortuguese) return pt;
  return language == Language::kEnglish ? en : es;
}

std::string DayText(absl::CivilDay day, Language language) {
  constexpr std::array<std::array<const char*, 12>, 3> kMonths = {{
      {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
       "octubre", "noviembre", "diciembre"},
      {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
       "outubro", "novembro", "dezembro"},
      {"January", "February", "March", "April", "May", "June", "July", "August", "September",
       "October", "November", "December"},
  }};
  const char* of = language == Language::kEnglish ? " " : " de ";
  return absl::StrCat(day.day(), of,
                      kMonths[static_cast<size_t>(language)][static_cast<size_t>(day.month() - 1)],
                      of, day.year());
}

std::optional<absl::CivilDay> ReadDay(std::string_view text) {
  absl::CivilDay day;
  if (text.size() != std::string_view("2025-03-10").size() ||
      !absl::ParseCivilTime(ToAbsl(text), &day)) {
    return std::nullopt;
  }
  return day;
}

// The sum of the parts of a balance; nothing when it does not fit.
std::optional<int64_t> TotalOf(const ev::BalanceComponents& balance) {
  __int128 total = 0;
  for (const int64_t part : {balance.principal_minor(), balance.ordinary_interest_minor(),
                             balance.penalty_interest_minor(), balance.collection_fee_minor(),
                             balance.legal_costs_minor(), balance.taxes_minor(),
                             balance.insurance_minor(), balance.other_minor()}) {
    total += part;
  }
  if (total < std::numeric_limits<int64_t>::min() || total > std::numeric_limits<int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int64_t>(total);
}

std::string WindowText(const ev::TimeWindow& window, Language language) {
  constexpr std::array<std::array<const char*, 7>, 3> kDays = {{
      {"lun", "mar", "mié", "jue", "vie", "sáb", "dom"},
      {"seg", "ter", "qua", "qui", "sex", "sáb", "dom"},
      {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
  }};
  std::vector<std::string> days;
  for (const uint32_t day : window.weekdays()) {
    if (day >= 1 && day <= 7) days.emplace_back(kDays[static_cast<size_t>(language)][day - 1]);
  }
  const std::string which =
      days.empty() ? std::string(In(language, "todos los días", "todos os dias", "every day"))
                   : absl::StrJoin(days, ", ");
  return absl::StrFormat("%s %02d:%02d-%02d:%02d", which, window.from_minute() / 60,
                         window.from_minute() % 60, window.to_minute() / 60,
                         window.to_minute() % 60);
}

// From the first date to the last one inside.
std::string RangeText(const ev::DateRange& range, Language language) {
  const std::optional<absl::CivilDay> to = ReadDay(range.to_date());
  const std::string last = to ? DayText(*to - 1, language) : range.to_date();
  return absl::StrCat(ToAbsl(In(language, "del ", "de ", "from ")),
                      DateText(range.from_date(), language),
                      ToAbsl(In(language, " al ", " a ", " to ")), last);
}

std::string GuardText(const ev::GuardResult& guard, Language language) {
  std::string text = guard.guard_id();
  if (guard.overridden()) {
    absl::StrAppend(&text,
                    ToAbsl(In(language, " (pasado por alto)", " (dispensado)", " (overridden)")));
  } else if (!guard.passed()) {
    absl::StrAppend(&text,
                    ToAbsl(In(language, " (no se cumple)", " (não se cumpre)", " (not met)")));
  }
  return text;
}

std::string IndexedText(const ev::IndexedAmount& amount, Language language) {
  std::string text = AmountText(amount.amount_minor(), amount.code(), language);
  if (amount.has_converted()) {
    absl::StrAppend(
        &text, " (",
        AmountText(amount.converted().amount_minor(), amount.converted().code(), language), ")");
  }
  return text;
}

std::string AllocationText(const ev::Allocation& part, const ValueWords& words) {
  const Language language = words.language;
  std::string text = AmountText(part.amount().amount_minor(), part.amount().code(), language);
  const EnumValueDescriptor* component =
      ev::BalanceComponent_descriptor()->FindValueByNumber(part.component());
  if (component != nullptr && component->number() != 0) {
    absl::StrAppend(&text, ToAbsl(In(language, " a ", " a ", " to ")),
                    LabelOf(*component, *words.labels, language).value_or(component->name()));
  }
  if (!part.obligation_id().empty()) absl::StrAppend(&text, " (", part.obligation_id(), ")");
  return text;
}

// Nothing for a type that is not said.
std::optional<std::string> MessageText(const Message& message, const ValueWords& words) {
  const Language language = words.language;
  using google::protobuf::DynamicCastToGenerated;
  if (const auto* money = DynamicCastToGenerated<ev::Money>(&message)) {
    return AmountText(money->amount_minor(), money->code(), language);
  }
  if (const auto* balance = DynamicCastToGenerated<ev::BalanceComponents>(&message)) {
    const std::optional<int64_t> total = TotalOf(*balance);
    return total ? AmountText(*total, balance->code(), language) : "";
  }
  if (const auto* indexed = DynamicCastToGenerated<ev::IndexedAmount>(&message)) {
    return IndexedText(*indexed, language);
  }
  if (const auto* at = DynamicCastToGenerated<google::protobuf::Timestamp>(&message)) {
    return ClockText(at->seconds() * kMicrosPerSecond + at->nanos() / 1000, words.offset_minutes,
                     language);
  }
  if (const auto* version = DynamicCastToGenerated<ev::VersionRef>(&message)) {
    return version->version() == 0 ? version->id()
                                   : absl::StrCat(version->id(), " v", version->version());
  }
  if (const auto* range = DynamicCastToGenerated<ev::DateRange>(&message)) {
    return RangeText(*range, language);
  }
  if (const auto* window = DynamicCastToGenerated<ev::TimeWindow>(&message)) {
    return WindowText(*window, language);
  }
  if (const auto* guard = DynamicCastToGenerated<ev::GuardResult>(&message)) {
    return GuardText(*guard, language);
  }
  if (const auto* approval = DynamicCastToGenerated<ev::Approval>(&message)) {
    return approval->role().empty()
               ? approval->actor_id()
               : absl::StrCat(approval->actor_id(), " (", approval->role(), ")");
  }
  if (const auto* part = DynamicCastToGenerated<ev::Allocation>(&message)) {
    return AllocationText(*part, words);
  }
  if (const auto* code = DynamicCastToGenerated<ev::CodeValue>(&message)) {
    return absl::StrCat(code->name(), " = ", code->value());
  }
  return std::nullopt;
}

// The value of a field that is there; `index` is -1 unless it is repeated.
std::string OneText(const Message& message, const FieldDescriptor& field, int index,
                    const ValueWords& words) {
  const google::protobuf::Reflection& read = *message.GetReflection();
  const bool many = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return DateText(
          many ? read.GetRepeatedString(message, &field, index) : read.GetString(message, &field),
          words.language);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value =
          many ? read.GetRepeatedEnum(message, &field, index) : read.GetEnum(message, &field);
      return LabelOf(*value, *words.labels, words.language).value_or(std::string(CodeOf(*value)));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(many ? read.GetRepeatedMessage(message, &field, index)
                              : read.GetMessage(message, &field),
                         words)
          .value_or("");
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(many ? read.GetRepeatedInt32(message, &field, index)
                               : read.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(many ? read.GetRepeatedInt64(message, &field, index)
                               : read.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(many ? read.GetRepeatedUInt32(message, &field, index)
                               : read.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(many ? read.GetRepeatedUInt64(message, &field, index)
                               : read.GetUInt64(message, &field));
    default:
      return "";
  }
}

}  // namespace

std::string_view CodeOf(const EnumValueDescriptor& value) {
  constexpr std::string_view kNone = "UNSPECIFIED";
  const std::string_view first = value.type()->value(0)->name();
  const std::string_view name = value.name();
  const size_t prefix = first.ends_with(kNone) ? first.size() - kNone.size() : 0;
  return name.substr(std::min(prefix, name.size()));
}

std::optional<std::string> LabelOf(const EnumValueDescriptor& value, const CodeLabels& labels,
                                   Language language) {
  if (value.options().HasExtension(ev::label)) {
    const ev::Label& label = value.options().GetExtension(ev::label);
    return std::string(In(language, label.es(), label.pt(), label.en()));
  }
  const auto found = labels.find(absl::StrCat(value.type()->name(), " ", ToAbsl(CodeOf(value))));
  if (found == labels.end()) return std::nullopt;
  return found->second.In(language);
}

std::string AmountText(int64_t minor, std::string_view code, Language language) {
  const absl::StatusOr<Currency> currency = Currency::FromCode(code);
  std::string decimal = currency.ok() ? Money(minor, *currency).ToDecimal() : absl::StrCat(minor);
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.erase(0, 1);
  const size_t point = std::min(decimal.find('.'), decimal.size());
  std::string text = negative ? "-" : "";
  text += Grouped(std::string_view(decimal).substr(0, point));
  if (point < decimal.size()) {
    text += language == Language::kEnglish ? "." : ",";
    text += decimal.substr(point + 1);
  }
  return absl::StrCat(text, ToAbsl(kNoBreakSpace), ToAbsl(code));
}

std::string DateText(std::string_view date, Language language) {
  const std::optional<absl::CivilDay> day = ReadDay(date);
  return day ? DayText(*day, language) : std::string(date);
}

std::string ClockText(int64_t micros, int offset_minutes, Language language) {
  const absl::CivilSecond local = absl::ToCivilSecond(
      absl::FromUnixMicros(micros) + absl::Minutes(offset_minutes), absl::UTCTimeZone());
  return absl::StrFormat("%s, %02d:%02d:%02d", DayText(absl::CivilDay(local), language),
                         local.hour(), local.minute(), local.second());
}

bool IsSayable(const Descriptor& type) {
  const Descriptor* const kSaid[] = {
      ev::Money::descriptor(),         ev::BalanceComponents::descriptor(),
      ev::IndexedAmount::descriptor(), google::protobuf::Timestamp::descriptor(),
      ev::VersionRef::descriptor(),    ev::DateRange::descriptor(),
      ev::TimeWindow::descriptor(),    ev::GuardResult::descriptor(),
      ev::Approval::descriptor(),      ev::Allocation::descriptor(),
      ev::CodeValue::descriptor()};
  return std::find(std::begin(kSaid), std::end(kSaid), &type) != std::end(kSaid);
}

std::string ValueText(const Message& message, const FieldDescriptor& field,
                      const ValueWords& words) {
  const google::protobuf::Reflection& read = *message.GetReflection();
  if (!field.is_repeated()) {
    return read.HasField(message, &field) ? OneText(message, field, -1, words) : "";
  }
  std::vector<std::string> texts;
  for (int i = 0; i < read.FieldSize(message, &field); ++i) {
    texts.push_back(OneText(message, field, i, words));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace constancia
