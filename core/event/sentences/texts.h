// The texts of this folder, linked into the program.
//
// Used by: sentences.cc.
// Threads: any.
#ifndef CONSTANCIA_CORE_EVENT_SENTENCES_TEXTS_H_
#define CONSTANCIA_CORE_EVENT_SENTENCES_TEXTS_H_

#include <span>
#include <string_view>

namespace constancia {

struct SentenceFile {
  std::string_view name;  // of the file without its ending: contact, or codes
  std::string_view text;
};

std::span<const SentenceFile> SentenceFiles();

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_SENTENCES_TEXTS_H_
