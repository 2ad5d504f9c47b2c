#include "core/case/acts.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace constancia {
namespace {

using casefile::v1::CaseFile;
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

bool IsEdge(std::string_view type) {
  return std::find(std::begin(kEdges), std::end(kEdges), type) != std::end(kEdges);
}

bool Earlier(const DatedAct& a, const DatedAct& b) {
  return std::forward_as_tuple(a.date(), a.position(), a.type()) <
         std::forward_as_tuple(b.date(), b.position(), b.type());
}

}  // namespace

bool IsAct(std::string_view type) {
  return IsEdge(type) || std::find(std::begin(kEvery), std::end(kEvery), type) != std::end(kEvery);
}

void EnterAct(CaseFile* file, DatedAct act) {
  auto* acts = file->mutable_acts();
  const std::string type = act.type();
  *acts->Add() = std::move(act);
  std::sort(acts->begin(), acts->end(), Earlier);
  std::vector<int> same;
  for (int i = 0; i < acts->size(); ++i) {
    if (acts->Get(i).type() == type) same.push_back(i);
  }
  const int most = IsEdge(type) ? 2 : kActsOfTypeMax;
  if (static_cast<int>(same.size()) <= most) return;
  acts->DeleteSubrange(IsEdge(type) ? same[1] : same[0], 1);
}

}  // namespace constancia
