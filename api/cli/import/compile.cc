#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "api/cli/import/field_path.h"
#include "api/cli/import/internal/row_plan.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace constancia::api {
namespace {

using csv::v1::FieldRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::unique_ptr<Message> New(const Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// Turns a mapping into a plan, part by part; `path` says which part an error is about.
class Compiler {
 public:
  Compiler(const MappingFile& file, const Zones& zones, const Catalogue& catalogue,
           RowMapper::Setting setting)
      : file_(file), zones_(zones), catalogue_(catalogue), setting_(std::move(setting)) {}

  absl::StatusOr<std::unique_ptr<RowPlan>> Compile();

 private:
  // Names the place of a status that is not OK.
  absl::Status At(std::string_view path, const absl::Status& status) const {
    return status.ok() ? status : file_.ErrorAt(path, ToStd(status.message()));
  }

  template <typename T>
  absl::StatusOr<T> At(std::string_view path, absl::StatusOr<T> value) const {
    if (!value.ok()) return At(path, value.status());
    return value;
  }

  absl::Status AddIds(RowNames* names) const {
    const auto& ids = file_.mapping().ids();
    for (int i = 0; i < ids.size(); ++i) {
      const std::string path = absl::StrCat("ids[", i, "]");
      ASSIGN_OR_RETURN(const size_t column,
                       At(absl::StrCat(path, ".column"), names->Column(ids[i].column())));
      if (ids[i].derive() && !setting_.ledger_key.has_value()) {
        return file_.ErrorAt(absl::StrCat(path, ".derive"),
                             "derived ids need the ledger's secret key: run this where the "
                             "ledger's folder is, with --ledger DIR");
      }
      if (ids[i].derive() && file_.mapping().system().empty()) {
        return file_.ErrorAt(absl::StrCat(path, ".derive"), "derived ids need `system`");
      }
      RETURN_IF_ERROR(At(
          absl::StrCat(path, ".name"),
          names->AddId(ids[i].name(), column, ids[i].derive() ? setting_.ledger_key : std::nullopt,
                       file_.mapping().system())));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<RowTemplate> Template(const std::string& path, const std::string& text) const {
    ASSIGN_OR_RETURN(RowTemplate result, At(path, RowTemplate::Parse(text)));
    for (const std::string& name : result.Names()) {
      if (!names_->Knows(name)) {
        return file_.ErrorAt(path, absl::StrCat("no column or id is called \"", name, "\""));
      }
    }
    return result;
  }

  absl::StatusOr<std::optional<RowTemplate>> OptionalTemplate(const std::string& path,
                                                              const std::string& text) const {
    if (text.empty()) return std::nullopt;
    ASSIGN_OR_RETURN(RowTemplate result, Template(path, text));
    return std::optional<RowTemplate>(std::move(result));
  }

  absl::StatusOr<std::vector<ColumnTest>> Tests(
      const std::string& path,
      const google::protobuf::RepeatedPtrField<csv::v1::Condition>& conditions) const {
    std::vector<ColumnTest> tests;
    for (int i = 0; i < conditions.size(); ++i) {
      const csv::v1::Condition& condition = conditions[i];
      const std::string here = absl::StrCat(path, "[", i, "]");
      ColumnTest test{};
      ASSIGN_OR_RETURN(test.column,
                       At(absl::StrCat(here, ".column"), names_->Column(condition.column())));
      switch (condition.test_case()) {
        case csv::v1::Condition::kEquals:
          test.texts.push_back(condition.equals());
          break;
        case csv::v1::Condition::kOneOf:
          test.texts.assign(condition.one_of().texts().begin(), condition.one_of().texts().end());
          if (test.texts.empty()) return file_.ErrorAt(here, "one_of needs texts");
          break;
        case csv::v1::Condition::kPresent:
        case csv::v1::Condition::kAbsent:
          if (!condition.present() && !condition.absent()) {
            return file_.ErrorAt(here, "present and absent can only be true");
          }
          test.when_empty = condition.absent();
          break;
        case csv::v1::Condition::TEST_NOT_SET:
          return file_.ErrorAt(here, "say equals, one_of, present or absent");
      }
      tests.push_back(std::move(test));
    }
    return tests;
  }

  absl::StatusOr<TimeSource> Time(const std::string& path, const csv::v1::TimeRule& rule,
                                  bool needs_zone) const {
    ASSIGN_OR_RETURN(const size_t column,
                     At(absl::StrCat(path, ".column"), names_->Column(rule.column())));
    absl::TimeZone zone = absl::UTCTimeZone();
    if (needs_zone) {
      if (rule.zone().empty()) return file_.ErrorAt(path, "say in which zone, as in Europe/Rome");
      ASSIGN_OR_RETURN(zone, At(absl::StrCat(path, ".zone"), zones_.Find(rule.zone())));
    } else if (!rule.zone().empty()) {
      return file_.ErrorAt(absl::StrCat(path, ".zone"), "a date has no zone");
    }
    ASSIGN_OR_RETURN(TimestampText text,
                     At(absl::StrCat(path, ".formats"),
                        TimestampText::Make({rule.formats().begin(), rule.formats().end()}, zone)));
    return TimeSource{column, rule.column(), rule.zone(), std::move(text)};
  }

  absl::StatusOr<AmountSource> Amount(const std::string& path,
                                      const csv::v1::MoneyRule& rule) const {
    ASSIGN_OR_RETURN(const size_t column,
                     At(absl::StrCat(path, ".column"), names_->Column(rule.column())));
    const std::string currency_path = absl::StrCat(path, ".currency");
    if (rule.currency().empty()) return file_.ErrorAt(path, "say the currency");
    ASSIGN_OR_RETURN(RowTemplate currency, Template(currency_path, rule.currency()));
    if (currency.Names().empty()) {
      RETURN_IF_ERROR(At(currency_path, Currency::FromCode(rule.currency()).status()));
    }
    return AmountSource{
        column, rule.column(), std::move(currency), {rule.decimal_comma(), rule.minor_units()}};
  }

  absl::StatusOr<FieldSetter> TextSetter(const std::string& path, const FieldRule& rule,
                                         const Descriptor& type, const FieldPath& field) const;
  absl::StatusOr<FieldSetter> MoneySetter(const std::string& path, const FieldRule& rule,
                                          const FieldPath& field);
  absl::StatusOr<FieldSetter> TimeSetter(const std::string& path, const FieldRule& rule,
                                         const FieldPath& field) const;
  absl::StatusOr<FieldSetter> CodeSetter(const std::string& path, const FieldRule& rule,
                                         const Descriptor& type, const FieldPath& field) const;
  absl::StatusOr<FieldPlan> Field(const std::string& path, const FieldRule& rule,
                                  const Descriptor& type);
  absl::StatusOr<ActorSource> Actor(const std::string& path, const csv::v1::ActorRule& rule) const;
  absl::StatusOr<std::optional<OnBehalfOfSource>> OnBehalfOf(
      const std::string& path, const csv::v1::OnBehalfOfRule& rule) const;
  absl::StatusOr<EventPlan> Event(const std::string& path, const csv::v1::EventRule& rule);

  const MappingFile& file_;
  const Zones& zones_;
  const Catalogue& catalogue_;
  const RowMapper::Setting setting_;
  std::unique_ptr<RowPlan> plan_;
  const RowNames* names_ = nullptr;  // Those of plan_.
};

// A setter for text, checked at once when no column is in it.
absl::StatusOr<FieldSetter> Compiler::TextSetter(const std::string& path, const FieldRule& rule,
                                                 const Descriptor& type,
                                                 const FieldPath& field) const {
  ASSIGN_OR_RETURN(RowTemplate text, Template(absl::StrCat(path, ".text"), rule.text()));
  if (text.Names().empty()) {
    ASSIGN_OR_RETURN(const std::string constant, text.Fill(nullptr));
    RETURN_IF_ERROR(At(absl::StrCat(path, ".text"), field.SetText(constant, New(type).get())));
  }
  return [plan = plan_.get(), text = std::move(text), field](const RowView& row, Message* event) {
    ASSIGN_OR_RETURN(const std::string value, plan->Fill(text, row));
    return field.SetText(value, event);
  };
}

absl::StatusOr<FieldSetter> Compiler::MoneySetter(const std::string& path, const FieldRule& rule,
                                                  const FieldPath& field) {
  const bool minor_only = field.field().cpp_type() == FieldDescriptor::CPPTYPE_INT64;
  if (!minor_only && field.field().message_type() != event::v1::Money::descriptor()) {
    return file_.ErrorAt(path, "this field holds no amount");
  }
  const std::string here = absl::StrCat(path, ".money");
  ASSIGN_OR_RETURN(AmountSource source, Amount(here, rule.money()));
  RunningTotal* total = nullptr;
  if (!rule.money().running_total_of().empty()) {
    ASSIGN_OR_RETURN(const size_t key, At(absl::StrCat(here, ".running_total_of"),
                                          names_->Column(rule.money().running_total_of())));
    plan_->totals.push_back(std::make_unique<RunningTotal>(RunningTotal{source, key, {}}));
    total = plan_->totals.back().get();
  }
  return [plan = plan_.get(), source = std::move(source), total, minor_only, field](
             const RowView& row, Message* event) -> absl::Status {
    ASSIGN_OR_RETURN(Money amount, plan->Amount(source, row));
    if (total != nullptr) {
      const auto last = total->last.find(row.row.fields[total->key_column]);
      if (last == total->last.end()) {
        return Error(error::v1::INPUT_MALFORMED,
                     absl::StrCat("no row before this one has a right \"", source.column_name,
                                  "\" to tell what the total rose by"));
      }
      ASSIGN_OR_RETURN(amount, amount.Minus(Money(last->second, amount.currency())));
    }
    if (minor_only) {
      field.SetNumber(amount.minor(), event);
    } else {
      auto* money =
          google::protobuf::DynamicCastToGenerated<event::v1::Money>(field.Mutable(event));
      money->set_amount_minor(amount.minor());
      money->set_code(std::string(amount.currency().code()));
    }
    return absl::OkStatus();
  };
}

absl::StatusOr<FieldSetter> Compiler::TimeSetter(const std::string& path, const FieldRule& rule,
                                                 const FieldPath& field) const {
  if (rule.has_date()) {
    if (field.field().type() != FieldDescriptor::TYPE_STRING) {
      return file_.ErrorAt(path, "this field holds no civil date");
    }
    ASSIGN_OR_RETURN(TimeSource source, Time(absl::StrCat(path, ".date"), rule.date(), false));
    return [plan = plan_.get(), source = std::move(source), field](const RowView& row,
                                                                   Message* event) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string text, plan->Text(source.column, source.column_name, row));
      ASSIGN_OR_RETURN(const CivilDate date, source.text.ReadDate(text));
      return field.SetText(date.ToText(), event);
    };
  }
  if (field.field().message_type() != google::protobuf::Timestamp::descriptor()) {
    return file_.ErrorAt(path, "this field holds no point in time");
  }
  ASSIGN_OR_RETURN(TimeSource source, Time(absl::StrCat(path, ".time"), rule.time(), true));
  return [plan = plan_.get(), source = std::move(source), field](const RowView& row,
                                                                 Message* event) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string text, plan->Text(source.column, source.column_name, row));
    ASSIGN_OR_RETURN(const Instant instant, source.text.Read(text));
    PutInstant(instant, google::protobuf::DynamicCastToGenerated<google::protobuf::Timestamp>(
                            field.Mutable(event)));
    return absl::OkStatus();
  };
}

