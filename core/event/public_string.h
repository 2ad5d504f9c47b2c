// What may stand in clear for ever: ids and codes, never words about a person.
//
// Headers and public parts stay readable after an erasure, so their strings are held to a pattern
// that no name, telephone number or address meets, and are refused when they read as a national id.
//
// Used by: core/event; the door, for ids in requests.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_PUBLIC_STRING_H_
#define CONSTANCIA_CORE_EVENT_PUBLIC_STRING_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace constancia {

inline constexpr size_t kIdCharsMax = 64;
inline constexpr size_t kPublicStringCharsMax = 128;

// Tells whether `text` is 1 to 64 of [A-Za-z0-9._-].
bool IsId(std::string_view text);

// Checks for 1 to 128 of [A-Za-z0-9._:/-]. Fails with SCHEMA_INVALID, and with
// PERSONAL_DATA_MISPLACED when the text reads as a national id with a right check digit. The
// error names `field` and never repeats the text.
absl::Status CheckPublicString(std::string_view text, std::string_view field);

// The same for an id: IsId.
absl::Status CheckId(std::string_view text, std::string_view field);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_PUBLIC_STRING_H_
