// What every reason means and what to do about it, in the languages of the people who read it.
//
// Used by: status.
// Threads: any.
#ifndef CONSTANCIA_API_SERVICE_REASON_WORDS_H_
#define CONSTANCIA_API_SERVICE_REASON_WORDS_H_

#include <string_view>

#include "constancia/error/v1/reason.pb.h"
#include "core/base/language.h"

namespace constancia::api {

// The best of our languages for an Accept-Language value (RFC 9110), as "es-CL,es;q=0.9,en;q=0.8";
// English when it wants none of them.
Language ParseAcceptLanguage(std::string_view value);

// BCP 47: "en", "es", "pt".
std::string_view LocaleOf(Language language);

// Empty in English, in which errors are worded where they are made; never empty otherwise.
std::string_view WordsOf(error::v1::Reason reason, Language language);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_REASON_WORDS_H_
