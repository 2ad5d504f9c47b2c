// UTF-8 as notes need it.
//
// Used by: eventstore/proof only.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_UTF8_H_
#define CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_UTF8_H_

#include <optional>
#include <string_view>

namespace constancia::eventstore::proof_internal {

// Takes the first character off `text`, which is not empty. Nothing when it is not the shortest
// encoding of a Unicode scalar value.
std::optional<char32_t> TakeCharacter(std::string_view& text);

// Tells whether `character` has the Unicode property White_Space.
bool IsSpace(char32_t character);

}  // namespace constancia::eventstore::proof_internal

#endif  // CONSTANCIA_EVENTSTORE_PROOF_INTERNAL_UTF8_H_
