// data/dictionary.csv: what every column and every code of the tables means, in Spanish, Portuguese
// and English.
//
//     file,name,type,es,pt,en
//
// Codes and event types are read from the descriptors of the events, so the dictionary follows
// them.
//
// Used by: the regulator export.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_REGULATOR_DICTIONARY_H_
#define CONSTANCIA_API_EXPORT_REGULATOR_DICTIONARY_H_

#include <string>

#include "core/event/catalogue.h"

namespace constancia::api {

std::string MakeDictionary(const Catalogue& catalogue);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_REGULATOR_DICTIONARY_H_
