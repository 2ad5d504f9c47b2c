#include "policies/review/rule_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace constancia::policies {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A value of a repeated field (at `index`) or of a plain one (-1).
std::string ValueText(const Message& message, const FieldDescriptor* field, int index) {
  const auto& reflection = *message.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    return index < 0 ? reflection.GetStringReference(message, field, &scratch)
                     : reflection.GetRepeatedStringReference(message, field, index, &scratch);
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintFieldValueToString(message, field, index, &text);
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// "per: cl.week": the key and the value of an entry of a map.
std::string EntryText(const Message& entry) {
  const google::protobuf::Descriptor& type = *entry.GetDescriptor();
  return absl::StrCat(ValueText(entry, type.map_key(), -1), ": ",
                      ValueText(entry, type.map_value(), -1));
}

void AddFields(const Message& message, const std::string& prefix,
               std::map<std::string, std::string>* fields) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const std::string path = prefix + field->name();
    if (field->is_repeated()) {
      std::vector<std::string> values;
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        values.push_back(field->is_map()
                             ? EntryText(reflection.GetRepeatedMessage(message, field, i))
                             : ValueText(message, field, i));
      }
      // The entries of a map have no order of their own.
      if (field->is_map()) std::sort(values.begin(), values.end());
      (*fields)[path] = absl::StrJoin(values, ", ");
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddFields(reflection.GetMessage(message, field), path + ".", fields);
    } else {
      (*fields)[path] = ValueText(message, field, -1);
    }
  }
}

}  // namespace

std::vector<std::string> IdsOf(const policy::v1::Rule& rule) {
  std::vector<std::string> ids;
  for (const std::string* id : {&rule.id(), &rule.day_id(), &rule.hour_id()}) {
    if (!id->empty()) ids.push_back(*id);
  }
  return ids;
}

std::string FirstDateOf(const policy::v1::Pack& pack, const policy::v1::Rule& rule) {
  return rule.from().empty() ? pack.effective_from() : rule.from();
}

std::string LastDateOf(const policy::v1::Pack& pack, const policy::v1::Rule& rule) {
  return rule.until().empty() ? pack.effective_until() : rule.until();
}

std::string SeverityOf(const policy::v1::Rule& rule) {
  return rule.severity().empty() ? "prohibition" : rule.severity();
}

const policy::v1::Rule* FindRuleText(const policy::v1::Pack& pack, std::string_view id,
                                     std::string_view date, std::string_view kind) {
  for (const policy::v1::Rule& rule : pack.rules()) {
    if (!kind.empty() && rule.kind() != kind) continue;
    const std::vector<std::string> ids = IdsOf(rule);
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    // Dates are written year first, so their order is that of their texts.
    const std::string until = LastDateOf(pack, rule);
    if (FirstDateOf(pack, rule) <= date && (until.empty() || date <= until)) return &rule;
  }
  return nullptr;
}

Language ReadLanguage(std::string_view code) {
  if (code == "pt") return Language::kPortuguese;
  if (code == "en") return Language::kEnglish;
  return Language::kSpanish;
}

const std::string& In(const policy::v1::Text& text, Language language) {
  switch (language) {
    case Language::kPortuguese:
      return text.pt();
    case Language::kEnglish:
      return text.en();
    case Language::kSpanish:
      break;
  }
  return text.es();
}

std::string SurenessText(const policy::v1::Law& law, Language language) {
  struct Words {
    std::string_view code, es, pt, en;
  };
  constexpr Words kMarks[] = {
      {"V", "norma leída", "norma lida", "the norm was read"},
      {"S", "fuente secundaria leída", "fonte secundária lida", "a secondary source was read"},
      {"K", "conocimiento general", "conhecimento geral", "general knowledge"},
      {"P", "política propia, no es ley", "política própria, não é lei",
       "a policy of our own, no law"},
  };
  constexpr Words kConfidences[] = {
      {"H", "confianza alta", "confiança alta", "high confidence"},
      {"M", "confianza media", "confiança média", "medium confidence"},
      {"L", "confianza baja", "confiança baixa", "low confidence"},
  };
  const auto text = [&](const auto& table, std::string_view code) {
    for (const Words& words : table) {
      if (words.code != code) continue;
      if (language == Language::kPortuguese) return words.pt;
      return language == Language::kEnglish ? words.en : words.es;
    }
    return code;
  };
  return absl::StrCat(ToAbsl(text(kMarks, law.mark())), "; ",
                      ToAbsl(text(kConfidences, law.confidence())));
}

std::map<std::string, std::string> FieldsOf(const Message& message) {
  std::map<std::string, std::string> fields;
  AddFields(message, "", &fields);
  return fields;
}

}  // namespace constancia::policies
