// The languages in which people are spoken to.
//
// Used by: core/event/sentences, policies (reasons), api (errors, timelines).
// Threads: any.
#ifndef CONSTANCIA_CORE_BASE_LANGUAGE_H_
#define CONSTANCIA_CORE_BASE_LANGUAGE_H_

namespace constancia {

enum class Language { kSpanish, kPortuguese, kEnglish };

}  // namespace constancia

#endif  // CONSTANCIA_CORE_BASE_LANGUAGE_H_