absl::StatusOr<FieldSetter> Compiler::CodeSetter(const std::string& path, const FieldRule& rule,
                                                 const Descriptor& type,
                                                 const FieldPath& field) const {
  const std::string here = absl::StrCat(path, ".code");
  ASSIGN_OR_RETURN(const size_t column,
                   At(absl::StrCat(here, ".column"), names_->Column(rule.code().column())));
  std::map<std::string, std::string, std::less<>> codes;
  const std::unique_ptr<Message> scratch = New(type);
  for (int i = 0; i < rule.code().codes_size(); ++i) {
    const csv::v1::Code& code = rule.code().codes(i);
    const std::string code_path = absl::StrCat(here, ".codes[", i, "]");
    if (!codes.emplace(code.code(), code.value()).second) {
      return file_.ErrorAt(absl::StrCat(code_path, ".code"), "this code is there already");
    }
    RETURN_IF_ERROR(
        At(absl::StrCat(code_path, ".value"), field.SetText(code.value(), scratch.get())));
  }
  const std::string& otherwise = rule.code().otherwise();
  if (!otherwise.empty()) {
    RETURN_IF_ERROR(At(absl::StrCat(here, ".otherwise"), field.SetText(otherwise, scratch.get())));
  }
  return [plan = plan_.get(), column, name = rule.code().column(), codes = std::move(codes),
          otherwise, field](const RowView& row, Message* event) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string text, plan->Text(column, name, row));
    const auto found = codes.find(text);
    if (found == codes.end() && otherwise.empty()) {
      return Error(error::v1::INPUT_MALFORMED,
                   absl::StrCat("the mapping has no value for the code \"", text, "\""));
    }
    return field.SetText(found == codes.end() ? otherwise : found->second, event);
  };
}

