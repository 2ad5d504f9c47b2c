// The acts of a case that times run from: notices, complaints, and the first and last contact.
//
// Used by: eventstore/projections/case_file, api/commands.
// Threads: any.

#ifndef CONSTANCIA_CORE_CASE_ACTS_H_
#define CONSTANCIA_CORE_CASE_ACTS_H_

#include <string_view>

#include "constancia/casefile/v1/case_file.pb.h"

namespace constancia {

// A contact in which the person meant was spoken to, as an act.
inline constexpr std::string_view kConversationAct = "Conversation";

// How many acts of one type a case file shows: the latest ones.
inline constexpr int kActsOfTypeMax = 64;

// Of what acts of a type, the name of an event type without its package, are kept.
enum class ActsKept {
  kNone,
  // Each may begin or end a time.
  kEvery,
  // Contacts and messages, of which there are many: only the first and the last do.
  kEdges,
};
ActsKept KeptOf(std::string_view type);

// Tells whether acts of this type are kept.
bool IsAct(std::string_view type);

// Order of acts: by (date, position, type).
bool Earlier(const casefile::v1::DatedAct& a, const casefile::v1::DatedAct& b);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_ACTS_H_
