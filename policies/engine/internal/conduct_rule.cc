#include "policies/engine/internal/conduct_rule.h"

#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia::policies::internal {
namespace {

absl::Status Need(const policy::v1::Rule& text, std::string_view path,
                  std::initializer_list<const char*> fields) {
  for (const char* name : fields) {
    const auto* field = text.GetDescriptor()->FindFieldByName(name);
    const auto* reflection = text.GetReflection();
    const bool given = field->is_repeated() ? reflection->FieldSize(text, field) > 0
                                            : reflection->HasField(text, field);
    if (given) continue;
    return Error(error::v1::PACK_INVALID,
                 absl::StrCat("a rule of kind ", text.kind(), " needs ", name), path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckConductRule(const ConductRule& rule, std::string_view path) {
  const policy::v1::Rule& text = rule.text;
  if (text.kind() == "content") return Need(text, path, {"items"});
  if (text.kind() == "duty") return Need(text, path, {"after", "do", "within"});
  if (text.kind() == "wait") return Need(text, path, {"after", "before", "days"});
  if (text.kind() == "retention") return Need(text, path, {"class", "years", "trigger"});
  const bool empty =
      text.kind() == "record_field"
          ? text.fields().empty() && text.require_values().empty() && text.forbid_values().empty()
          : text.bands().empty() && text.tariff().empty() && text.needs_basis().empty() &&
                !text.needs_action();
  if (!empty) return absl::OkStatus();
  return Error(error::v1::PACK_INVALID,
               absl::StrCat("a rule of kind ", text.kind(), " that asks for nothing"), path);
}

}  // namespace constancia::policies::internal
