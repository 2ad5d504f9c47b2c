#include "api/cli/enum_text.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"

namespace constancia::api {

absl::StatusOr<int> ReadEnum(const google::protobuf::EnumDescriptor& type, std::string_view prefix,
                             std::string_view text) {
  std::string wanted = absl::StrReplaceAll(absl::AsciiStrToUpper(ToAbsl(text)), {{"-", "_"}});
  std::string known;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() == 0) continue;  // "Unspecified" is nothing to ask for.
    std::string name = value.name();
    if (absl::StartsWith(name, ToAbsl(prefix))) name = name.substr(prefix.size());
    if (wanted == name || wanted == value.name()) return value.number();
    absl::StrAppend(&known, known.empty() ? "" : ", ", absl::AsciiStrToLower(name));
  }
  return Error(error::v1::INPUT_MALFORMED,
               absl::StrCat("\"", ToAbsl(text), "\" is none of ", known));
}

}  // namespace constancia::api
