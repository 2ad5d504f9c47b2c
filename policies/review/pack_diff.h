// What changes from one text of packs to another: rules and fields, and the answers to cases.
//
// Used by: the command `policy diff`.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_REVIEW_PACK_DIFF_H_
#define CONSTANCIA_POLICIES_REVIEW_PACK_DIFF_H_

#include <string>
#include <vector>

#include "policies/engine/pack.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

struct TextChange {
  std::string pack;
  std::string rule;    // "" for what stands above the rules
  std::string from;    // first date of the version of the rule
  std::string change;  // added, removed, changed
  std::string field;   // of what is changed
  std::string before;
  std::string after;
};

// Compares packs of one id, and in them rules of one id and kind: version by version, by their
// first dates when there are several. In order of pack; what is removed or changed comes in the
// order of `before`.
std::vector<TextChange> CompareTexts(const std::vector<Pack>& before,
                                     const std::vector<Pack>& after);

struct AnswerChange {
  std::string case_id;
  std::string before;  // "permit", "deny by CL-19496-37-hours, from 2025-03-11T08:00:00-03:00"
  std::string after;
};

// Asks every line of `jsonl` under both.
std::vector<AnswerChange> CompareAnswers(const PackSet& before, const PackSet& after,
                                         std::string_view file, std::string_view jsonl);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_REVIEW_PACK_DIFF_H_
