// One sentence of the texts, read once and filled for each event.
//
// Used by: sentences.cc.
// Threads: immutable once parsed; any.
#ifndef CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCE_TEXT_H_
#define CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCE_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/event/sentences/values.h"

namespace constancia {

class SentenceText {
 public:
  // Reads what README.md of this folder describes, for events of `type`. Fails with SCHEMA_INVALID,
  // saying what is wrong, when a field is not there, is personal or cannot be said, a condition
  // does not fit its field, or a bracket stays open.
  static absl::StatusOr<SentenceText> Parse(std::string_view text,
                                            const google::protobuf::Descriptor& type);

  // Fills it from a payload of that type.
  std::string Fill(const google::protobuf::Message& payload, const ValueWords& words) const;

  // The fields whose values it says, by path from the payload.
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;
  std::vector<Path> Said() const;

 private:
  struct Part {
    std::string text;  // before the value
    Path value;        // empty: none
  };
  enum class When { kAlways, kSet, kNotSet, kIs, kIsNot };
  struct Group {
    When when = When::kAlways;
    Path asked;    // of the condition
    int code = 0;  // kIs, kIsNot
    bool optional = false;
    std::vector<Part> parts;
  };

  static bool Holds(const Group& group, const google::protobuf::Message& payload);

  std::vector<Group> groups_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCE_TEXT_H_
