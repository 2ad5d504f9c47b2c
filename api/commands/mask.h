// How personal data is shown to who may not see it in full.
//
// PARTIAL keeps the last four characters of a text of eight or more and stars the rest; a shorter
// one is stars alone. TOKEN puts 16 hex digits in the place of a text, the same for the same text
// in one ledger, from which it cannot be told. What is no text is left out of both.
//
// Used by: read_events.
// Threads: any.
#ifndef CONSTANCIA_API_COMMANDS_MASK_H_
#define CONSTANCIA_API_COMMANDS_MASK_H_

#include <string>
#include <string_view>

#include "constancia/event/v1/access.pb.h"
#include "core/event/stream.h"

namespace google::protobuf {
class Descriptor;
}

namespace constancia::api {

// Masks the personal part of an event of `type`, an encoding of some of its fields. Empty when it
// cannot be read.
std::string MaskPersonal(const google::protobuf::Descriptor& type, std::string_view personal_part,
                         event::v1::Masking masking, const StreamKeys& keys);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_MASK_H_
