// Values of public fields as people read them: money, dates, codes, lists.
//
// Digits of an amount are parted by no-break spaces, with a comma before the decimals in Spanish
// and Portuguese and a point in English (ISO 80000-1), so that no country reads another's thousands
// as decimals. Dates have the name of the month.
//
// Used by: sentences.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_SENTENCES_VALUES_H_
#define CONSTANCIA_CORE_EVENT_SENTENCES_VALUES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/language.h"

namespace google::protobuf {
class Descriptor;
class EnumValueDescriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace constancia {

// One thing in three languages.
struct Phrase {
  std::string es, pt, en;

  const std::string& In(Language language) const {
    if (language == Language::kPortuguese) return pt;
    return language == Language::kEnglish ? en : es;
  }
};

// Labels of codes that have none in the protos, by "Enumeration CODE": "Masking FULL".
using CodeLabels = std::map<std::string, Phrase, std::less<>>;

// The code without the name of its enumeration: FULL of MASKING_FULL.
std::string_view CodeOf(const google::protobuf::EnumValueDescriptor& value);

// The label of a code, by its option or by `labels`; nothing when it has none.
std::optional<std::string> LabelOf(const google::protobuf::EnumValueDescriptor& value,
                                   const CodeLabels& labels, Language language);

// "1 200,50 MXN"; an amount in a unit that is not known in its minor units.
std::string AmountText(int64_t minor, std::string_view code, Language language);

// "10 de marzo de 2025" of 2025-03-10; the text itself when it is no date.
std::string DateText(std::string_view date, Language language);

// "10 de marzo de 2025, 10:00:05" on a clock that many minutes east of UTC.
std::string ClockText(int64_t micros, int offset_minutes, Language language);

// Tells whether ValueText knows how to say a message of this type.
bool IsSayable(const google::protobuf::Descriptor& type);

// The value of a field as people read it, lists with commas; "" when it is absent.
struct ValueWords {
  const CodeLabels* labels = nullptr;
  Language language = Language::kSpanish;
  int offset_minutes = 0;  // of the clock on which instants are read
};
std::string ValueText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, const ValueWords& words);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_SENTENCES_VALUES_H_
