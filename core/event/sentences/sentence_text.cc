#include "core/event/sentences/sentence_text.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "constancia/event/v1/options.pb.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Path = SentenceText::Path;

absl::Status Refuse(std::string_view what) { return Error(error::v1::SCHEMA_INVALID, what); }

bool IsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// The fields of "verdict.rule", all but the last single messages.
absl::StatusOr<Path> FindPath(std::string_view name, const Descriptor& type) {
  Path path;
  const Descriptor* within = &type;
  for (const absl::string_view step : absl::StrSplit(ToAbsl(name), '.')) {
    const FieldDescriptor* field =
        within == nullptr ? nullptr : within->FindFieldByName(std::string(step));
    if (field == nullptr) return Refuse(absl::StrCat(type.name(), " has no field ", ToAbsl(name)));
    if (field->options().GetExtension(event::v1::personal)) {
      return Refuse(absl::StrCat(type.name(), ": ", ToAbsl(name), " is personal"));
    }
    path.push_back(field);
    within = field->is_repeated() ? nullptr : field->message_type();
  }
  return path;
}

bool CanBeSaid(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_DOUBLE:
      return false;
    case FieldDescriptor::TYPE_MESSAGE:
      return IsSayable(*field.message_type());
    default:
      return true;
  }
}

// The message that holds the last field of `path`; null when one on the way is absent.
const Message* HolderOf(const Path& path, const Message& payload) {
  const Message* holder = &payload;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!holder->GetReflection()->HasField(*holder, path[i])) return nullptr;
    holder = &holder->GetReflection()->GetMessage(*holder, path[i]);
  }
  return holder;
}

bool IsThere(const Path& path, const Message& payload) {
  const Message* holder = HolderOf(path, payload);
  if (holder == nullptr) return false;
  const auto* read = holder->GetReflection();
  return path.back()->is_repeated() ? read->FieldSize(*holder, path.back()) > 0
                                    : read->HasField(*holder, path.back());
}

}  // namespace

absl::StatusOr<SentenceText> SentenceText::Parse(std::string_view text, const Descriptor& type) {
  SentenceText sentence;
  Group group;
  Part part;
  const auto close_group = [&] {
    if (!part.text.empty()) group.parts.push_back(std::exchange(part, {}));
    if (!group.parts.empty()) sentence.groups_.push_back(std::exchange(group, {}));
    group = {};
  };
  size_t at = 0;
  // Reads "field? ", "field! ", "field=CODE " or "field!=CODE " behind an opening bracket.
  const auto read_condition = [&]() -> absl::Status {
    size_t end = at;
    while (end < text.size() && IsName(text[end])) ++end;
    if (end == at || end == text.size()) return absl::OkStatus();
    const char mark = text[end];
    const bool differs = mark == '!' && end + 1 < text.size() && text[end + 1] == '=';
    if (mark != '?' && mark != '!' && mark != '=') return absl::OkStatus();
    ASSIGN_OR_RETURN(group.asked, FindPath(text.substr(at, end - at), type));
    const size_t space = text.find(' ', end);
    if (space == std::string_view::npos) return Refuse("nothing behind a condition");
    if (mark == '=' || differs) {
      const auto* codes = group.asked.back()->enum_type();
      const size_t code_at = end + (differs ? 2 : 1);
      const auto* code =
          codes == nullptr
              ? nullptr
              : codes->FindValueByName(std::string(text.substr(code_at, space - code_at)));
      if (code == nullptr) return Refuse("a condition asks for a code that its field cannot have");
      group.code = code->number();
      group.when = differs ? When::kIsNot : When::kIs;
    } else {
      if (space != end + 1) return Refuse("a condition ends with one space");
      group.when = mark == '?' ? When::kSet : When::kNotSet;
    }
    at = space + 1;
    return absl::OkStatus();
  };
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '[') {
      if (group.optional) return Refuse("a bracket within a bracket");
      close_group();
      group.optional = true;
      RETURN_IF_ERROR(read_condition());
    } else if (c == ']') {
      if (!group.optional) return Refuse("a bracket is closed that was not opened");
      close_group();
    } else if (c == '{') {
      const size_t end = text.find('}', at);
      if (end == std::string_view::npos) return Refuse("a brace stays open");
      ASSIGN_OR_RETURN(part.value, FindPath(text.substr(at, end - at), type));
      if (!CanBeSaid(*part.value.back())) {
        return Refuse(
            absl::StrCat(type.name(), ": ", ToAbsl(text.substr(at, end - at)), " cannot be said"));
      }
      group.parts.push_back(std::exchange(part, {}));
      at = end + 1;
    } else {
      part.text.push_back(c);
    }
  }
  if (group.optional) return Refuse("a bracket stays open");
  close_group();
  if (sentence.groups_.empty()) return Refuse("a sentence without words");
  return sentence;
}

bool SentenceText::Holds(const Group& group, const Message& payload) {
  if (group.when == When::kIs || group.when == When::kIsNot) {
    const Message* holder = HolderOf(group.asked, payload);
    const bool is = holder != nullptr && holder->GetReflection()->GetEnumValue(
                                             *holder, group.asked.back()) == group.code;
    if (is != (group.when == When::kIs)) return false;
  } else if (group.when != When::kAlways) {
    if (IsThere(group.asked, payload) != (group.when == When::kSet)) return false;
  }
  if (!group.optional) return true;
  for (const Part& part : group.parts) {
    if (!part.value.empty() && !IsThere(part.value, payload)) return false;
  }
  return true;
}

std::string SentenceText::Fill(const Message& payload, const ValueWords& words) const {
  std::string sentence;
  for (const Group& group : groups_) {
    if (!Holds(group, payload)) continue;
    for (const Part& part : group.parts) {
      sentence += part.text;
      if (part.value.empty()) continue;
      const Message* holder = HolderOf(part.value, payload);
      const std::string value =
          holder == nullptr ? "" : ValueText(*holder, *part.value.back(), words);
      // What must be there and is not, is seen to be missing.
      sentence += value.empty() ? "—" : value;
    }
  }
  return sentence;
}

std::vector<SentenceText::Path> SentenceText::Said() const {
  std::vector<Path> said;
  for (const Group& group : groups_) {
    for (const Part& part : group.parts) {
      if (!part.value.empty()) said.push_back(part.value);
    }
  }
  return said;
}

}  // namespace constancia
