// Events as people tell them, in their language, from what is public in them.
//
// Used by: api/commands (timelines).
// Threads: immutable once made; any.
#ifndef CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCES_H_
#define CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCES_H_

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/language.h"
#include "core/event/sentences/sentence_text.h"
#include "core/event/sentences/values.h"

namespace constancia {

// An event told to a person.
struct ToldEvent {
  std::string occurred;  // "10 de marzo de 2025, 10:00:00 (America/Santiago)"
  std::string recorded;  // with the same offset: "10 de marzo de 2025, 10:01:30 (UTC-03:00)"
  std::string actor;     // "agente A-7, por cuenta de CRED-1"
  std::string sentence;  // what happened; "" of a type that this program does not know
};

class Sentences {
 public:
  // Reads the texts linked into the program, which a test holds to the catalogue.
  Sentences();

  // `payload` is the event message, or its public part: nothing else of it is said.
  ToldEvent Tell(const ledger::v1::EventHeader& header, std::string_view payload,
                 Language language) const;

  // The sentences of a type by its full name, in the order of Language; null when it has none.
  const std::array<SentenceText, 3>* Find(std::string_view type) const;
  const CodeLabels& labels() const { return labels_; }

 private:
  absl::Status ReadCodes(std::string_view text);
  absl::Status ReadFamily(std::string_view text);

  std::map<std::string, std::array<SentenceText, 3>, std::less<>> by_type_;
  CodeLabels labels_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_SENTENCES_SENTENCES_H_
