#include "eventstore/projections/case_file/folds.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace constancia::eventstore {

using casefile::v1::Flag;

std::span<const Concern> Concerns() {
  static constexpr Concern kConcerns[] = {
      {'k', ReadsStages, FoldStages},           {'m', ReadsMoney, FoldMoney},
      {'n', ReadsNegotiation, FoldNegotiation}, {'r', ReadsRights, FoldRights},
      {'l', ReadsEvidence, FoldEvidence},
  };
  return kConcerns;
}

void SortFlags(google::protobuf::RepeatedPtrField<Flag>* flags) {
  const auto key = [](const Flag& flag) {
    return std::tuple(flag.since_micros(), flag.kind(), std::string_view(flag.event_id()),
                      std::string_view(flag.about_id()));
  };
  std::sort(flags->begin(), flags->end(),
            [&](const Flag& a, const Flag& b) { return key(a) < key(b); });
}

void ReplaceFlags(std::initializer_list<Flag::Kind> kinds, const std::vector<Flag>& flags,
                  casefile::v1::CaseFile* file) {
  auto* all = file->mutable_flags();
  all->erase(std::remove_if(all->begin(), all->end(),
                            [&](const Flag& flag) {
                              return std::find(kinds.begin(), kinds.end(), flag.kind()) !=
                                     kinds.end();
                            }),
             all->end());
  for (const Flag& flag : flags) *all->Add() = flag;
  SortFlags(all);
}

}  // namespace constancia::eventstore