absl::StatusOr<FieldPlan> Compiler::Field(const std::string& path, const FieldRule& rule,
                                          const Descriptor& type) {
  ASSIGN_OR_RETURN(const FieldPath field,
                   At(absl::StrCat(path, ".field"), FieldPath::Parse(type, rule.field())));
  const bool from_text =
      rule.value_case() == FieldRule::kText || rule.value_case() == FieldRule::kCode;
  if (from_text && !field.TakesText()) {
    return file_.ErrorAt(absl::StrCat(path, ".field"),
                         absl::StrCat(rule.field(), " cannot be set from text"));
  }
  absl::StatusOr<FieldSetter> setter;
  switch (rule.value_case()) {
    case FieldRule::kText:
      setter = TextSetter(path, rule, type, field);
      break;
    case FieldRule::kMoney:
      setter = MoneySetter(path, rule, field);
      break;
    case FieldRule::kDate:
    case FieldRule::kTime:
      setter = TimeSetter(path, rule, field);
      break;
    case FieldRule::kCode:
      setter = CodeSetter(path, rule, type, field);
      break;
    case FieldRule::VALUE_NOT_SET:
      return file_.ErrorAt(path, "say text, money, date, time or code");
  }
  if (!setter.ok()) return setter.status();
  return FieldPlan{rule.field(), rule.optional(), *std::move(setter)};
}

