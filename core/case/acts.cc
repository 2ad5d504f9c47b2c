#include "core/case/acts.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace constancia {
namespace {

using casefile::v1::DatedAct;

// Of these every one may begin or end a time.
constexpr std::string_view kEvery[] = {
    "InitialInformationGiven", "WrittenInformationSent", "PreBureauNoticeSent",
    "FormalDemandSent",        "AssignmentNotified",     "VerificationSent",
    "ValidationNoticeSent",    "ComplaintReceived",      "ComplaintAnswered",
    "InformationRequested",    "InformationProvided",    "DataRightRequested",
    "DataRightAnswered"};
// Of these only the first and the last do.
constexpr std::string_view kEdges[] = {"ContactAttempted", "ContactCompleted",     kConversationAct,
                                       "LetterPosted",     "ElectronicLetterSent", "MessageSent"};

template <size_t kSize>
bool Holds(const std::string_view (&types)[kSize], std::string_view type) {
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

}  // namespace

ActsKept KeptOf(std::string_view type) {
  if (Holds(kEvery, type)) return ActsKept::kEvery;
  return Holds(kEdges, type) ? ActsKept::kEdges : ActsKept::kNone;
}

bool IsAct(std::string_view type) { return KeptOf(type) != ActsKept::kNone; }

bool Earlier(const DatedAct& a, const DatedAct& b) {
  return std::forward_as_tuple(a.date(), a.position(), a.type()) <
         std::forward_as_tuple(b.date(), b.position(), b.type());
}

}  // namespace constancia
