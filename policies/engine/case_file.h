// Case files: lines that say what counsel must answer. They test a pack, settle what a lawyer or a
// regulator thinks the law says, and keep it so.
//
// A line is a JSON object (constancia.policy.v1.Case), read as strictly as a pack; empty lines and
// lines that begin with # are passed over. Every party is one person unless a line says otherwise;
// a contact without a debt is about D1. The person has authorised calls, sms, im, email and letters
// unless the history revokes them, and preconditions are met but those a proposal calls missing.
//
// Used by: the command `policy test`, the tests of packs.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_CASE_FILE_H_
#define CONSTANCIA_POLICIES_ENGINE_CASE_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "constancia/counsel/v1/verdict.pb.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

struct CaseResult {
  int line = 0;
  std::string id;    // "" when the line cannot be read
  std::string rule;  // the rule the case is about
  bool expects_deny = false;
  // Why it differs from what is expected, or cannot be asked; "" when all is as expected.
  std::string difference;
  counsel::v1::Proposal proposal;
  // The local date by which rules of conduct were chosen; "" when a contact was proposed.
  std::string conduct_date;
  counsel::v1::Verdict verdict;  // empty when it cannot be asked

  bool passed() const { return difference.empty(); }
};

// Asks every case of a file under `packs`, with the switches each case names. One result for each
// line that holds a case, in order; `file` is what errors call it.
std::vector<CaseResult> RunCases(const PackSet& packs, std::string_view file,
                                 std::string_view jsonl);

// Returns what the cases leave untested, one sentence each, in order: every rule needs a permit
// case and one in which it denies, or refers; an exemption a permit case.
std::vector<std::string> FindUntestedRules(const PackSet& packs,
                                           const std::vector<CaseResult>& results);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_CASE_FILE_H_