absl::StatusOr<ActorSource> Compiler::Actor(const std::string& path,
                                            const csv::v1::ActorRule& rule) const {
  if (rule.kind() == ledger::v1::ACTOR_KIND_UNSPECIFIED) {
    return file_.ErrorAt(path,
                         "say the kind of actor: PERSON, SYSTEM, BOT, BATCH, AUTHORITY, DEBTOR");
  }
  if (rule.id().empty()) return file_.ErrorAt(path, "say the id of the actor");
  ASSIGN_OR_RETURN(RowTemplate id, Template(absl::StrCat(path, ".id"), rule.id()));
  ASSIGN_OR_RETURN(auto role, OptionalTemplate(absl::StrCat(path, ".role"), rule.role()));
  return ActorSource{rule.kind(), std::move(id), std::move(role)};
}

absl::StatusOr<std::optional<OnBehalfOfSource>> Compiler::OnBehalfOf(
    const std::string& path, const csv::v1::OnBehalfOfRule& rule) const {
  if (rule.creditor().empty()) return file_.ErrorAt(path, "say the creditor");
  ASSIGN_OR_RETURN(RowTemplate creditor,
                   Template(absl::StrCat(path, ".creditor"), rule.creditor()));
  ASSIGN_OR_RETURN(auto agency, OptionalTemplate(absl::StrCat(path, ".agency"), rule.agency()));
  return std::optional<OnBehalfOfSource>({std::move(creditor), std::move(agency)});
}

