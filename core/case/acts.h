// The acts of a case that times run from: notices, complaints, and the first and last contact.
//
// Used by: eventstore/projections/case_file.
// Threads: any.

#ifndef CONSTANCIA_CORE_CASE_ACTS_H_
#define CONSTANCIA_CORE_CASE_ACTS_H_

#include <string_view>

#include "constancia/casefile/v1/case_file.pb.h"

namespace constancia {

// A contact in which the person meant was spoken to, as an act.
inline constexpr std::string_view kConversationAct = "Conversation";

// How many acts of one type a case file keeps: the latest ones.
inline constexpr int kActsOfTypeMax = 64;

// Tells whether acts of this type, the name of an event type without its package, are kept.
bool IsAct(std::string_view type);

// Enters an act in order of (date, position). Of contacts and messages, of which there are many,
// the first and the last date stay; of other types the latest kActsOfTypeMax. The result does not
// depend on the order in which acts of different dates arrive.
void EnterAct(casefile::v1::CaseFile* file, casefile::v1::DatedAct act);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_ACTS_H_
