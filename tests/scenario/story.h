// A story: aligned text in which a lawyer reads what happened, when, and what the ledger answered.
//
//   # A second call in seven days breaks the weekly limit. Ley 19.496 art. 37
//   zone America/Santiago
//   about case C-1 debtor P-1 debt O-1 creditor banco-andino
//   2025-03-01 10:00  CaseOpened  regimes=CL party_role=debtor          -> recorded
//   2025-03-03 15:00  ContactAttempted channel=voice_call               -> recorded
//   2025-03-05 10:00  may voice_call                                    -> deny
//   CL-19496-37-freq-phone 2025-03-05 10:00  ContactAttempted channel=voice_call               ->
//   recorded, violates CL-19496-37-freq-phone 2025-03-05 10:05  case stage=STAGE_PERSUASIVE
//   violations=1
//
// Lines are in the order in which the ledger learned of them; a time before the line above is a
// late arrival. Times are local to the zone last named. What `about` names fills the fields
// case_id, party_id, obligation_id, obligation_ids and creditor_id of an event that has them and
// the streams of case and debtor; `on agent/A-1,hold/H-1` names further streams, `by PERSON/ana`
// who acted. Values with spaces stand in double quotes; `a.b=` sets a field of a field; a value of
// an enumeration may be written in lower case without its prefix.
//
// Used by: scenario_test.cc.

#ifndef CONSTANCIA_TESTS_SCENARIO_STORY_H_
#define CONSTANCIA_TESTS_SCENARIO_STORY_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace constancia::scenario {

struct Line {
  int number = 0;  // In the file, from 1.
  // "2025-03-01 10:00", seconds optional; local to `zone`.
  std::string at;
  std::string zone;
  // An event's type, or one of: may, reserve, case.
  std::string verb;
  // may and reserve: the channel.
  std::string channel;
  // Field path and value, in the order written.
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> streams;
  std::string actor;
  // case, debtor, debt, creditor: what the line is about.
  std::map<std::string, std::string, std::less<>> about;
  // Behind the arrow.
  std::string outcome;
};

// Reads the text of a story. Fails with INPUT_MALFORMED, naming the line.
absl::StatusOr<std::vector<Line>> ReadStory(std::string_view text);

}  // namespace constancia::scenario

#endif  // CONSTANCIA_TESTS_SCENARIO_STORY_H_
