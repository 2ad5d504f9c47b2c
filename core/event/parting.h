// Parting: a payload arrives as the encoding of one message and leaves as two, the public part that
// stands in clear for ever and the personal part that is sealed.
//
// The top-level fields marked (personal) and all others are copied as they stand on the wire, each
// in the order given, so both parts are valid encodings and `public || personal` parses to the
// whole message. In the same walk everything is checked that a reader relies on later: what passes
// here is parsed by every protobuf library to the same message.
//
// Used by: api/commands, api/service.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_PARTING_H_
#define CONSTANCIA_CORE_EVENT_PARTING_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
}

namespace constancia {

struct Parts {
  std::string public_part;
  std::string personal_part;
};

// Parts and checks `payload`, the encoding of a message of `type`.
//
// Fails, naming the field by its path and never repeating a value, with
// - SCHEMA_INVALID: not an encoding of `type`; an unknown field or enum value at any depth; a
//   field that is not repeated, or a choice, given twice; text that is not UTF-8; a public string
//   that is not 1 to 128 of [A-Za-z0-9._:/-] (a single empty one counts as absent);
// - PERSONAL_DATA_MISPLACED: a public string that reads as a national id with a right check digit;
// - EVENT_TOO_LARGE: more than 32 KiB public or 256 KiB personal.
absl::StatusOr<Parts> PartPayload(const google::protobuf::Descriptor& type,
                                  std::string_view payload);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_PARTING_H_
