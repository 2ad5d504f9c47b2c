// Values of enums as people type them: "voice_call" for CHANNEL_VOICE_CALL.
#ifndef CONSTANCIA_API_CLI_ENUM_TEXT_H_
#define CONSTANCIA_API_CLI_ENUM_TEXT_H_

#include <string_view>

#include "absl/status/statusor.h"

namespace google::protobuf {
class EnumDescriptor;
}

namespace constancia::api {

// Returns the number of the value called `text`: its whole name, or what follows `prefix`, in
// either case, with - or _. Fails with INPUT_MALFORMED, listing what there is.
absl::StatusOr<int> ReadEnum(const google::protobuf::EnumDescriptor& type, std::string_view prefix,
                             std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_ENUM_TEXT_H_
