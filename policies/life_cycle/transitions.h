// The table of the life cycle: every change of stage there is, and what each asks for.
//
// A change that is not in the table does not exist. Conditions are named here and described in
// guards.h; roles are those of the door, by name.
//
// Used by: evaluate.h; the door, which checks roles; docs/guides/life_cycle.md, compared by a test.
// Threads: constants; any.

#ifndef CONSTANCIA_POLICIES_LIFE_CYCLE_TRANSITIONS_H_
#define CONSTANCIA_POLICIES_LIFE_CYCLE_TRANSITIONS_H_

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "constancia/event/v1/common.pb.h"
#include "policies/life_cycle/words.h"

namespace constancia::policies {

// The role by which the server itself acts: the scheduler, or what follows from an event.
inline constexpr std::string_view kSystemRole = "system";

struct Transition {
  std::string_view id;  // T03
  std::vector<event::v1::Stage> from;
  // Unspecified: the case is opened, closed or reopened.
  event::v1::Stage to;
  std::vector<std::string_view> guards;
  // Who may propose it, or carry it out alone where nobody approves.
  std::vector<std::string_view> proposers;
  // The second person. Empty: none is needed.
  std::vector<std::string_view> approvers;
  // What it is about, in a few words.
  Words means;
};

// T00 to T11, in that order.
std::span<const Transition> Transitions();

// Null when there is none of that id.
const Transition* FindTransition(std::string_view id);

// The transition that leads from one stage to another in one step; null when there is none. From
// STAGE_LEGAL back it is T08 for both ends.
const Transition* FindStep(event::v1::Stage from, event::v1::Stage to);

// The steps of a jump forward that a policy may allow, in order; empty when there is none.
std::vector<const Transition*> FindJump(event::v1::Stage from, event::v1::Stage to);

// Who closes a case for a reason, and who is the second person, where one is needed.
struct ClosingRow {
  event::v1::ClosingReason reason;
  std::vector<std::string_view> proposers;
  std::vector<std::string_view> approvers;
  // The events that show it.
  Words evidence;
};

std::span<const ClosingRow> ClosingRows();

// Null for CLOSING_REASON_UNSPECIFIED.
const ClosingRow* FindClosing(event::v1::ClosingReason reason);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_LIFE_CYCLE_TRANSITIONS_H_