absl::StatusOr<EventPlan> Compiler::Event(const std::string& path, const csv::v1::EventRule& rule) {
  const csv::v1::Mapping& mapping = file_.mapping();
  const EventType* type = catalogue_.Find(absl::StrContains(rule.type(), '.')
                                              ? rule.type()
                                              : absl::StrCat("constancia.event.v1.", rule.type()));
  const std::string type_path = absl::StrCat(path, ".type");
  if (type == nullptr) {
    return file_.ErrorAt(type_path, absl::StrCat("no event is called \"", rule.type(), "\""));
  }
  if (type->origin != EventOrigin::kFact) {
    return file_.ErrorAt(type_path, absl::StrCat(rule.type(),
                                                 " is a decision: only a command "
                                                 "makes it, no source can tell it"));
  }
  ASSIGN_OR_RETURN(std::vector<ColumnTest> when, Tests(absl::StrCat(path, ".when"), rule.when()));

  if (!rule.has_occurred_at() && !mapping.has_occurred_at()) {
    return file_.ErrorAt(path, "say when it happened: occurred_at, here or for all events");
  }
  ASSIGN_OR_RETURN(TimeSource occurred_at,
                   rule.has_occurred_at()
                       ? Time(absl::StrCat(path, ".occurred_at"), rule.occurred_at(), true)
                       : Time("occurred_at", mapping.occurred_at(), true));
  if (!rule.has_actor() && !mapping.has_actor()) {
    return file_.ErrorAt(path, "say who did it: actor, here or for all events");
  }
  ASSIGN_OR_RETURN(ActorSource actor, rule.has_actor()
                                          ? Actor(absl::StrCat(path, ".actor"), rule.actor())
                                          : Actor("actor", mapping.actor()));
  std::optional<OnBehalfOfSource> on_behalf_of;
  if (rule.has_on_behalf_of()) {
    ASSIGN_OR_RETURN(on_behalf_of,
                     OnBehalfOf(absl::StrCat(path, ".on_behalf_of"), rule.on_behalf_of()));
  } else if (mapping.has_on_behalf_of()) {
    ASSIGN_OR_RETURN(on_behalf_of, OnBehalfOf("on_behalf_of", mapping.on_behalf_of()));
  }
  if (rule.streams().empty()) {
    return file_.ErrorAt(path, "say in which streams it belongs, as in \"case/{case}\"");
  }
  std::vector<RowTemplate> streams;
  for (int i = 0; i < rule.streams_size(); ++i) {
    ASSIGN_OR_RETURN(RowTemplate stream,
                     Template(absl::StrCat(path, ".streams[", i, "]"), rule.streams(i)));
    streams.push_back(std::move(stream));
  }
  ASSIGN_OR_RETURN(auto subject, OptionalTemplate(absl::StrCat(path, ".subject"), rule.subject()));
  std::vector<FieldPlan> fields;
  for (int i = 0; i < rule.fields_size(); ++i) {
    ASSIGN_OR_RETURN(FieldPlan field, Field(absl::StrCat(path, ".fields[", i, "]"), rule.fields(i),
                                            *type->descriptor));
    fields.push_back(std::move(field));
  }
  return EventPlan{type->descriptor,   std::move(when),         std::move(occurred_at),
                   std::move(actor),   std::move(on_behalf_of), std::move(streams),
                   std::move(subject), std::move(fields)};
}

absl::StatusOr<std::unique_ptr<RowPlan>> Compiler::Compile() {
  const csv::v1::Mapping& mapping = file_.mapping();
  ASSIGN_OR_RETURN(RowNames names, At("", RowNames::Make(setting_.columns, setting_.file_digest)));
  RETURN_IF_ERROR(AddIds(&names));
  plan_ = std::make_unique<RowPlan>(std::move(names));
  names_ = &plan_->names;
  for (int i = 0; i < mapping.external_id_size(); ++i) {
    const std::string& name = mapping.external_id(i);
    if (!names_->Knows(name)) {
      return file_.ErrorAt(absl::StrCat("external_id[", i, "]"),
                           absl::StrCat("no column or id is called \"", name, "\""));
    }
    plan_->external_id.push_back(name);
  }
  for (int i = 0; i < mapping.ignore_size(); ++i) {
    const std::string path = absl::StrCat("ignore[", i, "]");
    ASSIGN_OR_RETURN(std::vector<ColumnTest> when,
                     Tests(absl::StrCat(path, ".when"), mapping.ignore(i).when()));
    if (when.empty()) return file_.ErrorAt(path, "this would ignore every row");
    plan_->ignore.push_back(std::move(when));
  }
  if (mapping.events().empty()) return file_.ErrorAt("", "a mapping needs events");
  for (int i = 0; i < mapping.events_size(); ++i) {
    ASSIGN_OR_RETURN(EventPlan event, Event(absl::StrCat("events[", i, "]"), mapping.events(i)));
    plan_->events.push_back(std::move(event));
  }
  return std::move(plan_);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowPlan>> CompileMapping(const MappingFile& file,
                                                        RowMapper::Setting setting,
                                                        const Zones& zones,
                                                        const Catalogue& catalogue) {
  return Compiler(file, zones, catalogue, std::move(setting)).Compile();
}

}  // namespace constancia::api
